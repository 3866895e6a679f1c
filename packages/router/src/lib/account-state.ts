import type { RoutedAccount } from './account.ts'
import { Breaker } from './breaker.ts'
import { Health } from './health.ts'
import { RetryBudget } from './retry-budget.ts'

/** All that is remembered of an upstream account over all its models. */
export class AccountState {
  readonly account: RoutedAccount
  readonly health: Health
  /** Open while the account's credential is refused. */
  readonly credential: Breaker
  readonly budget: RetryBudget
  /** Retries paid for that have not begun. */
  paidRetries = 0

  /**
   * @param account - as configured
   * @param random - a number in [0, 1)
   * @param known - what is remembered of the account under its previous configuration
   */
  constructor(account: RoutedAccount, random: () => number, known?: AccountState) {
    this.account = account
    this.health = known?.health ?? new Health()
    this.credential = known?.credential ?? new Breaker({ random, closeAfter: 1 })
    this.budget = known?.budget ?? new RetryBudget()
  }

  /**
   * Pays for a retry to this account; false when it may not go. A healthy account takes any: that is failover, and
   * multiplies nothing. One that is failing too takes what its budget pays for.
   */
  takeRetry(now: number): boolean {
    if (!this.health.isDegraded(now)) return true
    if (!this.budget.spend()) return false
    this.paidRetries += 1
    return true
  }
}
