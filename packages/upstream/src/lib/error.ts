/** Every way a call can turn out to be one that cannot be made at all. */
export type UpstreamErrorCode =
  /** The provider needs an address of the account's own and the account has none. */
  | 'BASE_URL_MISSING'
  /** The account's address is not one a request can go to. */
  | 'BASE_URL_INVALID'
  /** An option of the account has a value it cannot have. */
  | 'OPTION_INVALID'
  /** The provider has no path for this dialect or operation. */
  | 'UNSUPPORTED'
  /** The model's name cannot be part of a path. */
  | 'MODEL_INVALID'
  /** A header holds what no header may hold. */
  | 'HEADER_INVALID'
  /** The address of a proxy is not one. */
  | 'PROXY_INVALID'

const brand: unique symbol = Symbol.for('@llm-gateway/upstream.error')

/** A call that cannot be made. The message names the account or the setting and the remedy, never a secret. */
export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode

  constructor(code: UpstreamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UpstreamError'
    this.code = code
    Object.defineProperty(this, brand, { value: true })
  }

  /** Like `instanceof`, and also true for an error of another installed copy of this package. */
  static is(error: unknown): error is UpstreamError {
    return typeof error === 'object' && error !== null && brand in error
  }
}
