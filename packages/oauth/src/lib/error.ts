/** Every way a login or a token can fail to be had. */
export type OAuthErrorCode =
  /** The profile lacks a value, or has one that cannot be used. */
  | 'PROFILE_INVALID'
  /** No login with this `state` is under way: it is missing, wrong, was used before or was replaced by a newer one. */
  | 'LOGIN_UNKNOWN'
  /** The login was begun too long ago. */
  | 'LOGIN_EXPIRED'
  /** The person, or the provider, said no. */
  | 'LOGIN_DENIED'
  /** The answer to a login is not one: no code, or from another issuer. */
  | 'LOGIN_INVALID'
  /** The provider's callback could not be listened for. */
  | 'CALLBACK_FAILED'
  /** There is no token that may be used, and only a login brings one. */
  | 'NEEDS_LOGIN'
  /** The provider refused the code or the refresh token for good. */
  | 'INVALID_GRANT'
  /** The token endpoint refused the request for another reason, or answered with something else than a token. */
  | 'PROVIDER_ERROR'
  /** The token endpoint could not be reached, or not in time. */
  | 'PROVIDER_UNREACHABLE'
  /** A refresh is under way and takes longer than a request may wait. */
  | 'REFRESH_PENDING'

const brand: unique symbol = Symbol.for('@llm-gateway/oauth.error')

/** A login or a token that cannot be had. The message names the profile or account and the remedy, never a code or token. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  /** The `error` of the provider's answer, such as `invalid_client`. */
  readonly providerCode: string | undefined
  /** How long the provider asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: OAuthErrorCode,
    message: string,
    details: { readonly providerCode?: string; readonly retryAfterMs?: number } = {},
  ) {
    super(message)
    this.name = 'OAuthError'
    this.code = code
    this.providerCode = details.providerCode
    this.retryAfterMs = details.retryAfterMs
    Object.defineProperty(this, brand, { value: true })
  }

  /** Like `instanceof`, and also true for an error of another installed copy of this package. */
  static is(error: unknown): error is OAuthError {
    return typeof error === 'object' && error !== null && brand in error
  }
}
