import { OAuthError } from './error.ts'
import type { HeldSection, OAuthClock, OAuthFetch, StoredText, TokenStore } from './port.ts'
import type { UsableProfile } from './profile.ts'
import { retryDelayMs, scheduleOf, type TokenSchedule } from './schedule.ts'
import { TokenEndpoint } from './token-endpoint.ts'
import {
  bindTokens,
  expiresAt,
  readTokens,
  type TokenProblem,
  type TokenSet,
  tokenPath,
  writeTokens,
} from './token-set.ts'

/** An account as far as its tokens depend on it. */
export interface TokenAccount {
  readonly id: string
  /** For people. */
  readonly name: string
  readonly profile: UsableProfile
  /** Origin of the upstream that the access token is for. */
  readonly resource: string
}

export interface TokenOptions {
  readonly store: TokenStore
  readonly fetch: OAuthFetch
  readonly clock: OAuthClock
  /** A number in [0, 1). */
  readonly random: () => number
  /** How long one request may wait for a renewal, in milliseconds; the renewal itself goes on. Default 15 s. */
  readonly patienceMs?: number
  /** How long a token endpoint may take, in milliseconds. Default 60 s: one that is cut off may have rotated the token. */
  readonly requestMs?: number
  /** Told when an account's state changes; must not throw. */
  readonly onChange?: (state: TokenState) => void
}

/** What may be told of an account's tokens. */
export interface TokenState {
  readonly accountId: string
  readonly state: 'authorized' | 'expired' | 'needs_login'
  readonly profile: string
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number
  readonly obtainedAt?: number
  readonly refreshable: boolean
  /** What went wrong last, and what to do. */
  readonly problem?: string
}

interface Known extends TokenSchedule {
  readonly tokens: TokenSet
  readonly version: string
}

/** A login elsewhere is looked for at most this often while requests ask for tokens that are not there. */
const LOOK_AGAIN_MS = 2_000
/** A new token that is refused within this time is refused for good. */
const FORCED_MS = 5 * 60_000

/** The tokens of one account in this process: handed out while good, renewed once for all who wait, in step with other processes. */
export class AccountTokens {
  readonly account: TokenAccount
  readonly #options: TokenOptions
  readonly #endpoint: TokenEndpoint
  readonly #path: string
  #known: Known | undefined
  #flight: Promise<Known> | undefined
  #failures = 0
  #retryAt = Number.NEGATIVE_INFINITY
  #lookedAt = Number.NEGATIVE_INFINITY
  #trouble: OAuthError | undefined
  /** The token that a refused one was traded for, and when: refused as well, it ends the trying. */
  #forced: { readonly token: string; readonly at: number } | undefined

  constructor(account: TokenAccount, options: TokenOptions) {
    this.account = account
    this.#options = options
    this.#path = tokenPath(account.id)
    this.#endpoint = new TokenEndpoint(account, options.fetch)
  }

