import type { LastError, RequestDetail, RequestEntry, RequestsQuery, UsageQuery, UsageReport } from './query.ts'
import type { DispatchRow, RequestRow } from './row.ts'

/** Asks a ledger. Every method may reject with a `LedgerError` when the store cannot be read. */
export interface LedgerReader {
  /** Counts, latencies, tokens and costs of a time range, as a total and by group. */
  usage(query: UsageQuery): Promise<UsageReport>
  /** Single requests, newest first, as long as they are kept. */
  requests(query: RequestsQuery): Promise<readonly RequestEntry[]>
  /** One request with its attempts; undefined when the ledger has none of this id. */
  request(id: string): Promise<RequestDetail | undefined>
  /** The last failure of each account that had one and is still kept. */
  lastErrors(): Promise<readonly LastError[]>
  close(): Promise<void>
}

/** How a ledger is. */
export interface LedgerStatus {
  /** `failing`: rows wait because the store takes none. */
  readonly state: 'ok' | 'failing'
  /** Requests and intents that wait to be written. */
  readonly waiting: number
  /** Requests written since the start. */
  readonly written: number
  /** Requests that could not be kept because too many waited. */
  readonly dropped: number
  /** Writes that failed since the start. */
  readonly failures: number
  /** Of the last failed write; absent while the store works. */
  readonly problem?: string
}

/**
 * Keeps what every request and attempt used. `dispatched` and `finished` return at once, never throw and never wait: a store that
 * is slow, full, locked or broken costs rows, never requests.
 */
export interface Ledger extends LedgerReader {
  /** An attempt is being sent. */
  dispatched(row: DispatchRow): void
  /** A request is over. Its id counts once: one that was written before changes nothing. */
  finished(row: RequestRow): void
  /** Resolves when what was told before is written, or could not be. */
  flush(): Promise<void>
  status(): LedgerStatus
}

/** Why a ledger cannot be read or written. */
export type LedgerErrorCode = 'NOT_FOUND' | 'BROKEN' | 'TOO_NEW' | 'FAILED'

/** A failure of the store, for people. */
export class LedgerError extends Error {
  override readonly name: string = 'LedgerError'
  readonly code: LedgerErrorCode

  constructor(code: LedgerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }

  /** Whether a value is one, also of another copy of this package. */
  static is(value: unknown): value is LedgerError {
    return value instanceof Error && value.name === 'LedgerError'
  }
}
