import { type Authentication, allows, credentialFrom, type Permission } from '@llm-gateway/access'
import type { Call } from '../call.ts'
import { GatewayError, type GatewayErrorCode } from '../error.ts'
import type { Services } from '../services.ts'
import type { Client } from '../state.ts'

const codeOf: Readonly<Record<Extract<Authentication<Client>, { ok: false }>['reason'], GatewayErrorCode>> = {
  missing: 'missing_key',
  malformed: 'invalid_key',
  unknown: 'invalid_key',
  disabled: 'disabled_key',
  expired: 'expired_key',
}

/** Settles who asks. One SHA-256 of what the client showed, whatever it showed. */
export function authenticate(call: Call, services: Services): void {
  const { request } = call
  const source = request.remoteAddress ?? ''
  const credential = credentialFrom(request.headers, request.query)
  const result = call.state.keys.authenticate(credential)
  if (result.ok) {
    call.client = result.key
    return
  }
  if (services.failedAuth.blocked(source)) {
    throw new GatewayError('too_many_failures', 'too many requests with an unknown gateway key: wait a minute', {
      headers: { 'retry-after': '60' },
    })
  }
  if (result.reason !== 'missing') services.failedAuth.record(source)
  throw new GatewayError(codeOf[result.reason], result.message)
}

/** What the key may do: `write` to call a model and to see what it answered, `read` to see what is served. */
export function permit(call: Call): void {
  const needed: Permission = call.task === 'list-models' ? 'read' : 'write'
  const { client } = call
  if (client !== undefined && allows(client.permissions, needed)) return
  throw new GatewayError('permission_denied', `this gateway key lacks the permission "${needed}"`)
}
