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
  const headers: Record<string, string> = {}
  for (const kind of kinds) {
    const tightest = tightestOf(windows, kind)
    if (tightest === undefined) continue
    const { limit, remaining, resetMs } = tightest
    const names = headerNames[vendor][kind]
    headers[names.limit] = String(limit)
    headers[names.remaining] = String(remaining)
    headers[names.reset] = vendor === 'openai' ? spanOf(resetMs) : momentOf(now + resetMs)
  }
  return headers
}

type Kind = 'requests' | 'tokens'
const kinds: readonly Kind[] = ['requests', 'tokens']

/** Written out: putting each name together for every request costs more than its value. */
const headerNames = {
  openai: {
    requests: {
      limit: 'x-ratelimit-limit-requests',
      remaining: 'x-ratelimit-remaining-requests',
      reset: 'x-ratelimit-reset-requests',
    },
    tokens: {
      limit: 'x-ratelimit-limit-tokens',
      remaining: 'x-ratelimit-remaining-tokens',
      reset: 'x-ratelimit-reset-tokens',
    },
  },
  anthropic: {
    requests: {
      limit: 'anthropic-ratelimit-requests-limit',
      remaining: 'anthropic-ratelimit-requests-remaining',
      reset: 'anthropic-ratelimit-requests-reset',
    },
    tokens: {
      limit: 'anthropic-ratelimit-tokens-limit',
      remaining: 'anthropic-ratelimit-tokens-remaining',
      reset: 'anthropic-ratelimit-tokens-reset',
    },
  },
} as const

function tightestOf(windows: readonly LimitState[], kind: Kind): LimitState | undefined {
  let least: LimitState | undefined
  for (const each of windows) {
    if (each.name.startsWith(kind) && (least === undefined || isTighter(each, least))) least = each
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
