import type { PlanRequest } from '@llm-gateway/router'
import type { Call } from './call.ts'
import { GatewayError, type GatewayErrorCode } from './error.ts'
import type { Services } from './services.ts'

const codeOf = {
  'model-not-allowed': 'model_not_allowed',
  'model-not-served': 'model_not_found',
  'rejected-by-route': 'model_not_found',
  'all-throttled': 'rate_limit_exceeded',
  'no-account': 'no_account',
} as const satisfies Record<string, GatewayErrorCode>

/** Chooses where the call may go, best first. */
export function plan(call: Call, services: Services): void {
  const { client, dialect } = call
  const request: PlanRequest = {
    model: call.model,
    dialect,
    ...(client?.modelRoutes && { keyRoutes: client.modelRoutes }),
    ...(client?.models && { keyModels: client.models }),
  }
  const planned = services.router.plan(request)
  if (planned.ok) {
    call.plan = planned
    return
  }
  const retryAfter =
    planned.retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(planned.retryAfterMs / 1000))
  throw new GatewayError(codeOf[planned.reason], planned.message, {
    ...(planned.reason !== 'all-throttled' && planned.reason !== 'no-account' && { param: 'model' }),
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
  })
}
