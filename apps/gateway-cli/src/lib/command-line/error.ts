/** What a shell is told. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  interrupted: 130,
} as const

/** Why a command did not do what it was asked for. */
export type CliErrorCode = 'FAILED' | 'USAGE' | 'NOT_FOUND' | 'REFUSED' | 'INTERRUPTED'

const exitCodeOf: Readonly<Record<CliErrorCode, number>> = {
  FAILED: exitCodes.failure,
  USAGE: exitCodes.usage,
  NOT_FOUND: exitCodes.notFound,
  REFUSED: exitCodes.refused,
  INTERRUPTED: exitCodes.interrupted,
}

/** An expected failure of a command: a message for people, what they can do, and the exit code. */
export class CliError extends Error {
  override readonly name: string = 'CliError'
  readonly code: CliErrorCode
  /** What to do about it, as one clause. */
  readonly hint: string | undefined

  constructor(code: CliErrorCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }

  get exitCode(): number {
    return exitCodeOf[this.code]
  }
}
