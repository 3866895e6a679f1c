import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Admission, Lease } from './admission.ts'
import type { RateLimit } from './key-limits.ts'
import { RateLimiter } from './rate-limiter.ts'

const MINUTE = 60_000
let time: number
let limiter: RateLimiter

beforeEach(() => {
  time = 1_000_000
  limiter = new RateLimiter({ now: () => time, random: () => 0.5 })
})

function admitted(limit: RateLimit, attempts: number, key = 'gw_a'): number {
  return Array.from({ length: attempts }, () => limiter.admit(key, limit)).filter((admission) => admission.ok).length
}

function leaseOf(limit: RateLimit, key = 'gw_a'): Lease {
  const admission = limiter.admit(key, limit)
  if (!admission.ok) throw new Error(admission.message)
  return admission.lease
}

/** What is told of a request: the answer's own members with its headers. */
function told(admission: Admission): object {
  const headers = {}
  admission.addHeaders(headers)
  const { ok, windows } = admission
  if (ok) return { ok, windows, headers }
  const { retryAfterMs, limit, message } = admission
  return { ok, retryAfterMs, limit, message, windows, headers }
}

describe('RateLimiter windows', () => {
  it.each<[keyof RateLimit, number]>([
    ['requestsPerMinute', MINUTE],
    ['requestsPerHour', 60 * MINUTE],
    ['requestsPerDay', 1440 * MINUTE],
  ])('%s admits exactly the limit in each window', (member, length) => {
    const limit = { [member]: 100 }
    expect(admitted(limit, 300)).toBe(100)
    time += length - 1
    expect(admitted(limit, 300)).toBe(0)
    time += 1
    expect(admitted(limit, 300)).toBe(100)
  })

  it('admits exactly the limit to requests that run at once', async () => {
    const calls = Array.from({ length: 500 }, async () => {
      await Promise.resolve()
      const admission = limiter.admit('gw_a', { requestsPerMinute: 100 })
      await Promise.resolve()
      if (admission.ok) admission.lease.release()
      return admission.ok
    })
    expect((await Promise.all(calls)).filter(Boolean)).toHaveLength(100)
  })

  it('admits 100 a window under 300 requests a second for a minute and more', () => {
    const admissions: number[] = []
    for (let tick = 0; tick < 300 * 180; tick += 1) {
      if (limiter.admit('gw_a', { requestsPerMinute: 100 }).ok) admissions.push(Math.floor((time - 1_000_000) / MINUTE))
      time += 10 / 3
    }
    const perWindow = [0, 1, 2].map((window) => admissions.filter((at) => at === window).length)
    expect(perWindow).toEqual([100, 100, 100])
  })

  it('begins a window with its first request', () => {
    admitted({ requestsPerMinute: 1 }, 1)
    time += 90_000
    expect(admitted({ requestsPerMinute: 1 }, 1)).toBe(1)
    time += MINUTE - 1
    expect(admitted({ requestsPerMinute: 1 }, 1)).toBe(0)
  })

  it('charges nothing when any limit refuses', () => {
    const limit = { requestsPerMinute: 2, requestsPerHour: 5, requestsPerDay: 6 }
    expect(admitted(limit, 10)).toBe(2)
    time += MINUTE
    expect(admitted(limit, 10)).toBe(2)
    time += MINUTE
    expect(admitted(limit, 10)).toBe(1)
    time += 60 * MINUTE
    expect(admitted(limit, 10)).toBe(1)
  })

  it('keeps keys apart', () => {
    expect(admitted({ requestsPerMinute: 1 }, 5, 'gw_a')).toBe(1)
    expect(admitted({ requestsPerMinute: 1 }, 5, 'gw_b')).toBe(1)
  })

  it('holds what was used against a limit that changes', () => {
    expect(admitted({ requestsPerMinute: 5 }, 10)).toBe(5)
    expect(admitted({ requestsPerMinute: 4 }, 10)).toBe(0)
    expect(admitted({ requestsPerMinute: 8 }, 10)).toBe(3)
  })

  it('limits nothing without a limit, and admits nothing at 0', () => {
    expect(admitted({}, 1000)).toBe(1000)
    expect(told(limiter.admit('gw_b', undefined))).toEqual({ ok: true, windows: [], headers: {} })
    expect(admitted({ requestsPerMinute: 0 }, 3, 'gw_c')).toBe(0)
    expect(admitted({ concurrency: 0 }, 3, 'gw_d')).toBe(0)
  })
})

