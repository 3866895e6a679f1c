/** Every way a credential can fail to be had. */
export type CredentialErrorCode =
  /** A master key is needed, none exists, and none may be made. */
  | 'MASTER_KEY_MISSING'
  /** What stands where the master key should be is not 32 bytes of hex or base64. */
  | 'MASTER_KEY_INVALID'
  /** Other users can read the master key file and its mode cannot be tightened. */
  | 'MASTER_KEY_EXPOSED'
  /** The master key file cannot be made. */
  | 'MASTER_KEY_UNWRITABLE'
  /** The value was encrypted with another master key. */
  | 'WRONG_MASTER_KEY'
  /** The encrypted value was altered, cut short or moved from another record. */
  | 'CORRUPT'
  /** A file named by a reference, or the master key file, cannot be read as a secret. */
  | 'FILE_UNREADABLE'
  /** The value claims an encryption scheme this version does not know. */
  | 'UNKNOWN_SCHEME'
  /** A path that no record of a store can have. */
  | 'INVALID_PATH'
  /** The store cannot be written to. */
  | 'READ_ONLY'
  /** The store cannot be reached, read or written: the disk, the keychain. */
  | 'STORE_UNAVAILABLE'
  /** Another process holds a lock for longer than was waited for. */
  | 'BUSY'

const brand: unique symbol = Symbol.for('@llm-gateway/credentials.error')

/** A credential that cannot be had. The message names the record and the remedy, never the secret. */
export class CredentialError extends Error {
  readonly code: CredentialErrorCode

  constructor(code: CredentialErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CredentialError'
    this.code = code
    Object.defineProperty(this, brand, { value: true })
  }

  /** Like `instanceof`, and also true for an error of another installed copy of this package. */
  static is(error: unknown): error is CredentialError {
    return typeof error === 'object' && error !== null && brand in error
  }
}
