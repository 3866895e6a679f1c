/** Why a server does not start. */
export type ServerErrorCode =
  | 'CONFIG_INVALID'
  | 'PORT_TAKEN'
  | 'BIND_FAILED'
  | 'BIND_REFUSED'
  | 'ALREADY_RUNNING'
  | 'HOME_UNWRITABLE'

/** Why the server did not start: one message for people that says what to do. */
export class ServerError extends Error {
  override readonly name: string = 'ServerError'
  readonly code: ServerErrorCode

  constructor(code: ServerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
