import type { HeaderMap } from './headers.ts'
import { headerText, readReset, readRetryAfter } from './retry-after.ts'

/** What an answer's headers say of an account's limits. A field is absent where the provider does not say. */
export interface Quota {
  /** How long the provider asks to be left alone, in milliseconds. */
  readonly retryAfterMs?: number
  /** Requests left in the tightest of the current windows. */
  readonly remainingRequests?: number
  /** Tokens left in the tightest of the current windows, input and output alike. */
  readonly remainingTokens?: number
  /**
   * Milliseconds until more is allowed: where limits are used up, until the last of those is whole again; else until the first
   * of any is.
   */
  readonly resetMs?: number
}

interface Limit {
  readonly unit: 'requests' | 'tokens' | 'other'
  readonly remaining: string
  readonly reset: string
}

const limits: readonly Limit[] = [
  ...(['requests', 'tokens', 'input-tokens', 'output-tokens'] as const).map((name): Limit => {
    const prefix = `anthropic-ratelimit-${name}`
    return {
      unit: name === 'requests' ? 'requests' : 'tokens',
      remaining: `${prefix}-remaining`,
      reset: `${prefix}-reset`,
    }
  }),
  // Subscriptions: one limit over everything; what is left of it is only told as a status.
  { unit: 'other', remaining: 'anthropic-ratelimit-unified-remaining', reset: 'anthropic-ratelimit-unified-reset' },
  ...(['requests', 'tokens'] as const).map(
    (unit): Limit => ({ unit, remaining: `x-ratelimit-remaining-${unit}`, reset: `x-ratelimit-reset-${unit}` }),
  ),
  { unit: 'requests', remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset' },
]

/** Reads every vendor's rate-limit headers. */
export function readQuota(headers: HeaderMap, nowMs: number): Quota {
  const remaining: Record<Limit['unit'], number | undefined> = {
    requests: undefined,
    tokens: undefined,
    other: undefined,
  }
  let usedUp: number | undefined
  let soonest: number | undefined
  for (const limit of limits) {
    const left = count(headerText(headers, limit.remaining))
    if (left !== undefined) remaining[limit.unit] = Math.min(left, remaining[limit.unit] ?? left)
    const text = headerText(headers, limit.reset)
    const reset = text === undefined ? undefined : readReset(text, nowMs)
    if (reset === undefined) continue
    if (left === 0) usedUp = Math.max(reset, usedUp ?? reset)
    soonest = Math.min(reset, soonest ?? reset)
  }
  const retryAfterMs = readRetryAfter(headers, nowMs)
  const resetMs = usedUp ?? soonest
  return {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(remaining.requests !== undefined && { remainingRequests: remaining.requests }),
    ...(remaining.tokens !== undefined && { remainingTokens: remaining.tokens }),
    ...(resetMs !== undefined && { resetMs }),
  }
}

function count(text: string | undefined): number | undefined {
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) && number >= 0 ? number : undefined
}
