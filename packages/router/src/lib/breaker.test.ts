import { describe, expect, it } from 'vitest'
import { Breaker } from './breaker.ts'
import { middle } from './testing.ts'

const T = 1_800_000_000_000

function fail(breaker: Breaker, times: number, at: number = T): void {
  for (let i = 0; i < times; i += 1) breaker.failure(at, breaker.epoch)
}

function opened(random: () => number = middle): Breaker {
  const breaker = new Breaker({ random })
  fail(breaker, 5)
  return breaker
}

/** Sends the probe that is due and fails it. */
function failProbe(breaker: Breaker, at: number): void {
  expect(breaker.start(at)).toBe(true)
  breaker.failure(at, breaker.epoch)
}

describe('Breaker, closed', () => {
  it('opens at the fifth failure in a row', () => {
    const breaker = new Breaker({ random: middle })
    fail(breaker, 4)
    expect(breaker.standing(T)).toBe('closed')
    fail(breaker, 1)
    expect(breaker.standing(T)).toBe('open')
    expect(breaker.cause).toBe('failures')
  })

  it('starts counting again after a success', () => {
    const breaker = new Breaker({ random: middle })
    fail(breaker, 4)
    breaker.success(T, breaker.epoch)
    fail(breaker, 4)
    expect(breaker.standing(T)).toBe('closed')
  })

  it('opens when half of twenty outcomes failed, not at nineteen', () => {
    const breaker = new Breaker({ random: middle })
    for (let i = 0; i < 9; i += 1) {
      breaker.failure(T + i, breaker.epoch)
      breaker.success(T + i, breaker.epoch)
    }
    breaker.success(T + 10, breaker.epoch)
    expect(breaker.standing(T + 10)).toBe('closed')
    breaker.failure(T + 11, breaker.epoch)
    expect(breaker.standing(T + 11)).toBe('open')
  })

  it('stays closed below half, and when the failures are spread beyond 30 s', () => {
    const breaker = new Breaker({ random: middle })
    for (let i = 0; i < 300; i += 1) {
      const at = T + i * 2_000
      if (i % 2 === 0) breaker.failure(at, breaker.epoch)
      else breaker.success(at, breaker.epoch)
    }
    expect(breaker.standing(T + 600_000)).toBe('closed')
  })
})

describe('Breaker, open', () => {
  it('rests 30 s, give or take a fifth', () => {
    expect(opened(middle).until).toBe(T + 30_000)
    expect(opened(() => 0).until).toBe(T + 24_000)
    expect(opened(() => 1 - Number.EPSILON).until).toBeCloseTo(T + 36_000)
  })

  it('rests 30 s longer each time a probe fails, up to 300 s', () => {
    const breaker = opened()
    const rests: number[] = []
    for (let i = 0; i < 12; i += 1) {
      const at = breaker.until
      failProbe(breaker, at)
      rests.push((breaker.until - at) / 1_000)
    }
    expect(rests).toEqual([60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300, 300])
  })

  it('begins at 30 s again once it has closed', () => {
    const breaker = opened()
    failProbe(breaker, breaker.until)
    const at = breaker.until
    breaker.success(at, breaker.epoch)
    breaker.success(at, breaker.epoch)
    expect(breaker.standing(at)).toBe('closed')
    fail(breaker, 5, at)
    expect(breaker.until - at).toBe(30_000)
  })

  it('rests no longer than the failure that opened it allows', () => {
    const breaker = new Breaker({ random: middle })
    for (let i = 0; i < 5; i += 1) breaker.failure(T, breaker.epoch, { maxOpenMs: 10_000 })
    expect(breaker.until).toBe(T + 10_000)
  })

  it('is not kept open by what was sent as a last resort', () => {
    const breaker = opened()
    fail(breaker, 50, T + 20_000)
    breaker.refuse(T + 20_000, breaker.epoch)
    expect(breaker.until).toBe(T + 30_000)
  })

  it('closes by what was sent as a last resort and succeeded', () => {
    const breaker = opened()
    breaker.success(T + 1_000, breaker.epoch)
    expect(breaker.standing(T + 1_000)).toBe('due')
    breaker.success(T + 1_001, breaker.epoch)
    expect(breaker.standing(T + 1_001)).toBe('closed')
  })

  it('ignores the end of what began before it opened', () => {
    const breaker = new Breaker({ random: middle })
    const before = breaker.epoch
    fail(breaker, 5)
    breaker.success(T + 1, before)
    breaker.success(T + 2, before)
    expect(breaker.standing(T + 3)).toBe('open')
  })
})

