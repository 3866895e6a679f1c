import { beforeEach, describe, expect, it } from 'vitest'
import { type Budget, type BudgetRefusal, Budgets, type Hold } from './budgets.ts'

let time: number
let budgets: Budgets
beforeEach(() => {
  time = Date.UTC(2026, 10, 30, 23, 0)
  budgets = new Budgets({ now: () => time })
})

const usd = (amount: number): number => amount * 1e9
const reserve = (budget: Budget, estimate = 0): Hold | BudgetRefusal => budgets.reserve('key', budget, usd(estimate))
const spend = (cost: number): void => budgets.spend('key', usd(cost))

function hold(budget: Budget, estimate = 0): Hold {
  const reserved = reserve(budget, estimate)
  if (!reserved.ok) throw new Error(reserved.message)
  return reserved
}

/** A request from its start to its end. */
function request(budget: Budget, cost: number): void {
  const held = hold(budget, cost)
  held.release()
  spend(cost)
}

describe('Budgets', () => {
  it('lets in until what is spent reaches the budget, and tells when the next day begins', () => {
    for (let call = 0; call < 4; call++) request({ usdPerDay: 1 }, 0.25)
    expect(reserve({ usdPerDay: 1 })).toEqual({
      ok: false,
      limit: 'usdPerDay',
      retryAfterMs: 3_600_000,
      message: 'this gateway key has used up its budget of $1 a day; the next day (UTC) begins in 60 minutes',
    })
    expect(budgets.reserve('other', { usdPerDay: 1 }, 0)).toMatchObject({ ok: true })
  })

  it('counts what open requests may cost, and gives it back whatever they cost', () => {
    const [first, second] = [hold({ usdPerDay: 1 }, 0.6), hold({ usdPerDay: 1 }, 0.6)]
    expect(reserve({ usdPerDay: 1 }, 0.6)).toMatchObject({ limit: 'usdPerDay' })
    first.release()
    spend(0.1)
    second.release()
    spend(0)
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(0.1), monthNanoUsd: usd(0.1) })
    hold({ usdPerDay: 1 }, 5)
    expect(reserve({ usdPerDay: 1 })).toMatchObject({ limit: 'usdPerDay' })
  })

  it('gives back once what was held, and nothing for what was refused', () => {
    const [first] = [hold({ usdPerDay: 1 }, 0.5), hold({ usdPerDay: 1 }, 0.5)]
    expect(reserve({ usdPerDay: 1 }, 9)).toMatchObject({ ok: false })
    first.release()
    first.release()
    expect(budgets.check('key', { usdPerDay: 0.5 })).toMatchObject({ limit: 'usdPerDay' })
    expect(budgets.check('key', { usdPerDay: 0.51 })).toBeUndefined()
  })

  it('admits no more of fifty at once than the budget is for, by estimates that are not too low', () => {
    const admitted = Array.from({ length: 50 }, () => reserve({ usdPerDay: 10 }, 1)).filter(({ ok }) => ok)
    expect(admitted).toHaveLength(10)
  })

  it('begins anew with the day and the month of UTC', () => {
    const both = { usdPerDay: 1, usdPerMonth: 1.5 }
    request(both, 1)
    expect(reserve(both)).toMatchObject({ limit: 'usdPerDay' })
    time = Date.UTC(2026, 11, 1)
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: 0, monthNanoUsd: 0 })
    request(both, 1)
    time = Date.UTC(2026, 11, 2)
    request(both, 0.75)
    expect(reserve(both)).toMatchObject({
      limit: 'usdPerMonth',
      message: expect.stringMatching(/\$1\.5 a month.*30 days/),
    })
  })

  it('forgets nothing when the clock is set back over midnight and over the turn of a month', () => {
    const [before, after] = [time + 3_599_000, time + 3_601_000]
    time = before
    spend(1)
    time = after
    spend(0.25)
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(0.25), monthNanoUsd: usd(0.25) })
    for (let flip = 0; flip < 2; flip++) {
      time = before
      expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(1.25), monthNanoUsd: usd(1.25) })
      expect(reserve({ usdPerDay: 1.25 })).toMatchObject({ ok: false, limit: 'usdPerDay' })
      time = after
      expect(budgets.spent('key')).toEqual({ dayNanoUsd: 0, monthNanoUsd: 0 })
    }
  })

  it('counts what a clock dated too late in the day it is set back to, and begins anew with the next', () => {
    spend(1)
    time += 1_500 * 86_400_000
    spend(2)
    time -= 1_500 * 86_400_000
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(3), monthNanoUsd: usd(3) })
    time -= 86_400_000
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(3), monthNanoUsd: usd(3) })
    time += 86_400_000
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: 0, monthNanoUsd: usd(3) })
  })

  it('counts a request that runs over midnight in the day it ends, and gives back what was held for it', () => {
    const held = hold({ usdPerDay: 1 }, 0.9)
    time = Date.UTC(2026, 11, 1)
    expect(budgets.check('key', { usdPerDay: 0.9 })).toMatchObject({ limit: 'usdPerDay' })
    held.release()
    spend(0.5)
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(0.5), monthNanoUsd: usd(0.5) })
    expect(budgets.check('key', { usdPerDay: 0.51 })).toBeUndefined()
  })

  it('goes on from what was spent before, and counts keys that have no budget yet', () => {
    budgets.restore('key', { dayNanoUsd: usd(1), monthNanoUsd: usd(7) })
    spend(2)
    expect(budgets.spent('key')).toEqual({ dayNanoUsd: usd(3), monthNanoUsd: usd(9) })
    expect(reserve({ usdPerMonth: 9 })).toMatchObject({ limit: 'usdPerMonth' })
    expect(reserve({ usdPerMonth: 9.5, usdPerDay: 4 })).toMatchObject({ ok: true })
  })
})
