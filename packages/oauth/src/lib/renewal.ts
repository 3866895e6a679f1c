import { OAuthError } from './error.ts'
import type { HeldSection, StoredText } from './port.ts'
import type { TokenAccount, TokenOptions } from './token-account.ts'
import { TokenEndpoint } from './token-endpoint.ts'
import type { Known, TokenRecord, Written } from './token-record.ts'
import { bindTokens, type TokenProblem, type TokenSet } from './token-set.ts'
import type { TokenTrouble } from './token-trouble.ts'

/** A new token that is refused within this time is refused for good. */
const FORCED_MS = 5 * 60_000

/** Trades an account's refresh token for new tokens, beside other processes that may do the same. */
export class Renewal {
  readonly #account: TokenAccount
  readonly #options: Pick<TokenOptions, 'clock' | 'requestMs' | 'store'>
  readonly #endpoint: TokenEndpoint
  readonly #record: TokenRecord
  readonly #trouble: TokenTrouble
  /** The token that a refused one was traded for, and when: refused as well, it ends the trying. */
  #forced: { readonly token: string; readonly at: number } | undefined

  constructor(account: TokenAccount, options: TokenOptions, record: TokenRecord, trouble: TokenTrouble) {
    this.#account = account
    this.#options = options
    this.#endpoint = new TokenEndpoint(account, options.fetch)
    this.#record = record
    this.#trouble = trouble
  }

  /**
   * Brings good tokens: those another process put there meanwhile, else the provider's.
   *
   * @param refused an access token that must not be what comes out, good or not.
   * @throws OAuthError
   */
  run(refused: string | undefined): Promise<Known> {
    return this.#options.store.lock(this.#record.path, (held) => this.#exclusively(held, refused), {
      waitMs: this.#requestMs + 5_000,
    })
  }

  /** Whether this token is the one that a refused one was traded for, a short while ago. */
  traded(accessToken: string): boolean {
    const forced = this.#forced
    return forced?.token === accessToken && this.#options.clock.monotonic() < forced.at + FORCED_MS
  }

  /** Marks the record whose access token the upstream refuses. */
  async refuse(kind: TokenProblem, accessToken: string): Promise<Known> {
    const before = await this.#record.read()
    if (before === undefined || before.tokens.accessToken !== accessToken) {
      throw this.#trouble.needsLogin('its token was refused')
    }
    return before.tokens.problem?.kind === kind ? before : this.#mark(before, kind)
  }

  get #requestMs(): number {
    return this.#options.requestMs ?? 60_000
  }

  async #exclusively(held: HeldSection, refused: string | undefined): Promise<Known> {
    const before = await this.#record.read()
    const found = this.#record.usable(before, refused)
    if (found) return found
    if (before === undefined) throw this.#trouble.needsLogin('nobody has logged in yet')
    if (before.tokens.problem) throw this.#trouble.ofRecord(before.tokens.problem.kind)
    const { refreshToken } = before.tokens
    if (refreshToken === undefined) throw this.#trouble.needsLogin('its token has ended and cannot be renewed')
    if (!(await held.stillHeld())) {
      throw new OAuthError('REFRESH_PENDING', `another process renews the token of account "${this.#account.name}"`)
    }
    try {
      const signal = AbortSignal.any([held.signal, AbortSignal.timeout(this.#requestMs)])
      const granted = await this.#endpoint.refresh(refreshToken, { signal })
      const received = this.#options.clock.monotonic()
      const next = bindTokens(
        { refreshToken, ...(before.tokens.scope !== undefined && { scope: before.tokens.scope }), ...granted },
        { profile: this.#account.profile, resource: this.#account.resource, now: this.#options.clock.now() },
      )
      return await this.#keep(next, before, received, refused)
    } catch (cause) {
      if (OAuthError.is(cause) && cause.code === 'INVALID_GRANT') return this.#afterInvalidGrant(before, refused)
      throw cause
    }
  }

  /** Durable first, used after: whoever is killed in between has lost nothing that a provider with a grace period forgets. */
  async #keep(next: TokenSet, before: Known, received: number, refused: string | undefined): Promise<Known> {
    const written = await this.#record.write(next, before, received)
    // A login came in between: it is newer than what we were renewing.
    if (!written.ok) return this.#takeOver(written.current, refused)
    if (refused !== undefined) this.#forced = { token: next.accessToken, at: received }
    return written.known
  }

  /** Another process may have renewed with the token that is refused to us; only the very record that failed is marked. */
  async #afterInvalidGrant(before: Known, refused: string | undefined): Promise<Known> {
    const now = await this.#record.read()
    if (now !== undefined && now.version !== before.version) {
      const found = this.#record.usable(now, refused)
      if (found) return found
    }
    const known = await this.#mark(before, 'refresh-refused')
    if (known.tokens.problem === undefined) return this.#checked(known, refused)
    throw this.#trouble.ofRecord('refresh-refused')
  }

  async #mark(before: Known, kind: TokenProblem): Promise<Known> {
    const written: Written = await this.#record.mark(before, kind)
    return written.ok ? written.known : this.#takeOver(written.current, undefined)
  }

  #takeOver(current: StoredText | undefined, refused: string | undefined): Known {
    return this.#checked(current && this.#record.adopt(current), refused)
  }

  #checked(known: Known | undefined, refused: string | undefined): Known {
    const found = this.#record.usable(known, refused)
    if (found) return found
    throw this.#trouble.needsLogin('its tokens were replaced by others that cannot be used')
  }
}
