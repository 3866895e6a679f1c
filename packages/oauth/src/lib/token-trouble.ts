import { OAuthError } from './error.ts'
import type { OAuthClock } from './port.ts'
import { retryDelayMs } from './schedule.ts'
import type { TokenProblem } from './token-set.ts'

/** Why an account has no token, when the provider may be asked again, and what people are told. */
export class TokenTrouble {
  readonly #account: { readonly id: string; readonly name: string }
  readonly #clock: OAuthClock
  readonly #random: () => number
  #failures = 0
  #retryAt = Number.NEGATIVE_INFINITY
  #last: OAuthError | undefined

  constructor(
    account: { readonly id: string; readonly name: string },
    { clock, random }: { readonly clock: OAuthClock; readonly random: () => number },
  ) {
    this.#account = account
    this.#clock = clock
    this.#random = random
  }

  /** What went wrong last; undefined when all is well. */
  get last(): OAuthError | undefined {
    return this.#last
  }

  /** When the provider may be asked again, on the monotonic clock. */
  get retryAt(): number {
    return this.#retryAt
  }

  /** There are good tokens, whoever brought them. The provider's own trouble may go on. */
  forget(): void {
    this.#last = undefined
  }

  /** The provider has answered as it should. */
  end(): void {
    this.#failures = 0
    this.#retryAt = Number.NEGATIVE_INFINITY
    this.#last = undefined
  }

  /** Remembers why there is no token, and waits longer each time before the provider is asked again. */
  note(cause: unknown): OAuthError {
    const error = OAuthError.is(cause)
      ? cause
      : new OAuthError(
          'PROVIDER_ERROR',
          `the tokens of account "${this.#account.name}" cannot be read or written: ${wordsOf(cause)}`,
        )
    this.#last = error
    if (error.code === 'PROVIDER_ERROR' || error.code === 'PROVIDER_UNREACHABLE') {
      this.#failures += 1
      const delay = Math.max(retryDelayMs(this.#failures, this.#random()), error.retryAfterMs ?? 0)
      this.#retryAt = this.#clock.monotonic() + delay
    }
    return error
  }

  /** What a record that is marked says. */
  ofRecord(kind: TokenProblem): OAuthError {
    return this.needsLogin(
      kind === 'refresh-refused' ? 'the provider no longer takes its refresh token' : 'the provider refuses its tokens',
    )
  }

  needsLogin(why: string): OAuthError {
    const { id, name } = this.#account
    return new OAuthError(
      'NEEDS_LOGIN',
      `account "${name}" needs a login, for ${why}: run llm-gateway oauth start ${id}`,
    )
  }
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