describe('RateLimiter refusals', () => {
  it('say which limit, and when exactly to come back', () => {
    const limit = { requestsPerMinute: 3 }
    admitted(limit, 3)
    time += 12_345
    const refusal = limiter.admit('gw_a', limit)
    expect(told(refusal)).toEqual({
      ok: false,
      retryAfterMs: 47_655,
      limit: 'requests-per-minute',
      message: 'this gateway key is limited to 3 requests per minute: try again in 48 s',
      headers: {
        'ratelimit-policy': '"requests-per-minute";q=3;w=60',
        ratelimit: '"requests-per-minute";r=0;t=48',
        'retry-after': '48',
      },
      windows: [{ name: 'requests-per-minute', limit: 3, remaining: 0, resetMs: 47_655 }],
    })
    time += 47_655
    expect(limiter.admit('gw_a', limit).ok).toBe(true)
  })

  it('name the limit that lasts longest', () => {
    const limit = { requestsPerMinute: 2, requestsPerDay: 2, requestsPerHour: 2, concurrency: 1 }
    admitted(limit, 1)
    expect(limiter.admit('gw_a', limit)).toMatchObject({ limit: 'concurrency', retryAfterMs: 3000 })
    admitted({ ...limit, concurrency: 2 }, 1)
    expect(limiter.admit('gw_a', limit)).toMatchObject({ limit: 'requests-per-day', retryAfterMs: 1440 * MINUTE })
  })

  it('never say to come back at once', () => {
    const limit = { requestsPerMinute: 1 }
    admitted(limit, 1)
    time += MINUTE - 0.25
    expect(told(limiter.admit('gw_a', limit))).toMatchObject({ headers: { 'retry-after': '1' } })
  })
})

describe('RateLimiter headers', () => {
  const limit = { requestsPerMinute: 10, requestsPerDay: 500, tokensPerMinute: 1000, concurrency: 4 }

  it('tell the state of every window after this request', () => {
    leaseOf(limit).settle(400)
    time += 30_000
    expect(told(limiter.admit('gw_a', limit))).toMatchObject({
      headers: {
        'ratelimit-policy':
          '"requests-per-minute";q=10;w=60, "requests-per-day";q=500;w=86400, "tokens-per-minute";q=1000;w=60',
        ratelimit: '"requests-per-minute";r=8;t=30, "requests-per-day";r=498;t=86370, "tokens-per-minute";r=600;t=30',
      },
    })
  })

  it('are none for a key without windows', () => {
    expect(told(limiter.admit('gw_a', { concurrency: 1 }))).toMatchObject({ headers: {} })
  })

  it('tell how the windows stand when they are asked for', () => {
    const first = limiter.admit('gw_a', limit)
    time += 1_500
    leaseOf(limit).settle(7)
    expect(told(first)).toMatchObject({
      headers: {
        ratelimit: '"requests-per-minute";r=8;t=59, "requests-per-day";r=498;t=86399, "tokens-per-minute";r=993;t=60',
      },
      windows: [
        { name: 'requests-per-minute', limit: 10, remaining: 8, resetMs: 58_500 },
        { name: 'requests-per-day', limit: 500, remaining: 498, resetMs: 86_398_500 },
        { name: 'tokens-per-minute', limit: 1000, remaining: 993, resetMs: 60_000 },
      ],
    })
    time += MINUTE
    expect(told(first)).toMatchObject({
      headers: {
        ratelimit: '"requests-per-minute";r=10;t=60, "requests-per-day";r=498;t=86339, "tokens-per-minute";r=1000;t=60',
      },
    })
  })

  it('replace what stands under their names, and nothing else', () => {
    const headers = { ratelimit: 'theirs', 'retry-after': '7', 'x-other': 'kept' }
    limiter.admit('gw_a', { requestsPerMinute: 1 }).addHeaders(headers)
    expect(headers).toMatchObject({ ratelimit: '"requests-per-minute";r=0;t=60', 'retry-after': '7' })
    limiter.admit('gw_a', { requestsPerMinute: 1 }).addHeaders(headers)
    expect(headers).toMatchObject({ 'retry-after': '60', 'x-other': 'kept' })
  })
})