  /**
   * A token to send. At once while the known one is good, though a renewal may be under way; else when there is one.
   *
   * @throws OAuthError `NEEDS_LOGIN`, `REFRESH_PENDING`, or what the last renewal failed with.
   */
  authorize(): TokenSet | Promise<TokenSet> {
    const known = this.#known
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
    if (this.#known === undefined || !canRefresh(this.#known)) return undefined
    const at = Math.max(this.#known.renewAt, this.#retryAt)
    return at === Number.POSITIVE_INFINITY ? undefined : at
  }

  /**
   * The upstream refused this access token with 401. Renews it once for all who were refused.
   *
   * @returns whether there is another token to try, once.
   */
  async refused(accessToken: string): Promise<boolean> {
    const known = this.#known
    const now = this.#options.clock.monotonic()
    if (known && known.tokens.accessToken !== accessToken) return isGood(known, now)
    if (this.#forced?.token === accessToken && now < this.#forced.at + FORCED_MS) {
      await this.#once(() => this.#mark('access-refused', accessToken)).catch(() => {})
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
      const stored = await this.#read()
      return this.#update(stored?.tokens.accessToken)
    })
    return tokens
  }

  /** Reads the store again: a login or a renewal of another process counts from now on. */
  async look(): Promise<void> {
    await this.#read().catch((cause: unknown) => this.#note(cause))
  }

  /** Resolves when nothing is under way: a process must not end between a token's rotation and its record. */
  async settled(): Promise<void> {
    await this.#flight?.catch(() => {})
  }

  get state(): TokenState {
    const { id, profile } = this.account
    const known = this.#known
    const base = { accountId: id, profile: profile.name }
    if (known === undefined) {
      const problem = this.#trouble?.message ?? this.#needsLogin('nobody has logged in yet').message
      return { ...base, state: 'needs_login', refreshable: false, problem }
    }
    const { tokens } = known
    const end = expiresAt(tokens)
    const problem = tokens.problem ? this.#problemOf(tokens.problem.kind).message : this.#trouble?.message
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
    const waiting = this.#known === undefined || this.#known.tokens.problem !== undefined
    if (waiting && this.#trouble && now < this.#lookedAt + LOOK_AGAIN_MS) throw this.#trouble
    this.#lookedAt = now
    try {
      const found = this.#usable(await this.#read(), refused)
      if (found) return this.#succeed(found)
      if (this.#known && !this.#mayTry(this.#known, now) && this.#trouble) throw this.#trouble
      const requestMs = this.#options.requestMs ?? 60_000
      const next = await this.#options.store.lock(this.#path, (held) => this.#exclusively(held, refused), {
        waitMs: requestMs + 5_000,
      })
      return this.#succeed(next)
    } catch (cause) {
      throw this.#note(cause)
    }
  }

  async #exclusively(held: HeldSection, refused: string | undefined): Promise<Known> {
    const before = await this.#read()
    const found = this.#usable(before, refused)
    if (found) return found
    if (before === undefined) throw this.#needsLogin('nobody has logged in yet')
    if (before.tokens.problem) throw this.#problemOf(before.tokens.problem.kind)
    const { refreshToken } = before.tokens
    if (refreshToken === undefined) throw this.#needsLogin('its token has ended and cannot be renewed')
    if (!(await held.stillHeld())) {
      throw new OAuthError('REFRESH_PENDING', `another process renews the token of account "${this.account.name}"`)
    }
    try {
      const signal = AbortSignal.any([held.signal, AbortSignal.timeout(this.#options.requestMs ?? 60_000)])
      const granted = await this.#endpoint.refresh(refreshToken, { signal })
      const received = this.#options.clock.monotonic()
      const next = bindTokens(
        { refreshToken, ...(before.tokens.scope !== undefined && { scope: before.tokens.scope }), ...granted },
        { profile: this.account.profile, resource: this.account.resource, now: this.#options.clock.now() },
      )
      return await this.#record(next, before, received, refused)
    } catch (cause) {
      if (OAuthError.is(cause) && cause.code === 'INVALID_GRANT') return this.#afterInvalidGrant(before, refused)
      throw cause
    }
  }

  /** Durable first, used after: whoever is killed in between has lost nothing that a provider with a grace period forgets. */
  async #record(next: TokenSet, before: Known, received: number, refused: string | undefined): Promise<Known> {
    const written = await this.#options.store.write(this.#path, writeTokens(next), { ifVersion: before.version })
    if (written.ok) {
      const known = this.#keep(next, written.version, next.lifetimeMs, received)
      if (refused !== undefined) this.#forced = { token: next.accessToken, at: received }
      return known
    }
    // A login came in between: it is newer than what we were renewing.
    return this.#takeOver(written.current, refused)
  }

  /** Another process may have renewed with the token that is refused to us; only the very record that failed is marked. */
  async #afterInvalidGrant(before: Known, refused: string | undefined): Promise<Known> {
    const now = await this.#read()
    if (now !== undefined && now.version !== before.version) {
      const found = this.#usable(now, refused)
      if (found) return found
    }
    const known = await this.#writeProblem(before, 'refresh-refused')
    if (known.tokens.problem === undefined) return this.#takeOver(known, refused)
    throw this.#problemOf('refresh-refused')
  }

  async #mark(kind: TokenProblem, accessToken: string): Promise<Known> {
    const before = await this.#read()
    if (before === undefined || before.tokens.accessToken !== accessToken) {
      throw this.#needsLogin('its token was refused')
    }
    return before.tokens.problem?.kind === kind ? before : this.#writeProblem(before, kind)
  }

  async #writeProblem(before: Known, kind: TokenProblem): Promise<Known> {
    const marked: TokenSet = { ...before.tokens, problem: { kind, at: this.#options.clock.now() } }
    const written = await this.#options.store.write(this.#path, writeTokens(marked), { ifVersion: before.version })
    if (!written.ok) return this.#takeOver(written.current, undefined)
    this.#known = { ...before, tokens: marked, version: written.version }
    return this.#known
  }

  #takeOver(current: StoredText | Known | undefined, refused: string | undefined): Known {
    const known = current === undefined ? undefined : 'tokens' in current ? current : this.#adopt(current)
    const found = this.#usable(known, refused)
    if (found) return found
    throw this.#needsLogin('its tokens were replaced by others that cannot be used')
  }

  async #read(): Promise<Known | undefined> {
    const stored = await this.#options.store.read(this.#path)
    if (stored === undefined) {
      this.#known = undefined
      return undefined
    }
    return stored.version === this.#known?.version ? this.#known : this.#adopt(stored)
  }

