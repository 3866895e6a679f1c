import * as oauth from 'oauth4webapi'
import { OAuthError } from './error.ts'
import type { OAuthFetch } from './port.ts'
import { checkEndpoint, type UsableProfile } from './profile.ts'
import { readAnswer } from './token-answer.ts'
import type { GrantedTokens } from './token-set.ts'

/** What a device flow begins with. */
export interface DeviceGrant {
  readonly deviceCode: string
  /** What the person types in. */
  readonly userCode: string
  /** Where the person types it in. */
  readonly verificationUrl: string
  /** The same with the code filled in. */
  readonly completeUrl?: string
  readonly lifetimeMs: number
  readonly intervalMs: number
}

/** A code that has come back, with what proves that it is ours. */
export interface CodeGrant {
  readonly parameters: URLSearchParams
  readonly state: string
  readonly verifier: string
  readonly redirectUri: string
}

export interface RequestOptions {
  /** Ends the request. Not for a caller's patience: a refresh that is cut off may cost the whole family of tokens. */
  readonly signal?: AbortSignal
}

const maxRetryAfterMs = 10 * 60_000

/** A hundred years: some providers say so for never, and more is no date. */
const maxLifetimeMs = 100 * 365 * 86_400_000

/** Whom the endpoint is asked for. */
export interface EndpointAccount {
  readonly id: string
  readonly profile: UsableProfile
}

/** What is asked of a provider's endpoints, in the words of OAuth 2.0. Sends secrets only to the profile's own addresses. */
export class TokenEndpoint {
  readonly #accountId: string
  readonly #profile: UsableProfile
  readonly #fetch: OAuthFetch
  readonly #server: oauth.AuthorizationServer
  readonly #client: oauth.Client
  readonly #authentication: oauth.ClientAuth

