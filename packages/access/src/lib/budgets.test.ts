import { beforeEach, describe, expect, it } from 'vitest'
import { Budgets } from './budgets.ts'

let time: number
let budgets: Budgets
let asked = 0
beforeEach(() => {
  time = Date.UTC(2026, 10, 30, 23, 0)
  budgets = new Budgets({ now: () => time })
  asked = 0
})

const usd = (amount: number): number => amount * 1e9
const reserve = (budget: { usdPerDay?: number; usdPerMonth?: number }, estimate = 0): ReturnType<Budgets['reserve']> =>
  budgets.reserve('key', budget, `req_${++asked}`, usd(estimate))
const settle = (cost: number, request = asked): void => budgets.settle('key', `req_${request}`, usd(cost))

describe('Budgets', () => {
  it('lets in until what is spent reaches the budget, and tells when the next day begins', () => {
    for (let call = 0; call < 4; call++) {
      expect(reserve({ usdPerDay: 1 })).toBeUndefined()
      settle(0.25)
    }
    expect(reserve({ usdPerDay: 1 })).toEqual({
      limit: 'usdPerDay',
      retryAfterMs: 3_600_000,
      message: 'this gateway key has used up its budget of $1 a day; the next day (UTC) begins in 60 minutes',
    })
    expect(budgets.reserve('other', { usdPerDay: 1 }, 'r', 0)).toBeUndefined()
  })

  it('counts what open requests may cost, and gives it back whatever they cost', () => {
    expect(reserve({ usdPerDay: 1 }, 0.6)).toBeUndefined()
    expect(reserve({ usdPerDay: 1 }, 0.6)).toBeUndefined()
    expect(reserve({ usdPerDay: 1 }, 0.6)).toMatchObject({ limit: 'usdPerDay' })
    settle(0.1, 1)
    settle(0, 2)
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(0.1), monthNanoUsd: usd(0.1) })
    expect(reserve({ usdPerDay: 1 }, 5)).toBeUndefined()
    expect(reserve({ usdPerDay: 1 })).toMatchObject({ limit: 'usdPerDay' })
  })

  it('admits no more of fifty at once than the budget is for, by estimates that are not too low', () => {
    const admitted = Array.from({ length: 50 }, () => reserve({ usdPerDay: 10 }, 1)).filter(
      (each) => each === undefined,
    )
    expect(admitted).toHaveLength(10)
  })

  it('begins anew with the day and the month of UTC', () => {
    const both = { usdPerDay: 1, usdPerMonth: 1.5 }
    reserve(both)
    settle(1)
    expect(reserve(both)).toMatchObject({ limit: 'usdPerDay' })
    time = Date.UTC(2026, 11, 1)
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: 0, monthNanoUsd: 0 })
    reserve(both)
    settle(1)
    time = Date.UTC(2026, 11, 2)
    reserve(both)
    settle(0.75)
    expect(reserve(both)).toMatchObject({
      limit: 'usdPerMonth',
      message: expect.stringMatching(/\$1\.5 a month.*30 days/),
    })
  })

  it('counts a request that runs over midnight in the day it ends, and gives back what was held for it', () => {
    reserve({ usdPerDay: 1 }, 0.9)
    time = Date.UTC(2026, 11, 1)
    settle(0.5)
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(0.5), monthNanoUsd: usd(0.5) })
    expect(reserve({ usdPerDay: 1 }, 0.9)).toBeUndefined()
  })

  it('goes on from what was spent before, and counts keys that have no budget yet', () => {
    budgets.restore('key', { dayNanoUsd: usd(1), monthNanoUsd: usd(7) })
    settle(2, 99)
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(3), monthNanoUsd: usd(9) })
    expect(reserve({ usdPerMonth: 9 })).toMatchObject({ limit: 'usdPerMonth' })
    expect(reserve({ usdPerMonth: 9.5, usdPerDay: 4 })).toBeUndefined()
  })
})
