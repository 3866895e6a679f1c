import { type Verdict, verdictOf } from '@llm-gateway/router'
import { readQuota } from '@llm-gateway/upstream'
import type { AttemptRecord, Call } from '../call.ts'
import type { Sent, Services } from '../services.ts'
import type { Fault, Outcome } from './outcome.ts'
import { spentBy } from './spent.ts'

/** What an attempt says of its account. */
export interface Judgement {
  readonly verdict: Verdict
  readonly credential: boolean
  readonly status?: number
}

/** Sums up an attempt that is over. */
export function attemptRecord(
  call: Call,
  services: Services,
  sent: Sent,
  { outcome, judged }: { readonly outcome: Outcome; readonly judged: Judgement },
): AttemptRecord {
  const fault = faultOf(outcome)
  const message = errorOf(outcome)
  const { usage, estimated } = spentBy(call, outcome)
  const { firstContentMs } = call
  // One shape for every record: what reads them is the faster for it.
  return {
    account: sent.account,
    provider: sent.provider,
    number: sent.number,
    startedAt: sent.startedAt,
    dialect: sent.dialect,
    model: sent.model,
    status: judged.status,
    verdict: judged.verdict,
    durationMs: services.tick() - sent.startedTick,
    firstContentMs: firstContentMs === undefined ? undefined : firstContentMs - (sent.startedTick - call.startedTick),
    errorClass: fault && classOf(fault),
    error: message === undefined ? undefined : services.redact(message),
    gone: outcome.type === 'gone' || undefined,
    usage,
    estimated,
    upstreamRequestId: call.upstreamRequestId,
  }
}

/** @param notOurs a refusal says nothing of the account: its credential is renewed, or is the client's own. */
export function judge(outcome: Outcome, notOurs: boolean): Judgement {
  const fault = faultOf(outcome)
  if (fault === undefined) return { verdict: 'neutral', credential: false }
  const { status = 0 } = fault
  const refused = status === 401 || status === 402 || status === 403 || status === 429
  if (notOurs && refused) return { verdict: 'neutral', credential: false, status }
  const { verdict, credential } = verdictOf(fault)
  return { verdict, credential, ...(fault.status !== undefined && { status: fault.status }) }
}

/** How long the account asks to be left alone; of a throttled one that does not say, until its limit is whole again. */
export function retryAfterOf(outcome: Outcome, now: number): number | undefined {
  const answer = outcome.type === 'failed' ? outcome.failure.answer : undefined
  if (answer === undefined) return undefined
  const { retryAfterMs, resetMs } = readQuota(answer.headers, now)
  return retryAfterMs ?? (answer.status === 429 ? resetMs : undefined)
}

function faultOf(outcome: Outcome): Fault | undefined {
  if (outcome.type === 'gone') return undefined
  return outcome.type === 'failed' ? outcome.failure.fault : outcome.fault
}

function errorOf(outcome: Outcome): string | undefined {
  if (outcome.type === 'gone') return undefined
  return outcome.type === 'failed' ? outcome.failure.error.message : outcome.error?.message
}

function classOf({ status, failure }: Fault): string | undefined {
  if (failure !== undefined) return failure
  return status !== undefined && status >= 300 ? `http-${status}` : undefined
}
