import { describe, expect, it } from 'vitest'
import { RetryBudget } from './retry-budget.ts'

function drained(): RetryBudget {
  const budget = new RetryBudget()
  while (budget.spend());
  return budget
}

describe('RetryBudget', () => {
  it('starts with ten retries', () => {
    const budget = new RetryBudget()
    const spent = Array.from({ length: 12 }, () => budget.spend())
    expect(spent.filter(Boolean)).toHaveLength(10)
  })

  it('earns one retry with ten requests', () => {
    const budget = drained()
    for (let i = 0; i < 9; i += 1) budget.deposit()
    expect(budget.spend()).toBe(false)
    budget.deposit()
    expect(budget.spend()).toBe(true)
    expect(budget.spend()).toBe(false)
  })

  it('holds no more than ten', () => {
    const budget = new RetryBudget()
    for (let i = 0; i < 1_000; i += 1) budget.deposit()
    budget.refund()
    const spent = Array.from({ length: 12 }, () => budget.spend())
    expect(spent.filter(Boolean)).toHaveLength(10)
  })

  it('gets back what a useful retry cost', () => {
    const budget = drained()
    budget.refund()
    expect(budget.spend()).toBe(true)
  })

  it('keeps retries to a tenth of the requests while all fail', () => {
    const budget = drained()
    let retries = 0
    for (let i = 0; i < 10_000; i += 1) {
      budget.deposit()
      if (budget.spend()) retries += 1
    }
    expect(retries).toBe(1_000)
  })
})
