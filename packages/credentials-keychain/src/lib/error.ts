/** Every way the keychain can fail. */
export type KeychainErrorCode =
  /** There is no keychain here, it is locked, or it refuses this program or this entry. */
  'KEYCHAIN_UNAVAILABLE'

const brand: unique symbol = Symbol.for('@llm-gateway/credentials-keychain.error')

/** A keychain that cannot be used. The message names the remedy, never a secret. */
export class KeychainError extends Error {
  readonly code: KeychainErrorCode

  constructor(code: KeychainErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeychainError'
    this.code = code
    Object.defineProperty(this, brand, { value: true })
  }

  /** Like `instanceof`, and also true for an error of another installed copy of this package. */
  static is(error: unknown): error is KeychainError {
    return typeof error === 'object' && error !== null && brand in error
  }
}
