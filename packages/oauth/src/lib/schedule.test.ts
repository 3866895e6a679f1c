import { expect, test } from 'vitest'
import { retryDelayMs, scheduleOf } from './schedule.ts'

test.each([
  ['8 hours: 5 minutes before, up to a minute earlier', 8 * 3600, 300, 360],
  ['30 minutes: 10 %, up to a minute earlier', 1800, 180, 240],
  ['5 seconds: 10 %, up to as much earlier', 5, 0.5, 1],
])('%s', (_what, life, latest, earliest) => {
  const ms = life * 1000
  expect(ms - scheduleOf(ms, ms, 0, 0).renewAt).toBeCloseTo(latest * 1000)
  expect(ms - scheduleOf(ms, ms, 0, 1).renewAt).toBeCloseTo(earliest * 1000)
})

test('a token is not used in its last moments, and not given up before its renewal', () => {
  for (const ms of [5_000, 60_000, 3_600_000]) {
    const { renewAt, endsAt } = scheduleOf(ms, ms, 0, 0)
    expect(endsAt).toBeLessThan(ms)
    expect(renewAt).toBeLessThan(endsAt)
  }
})

test('in the first minute the provider is asked five times at the most, whatever the dice', () => {
  for (const dice of [0, 0.5, 0.999]) {
    let [at, attempts] = [0, 0]
    while (at <= 60_000) at += retryDelayMs(++attempts, dice)
    expect(attempts).toBeGreaterThanOrEqual(4)
    expect(attempts).toBeLessThanOrEqual(5)
  }
  expect(retryDelayMs(1_000, 0)).toBe(300_000)
})
