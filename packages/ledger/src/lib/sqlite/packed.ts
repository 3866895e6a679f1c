import { bucketOf } from '../histogram.ts'
import type { AttemptRow, DispatchRow, RequestRow } from '../row.ts'

/** What SQLite keeps in a cell. */
export type Cell = string | number | null

/**
 * A batch as cells one after another, row by row in the order of the columns below: between threads a list of cells costs half of
 * what the same rows as objects do, and they are bound to a statement as they are.
 */
export interface Packed {
  readonly dispatched: readonly Cell[]
  readonly requests: readonly Cell[]
  /** How many rows of `attempts` belong to each of `requests`. */
  readonly attemptCounts: readonly number[]
  readonly attempts: readonly Cell[]
}

export const dispatchColumns: readonly string[] = [
  'request_id',
  'number',
  'at',
  'key_id',
  'account',
  'provider',
  'model',
  'upstream_model',
  'dialect',
]

export const attemptColumns: readonly string[] = [
  ...dispatchColumns,
  'outcome',
  'status',
  'duration_ms',
  'first_token_ms',
  'error_class',
  'error',
  'upstream_request_id',
  'input',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'output',
  'reasoning',
  'estimated',
  'cost_nano_usd',
  'price_version',
]

export const requestColumns: readonly string[] = [
  'id',
  'at',
  'key_id',
  'operation',
  'dialect',
  'stream',
  'model',
  'account',
  'status',
  'outcome',
  'error_code',
  'error',
  'duration_ms',
  'first_token_ms',
  'duration_bucket',
  'first_token_bucket',
  'bytes_in',
  'bytes_out',
  'losses',
  'session',
]

const errorLength = 500
const sessionLength = 200

/** A batch in the form it is handed on in. */
export function pack(batch: {
  readonly dispatched: readonly DispatchRow[]
  readonly finished: readonly RequestRow[]
}): Packed {
  const dispatched: Cell[] = []
  const requests: Cell[] = []
  const attemptCounts: number[] = []
  const attempts: Cell[] = []
  for (const row of batch.dispatched) packDispatch(row, dispatched)
  for (const row of batch.finished) {
    packRequest(row, requests)
    attemptCounts.push(row.attempts.length)
    for (const attempt of row.attempts) packAttempt(row, attempt, attempts)
  }
  return { dispatched, requests, attemptCounts, attempts }
}

function packDispatch(row: DispatchRow, cells: Cell[]): void {
  const { requestId, number, at, keyId, account, provider, model, upstreamModel, dialect } = row
  cells.push(requestId, number, at, keyId, account, provider, model, upstreamModel, dialect)
}

function packAttempt(request: RequestRow, row: AttemptRow, cells: Cell[]): void {
  const { usage } = row
  cells.push(
    request.id,
    row.number,
    row.at,
    request.keyId,
    row.account,
    row.provider,
    request.model ?? '',
    row.upstreamModel,
    row.dialect,
    row.outcome,
    row.status ?? null,
    row.durationMs,
    row.firstTokenMs ?? null,
    row.errorClass ?? null,
    row.error?.slice(0, errorLength) ?? null,
    row.upstreamRequestId ?? null,
    usage?.input ?? null,
    usage?.cacheRead ?? null,
    usage?.cacheWrite ?? null,
    usage?.cacheWrite1h ?? null,
    usage?.output ?? null,
    usage?.reasoning ?? null,
    row.estimated ? 1 : null,
    row.costNanoUsd ?? null,
    row.priceVersion ?? null,
  )
}

function packRequest(row: RequestRow, cells: Cell[]): void {
  cells.push(
    row.id,
    row.at,
    row.keyId,
    row.operation,
    row.dialect,
    row.stream ? 1 : 0,
    row.model ?? null,
    row.attempts.at(-1)?.account ?? null,
    row.status === 0 ? null : row.status,
    row.outcome,
    row.errorCode ?? null,
    row.error?.slice(0, errorLength) ?? null,
    row.durationMs,
    row.firstTokenMs ?? null,
    bucketOf(row.durationMs),
    row.firstTokenMs === undefined ? null : bucketOf(row.firstTokenMs),
    row.bytesIn,
    row.bytesOut,
    row.losses ?? 0,
    row.session?.slice(0, sessionLength) ?? null,
  )
}

/** A packed batch without the requests that `known` has, and without the second of two that have one id. */
export function without(packed: Packed, known: (id: string) => boolean): Packed {
  const requests: Cell[] = []
  const attemptCounts: number[] = []
  const attempts: Cell[] = []
  const seen = new Set<string>()
  const [width, attemptWidth] = [requestColumns.length, attemptColumns.length]
  let attemptAt = 0
  for (const [index, count] of packed.attemptCounts.entries()) {
    const row = packed.requests.slice(index * width, (index + 1) * width)
    const theirs = packed.attempts.slice(attemptAt, attemptAt + count * attemptWidth)
    attemptAt += count * attemptWidth
    const id = String(row[0])
    if (seen.has(id) || known(id)) continue
    seen.add(id)
    requests.push(...row)
    attemptCounts.push(count)
    attempts.push(...theirs)
  }
  return { dispatched: [], requests, attemptCounts, attempts }
}
