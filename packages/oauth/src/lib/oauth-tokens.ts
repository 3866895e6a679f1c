import { AccountTokens } from './account-tokens.ts'
import { OAuthError } from './error.ts'
import type { TokenAccount, TokenOptions, TokenState } from './token-account.ts'
import type { TokenSet } from './token-set.ts'

/** The longest a timer can run. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The tokens of all accounts in this process; one account's trouble never touches another's. */
export class OAuthTokens {
  readonly #options: TokenOptions
  readonly #accounts = new Map<string, AccountTokens>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  #closed = false

  constructor(options: TokenOptions) {
    this.#options = {
      ...options,
      onChange: (state) => {
        this.#arm(state.accountId)
        options.onChange?.(state)
      },
    }
  }

  /**
   * Sets the accounts there are and reads what the store has of them, logins of other processes included. Of an account that is
   * as it was, nothing is forgotten.
   */
  async configure(accounts: readonly TokenAccount[]): Promise<void> {
    const ids = new Set(accounts.map(({ id }) => id))
    for (const id of this.#accounts.keys()) if (!ids.has(id)) this.#drop(id)
    for (const account of accounts) {
      const known = this.#accounts.get(account.id)
      if (known && JSON.stringify(known.account) === JSON.stringify(account)) continue
      this.#accounts.set(account.id, new AccountTokens(account, this.#options))
    }
    await this.look()
  }

  /** Reads the store again. */
  async look(): Promise<void> {
    await Promise.all([...this.#accounts].map(([id, tokens]) => tokens.look().then(() => this.#arm(id))))
  }

  /** @throws OAuthError when there is no token, at once or later. */
  authorize(accountId: string): TokenSet | Promise<TokenSet> {
    return this.#of(accountId).authorize()
  }

  /** @see AccountTokens.refused */
  async refused(accountId: string, accessToken: string): Promise<boolean> {
    return (await this.#accounts.get(accountId)?.refused(accessToken)) ?? false
  }

  /** Renews an account's token now. @throws OAuthError when there is no new one after it. */
  async force(accountId: string): Promise<TokenSet> {
    return this.#of(accountId).force()
  }

  has(accountId: string): boolean {
    return this.#accounts.has(accountId)
  }

  state(accountId: string): TokenState | undefined {
    return this.#accounts.get(accountId)?.state
  }

  states(): readonly TokenState[] {
    return [...this.#accounts.values()].map(({ state }) => state)
  }

  /** Starts no more renewals; resolves when those under way are recorded. */
  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    await Promise.all([...this.#accounts.values()].map((tokens) => tokens.settled()))
  }

  #of(accountId: string): AccountTokens {
    const tokens = this.#accounts.get(accountId)
    if (tokens) return tokens
    throw new OAuthError('NEEDS_LOGIN', `account ${accountId} has no OAuth login`)
  }

  #drop(id: string): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    this.#accounts.delete(id)
  }

  /** Sets the clock for the next renewal, so that no request has to wait for it. */
  #arm(id: string): void {
    clearTimeout(this.#timers.get(id))
    const tokens = this.#accounts.get(id)
    const at = tokens?.renewAt
    if (tokens === undefined || at === undefined || this.#closed) return
    const wait = Math.max(0, Math.min(MAX_TIMER_MS, at - this.#options.clock.monotonic()))
    const timer = setTimeout(() => {
      tokens.renew().catch(() => {})
    }, wait)
    this.#timers.set(id, timer.unref())
  }
}
