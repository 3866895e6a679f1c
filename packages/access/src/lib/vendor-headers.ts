import type { Limited } from './key-limits.ts'

type Headers = Record<string, string | string[]>

/** Whose clients read the headers. */
export type HeaderVendor = 'openai' | 'anthropic'

/**
 * Puts limits among other headers as a vendor's own API tells them, for SDKs that read only those. Of several windows of one kind
 * the one with the least left is told.
 *
 * OpenAI: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, the reset as a span (`6m0s`).
 * https://platform.openai.com/docs/guides/rate-limits
 * Anthropic: `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`, the reset as RFC 3339.
 * https://docs.claude.com/en/api/rate-limits
 *
 * @param windows as they were last looked at
 */
export function addVendorHeaders(headers: Headers, windows: readonly Limited[], vendor: HeaderVendor): void {
  const requests = tightestOf(windows, false)
  const tokens = tightestOf(windows, true)
  if (vendor === 'openai') tellOpenai(requests, tokens, headers)
  else tellAnthropic(requests, tokens, headers)
}

type Told = Limited | undefined

// Names are written out: putting them together for every request costs more than their values.

function tellOpenai(requests: Told, tokens: Told, headers: Headers): void {
  if (requests) {
    headers['x-ratelimit-limit-requests'] = requests.limitText
    headers['x-ratelimit-remaining-requests'] = requests.remainingText
    headers['x-ratelimit-reset-requests'] = requests.resetSpan
  }
  if (tokens) {
    headers['x-ratelimit-limit-tokens'] = tokens.limitText
    headers['x-ratelimit-remaining-tokens'] = tokens.remainingText
    headers['x-ratelimit-reset-tokens'] = tokens.resetSpan
  }
}

function tellAnthropic(requests: Told, tokens: Told, headers: Headers): void {
  if (requests) {
    headers['anthropic-ratelimit-requests-limit'] = requests.limitText
    headers['anthropic-ratelimit-requests-remaining'] = requests.remainingText
    headers['anthropic-ratelimit-requests-reset'] = requests.resetMoment
  }
  if (tokens) {
    headers['anthropic-ratelimit-tokens-limit'] = tokens.limitText
    headers['anthropic-ratelimit-tokens-remaining'] = tokens.remainingText
    headers['anthropic-ratelimit-tokens-reset'] = tokens.resetMoment
  }
}

function tightestOf(windows: readonly Limited[], ofTokens: boolean): Told {
  let least: Told
  for (const each of windows) {
    if ((each.name === 'tokens-per-minute') !== ofTokens) continue
    if (least === undefined || isTighter(each, least)) least = each
  }
  return least
}

/** Of two that are used up it is the one that stays so longest. */
function isTighter(a: Limited, b: Limited): boolean {
  return a.remaining === b.remaining ? a.resetMs > b.resetMs : a.remaining < b.remaining
}
