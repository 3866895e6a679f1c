import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import { keyOf } from './go-home.ts'
import type { ResponseStore } from './store.ts'

/** Answers `GET` and `DELETE /v1/responses/{id}` from the gateway's own store. */
export function storedResponse(call: Call, store: ResponseStore): void {
  const id = call.endpoint.name ?? ''
  if (!store.on) {
    const message =
      'this gateway stores no responses: its operator can turn that on with "responses: { store: memory }"'
    throw new GatewayError('not_found', message)
  }
  if (call.request.method === 'DELETE') {
    if (!store.delete(keyOf(call), id)) throw missing(id)
    call.answer.json(200, { id, object: 'response', deleted: true })
    return
  }
  if (new URLSearchParams(call.request.query).get('stream') === 'true') {
    throw new GatewayError('unsupported', 'a stored response is not streamed again', { param: 'stream' })
  }
  const stored = store.find(keyOf(call), id)
  if (stored === undefined) throw missing(id)
  call.answer.json(200, stored.response)
}

function missing(id: string): GatewayError {
  return new GatewayError('not_found', `Response with id '${id}' not found.`)
}
