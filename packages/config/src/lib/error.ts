/** What a {@link ConfigError} is about. */
export type ConfigErrorCode =
  /** The file or its directory cannot be written. */
  | 'SAVE_FAILED'
  /** The file cannot be read. */
  | 'READ_FAILED'
  /** Another process holds the lock, or the file kept changing, for too long. */
  | 'BUSY'
  /** An edit names an entry that is not in the file. */
  | 'NOT_FOUND'
  /** An edit meets a form of YAML it cannot change safely. */
  | 'EDIT_UNSUPPORTED'
  /** A path is in the user's home directory, and the user has none. */
  | 'HOME_UNKNOWN'

/** Thrown where a configuration file cannot be found, saved or edited. An invalid file is a value, not an error. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code: ConfigErrorCode

  constructor(code: ConfigErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** The system's name for a failure, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
