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
  for (const kind of ['requests', 'tokens'] as const) {
    const tightest = tightestOf(windows.filter(({ name }) => name.startsWith(kind)))
    if (tightest === undefined) continue
    const { limit, remaining, resetMs } = tightest
    if (vendor === 'openai') {
      headers[`x-ratelimit-limit-${kind}`] = String(limit)
      headers[`x-ratelimit-remaining-${kind}`] = String(remaining)
      headers[`x-ratelimit-reset-${kind}`] = spanOf(resetMs)
    } else {
      headers[`anthropic-ratelimit-${kind}-limit`] = String(limit)
      headers[`anthropic-ratelimit-${kind}-remaining`] = String(remaining)
      headers[`anthropic-ratelimit-${kind}-reset`] = new Date(now + resetMs).toISOString().replace(/\.\d+Z$/, 'Z')
    }
  }
  return headers
}

function tightestOf(windows: readonly LimitState[]): LimitState | undefined {
  return windows.reduce<LimitState | undefined>((least, each) => {
    if (least === undefined || each.remaining < least.remaining) return each
    // Two that are used up: the one that stays so longest.
    return each.remaining === least.remaining && each.resetMs > least.resetMs ? each : least
  }, undefined)
}

/** As Go writes durations, which OpenAI's headers do: `1h2m3s`, `6m0s`, `12s`. */
function spanOf(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000))
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60]
  if (h > 0) return `${h}h${m}m${s}s`
  return m > 0 ? `${m}m${s}s` : `${s}s`
}
