import { OAuthError } from './error.ts'
import { Renewal } from './renewal.ts'
import type { TokenAccount, TokenOptions, TokenState } from './token-account.ts'
import { canRefresh, isGood, type Known, TokenRecord } from './token-record.ts'
import { expiresAt, type TokenSet } from './token-set.ts'
import { TokenTrouble } from './token-trouble.ts'

/** A login elsewhere is looked for at most this often while requests ask for tokens that are not there. */
const LOOK_AGAIN_MS = 2_000

/** The tokens of one account in this process: handed out while good, renewed once for all who wait, in step with other processes. */
export class AccountTokens {
  readonly account: TokenAccount
  readonly #options: TokenOptions
  readonly #trouble: TokenTrouble
  readonly #record: TokenRecord
  readonly #renewal: Renewal
  #flight: Promise<Known> | undefined
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(account: TokenAccount, options: TokenOptions) {
    this.account = account
    this.#options = options
    this.#trouble = new TokenTrouble(account, options)
    this.#record = new TokenRecord(account, options, this.#trouble)
    this.#renewal = new Renewal(account, options, this.#record, this.#trouble)
  }

  /**
   * A token to send. At once while the known one is good, though a renewal may be under way; else when there is one.
   *
   * @throws OAuthError `NEEDS_LOGIN`, `REFRESH_PENDING`, or what the last renewal failed with.
   */
  authorize(): TokenSet | Promise<TokenSet> {
    const known = this.#record.known
    const now = this.#options.clock.monotonic()
    if (known && isGood(known, now)) {
      if (now >= known.renewAt && this.#mayTry(known, now)) this.renew().catch(() => {})
      return known.tokens
    }
    return this.#patiently(this.#obtain())
  }

  /** Renews a token that is due, or takes over what another process has. Called by a timer, off the path of requests. */
  async renew(): Promise<void> {
    await this.#once(() => this.#update(undefined))
  }

  /** When `renew` has something to do, on the monotonic clock; undefined when it never will. */
  get renewAt(): number | undefined {
    const known = this.#record.known
    if (known === undefined || !canRefresh(known)) return undefined
    const at = Math.max(known.renewAt, this.#trouble.retryAt)
    return at === Number.POSITIVE_INFINITY ? undefined : at
  }

  /**
   * The upstream refused this access token with 401. Renews it once for all who were refused.
   *
   * @returns whether there is another token to try, once.
   */
  async refused(accessToken: string): Promise<boolean> {
    const known = this.#record.known
    const now = this.#options.clock.monotonic()
    if (known && known.tokens.accessToken !== accessToken) return isGood(known, now)
    if (this.#renewal.traded(accessToken)) {
      await this.#once(() => this.#renewal.refuse('access-refused', accessToken)).catch(() => {})
      return false
    }
    try {
      // A renewal that was under way before may end with the very token that is refused.
      for (const _turn of [1, 2]) {
        const next = await this.#patiently(this.#once(() => this.#update(accessToken)))
        if (next.accessToken !== accessToken) return true
      }
      return false
    } catch (cause) {
      if (OAuthError.is(cause)) return false
      throw cause
    }
  }

  /** Renews now, due or not. @throws OAuthError when there is no new token after it. */
  async force(): Promise<TokenSet> {
    const { tokens } = await this.#once(async () => {
      const stored = await this.#record.read()
      return this.#update(stored?.tokens.accessToken)
    })
    return tokens
  }

  /** Reads the store again: a login or a renewal of another process counts from now on. */
  async look(): Promise<void> {
    await this.#record.read().catch((cause: unknown) => this.#trouble.note(cause))
  }

  /** Resolves when nothing is under way: a process must not end between a token's rotation and its record. */
  async settled(): Promise<void> {
    await this.#flight?.catch(() => {})
  }

  get state(): TokenState {
    const { id, profile } = this.account
    const known = this.#record.known
    const base = { accountId: id, profile: profile.name }
    if (known === undefined) {
      const problem = this.#trouble.last?.message ?? this.#trouble.needsLogin('nobody has logged in yet').message
      return { ...base, state: 'needs_login', refreshable: false, problem }
    }
    const { tokens } = known
    const end = expiresAt(tokens)
    const problem = tokens.problem ? this.#trouble.ofRecord(tokens.problem.kind).message : this.#trouble.last?.message
    const good = isGood(known, this.#options.clock.monotonic())
    return {
      ...base,
      state: tokens.problem || (!good && !canRefresh(known)) ? 'needs_login' : good ? 'authorized' : 'expired',
      obtainedAt: tokens.obtainedAt,
      ...(end !== undefined && { expiresAt: end }),
      refreshable: canRefresh(known),
      ...(problem !== undefined && { problem }),
    }
  }

  async #obtain(): Promise<TokenSet> {
    return (await this.#once(() => this.#update(undefined))).tokens
  }

  /** One at a time in this process: whoever comes meanwhile shares the outcome. */
  #once(run: () => Promise<Known>): Promise<Known> {
    this.#flight ??= run().finally(() => {
      this.#flight = undefined
      this.#options.onChange?.(this.state)
    })
    return this.#flight
  }

  async #patiently(pending: Promise<Known | TokenSet>): Promise<TokenSet> {
    const { patienceMs = 15_000 } = this.#options
    let timer: NodeJS.Timeout | undefined
    const tired = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const { name } = this.account
        reject(new OAuthError('REFRESH_PENDING', `the token of account "${name}" is still being renewed: try again`))
      }, patienceMs)
    })
    // The flight has its own end whoever waits for it.
    pending.catch(() => {})
    try {
      const result = await Promise.race([pending, tired])
      return 'tokens' in result ? result.tokens : result
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Brings a good token: from the store where another process put one, else from the provider.
   *
   * @param refused an access token that must not be what comes out, good or not.
   */
  async #update(refused: string | undefined): Promise<Known> {
    const now = this.#options.clock.monotonic()
    const known = this.#record.known
    const waiting = known === undefined || known.tokens.problem !== undefined
    if (waiting && this.#trouble.last && now < this.#lookedAt + LOOK_AGAIN_MS) throw this.#trouble.last
    this.#lookedAt = now
    try {
      const found = this.#record.usable(await this.#record.read(), refused) ?? (await this.#renewed(refused, now))
      this.#trouble.end()
      return found
    } catch (cause) {
      throw this.#trouble.note(cause)
    }
  }

  async #renewed(refused: string | undefined, now: number): Promise<Known> {
    const known = this.#record.known
    if (known && !this.#mayTry(known, now) && this.#trouble.last) throw this.#trouble.last
    return this.#renewal.run(refused)
  }

  #mayTry(known: Known, now: number): boolean {
    return canRefresh(known) && now >= this.#trouble.retryAt
  }
}
