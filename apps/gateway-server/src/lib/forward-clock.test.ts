import { Router } from '@llm-gateway/router'
import { expect, test } from 'vitest'
import { ForwardClock, healthByWall } from './forward-clock.ts'

const hour = 3_600_000
const start = Date.UTC(2026, 10, 29)

test('it goes on where it was when the system’s clock is set back, again and again, and forward with it', () => {
  let wall = start
  const clock = new ForwardClock(() => wall)
  expect(clock.now()).toBe(start)
  wall -= hour
  expect(clock.now()).toBe(start)
  wall += 1_000
  expect(clock.now()).toBe(start + 1_000)
  wall -= 2 * hour
  expect(clock.now()).toBe(start + 1_000)
  wall += 10 * hour
  expect(clock.now()).toBe(start + 1_000 + 10 * hour)
  expect(clock.wallTime(start + 1_000 + 10 * hour)).toBe(wall)
  expect(clock.wallTime(undefined)).toBeUndefined()
})

test('an account that rests as the clock is set back comes back when it has rested, and is told of by the new time', () => {
  let wall = start
  const clock = new ForwardClock(() => wall)
  const router = new Router({
    accounts: [{ id: 'a', provider: 'openai', dialects: ['openai-chat'] }],
    now: clock.now,
    random: () => 0,
  })
  router.begin('a', 'gpt-4o').end({ verdict: 'throttled', retryAfterMs: 30_000 })
  const told = (): object => router.health().map((health) => healthByWall(health, clock))[0] ?? {}
  expect(told()).toMatchObject({ state: 'throttled', until: wall + 30_000 })
  wall -= hour
  expect(told()).toMatchObject({ state: 'throttled' })
  expect(told()).toMatchObject({ until: wall + 30_000 })
  wall += 30_001
  expect(told()).toMatchObject({ state: 'healthy' })
})
