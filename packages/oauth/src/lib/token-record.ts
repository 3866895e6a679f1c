import type { StoredText } from './port.ts'
import { scheduleOf, type TokenSchedule } from './schedule.ts'
import type { TokenAccount, TokenOptions } from './token-account.ts'
import { readTokens, type TokenProblem, type TokenSet, tokenPath, writeTokens } from './token-set.ts'
import type { TokenTrouble } from './token-trouble.ts'

/** Tokens as they are recorded, and when they are due. */
export interface Known extends TokenSchedule {
  readonly tokens: TokenSet
  readonly version: string
}

/** What became of a write: another process came first where it is not ok. */
export type Written =
  | { readonly ok: true; readonly known: Known }
  | { readonly ok: false; readonly current: StoredText | undefined }

/** An account's record in the store, which other processes write as well, and what this process knows of it. */
export class TokenRecord {
  readonly path: string
  readonly #account: TokenAccount
  readonly #options: Pick<TokenOptions, 'store' | 'clock' | 'random'>
  readonly #trouble: TokenTrouble
  #known: Known | undefined

  constructor(account: TokenAccount, options: Pick<TokenOptions, 'store' | 'clock' | 'random'>, trouble: TokenTrouble) {
    this.path = tokenPath(account.id)
    this.#account = account
    this.#options = options
    this.#trouble = trouble
  }

  /** As it was read or written last; undefined when there is none that can be used. */
  get known(): Known | undefined {
    return this.#known
  }

  async read(): Promise<Known | undefined> {
    const stored = await this.#options.store.read(this.path)
    if (stored === undefined) {
      this.#known = undefined
      return undefined
    }
    return stored.version === this.#known?.version ? this.#known : this.adopt(stored)
  }

  /**
   * Writes new tokens in the place of those before.
   *
   * @param received when they came, on the monotonic clock.
   */
  async write(next: TokenSet, before: Known, received: number): Promise<Written> {
    const written = await this.#options.store.write(this.path, writeTokens(next), { ifVersion: before.version })
    if (!written.ok) return { ok: false, current: written.current }
    return { ok: true, known: this.#keep(next, written.version, next.lifetimeMs, received) }
  }

  /** Marks the very record that failed. */
  async mark(before: Known, kind: TokenProblem): Promise<Written> {
    const marked: TokenSet = { ...before.tokens, problem: { kind, at: this.#options.clock.now() } }
    const written = await this.#options.store.write(this.path, writeTokens(marked), { ifVersion: before.version })
    if (!written.ok) return { ok: false, current: written.current }
    this.#known = { ...before, tokens: marked, version: written.version }
    return { ok: true, known: this.#known }
  }

  /** Takes a record that this process did not write. Its end is told by the wall clock, which may have been set: never longer than its life. */
  adopt(stored: StoredText): Known {
    const tokens = readTokens(stored.text, this.#account.id)
    this.#checkPins(tokens)
    const { clock } = this.#options
    const age = Math.max(0, clock.now() - tokens.obtainedAt)
    const left = tokens.lifetimeMs === undefined ? undefined : Math.max(0, tokens.lifetimeMs - age)
    return this.#keep(tokens, stored.version, left, clock.monotonic())
  }

  /**
   * The tokens where they may be sent, and are not due for renewal.
   *
   * @param refused an access token that must not be among them, good or not.
   */
  usable(known: Known | undefined, refused: string | undefined): Known | undefined {
    if (known === undefined || known.tokens.accessToken === refused) return undefined
    const now = this.#options.clock.monotonic()
    const due = now >= known.renewAt && canRefresh(known)
    return isGood(known, now) && !due ? known : undefined
  }

  #keep(tokens: TokenSet, version: string, leftMs: number | undefined, at: number): Known {
    const schedule =
      leftMs === undefined || tokens.lifetimeMs === undefined
        ? { renewAt: Number.POSITIVE_INFINITY, endsAt: Number.POSITIVE_INFINITY }
        : scheduleOf(leftMs, tokens.lifetimeMs, at, this.#options.random())
    if (tokens.problem === undefined) this.#trouble.forget()
    this.#known = { tokens, version, ...schedule }
    return this.#known
  }

  /** A configuration that was changed since the login does not send tokens to where nobody meant them to go. */
  #checkPins(tokens: TokenSet): void {
    const { profile, resource } = this.#account
    const moved =
      tokens.tokenUrl !== profile.tokenUrl
        ? 'the token_url of its OAuth profile'
        : tokens.resource === resource
          ? undefined
          : 'its base_url'
    if (moved === undefined) return
    this.#known = undefined
    throw this.#trouble.needsLogin(`${moved} is another than at the login`)
  }
}

/** Whether an access token may be sent. */
export function isGood({ tokens, endsAt }: Known, now: number): boolean {
  return tokens.problem?.kind !== 'access-refused' && now < endsAt
}

/** Whether there is a refresh token that is not known to be refused. */
export function canRefresh({ tokens }: Known): boolean {
  return tokens.refreshToken !== undefined && tokens.problem === undefined
}
