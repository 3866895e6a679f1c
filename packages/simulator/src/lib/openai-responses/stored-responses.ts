import type { Call } from '../endpoint.ts'
import { type JsonObject, objects, text } from '../json.ts'
import type { ErrorReply } from '../refused.ts'
import { invalid, responseNotFound } from './error.ts'
import type { ResponseStore, Stored } from './store.ts'

/** Items on a page of `input_items`, unless the client says otherwise (API reference). */
const PAGE = 20

/**
 * What is asked of stored responses: `GET` and `DELETE /v1/responses/{id}`, `POST …/cancel`, `GET …/input_items`.
 * `undefined`: nothing the endpoint knows.
 */
export function stored(responses: ResponseStore, call: Call, method: string): ErrorReply | undefined {
  const [, id = '', action] = /\/responses\/([^/]+)(?:\/([^/]+))?$/.exec(call.path) ?? []
  const order = `${method} ${action ?? ''}`
  if (!['GET ', 'DELETE ', 'POST cancel', 'GET input_items'].includes(order)) return undefined
  const found = responses.find(decodeURIComponent(id))
  if (!found) return responseNotFound(decodeURIComponent(id))
  switch (order) {
    case 'DELETE ':
      responses.delete(found.response.id as string)
      return { status: 200, body: { id: found.response.id, object: 'response', deleted: true } }
    case 'GET input_items':
      return { status: 200, body: page(found.input, call) }
    case 'POST cancel':
      return cancel(responses, found)
    default:
      return { status: 200, body: found.response }
  }
}

/** Only what runs in the background can be cancelled. */
function cancel(responses: ResponseStore, found: Stored): ErrorReply {
  if (found.response.background !== true) return invalid('Cannot cancel a synchronous response.').reply
  const response = { ...found.response, status: 'cancelled', output: [], usage: null }
  responses.keep({ ...found, response })
  return { status: 200, body: response }
}

/**
 * The stream of a stored response, gone back to: `GET /v1/responses/{id}?stream=true&starting_after=3`. `undefined`: no such thing is
 * asked for, or there is no such response.
 */
export function replayed(
  responses: ResponseStore,
  call: Call,
  method: string,
): ErrorReply | readonly string[] | undefined {
  const [, id] = /\/responses\/([^/]+)$/.exec(call.path) ?? []
  if (id === undefined || method !== 'GET' || call.query.get('stream') !== 'true') return undefined
  const found = responses.find(decodeURIComponent(id))
  if (found === undefined) return undefined
  if (found.events === undefined) {
    return invalid('This response cannot be streamed: it was not created with stream and background.', 'stream').reply
  }
  return found.events.slice(Number(call.query.get('starting_after') ?? -1) + 1)
}

/** A page of items, as `input_items` and conversations list them. */
export function page(input: readonly JsonObject[], call: Call): JsonObject {
  const items = input.map(spelledOut)
  // The newest first, unless asked otherwise.
  if (call.query.get('order') !== 'asc') items.reverse()
  const after = call.query.get('after')
  const start = after === null ? 0 : items.findIndex((item) => item.id === after) + 1
  const limit = Number(call.query.get('limit') ?? PAGE)
  const data = items.slice(start, start + limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: start + limit < items.length,
  }
}

/** An input item as it is listed: typed, with its text as a part. */
function spelledOut(item: JsonObject): JsonObject {
  if (item.role === undefined) return item
  const words = text(item.content)
  const type = item.role === 'assistant' ? 'output_text' : 'input_text'
  const content = words === undefined ? objects(item.content) : [{ type, text: words }]
  return { type: 'message', status: 'completed', ...item, content }
}
