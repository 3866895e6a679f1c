import type { Call } from '../call.ts'
import { addLimitHeaders } from '../client/limit-headers.ts'
import { GatewayError } from '../error.ts'
import type { Services } from '../services.ts'

/** Holds the key to its limits. What is admitted is released when the call ends, however it ends. */
export function admit(call: Call, services: Services): void {
  const { client } = call
  if (client?.rateLimit === undefined) return
  const admission = services.limiter.admit(client.id, client.rateLimit)
  if (admission.ok) {
    call.admission = admission
    return
  }
  throw new GatewayError('rate_limit_exceeded', admission.message, {
    headers: addLimitHeaders({}, admission, call.dialect),
  })
}
