import { NoCredentialError } from '@llm-gateway/gateway'
import {
  type OAuthClock,
  OAuthError,
  type OAuthFetch,
  OAuthTokens,
  type TokenAccount,
  type TokenSet,
  type TokenState,
  type TokenStore,
} from '@llm-gateway/oauth'

export interface OAuthServiceOptions {
  readonly store: TokenStore
  readonly fetch: OAuthFetch
  /** Told when an account's state becomes another one. */
  readonly onChange: (state: TokenState) => void
}

type Headers = Readonly<Record<string, string>>

interface Sent {
  readonly accessToken: string
  readonly headers: Record<string, string>
}

/** The clocks of this process. */
export const systemClock: OAuthClock = { now: Date.now, monotonic: () => performance.now() }

/** The credentials of the accounts of type oauth, as the gateway asks for them. */
export class OAuthService {
  readonly #tokens: OAuthTokens
  readonly #options: OAuthServiceOptions
  readonly #accounts = new Map<string, TokenAccount>()
  /** The headers of each account's token: made once for a token, not once for a request. */
  readonly #sent = new Map<string, Sent>()
  /** Which token headers carry. */
  readonly #tokenOf = new WeakMap<Headers, string>()
  readonly #states = new Map<string, TokenState['state']>()

  constructor(options: OAuthServiceOptions) {
    this.#options = options
    this.#tokens = new OAuthTokens({
      ...options,
      clock: systemClock,
      random: Math.random,
      onChange: (state) => this.#changed(state),
    })
  }

  /** Sets the accounts, and takes up logins that others have done meanwhile. */
  async configure(accounts: readonly TokenAccount[]): Promise<void> {
    this.#accounts.clear()
    for (const account of accounts) this.#accounts.set(account.id, account)
    for (const known of [this.#sent, this.#states]) {
      for (const id of known.keys()) if (!this.#accounts.has(id)) known.delete(id)
    }
    await this.#tokens.configure(accounts)
    for (const state of this.#tokens.states()) this.#changed(state)
  }

  has(accountId: string): boolean {
    return this.#accounts.has(accountId)
  }

  /** @throws NoCredentialError, at once or later. */
  authorize(accountId: string): Record<string, string> | Promise<Record<string, string>> {
    const token = this.#tokens.authorize(accountId)
    if (!(token instanceof Promise)) return this.#headers(accountId, token)
    return token.then((each) => this.#headers(accountId, each), refuse)
  }

  /** The upstream refused these headers; whether there are others to try once. */
  async renew(accountId: string, refused: Headers): Promise<boolean> {
    const token = this.#tokenOf.get(refused)
    return token !== undefined && (await this.#tokens.refused(accountId, token))
  }

  /** Renews now. @throws OAuthError */
  async force(accountId: string): Promise<TokenState | undefined> {
    await this.#tokens.force(accountId)
    return this.state(accountId)
  }

  state(accountId: string): TokenState | undefined {
    return this.#tokens.state(accountId)
  }

  states(): readonly TokenState[] {
    return this.#tokens.states()
  }

  /** Resolves when every renewal under way is recorded. */
  close(): Promise<void> {
    return this.#tokens.close()
  }

  #headers(accountId: string, { accessToken }: TokenSet): Record<string, string> {
    const known = this.#sent.get(accountId)
    if (known?.accessToken === accessToken) return known.headers
    const { header = 'authorization', prefix = 'Bearer ' } = this.#accounts.get(accountId)?.profile ?? {}
    const headers = { [header]: prefix + accessToken }
    this.#sent.set(accountId, { accessToken, headers })
    this.#tokenOf.set(headers, accessToken)
    return headers
  }

  #changed(state: TokenState): void {
    const before = this.#states.get(state.accountId)
    this.#states.set(state.accountId, state.state)
    if (before !== state.state) this.#options.onChange(state)
  }
}

function refuse(cause: unknown): never {
  if (OAuthError.is(cause)) throw new NoCredentialError(cause.message, { lasting: cause.code === 'NEEDS_LOGIN' })
  throw cause
}