  constructor({ id, profile }: EndpointAccount, fetch: OAuthFetch) {
    this.#accountId = id
    this.#profile = profile
    this.#fetch = fetch
    this.#server = {
      issuer: profile.issuer ?? new URL(profile.authorizeUrl ?? profile.tokenUrl).origin,
      token_endpoint: profile.tokenUrl,
      ...(profile.authorizeUrl !== undefined && { authorization_endpoint: profile.authorizeUrl }),
      ...(profile.deviceUrl !== undefined && { device_authorization_endpoint: profile.deviceUrl }),
    }
    this.#client = { client_id: profile.clientId }
    this.#authentication = authenticationOf(profile)
  }

  /** Trades a code for tokens. Checks `state` and issuer before anything is sent. */
  async exchange(grant: CodeGrant, options: RequestOptions = {}): Promise<GrantedTokens> {
    const parameters = this.#validated(grant)
    return this.#granted(async () =>
      oauth.processAuthorizationCodeResponse(
        this.#server,
        this.#client,
        await oauth.authorizationCodeGrantRequest(
          this.#server,
          this.#client,
          this.#authentication,
          parameters,
          grant.redirectUri,
          grant.verifier,
          this.#options(this.#profile.tokenUrl, options),
        ),
      ),
    )
  }

  /** Trades a refresh token for new tokens. */
  refresh(refreshToken: string, options: RequestOptions = {}): Promise<GrantedTokens> {
    return this.#granted(async () =>
      oauth.processRefreshTokenResponse(
        this.#server,
        this.#client,
        await oauth.refreshTokenGrantRequest(
          this.#server,
          this.#client,
          this.#authentication,
          refreshToken,
          this.#options(this.#profile.tokenUrl, options),
        ),
      ),
    )
  }

  /** Begins a device flow. */
  async device(options: RequestOptions = {}): Promise<DeviceGrant> {
    const { deviceUrl, scopes } = this.#profile
    if (deviceUrl === undefined) {
      throw new OAuthError('PROFILE_INVALID', `the OAuth profile "${this.#profile.name}" has no device_url`)
    }
    const parameters = new URLSearchParams(scopes && { scope: scopes.join(' ') })
    const answer = await this.#told(async () =>
      oauth.processDeviceAuthorizationResponse(
        this.#server,
        this.#client,
        await oauth.deviceAuthorizationRequest(
          this.#server,
          this.#client,
          this.#authentication,
          parameters,
          this.#options(deviceUrl, options),
        ),
      ),
    )
    return {
      deviceCode: answer.device_code,
      userCode: answer.user_code,
      verificationUrl: answer.verification_uri,
      ...(answer.verification_uri_complete !== undefined && { completeUrl: answer.verification_uri_complete }),
      lifetimeMs: answer.expires_in * 1000,
      intervalMs: (answer.interval ?? 5) * 1000,
    }
  }

  /** Asks whether the person has said yes. The error's `providerCode` tells `authorization_pending` and `slow_down`. */
  pollDevice(deviceCode: string, options: RequestOptions = {}): Promise<GrantedTokens> {
    return this.#granted(async () =>
      oauth.processDeviceCodeResponse(
        this.#server,
        this.#client,
        await oauth.deviceCodeGrantRequest(
          this.#server,
          this.#client,
          this.#authentication,
          deviceCode,
          this.#options(this.#profile.tokenUrl, options),
        ),
      ),
    )
  }

  #validated({ parameters, state }: CodeGrant): URLSearchParams {
    const issuer = parameters.get('iss')
    const server = { ...this.#server, issuer: this.#expectedIssuer(issuer) }
    try {
      const valid = oauth.validateAuthResponse(server, this.#client, parameters, state)
      if (!valid.get('code'))
        throw new OAuthError('LOGIN_INVALID', 'the answer to the login holds no code: log in again')
      return valid
    } catch (cause) {
      if (OAuthError.is(cause)) throw cause
      if (cause instanceof oauth.AuthorizationResponseError) {
        throw new OAuthError('LOGIN_DENIED', `the login was refused: ${cause.error}`, { providerCode: cause.error })
      }
      throw new OAuthError('LOGIN_INVALID', 'the answer to the login is not for this login or not from its provider')
    }
  }

  /** Without a configured issuer, any on the origin that the person was sent to will do (RFC 9207 compares what is known). */
  #expectedIssuer(named: string | null): string {
    const { issuer } = this.#server
    if (this.#profile.issuer !== undefined || named === null) return issuer
    return URL.canParse(named) && new URL(named).origin === issuer ? named : issuer
  }

  #options(url: string, { signal }: RequestOptions): oauth.TokenEndpointRequestOptions {
    const { protocol } = checkEndpoint(url, this.#profile.name)
    return {
      [oauth.customFetch]: (target, init) => this.#send(target, init),
      [oauth.allowInsecureRequests]: protocol === 'http:',
      ...(signal && { signal }),
      ...(this.#profile.tokenParameters && { additionalParameters: { ...this.#profile.tokenParameters } }),
    }
  }

  async #send(
    url: string,
    init: oauth.CustomFetchOptions<'POST' | 'GET', URLSearchParams | undefined>,
  ): Promise<Response> {
    const { method, headers, body, signal } = init
    const response = await this.#fetch(url, {
      accountId: this.#accountId,
      method,
      // Who asks is nobody's business to disguise; without this the library names itself.
      headers: { ...headers, 'user-agent': 'llm-gateway' },
      ...(body && { body: body.toString() }),
      redirect: 'manual',
      ...(signal && { signal }),
    })
    const answer = await readAnswer(response, url === this.#profile.tokenUrl)
    if ('response' in answer) return answer.response
    if ('refused' in answer) throw this.#refused(answer.refused, response)
    throw new OAuthError('PROVIDER_ERROR', `${this.#at} answered ${answer.fault}`)
  }

  async #granted(ask: () => Promise<oauth.TokenEndpointResponse>): Promise<GrantedTokens> {
    const answer = await this.#told(ask)
    return {
      accessToken: answer.access_token,
      ...(answer.refresh_token !== undefined && { refreshToken: answer.refresh_token }),
      ...(answer.scope !== undefined && { scope: answer.scope }),
      ...(answer.expires_in !== undefined && {
        lifetimeMs: Math.min(answer.expires_in * 1000, maxLifetimeMs),
      }),
    }
  }

  async #told<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (cause) {
      throw this.#translated(cause)
    }
  }

  /** The library's errors hold whole answers, tokens included: nothing of them but the standard's own words goes on. */
  #translated(cause: unknown): OAuthError {
    if (OAuthError.is(cause)) return cause
    if (cause instanceof oauth.ResponseBodyError) return this.#refused(cause.error, cause.response)
    const response = responseIn(cause)
    if (response) {
      const retryAfterMs = retryAfterOf(response)
      const what = response.status === 200 ? 'something that is no token' : String(response.status)
      return new OAuthError('PROVIDER_ERROR', `${this.#at} answered ${what}`, {
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      })
    }
    if (cause instanceof oauth.OperationProcessingError || cause instanceof oauth.UnsupportedOperationError) {
      return new OAuthError('PROVIDER_ERROR', `${this.#at} answered something that is no token`)
    }
    return new OAuthError('PROVIDER_UNREACHABLE', `${this.#at} could not be reached`)
  }

  /** The provider's own no, by the code that the standard has for it. */
  #refused(error: string, response: Response): OAuthError {
    const providerCode = error.slice(0, 100)
    const retryAfterMs = retryAfterOf(response)
    const code = providerCode === 'invalid_grant' ? 'INVALID_GRANT' : 'PROVIDER_ERROR'
    return new OAuthError(code, `${this.#at} answered ${providerCode} (${response.status})`, {
      providerCode,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    })
  }

  get #at(): string {
    return `the token endpoint of the OAuth profile "${this.#profile.name}"`
  }
}

function authenticationOf({ clientSecret, clientAuthentication, name }: UsableProfile): oauth.ClientAuth {
  const way = clientAuthentication ?? (clientSecret === undefined ? 'none' : 'post')
  if (way === 'none') return oauth.None()
  if (clientSecret === undefined) {
    throw new OAuthError('PROFILE_INVALID', `the OAuth profile "${name}" needs a client_secret for client_auth: ${way}`)
  }
  return way === 'post' ? oauth.ClientSecretPost(clientSecret) : oauth.ClientSecretBasic(clientSecret)
}

function responseIn(cause: unknown): Response | undefined {
  if (cause instanceof oauth.WWWAuthenticateChallengeError) return cause.response
  const inner: unknown = cause instanceof Error ? cause.cause : undefined
  return inner instanceof Response ? inner : undefined
}

function retryAfterOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return seconds >= 0 ? Math.min(seconds * 1000, maxRetryAfterMs) : undefined
}