describe('Breaker, half-open', () => {
  it('lets one probe out at a time', () => {
    const breaker = opened()
    const at = T + 30_000
    expect(breaker.standing(at - 1)).toBe('open')
    expect(breaker.standing(at)).toBe('due')
    expect(breaker.start(at)).toBe(true)
    expect(breaker.standing(at)).toBe('probing')
    expect(breaker.start(at)).toBe(false)
  })

  it('keeps a claimed probe for the attempt that starts next', () => {
    const breaker = opened()
    const at = T + 30_000
    breaker.claim(at)
    expect(breaker.standing(at)).toBe('probing')
    expect(breaker.start(at)).toBe(true)
    expect(breaker.start(at)).toBe(false)
  })

  it('gives a probe that was claimed and never sent to another after 30 s', () => {
    const breaker = opened()
    const at = T + 30_000
    breaker.claim(at)
    expect(breaker.standing(at + 29_999)).toBe('probing')
    expect(breaker.standing(at + 30_000)).toBe('due')
  })

  it('closes after two successful probes', () => {
    const breaker = opened()
    const at = T + 30_000
    for (const expected of ['due', 'closed']) {
      expect(breaker.start(at)).toBe(true)
      breaker.success(at, breaker.epoch)
      breaker.release(breaker.epoch)
      expect(breaker.standing(at)).toBe(expected)
    }
  })

  it('opens again when the second probe fails', () => {
    const breaker = opened()
    const at = T + 30_000
    breaker.start(at)
    breaker.success(at, breaker.epoch)
    breaker.release(breaker.epoch)
    failProbe(breaker, at)
    expect(breaker.standing(at)).toBe('open')
    expect(breaker.until).toBe(at + 60_000)
  })

  it('neither opens nor closes by a probe that says nothing', () => {
    const breaker = opened()
    const at = T + 30_000
    for (let i = 0; i < 5; i += 1) {
      expect(breaker.start(at)).toBe(true)
      breaker.release(breaker.epoch)
      expect(breaker.standing(at)).toBe('due')
    }
  })
})

describe('Breaker, credential refused', () => {
  it('opens at once for 60 s, every time', () => {
    const breaker = new Breaker({ random: middle, closeAfter: 1 })
    breaker.refuse(T, breaker.epoch)
    expect([breaker.standing(T), breaker.cause, breaker.until]).toEqual(['open', 'credential', T + 60_000])
    expect(breaker.start(T + 60_000)).toBe(true)
    breaker.refuse(T + 60_000, breaker.epoch)
    expect(breaker.until).toBe(T + 120_000)
  })

  it('closes by one success where one is enough', () => {
    const breaker = new Breaker({ random: middle, closeAfter: 1 })
    breaker.refuse(T, breaker.epoch)
    breaker.start(T + 60_000)
    breaker.success(T + 60_000, breaker.epoch)
    expect(breaker.standing(T + 60_000)).toBe('closed')
    expect(breaker.cause).toBeUndefined()
  })

  it('ignores the refusals of attempts that began before the first', () => {
    const breaker = new Breaker({ random: middle })
    const before = breaker.epoch
    breaker.refuse(T, before)
    breaker.refuse(T + 59_000, before)
    expect(breaker.until).toBe(T + 60_000)
  })
})
