import type { LimitState, RateLimitHeaders } from './rate-limiter.ts'

/** Whose clients read the headers. */
export type HeaderVendor = 'openai' | 'anthropic'

/**
 * Limits as a vendor's own API tells them, for SDKs that read only those. Of several windows of one kind the one with the least
 * left is told.
 *
 * OpenAI: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, the reset as a span (`6m0s`).
 * https://platform.openai.com/docs/guides/rate-limits
 * Anthropic: `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`, the reset as RFC 3339.
 * https://docs.claude.com/en/api/rate-limits
 *
 * @param now milliseconds since the epoch
 */
export function vendorHeaders(windows: readonly LimitState[], vendor: HeaderVendor, now: number): RateLimitHeaders {
  const requests = tightestOf(windows, false)
  const tokens = tightestOf(windows, true)
  return vendor === 'openai' ? openai(requests, tokens) : anthropic(requests, tokens, now)
}

// Names are written out: putting them together for every request costs more than their values.

function openai(requests: LimitState | undefined, tokens: LimitState | undefined): RateLimitHeaders {
  return {
    ...(requests && {
      'x-ratelimit-limit-requests': String(requests.limit),
      'x-ratelimit-remaining-requests': String(requests.remaining),
      'x-ratelimit-reset-requests': spanOf(requests.resetMs),
    }),
    ...(tokens && {
      'x-ratelimit-limit-tokens': String(tokens.limit),
      'x-ratelimit-remaining-tokens': String(tokens.remaining),
      'x-ratelimit-reset-tokens': spanOf(tokens.resetMs),
    }),
  }
}

function anthropic(requests: LimitState | undefined, tokens: LimitState | undefined, now: number): RateLimitHeaders {
  return {
    ...(requests && {
      'anthropic-ratelimit-requests-limit': String(requests.limit),
      'anthropic-ratelimit-requests-remaining': String(requests.remaining),
      'anthropic-ratelimit-requests-reset': momentOf(now + requests.resetMs),
    }),
    ...(tokens && {
      'anthropic-ratelimit-tokens-limit': String(tokens.limit),
      'anthropic-ratelimit-tokens-remaining': String(tokens.remaining),
      'anthropic-ratelimit-tokens-reset': momentOf(now + tokens.resetMs),
    }),
  }
}

function tightestOf(windows: readonly LimitState[], ofTokens: boolean): LimitState | undefined {
  let least: LimitState | undefined
  for (const each of windows) {
    if ((each.name === 'tokens-per-minute') !== ofTokens) continue
    if (least === undefined || isTighter(each, least)) least = each
  }
  return least
}

/** Of two that are used up it is the one that stays so longest. */
function isTighter(a: LimitState, b: LimitState): boolean {
  return a.remaining === b.remaining ? a.resetMs > b.resetMs : a.remaining < b.remaining
}

function momentOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** As Go writes durations, which OpenAI's headers do: `1h2m3s`, `6m0s`, `12s`. */
function spanOf(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000))
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60]
  if (h > 0) return `${h}h${m}m${s}s`
  return m > 0 ? `${m}m${s}s` : `${s}s`
}
