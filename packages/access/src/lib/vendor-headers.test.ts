import { beforeEach, describe, expect, it } from 'vitest'
import type { RateLimit } from './key-limits.ts'
import { RateLimiter } from './rate-limiter.ts'
import type { HeaderVendor } from './vendor-headers.ts'

const now = Date.UTC(2026, 10, 28, 12)

let time: number
beforeEach(() => {
  time = now
})

/** What clients of a vendor are told of the last of some requests, but for the standard's fields. */
function headersOf(vendor: HeaderVendor, limit: RateLimit | undefined, used = 1): Record<string, string> {
  const limiter = new RateLimiter({ now: () => time })
  return last(vendor, limiter, limit, used)
}

function last(
  vendor: HeaderVendor,
  limiter: RateLimiter,
  limit: RateLimit | undefined,
  used = 1,
): Record<string, string> {
  let admission = limiter.admit('gw_a', limit)
  for (let count = 1; count < used; count++) admission = limiter.admit('gw_a', limit)
  const headers: Record<string, string> = {}
  admission.addHeaders(headers, vendor)
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^ratelimit|^retry-after/.test(name)))
}

describe('headers of vendors', () => {
  it('tell OpenAI’s clients in their words', () => {
    expect(headersOf('openai', { requestsPerMinute: 60, tokensPerMinute: 1_000 })).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1m0s',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '1000',
      'x-ratelimit-reset-tokens': '1m0s',
    })
  })

  it('tell Anthropic’s clients in theirs', () => {
    expect(headersOf('anthropic', { requestsPerHour: 5 })).toEqual({
      'anthropic-ratelimit-requests-limit': '5',
      'anthropic-ratelimit-requests-remaining': '4',
      'anthropic-ratelimit-requests-reset': '2026-11-28T13:00:00Z',
    })
  })

  it('tell of the window with the least left, and of two that are used up the longer', () => {
    const limit = { requestsPerMinute: 10, requestsPerHour: 5, requestsPerDay: 100 }
    expect(headersOf('openai', limit)['x-ratelimit-limit-requests']).toBe('5')
    const even = { requestsPerMinute: 2, requestsPerDay: 2 }
    expect(headersOf('openai', even, 3)).toMatchObject({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '24h0m0s',
    })
  })

  it('tell the time that is left, and a new end with a new window', () => {
    const limiter = new RateLimiter({ now: () => time })
    const limit = { requestsPerMinute: 10, tokensPerMinute: 10 }
    const ends = (): unknown[] => [
      last('openai', limiter, limit)['x-ratelimit-reset-requests'],
      last('anthropic', limiter, limit)['anthropic-ratelimit-requests-reset'],
    ]
    expect(ends()).toEqual(['1m0s', '2026-11-28T12:01:00Z'])
    time += 48_300
    expect(ends()).toEqual(['12s', '2026-11-28T12:01:00Z'])
    time += 60_000
    expect(ends()).toEqual(['1m0s', '2026-11-28T12:02:48Z'])
  })

  it('are none without a window', () => {
    expect(headersOf('openai', { concurrency: 3 })).toEqual({})
    expect(headersOf('anthropic', undefined)).toEqual({})
  })
})
