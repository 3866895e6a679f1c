import { describe, expect, it } from 'vitest'
import { type AttemptEnd, Health } from './health.ts'

const T = 1_800_000_000_000

function after(...ends: AttemptEnd[]): Health {
  const health = new Health()
  for (const end of ends) {
    health.begin()
    health.end(end, T)
  }
  return health
}

const failure: AttemptEnd = { verdict: 'failure', status: 500 }
const success: AttemptEnd = { verdict: 'success' }

describe('Health', () => {
  it('knows nothing at first', () => {
    const health = new Health()
    expect(health.errorRate(T)).toBe(0)
    expect(health.latencyMs).toBeUndefined()
    expect(health.latencyConfidence(T)).toBe(0)
    expect(health.isDegraded(T)).toBe(false)
  })

  it('counts what is in flight, begun and failed', () => {
    const health = after(success, failure, { verdict: 'throttled' }, { verdict: 'neutral' })
    health.begin()
    expect([health.inFlight, health.requests, health.failures]).toEqual([1, 5, 1])
  })

  it('moves the error rate a tenth of the way with each outcome', () => {
    expect(after(failure).errorRate(T)).toBeCloseTo(0.1)
    expect(after(failure, failure).errorRate(T)).toBeCloseTo(0.19)
    expect(after(failure, success).errorRate(T)).toBeCloseTo(0.09)
  })

  it('leaves the error rate alone for what is nobody or not its fault', () => {
    expect(after(failure, { verdict: 'neutral' }, { verdict: 'throttled' }).errorRate(T)).toBeCloseTo(0.1)
  })

  it('halves the error rate every 30 s', () => {
    const health = after(failure)
    expect(health.errorRate(T + 30_000)).toBeCloseTo(0.05)
    expect(health.errorRate(T + 90_000)).toBeCloseTo(0.0125)
  })

  it('is degraded by three failures in a row, not by two', () => {
    expect(after(failure, failure).isDegraded(T)).toBe(false)
    expect(after(failure, failure, failure).isDegraded(T)).toBe(true)
  })

  it('averages the latencies of successes only', () => {
    const health = after(
      { verdict: 'success', latencyMs: 1_000, firstContentMs: 100 },
      { verdict: 'failure', latencyMs: 1, firstContentMs: 1 },
      { verdict: 'success', latencyMs: 2_000 },
    )
    expect(health.latencyMs).toBeCloseTo(1_100)
    expect(health.firstContentMs).toBe(100)
  })

  it('trusts its latencies half as much after every 60 s', () => {
    const health = after(success)
    expect(health.latencyConfidence(T)).toBe(1)
    expect(health.latencyConfidence(T + 60_000)).toBeCloseTo(0.5)
  })

  it('remembers the last error and the last success', () => {
    const health = after(success, { ...failure, error: 'x'.repeat(1_000) })
    expect(health.lastError).toBe('x'.repeat(300))
    expect([health.lastErrorAt, health.lastSuccessAt]).toEqual([T, T])
  })

  it.each([
    [{ verdict: 'failure', status: 502 }, 'status 502'],
    [{ verdict: 'throttled' }, 'throttled'],
    [{ verdict: 'failure' }, 'failed without a status'],
  ] as const)('describes %j where no text is given', (end, text) => {
    expect(after(end).lastError).toBe(text)
  })
})
