import { bucketOf } from '../histogram.ts'
import type { AttemptRow, DispatchRow, RequestRow } from '../row.ts'

/** A number, a text that comes in many rows (a `name`), or one that most rows have for themselves. */
export type CellKind = 'number' | 'name' | 'text'

/** One column of a table, named as the schema names it. */
export interface Column {
  readonly name: string
  readonly kind: CellKind
}

/** Takes a row, one cell after the other; undefined where there is nothing. */
export interface CellSink {
  number(column: string, value: number | undefined): void
  name(column: string, value: string | undefined): void
  text(column: string, value: string | undefined): void
}

/** What an attempt takes from the request it belongs to. */
export interface RequestOf {
  readonly id: string
  readonly keyId: string
  readonly model?: string | undefined
}

/** An attempt; one that runs still has only what was known when it was sent. */
export type AnyAttempt = Omit<DispatchRow, 'requestId' | 'keyId' | 'model'> & Partial<AttemptRow>

const errorLength = 500
const sessionLength = 200

/**
 * What is kept of a request: a column of the schema is added here, in its place, and nowhere else on the way to it. One statement
 * each, not a list of functions: those would be called in turns from one place, which costs more than what they do.
 */
export function requestCells(row: RequestRow, to: CellSink): void {
  to.text('id', row.id)
  to.number('at', row.at)
  to.name('key_id', row.keyId)
  to.name('operation', row.operation)
  to.name('dialect', row.dialect)
  to.number('stream', row.stream ? 1 : 0)
  to.name('model', row.model)
  to.name('account', row.attempts.at(-1)?.account)
  to.number('status', row.status === 0 ? undefined : row.status)
  to.name('outcome', row.outcome)
  to.name('error_code', row.errorCode)
  to.text('error', row.error?.slice(0, errorLength))
  to.number('duration_ms', row.durationMs)
  to.number('first_token_ms', row.firstTokenMs)
  to.number('duration_bucket', bucketOf(row.durationMs))
  to.number('first_token_bucket', row.firstTokenMs === undefined ? undefined : bucketOf(row.firstTokenMs))
  to.number('bytes_in', row.bytesIn)
  to.number('bytes_out', row.bytesOut)
  to.number('losses', row.losses ?? 0)
  to.name('session', row.session?.slice(0, sessionLength))
}

/** What is kept of an attempt; see {@link requestCells}. */
export function attemptCells(request: RequestOf, attempt: AnyAttempt, to: CellSink): void {
  const { usage } = attempt
  to.text('request_id', request.id)
  to.number('number', attempt.number)
  to.number('at', attempt.at)
  to.name('key_id', request.keyId)
  to.name('account', attempt.account)
  to.name('provider', attempt.provider)
  to.name('model', request.model ?? '')
  to.name('upstream_model', attempt.upstreamModel)
  to.name('dialect', attempt.dialect)
  to.name('outcome', attempt.outcome)
  to.number('status', attempt.status)
  to.number('duration_ms', attempt.durationMs)
  to.number('first_token_ms', attempt.firstTokenMs)
  to.name('error_class', attempt.errorClass)
  to.text('error', attempt.error?.slice(0, errorLength))
  to.text('upstream_request_id', attempt.upstreamRequestId)
  to.number('input', usage?.input)
  to.number('cache_read', usage?.cacheRead)
  to.number('cache_write', usage?.cacheWrite)
  to.number('cache_write_1h', usage?.cacheWrite1h)
  to.number('output', usage?.output)
  to.number('reasoning', usage?.reasoning)
  to.number('estimated', attempt.estimated ? 1 : undefined)
  to.number('cost_nano_usd', attempt.costNanoUsd)
  to.name('price_version', attempt.priceVersion)
}

/** The columns that a function fills, as it tells them. */
export function columnsOf(fill: (to: CellSink) => void): readonly Column[] {
  const columns: Column[] = []
  const sinkOf =
    (kind: CellKind) =>
    (name: string): void => {
      columns.push({ name, kind })
    }
  fill({ number: sinkOf('number'), name: sinkOf('name'), text: sinkOf('text') })
  return columns
}

const anyRequest: RequestRow = {
  id: '',
  at: 0,
  keyId: '',
  operation: '',
  dialect: '',
  stream: false,
  status: 0,
  outcome: 'success',
  durationMs: 0,
  bytesIn: 0,
  bytesOut: 0,
  attempts: [],
}
const anyAttempt: AnyAttempt = { number: 1, at: 0, account: '', provider: '', upstreamModel: '', dialect: '' }

export const requestColumns: readonly Column[] = columnsOf((to) => requestCells(anyRequest, to))
export const attemptColumns: readonly Column[] = columnsOf((to) => attemptCells(anyRequest, anyAttempt, to))
