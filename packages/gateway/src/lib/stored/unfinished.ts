import { type JsonObject, readUsage } from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import type { Account } from '../state.ts'

const unfinished: ReadonlySet<unknown> = new Set(['queued', 'in_progress'])

/** Whether a response runs in the background: it is no answer yet, and its provider alone has it. */
export function isUnfinished(response: JsonObject): boolean {
  return response.object === 'response' && unfinished.has(response.status)
}

/**
 * Counts what a response used that was made in the background, when it is first seen to be over: its request was answered before
 * anything was said, and only its input was counted then, by an estimate.
 *
 * @returns whether there was something to count.
 */
export function countFinished(call: Call, account: Account, response: JsonObject, endTick: number): boolean {
  const told = isUnfinished(response) ? undefined : readUsage(response, 'openai-responses')?.usage
  if (told?.output === undefined) return false
  const { output, reasoning } = told
  const usage = { input: 0, output, ...(reasoning !== undefined && { reasoning }) }
  call.usage = usage
  call.upstreamDialect = 'openai-responses'
  call.attempts.push({
    account: account.id,
    provider: account.provider,
    number: 1,
    startedAt: call.startedAt,
    dialect: 'openai-responses',
    model: typeof response.model === 'string' ? response.model : '',
    status: 200,
    verdict: 'success',
    durationMs: endTick - call.startedTick,
    usage,
    ...(call.upstreamRequestId !== undefined && { upstreamRequestId: call.upstreamRequestId }),
  })
  return true
}
