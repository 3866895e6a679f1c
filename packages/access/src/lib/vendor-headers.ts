import type { LimitState, RateLimitHeaders } from './rate-limiter.ts'

type Headers = Record<string, string | string[]>

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
  addVendorHeaders(headers, windows, vendor, now)
  return headers
}

/** Puts {@link vendorHeaders} among others: an object of their own, to be copied, costs every request more than they do. */
export function addVendorHeaders(
  headers: Headers,
  windows: readonly LimitState[],
  vendor: HeaderVendor,
  now: number,
): void {
  const requests = tightestOf(windows, false)
  const tokens = tightestOf(windows, true)
  if (vendor === 'openai') tellOpenai(requests, tokens, headers)
  else tellAnthropic(requests, tokens, now, headers)
}

type Told = LimitState | undefined

// Names are written out: putting them together for every request costs more than their values.

function tellOpenai(requests: Told, tokens: Told, headers: Headers): void {
  if (requests) {
    headers['x-ratelimit-limit-requests'] = String(requests.limit)
    headers['x-ratelimit-remaining-requests'] = String(requests.remaining)
    headers['x-ratelimit-reset-requests'] = spanOf(requests.resetMs)
  }
  if (tokens) {
    headers['x-ratelimit-limit-tokens'] = String(tokens.limit)
    headers['x-ratelimit-remaining-tokens'] = String(tokens.remaining)
    headers['x-ratelimit-reset-tokens'] = spanOf(tokens.resetMs)
  }
}

function tellAnthropic(requests: Told, tokens: Told, now: number, headers: Headers): void {
  if (requests) {
    headers['anthropic-ratelimit-requests-limit'] = String(requests.limit)
    headers['anthropic-ratelimit-requests-remaining'] = String(requests.remaining)
    headers['anthropic-ratelimit-requests-reset'] = momentOf(now + requests.resetMs)
  }
  if (tokens) {
    headers['anthropic-ratelimit-tokens-limit'] = String(tokens.limit)
    headers['anthropic-ratelimit-tokens-remaining'] = String(tokens.remaining)
    headers['anthropic-ratelimit-tokens-reset'] = momentOf(now + tokens.resetMs)
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