  /** Takes a record that this process did not write. Its end is told by the wall clock, which may have been set: never longer than its life. */
  #adopt(stored: StoredText): Known {
    const tokens = readTokens(stored.text, this.account.id)
    this.#checkPins(tokens)
    const { clock } = this.#options
    const age = Math.max(0, clock.now() - tokens.obtainedAt)
    const left = tokens.lifetimeMs === undefined ? undefined : Math.max(0, tokens.lifetimeMs - age)
    return this.#keep(tokens, stored.version, left, clock.monotonic())
  }

  #keep(tokens: TokenSet, version: string, leftMs: number | undefined, at: number): Known {
    const schedule =
      leftMs === undefined || tokens.lifetimeMs === undefined
        ? { renewAt: Number.POSITIVE_INFINITY, endsAt: Number.POSITIVE_INFINITY }
        : scheduleOf(leftMs, tokens.lifetimeMs, at, this.#options.random())
    if (tokens.problem === undefined) this.#trouble = undefined
    this.#known = { tokens, version, ...schedule }
    return this.#known
  }

  /** A configuration that was changed since the login does not send tokens to where nobody meant them to go. */
  #checkPins(tokens: TokenSet): void {
    const { profile, resource } = this.account
    const moved =
      tokens.tokenUrl !== profile.tokenUrl
        ? 'the token_url of its OAuth profile'
        : tokens.resource === resource
          ? undefined
          : 'its base_url'
    if (moved === undefined) return
    this.#known = undefined
    throw this.#needsLogin(`${moved} is another than at the login`)
  }

  #usable(known: Known | undefined, refused: string | undefined): Known | undefined {
    if (known === undefined || known.tokens.accessToken === refused) return undefined
    const now = this.#options.clock.monotonic()
    const due = now >= known.renewAt && canRefresh(known)
    return isGood(known, now) && !due ? known : undefined
  }

  #mayTry(known: Known, now: number): boolean {
    return canRefresh(known) && now >= this.#retryAt
  }

  #succeed(known: Known): Known {
    this.#failures = 0
    this.#retryAt = Number.NEGATIVE_INFINITY
    this.#trouble = undefined
    return known
  }

  /** Remembers why there is no token, and waits longer each time before the provider is asked again. */
  #note(cause: unknown): OAuthError {
    const { clock, random } = this.#options
    const error = OAuthError.is(cause)
      ? cause
      : new OAuthError(
          'PROVIDER_ERROR',
          `the tokens of account "${this.account.name}" cannot be read or written: ${wordsOf(cause)}`,
        )
    this.#trouble = error
    if (error.code === 'PROVIDER_ERROR' || error.code === 'PROVIDER_UNREACHABLE') {
      this.#failures += 1
      const delay = Math.max(retryDelayMs(this.#failures, random()), error.retryAfterMs ?? 0)
      this.#retryAt = clock.monotonic() + delay
    }
    return error
  }

  #problemOf(kind: TokenProblem): OAuthError {
    return this.#needsLogin(
      kind === 'refresh-refused' ? 'the provider no longer takes its refresh token' : 'the provider refuses its tokens',
    )
  }

  #needsLogin(why: string): OAuthError {
    const { id, name } = this.account
    return new OAuthError(
      'NEEDS_LOGIN',
      `account "${name}" needs a login, for ${why}: run llm-gateway oauth start ${id}`,
    )
  }
}

function isGood({ tokens, endsAt }: Known, now: number): boolean {
  return tokens.problem?.kind !== 'access-refused' && now < endsAt
}

function canRefresh({ tokens }: Known): boolean {
  return tokens.refreshToken !== undefined && tokens.problem === undefined
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
