import { describe, expect, it } from 'vitest'
import { Dice } from '../../../../../test-kit/dice.ts'
import { Health } from '../health.ts'
import { accountOf } from '../testing.ts'
import { selectorContract } from './contract.ts'
import type { Choice } from './selector.ts'
import { Weighted } from './weighted.ts'

function choice(id: string, weight?: number): Choice {
  const account = accountOf(id, weight === undefined ? {} : { weight })
  return { account, health: new Health(), tier: 0, score: 0 }
}

function order(selector: Weighted, choices: Choice[]): string[] {
  selector.order(choices)
  return choices.map((entry) => entry.account.id)
}

describe('Weighted keeps the contract', () => {
  it.each(selectorContract)('$name', (law) => {
    expect(law.breach(new Weighted(new Dice(1).next))).toBeUndefined()
  })
})

describe('Weighted', () => {
  it('puts accounts first in proportion to their weights, and second in proportion among those left', () => {
    const selector = new Weighted(new Dice(7).next)
    const runs = 40_000
    const seen = new Map<string, number>()
    for (let i = 0; i < runs; i += 1) {
      const [first, second] = order(selector, [choice('a', 5), choice('b', 3), choice('c', 2)])
      for (const key of [`${first}`, `${first}${second}`]) seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    const share = (key: string): number => (seen.get(key) ?? 0) / runs
    expect(share('a')).toBeCloseTo(0.5, 1.7)
    expect(share('b')).toBeCloseTo(0.3, 1.7)
    expect(share('c')).toBeCloseTo(0.2, 1.7)
    expect(share('ab') / share('a')).toBeCloseTo(0.6, 1.5)
    expect(share('ba') / share('b')).toBeCloseTo(5 / 7, 1.5)
  })

  it('counts an account without a weight as one', () => {
    const selector = new Weighted(new Dice(3).next)
    let plain = 0
    for (let i = 0; i < 10_000; i += 1)
      if (order(selector, [choice('plain'), choice('triple', 3)])[0] === 'plain') plain += 1
    expect(plain / 10_000).toBeCloseTo(0.25, 1.7)
  })

  it('keeps an account of weight 0 for last', () => {
    const selector = new Weighted(new Dice(5).next)
    for (let i = 0; i < 1_000; i += 1) {
      expect(order(selector, [choice('none', 0), choice('never', 0), choice('some', 0.001)])[0]).toBe('some')
    }
  })
})
