import type { Loss } from './loss.ts'

/** What kind of failure an upstream or the gateway reports; each dialect has its own words for these. */
export type ErrorKind =
  | 'invalid-request'
  | 'authentication'
  | 'billing'
  | 'permission'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'rate-limit'
  | 'timeout'
  | 'server'
  | 'unavailable'
  | 'overloaded'

/** An error in the canon. */
export interface ChatError {
  readonly status: number
  readonly kind: ErrorKind
  /** For people; kept verbatim from the upstream where it gave one, because clients match on its wording. */
  readonly message: string
  /** The source's machine-readable code, such as `context_length_exceeded`. */
  readonly code?: string
  /** The request field at fault, as a path. */
  readonly param?: string
  readonly requestId?: string
}

/** The HTTP status of a kind, for errors that came inside a stream and have none of their own. */
export const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  'invalid-request': 400,
  authentication: 401,
  billing: 402,
  permission: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  'rate-limit': 429,
  timeout: 504,
  server: 500,
  unavailable: 503,
  overloaded: 529,
}

/** The kind an HTTP status stands for when a body says nothing better. */
export function kindOfStatus(status: number): ErrorKind {
  if (status === 408) return 'timeout'
  const kinds = Object.keys(statusOfKind) as ErrorKind[]
  return kinds.find((kind) => statusOfKind[kind] === status) ?? (status >= 500 ? 'server' : 'invalid-request')
}

/** Why a conversion cannot be done; {@link ConversionError} says whose fault each is. */
export type ConversionErrorCode = 'INVALID_REQUEST' | 'UNSUPPORTED' | 'LOSSY' | 'INVALID_REPLY' | 'UNKNOWN_DIALECT'

/**
 * A conversion that cannot be done. `INVALID_REQUEST` and `UNSUPPORTED` are the client's to mend (HTTP 400, `path` names the field);
 * `LOSSY` is `strict` refusing losses; `INVALID_REPLY` is an upstream that broke its dialect (HTTP 502).
 */
export class ConversionError extends Error {
  readonly code: ConversionErrorCode
  /** The HTTP status that tells it best. */
  readonly status: number
  readonly path: string | undefined
  readonly losses: readonly Loss[]

  constructor(code: ConversionErrorCode, message: string, details: { path?: string; losses?: readonly Loss[] } = {}) {
    super(message)
    this.name = 'ConversionError'
    this.code = code
    this.status = code === 'INVALID_REPLY' ? 502 : 400
    this.path = details.path
    this.losses = details.losses ?? []
  }

  /** Recognises the class across duplicate installs of this package. */
  static is(value: unknown): value is ConversionError {
    return value instanceof Error && value.name === 'ConversionError' && 'losses' in value
  }
}
