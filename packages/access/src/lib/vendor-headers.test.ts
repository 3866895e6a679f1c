import { describe, expect, it } from 'vitest'
import { RateLimiter } from './rate-limiter.ts'
import { vendorHeaders } from './vendor-headers.ts'

const now = Date.UTC(2026, 10, 28, 12)

function windowsOf(limit: Parameters<RateLimiter['admit']>[1], used = 1): Parameters<typeof vendorHeaders>[0] {
  const limiter = new RateLimiter({ now: () => now })
  let admission = limiter.admit('gw_a', limit)
  for (let count = 1; count < used; count++) admission = limiter.admit('gw_a', limit)
  return admission.windows
}

describe('vendorHeaders', () => {
  it('tell OpenAI’s clients in their words', () => {
    expect(vendorHeaders(windowsOf({ requestsPerMinute: 60, tokensPerMinute: 1_000 }), 'openai', now)).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1m0s',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '1000',
      'x-ratelimit-reset-tokens': '1m0s',
    })
  })

  it('tell Anthropic’s clients in theirs', () => {
    expect(vendorHeaders(windowsOf({ requestsPerHour: 5 }), 'anthropic', now)).toEqual({
      'anthropic-ratelimit-requests-limit': '5',
      'anthropic-ratelimit-requests-remaining': '4',
      'anthropic-ratelimit-requests-reset': '2026-11-28T13:00:00Z',
    })
  })

  it('tell of the window with the least left, and of two that are used up the longer', () => {
    const limit = { requestsPerMinute: 10, requestsPerHour: 5, requestsPerDay: 100 }
    expect(vendorHeaders(windowsOf(limit), 'openai', now)['x-ratelimit-limit-requests']).toBe('5')
    const even = { requestsPerMinute: 2, requestsPerDay: 2 }
    expect(vendorHeaders(windowsOf(even, 3), 'openai', now)).toMatchObject({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '24h0m0s',
    })
  })

  it('are none without a window', () => {
    expect(vendorHeaders(windowsOf({ concurrency: 3 }), 'openai', now)).toEqual({})
    expect(vendorHeaders(windowsOf(undefined), 'anthropic', now)).toEqual({})
  })
})

describe('what a limiter saved', () => {
  it('is gone on from by the next', () => {
    let time = now
    const limit = { requestsPerMinute: 3, requestsPerDay: 5, tokensPerMinute: 10 }
    const first = new RateLimiter({ now: () => time })
    for (let count = 0; count < 3; count++) {
      const admission = first.admit('gw_a', limit)
      if (admission.ok) admission.lease.settle(2)
    }
    const saved = JSON.parse(JSON.stringify(first.save())) as ReturnType<RateLimiter['save']>
    time += 30_000
    const second = new RateLimiter({ now: () => time })
    second.restore(saved)
    expect(second.admit('gw_a', limit)).toMatchObject({ ok: false, limit: 'requests-per-minute', retryAfterMs: 30_000 })
    time += 31_000
    expect(Array.from({ length: 4 }, () => second.admit('gw_a', limit).ok)).toEqual([true, true, false, false])
    expect(second.admit('gw_a', limit)).toMatchObject({ limit: 'requests-per-day' })
  })

  it('counts for nothing once its windows are over, or when it is no such data', () => {
    let time = now
    const first = new RateLimiter({ now: () => time })
    first.admit('gw_a', { requestsPerMinute: 1 })
    const saved = first.save()
    time += 60_000
    const second = new RateLimiter({ now: () => time })
    second.restore(saved)
    expect(second.admit('gw_a', { requestsPerMinute: 1 }).ok).toBe(true)
    expect(second.save()).toEqual({ gw_a: { requestsPerMinute: { startedAt: time, count: 1 } } })
    const third = new RateLimiter({ now: () => time })
    third.restore({ gw_a: { requestsPerMinute: { startedAt: 'x', count: null } } } as unknown as typeof saved)
    expect(third.admit('gw_a', { requestsPerMinute: 1 }).ok).toBe(true)
  })

  it('changes with every admission and with nothing else', () => {
    const limiter = new RateLimiter({ now: () => now })
    limiter.admit('gw_a', { requestsPerMinute: 1 })
    const { changes } = limiter
    limiter.admit('gw_a', { requestsPerMinute: 1 })
    expect(limiter.changes).toBe(changes)
  })
})
