import { bucketOf } from '../histogram.ts'
import type { AttemptRow, DispatchRow, RequestRow } from '../row.ts'

/** A number, a text that comes in many rows (a `name`), or one that most rows have for themselves. */
export type CellKind = 'number' | 'name' | 'text'

/** One column of a table, named as the schema names it, and where its value comes from. */
export interface Column<Row> {
  readonly name: string
  readonly kind: CellKind
  /** Undefined where there is nothing. */
  of(row: Row): string | number | undefined
}

/** An attempt and the request it belongs to. One that runs still has only what was known when it was sent. */
export interface AttemptOf {
  readonly request: { readonly id: string; readonly keyId: string; readonly model?: string }
  readonly attempt: Omit<DispatchRow, 'requestId' | 'keyId' | 'model'> & Partial<AttemptRow>
}

const errorLength = 500
const sessionLength = 200

/** What is kept of a request. A column of the schema is added here, and nowhere else on the way to it. */
export const requestColumns: readonly Column<RequestRow>[] = [
  { name: 'id', kind: 'text', of: (row) => row.id },
  { name: 'at', kind: 'number', of: (row) => row.at },
  { name: 'key_id', kind: 'name', of: (row) => row.keyId },
  { name: 'operation', kind: 'name', of: (row) => row.operation },
  { name: 'dialect', kind: 'name', of: (row) => row.dialect },
  { name: 'stream', kind: 'number', of: (row) => (row.stream ? 1 : 0) },
  { name: 'model', kind: 'name', of: (row) => row.model },
  { name: 'account', kind: 'name', of: (row) => row.attempts.at(-1)?.account },
  { name: 'status', kind: 'number', of: (row) => (row.status === 0 ? undefined : row.status) },
  { name: 'outcome', kind: 'name', of: (row) => row.outcome },
  { name: 'error_code', kind: 'name', of: (row) => row.errorCode },
  { name: 'error', kind: 'text', of: (row) => row.error?.slice(0, errorLength) },
  { name: 'duration_ms', kind: 'number', of: (row) => row.durationMs },
  { name: 'first_token_ms', kind: 'number', of: (row) => row.firstTokenMs },
  { name: 'duration_bucket', kind: 'number', of: (row) => bucketOf(row.durationMs) },
  {
    name: 'first_token_bucket',
    kind: 'number',
    of: (row) => (row.firstTokenMs === undefined ? undefined : bucketOf(row.firstTokenMs)),
  },
  { name: 'bytes_in', kind: 'number', of: (row) => row.bytesIn },
  { name: 'bytes_out', kind: 'number', of: (row) => row.bytesOut },
  { name: 'losses', kind: 'number', of: (row) => row.losses ?? 0 },
  { name: 'session', kind: 'name', of: (row) => row.session?.slice(0, sessionLength) },
]

/** What is kept of an attempt; see {@link requestColumns}. */
export const attemptColumns: readonly Column<AttemptOf>[] = [
  { name: 'request_id', kind: 'text', of: ({ request }) => request.id },
  { name: 'number', kind: 'number', of: ({ attempt }) => attempt.number },
  { name: 'at', kind: 'number', of: ({ attempt }) => attempt.at },
  { name: 'key_id', kind: 'name', of: ({ request }) => request.keyId },
  { name: 'account', kind: 'name', of: ({ attempt }) => attempt.account },
  { name: 'provider', kind: 'name', of: ({ attempt }) => attempt.provider },
  { name: 'model', kind: 'name', of: ({ request }) => request.model ?? '' },
  { name: 'upstream_model', kind: 'name', of: ({ attempt }) => attempt.upstreamModel },
  { name: 'dialect', kind: 'name', of: ({ attempt }) => attempt.dialect },
  { name: 'outcome', kind: 'name', of: ({ attempt }) => attempt.outcome },
  { name: 'status', kind: 'number', of: ({ attempt }) => attempt.status },
  { name: 'duration_ms', kind: 'number', of: ({ attempt }) => attempt.durationMs },
  { name: 'first_token_ms', kind: 'number', of: ({ attempt }) => attempt.firstTokenMs },
  { name: 'error_class', kind: 'name', of: ({ attempt }) => attempt.errorClass },
  { name: 'error', kind: 'text', of: ({ attempt }) => attempt.error?.slice(0, errorLength) },
  { name: 'upstream_request_id', kind: 'text', of: ({ attempt }) => attempt.upstreamRequestId },
  { name: 'input', kind: 'number', of: ({ attempt }) => attempt.usage?.input },
  { name: 'cache_read', kind: 'number', of: ({ attempt }) => attempt.usage?.cacheRead },
  { name: 'cache_write', kind: 'number', of: ({ attempt }) => attempt.usage?.cacheWrite },
  { name: 'cache_write_1h', kind: 'number', of: ({ attempt }) => attempt.usage?.cacheWrite1h },
  { name: 'output', kind: 'number', of: ({ attempt }) => attempt.usage?.output },
  { name: 'reasoning', kind: 'number', of: ({ attempt }) => attempt.usage?.reasoning },
  { name: 'estimated', kind: 'number', of: ({ attempt }) => (attempt.estimated ? 1 : undefined) },
  { name: 'cost_nano_usd', kind: 'number', of: ({ attempt }) => attempt.costNanoUsd },
  { name: 'price_version', kind: 'name', of: ({ attempt }) => attempt.priceVersion },
]
