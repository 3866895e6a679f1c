import { type BudgetRefusal, Budgets, type Hold, startOfDay, startOfMonth } from '@llm-gateway/access'
import type { BudgetPort, Client, Expense } from '@llm-gateway/gateway'
import { LedgerError } from '@llm-gateway/ledger'
import type { Bookkeeping } from './bookkeeping.ts'

export interface KeyBudgetsOptions {
  readonly books: Bookkeeping
  /** Requests that are over and whose cost is not settled yet are settled when this returns. */
  settleEnded(): void
  warn(message: string): void
}

/** Holds gateway keys to their budgets, in this process; what others of this home have spent is read when it starts. */
export class KeyBudgets implements BudgetPort {
  readonly #options: KeyBudgetsOptions
  readonly #budgets = new Budgets({ now: Date.now })
  readonly #startedAt = Date.now()
  #restored = false

  constructor(options: KeyBudgetsOptions) {
    this.#options = options
  }

  /** Takes up what keys had spent before this process began to count, once and only when one of these has a budget. */
  async restoreFor(keys: readonly Pick<Client, 'budget'>[]): Promise<void> {
    if (this.#restored || keys.every(({ budget }) => budget === undefined)) return
    this.#restored = true
    const { books } = this.#options
    const until = this.#startedAt
    try {
      const day = await books.spent(startOfDay(until), until)
      for (const [key, monthNanoUsd] of await books.spent(startOfMonth(until), until))
        this.#budgets.restore(key, { dayNanoUsd: day.get(key) ?? 0, monthNanoUsd })
    } catch (cause) {
      if (!LedgerError.is(cause)) throw cause
      this.#options.warn(`budgets of gateway keys begin anew, for the ledger cannot be read: ${cause.message}`)
    }
  }

  check({ id, budget }: Client): BudgetRefusal | undefined {
    if (budget === undefined) return undefined
    this.#options.settleEnded()
    return this.#budgets.check(id, budget)
  }

  reserve(expense: Expense): Hold | BudgetRefusal | undefined {
    const { id, budget } = expense.client
    return budget && this.#budgets.reserve(id, budget, this.#options.books.estimate(expense, Date.now()))
  }

  /** Counts what a request of a key has cost, in billionths of a US dollar. */
  spend(key: string, nanoUsd: number): void {
    this.#budgets.spend(key, nanoUsd)
  }
}