describe('RateLimiter concurrency', () => {
  it('admits as many as may run, and one more for each that ends', () => {
    const limit = { concurrency: 2 }
    const first = leaseOf(limit)
    leaseOf(limit)
    expect(told(limiter.admit('gw_a', limit))).toEqual({
      ok: false,
      retryAfterMs: 3000,
      limit: 'concurrency',
      message: 'this gateway key is limited to 2 requests at one time: try again in 3 s',
      headers: { 'retry-after': '3' },
      windows: [],
    })
    first.release()
    expect(admitted(limit, 5)).toBe(1)
  })

  it('does not count a lease released twice', () => {
    const lease = leaseOf({ concurrency: 2 })
    leaseOf({ concurrency: 2 })
    lease.release()
    lease.release()
    expect(admitted({ concurrency: 2 }, 5)).toBe(1)
  })

  it.each([
    [0, 1000],
    [0.999_999, 4999],
  ])('asks clients back between one and five seconds later (%d)', (dice, retryAfterMs) => {
    limiter = new RateLimiter({ now: () => time, random: () => dice })
    expect(limiter.admit('gw_a', { concurrency: 0 })).toMatchObject({ retryAfterMs })
  })
})

describe('RateLimiter tokens', () => {
  const limit = { tokensPerMinute: 100 }

  it('admit until they are used up, and again when their minute is over', () => {
    leaseOf(limit).settle(99)
    const last = leaseOf(limit)
    last.settle(50)
    expect(told(limiter.admit('gw_a', limit))).toMatchObject({
      limit: 'tokens-per-minute',
      message: 'this gateway key is limited to 100 tokens per minute: try again in 60 s',
      headers: { ratelimit: '"tokens-per-minute";r=0;t=60' },
    })
    time += MINUTE
    expect(limiter.admit('gw_a', limit).ok).toBe(true)
  })

  it('count when they are settled, also after the request was released', () => {
    const lease = leaseOf(limit)
    time += 10 * MINUTE
    lease.release()
    lease.settle(60)
    lease.settle(40)
    expect(limiter.admit('gw_a', limit).ok).toBe(false)
  })

  it.each([Number.NaN, -50, Number.POSITIVE_INFINITY, 0])('are not changed by a report of %d', (tokens) => {
    const lease = leaseOf(limit)
    lease.settle(99)
    lease.settle(tokens)
    expect(told(limiter.admit('gw_a', limit))).toMatchObject({
      ok: true,
      headers: { ratelimit: '"tokens-per-minute";r=1;t=60' },
    })
  })
})

describe('RateLimiter against a plain model', () => {
  it('agrees on every admission of any schedule', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 40_000 }), key: fc.constantFrom('a', 'b') })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 0, max: 4 }), (steps, max) => {
        const tested = new RateLimiter({ now: () => time })
        const windows = new Map<string, { start: number; count: number }>()
        const agreed = steps.map(({ wait, key }) => {
          time += wait
          const known = windows.get(key)
          const window = known && time < known.start + MINUTE ? known : { start: time, count: 0 }
          const expected = window.count < max
          if (expected) windows.set(key, { ...window, count: window.count + 1 })
          return tested.admit(key, { requestsPerMinute: max }).ok === expected
        })
        expect(agreed).not.toContain(false)
      }),
    )
  })
})

describe('RateLimiter memory', () => {
  it('lets idle keys go as others come, and keeps those still counting', () => {
    const limit = { requestsPerMinute: 1 }
    const running = leaseOf(limit, 'running')
    for (let key = 0; key < 10_000; key += 1) leaseOf(limit, `once-${key}`).release()
    expect(limiter.size).toBe(10_001)

    time += MINUTE
    for (let key = 0; key < 10_000; key += 1) leaseOf({ ...limit, requestsPerHour: 1 }, `later-${key}`).release()
    expect(limiter.size).toBeLessThan(10_100)

    expect(admitted({ requestsPerHour: 1 }, 1, 'later-0')).toBe(0)
    expect(admitted({ concurrency: 1 }, 1, 'running')).toBe(0)
    running.release()
    expect(admitted({ concurrency: 1 }, 1, 'running')).toBe(1)
  })
})

describe('what a limiter saved', () => {
  it('is gone on from by the next', () => {
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
    const limiter = new RateLimiter({ now: () => time })
    limiter.admit('gw_a', { requestsPerMinute: 1 })
    const { changes } = limiter
    limiter.admit('gw_a', { requestsPerMinute: 1 })
    expect(limiter.changes).toBe(changes)
  })
})
