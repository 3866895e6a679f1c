import { describe, expect, it } from 'vitest'
import { Cooldown, overloadMs, throttleMs } from './cooldown.ts'

const least = (): number => 0
const most = (): number => 1 - Number.EPSILON

describe('throttleMs', () => {
  it.each([
    [undefined, 60_000],
    [Number.NaN, 60_000],
    [5_000, 5_000],
    [0, 1_000],
    [-5, 1_000],
    [999, 1_000],
    [3_600_001, 3_600_000],
    [Infinity, 3_600_000],
  ])('rests %s ms as %i', (asked, rested) => {
    expect(throttleMs(asked, least)).toBe(rested)
  })

  it('adds up to a fifth, and never more than a second', () => {
    expect(throttleMs(2_000, most)).toBeCloseTo(2_400)
    expect(throttleMs(60_000, most)).toBeCloseTo(61_000)
  })
})

describe('overloadMs', () => {
  it.each([
    [undefined, 5_000],
    [Number.NaN, 5_000],
    [0, 1_000],
    [3_000, 3_000],
    [600_000, 10_000],
  ])('rests %s ms as %i', (asked, rested) => {
    expect(overloadMs(asked)).toBe(rested)
  })
})

describe('Cooldown', () => {
  it('is throttled until the reset, to the millisecond', () => {
    const cooldown = new Cooldown()
    cooldown.throttle(1_000, 5_000)
    expect(cooldown.until).toBe(6_000)
    expect(cooldown.standing(5_999)).toBe('throttled')
    expect(cooldown.standing(6_000)).toBe('none')
  })

  it('keeps the later of two resets', () => {
    const cooldown = new Cooldown()
    cooldown.throttle(0, 60_000)
    cooldown.throttle(10, 5_000)
    expect(cooldown.until).toBe(60_000)
    cooldown.throttle(20, 90_000)
    expect(cooldown.until).toBe(90_020)
  })

  it('does not hold a reset that has passed against a new one', () => {
    const cooldown = new Cooldown()
    cooldown.throttle(0, 60_000)
    cooldown.throttle(70_000, 1_000)
    expect(cooldown.until).toBe(71_000)
  })

  it('lets a 429 outweigh an overload, whichever comes first', () => {
    const cooldown = new Cooldown()
    cooldown.overload(0, 5_000)
    expect(cooldown.standing(1)).toBe('overloaded')
    cooldown.throttle(1, 2_000)
    cooldown.overload(2, 5_000)
    expect(cooldown.standing(3)).toBe('throttled')
    expect(cooldown.until).toBe(2_001)
  })

  it('ends with the success of an attempt begun after it, not of one begun before', () => {
    const cooldown = new Cooldown()
    cooldown.overload(100, 5_000)
    cooldown.success(99)
    expect(cooldown.standing(200)).toBe('overloaded')
    cooldown.success(101)
    expect(cooldown.standing(200)).toBe('none')
  })
})
