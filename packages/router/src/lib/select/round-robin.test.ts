import { describe, expect, it } from 'vitest'
import { Health } from '../health.ts'
import { accountOf } from '../testing.ts'
import { selectorContract } from './contract.ts'
import { RoundRobin } from './round-robin.ts'
import type { Choice } from './selector.ts'

describe('RoundRobin keeps the contract', () => {
  it.each(selectorContract)('$name', (law) => {
    expect(law.breach(new RoundRobin())).toBeUndefined()
  })
})

describe('RoundRobin', () => {
  it('gives every account of a tier its turn, tier by tier', () => {
    const order = (turn: number): string => {
      const choices: Choice[] = ['a0', 'b0', 'c0', 'd1', 'e1'].map((id) => ({
        account: accountOf(id),
        health: new Health(),
        tier: Number(id[1]),
        score: 0,
      }))
      new RoundRobin().order(choices, turn)
      return choices.map((choice) => choice.account.id).join(' ')
    }
    expect([0, 1, 2, 3].map(order)).toEqual(['a0 b0 c0 d1 e1', 'b0 c0 a0 e1 d1', 'c0 a0 b0 d1 e1', 'a0 b0 c0 e1 d1'])
  })
})
