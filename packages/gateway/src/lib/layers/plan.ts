import type { Dialect } from '@llm-gateway/converter'
import type { Candidate, Plan, PlanRequest } from '@llm-gateway/router'
import type { Call } from '../call.ts'
import { GatewayError, type GatewayErrorCode } from '../error.ts'
import type { Services } from '../services.ts'
import type { Audience } from '../state.ts'
import { audiencesOf, wrongAudience } from './audience.ts'

const codeOf = {
  'model-not-allowed': 'model_not_allowed',
  'model-not-served': 'model_not_found',
  'rejected-by-route': 'model_not_found',
  'all-throttled': 'rate_limit_exceeded',
  'no-account': 'no_account',
  'wrong-audience': 'client_not_allowed',
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
  const audiences = audiencesOf(call)
  const planned = planFor(request, audiences, services)
  if (planned.ok) {
    call.plan = inDialectsThatSearch(call, planned)
    return
  }
  if (planned.reason === 'wrong-audience') throw wrongAudience(call, planned.audiences ?? [], audiences)
  const retryAfter =
    planned.retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(planned.retryAfterMs / 1000))
  throw new GatewayError(codeOf[planned.reason], planned.message, {
    ...(planned.reason !== 'all-throttled' && planned.reason !== 'no-account' && { param: 'model' }),
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
  })
}

type Planned = Extract<Plan, { readonly ok: true }>

/** What a body holds that asks its provider for a search of the web. */
const searches: Partial<Readonly<Record<Dialect, readonly string[]>>> = {
  anthropic: ['"web_search_20'],
  gemini: ['"googleSearch', '"google_search'],
}

/**
 * OpenAI searches in Responses, and in Chat Completions with models made for it alone: a request of another dialect that wants a
 * search goes out in Responses where the account speaks both.
 */
function inDialectsThatSearch({ dialect, body }: Call, planned: Planned): Planned {
  const wanted = searches[dialect]
  const both = planned.candidates.some(isChatOfBoth)
  if (wanted === undefined || !both || planned.model.includes('search')) return planned
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  if (!wanted.some((mark) => bytes.includes(mark))) return planned
  const candidates = planned.candidates.map((candidate) =>
    isChatOfBoth(candidate) ? { ...candidate, dialect: 'openai-responses' } : candidate,
  )
  return { ...planned, candidates }
}

function isChatOfBoth({ account, dialect }: Candidate): boolean {
  return dialect === 'openai-chat' && account.dialects.includes('openai-responses')
}

/** A client that brings its own credential means it to be used: it is not served at the operator's cost instead. */
function planFor(request: PlanRequest, audiences: readonly Audience[], { router }: Services): Plan {
  if (audiences.includes('own-credential')) {
    const own = router.plan({ ...request, audiences: ['own-credential'], audienceOnly: true })
    if (own.ok || own.reason === 'model-not-allowed') return own
  }
  return router.plan(audiences.length === 0 ? request : { ...request, audiences })
}
