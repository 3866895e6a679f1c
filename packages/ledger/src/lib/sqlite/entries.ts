import type { AttemptEntry, RequestEntry } from '../query.ts'
import type { AttemptOutcome, RequestOutcome, TokenUsage } from '../row.ts'

/** A row as SQLite gives it: `null` where there is nothing. */
export type Row = Readonly<Record<string, unknown>>

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Leaves out what is not there. */
function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Present<T>
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined
}

export function requestEntry(row: Row): RequestEntry {
  return {
    id: String(row.id),
    at: Number(row.at),
    keyId: String(row.key_id),
    operation: String(row.operation),
    dialect: String(row.dialect),
    stream: row.stream === 1,
    outcome: row.outcome as RequestOutcome,
    durationMs: Number(row.duration_ms),
    bytesIn: Number(row.bytes_in),
    bytesOut: Number(row.bytes_out),
    attemptCount: Number(row.attempt_count),
    inputTokens: Number(row.input),
    outputTokens: Number(row.output),
    costNanoUsd: Number(row.cost_nano_usd),
    unpricedAttempts: Number(row.unpriced),
    ...present({
      model: text(row.model),
      account: text(row.account),
      status: number(row.status),
      errorCode: text(row.error_code),
      error: text(row.error),
      firstTokenMs: number(row.first_token_ms),
      losses: number(row.losses) || undefined,
      session: text(row.session),
    }),
  }
}

export function attemptEntry(row: Row): AttemptEntry {
  const usage: TokenUsage = present({
    input: number(row.input),
    cacheRead: number(row.cache_read),
    cacheWrite: number(row.cache_write),
    cacheWrite1h: number(row.cache_write_1h),
    output: number(row.output),
    reasoning: number(row.reasoning),
  })
  return {
    number: Number(row.number),
    at: Number(row.at),
    account: String(row.account),
    provider: String(row.provider),
    upstreamModel: String(row.upstream_model),
    dialect: String(row.dialect),
    ...present({
      outcome: text(row.outcome) as AttemptOutcome | undefined,
      status: number(row.status),
      durationMs: number(row.duration_ms),
      firstTokenMs: number(row.first_token_ms),
      errorClass: text(row.error_class),
      error: text(row.error),
      upstreamRequestId: text(row.upstream_request_id),
      usage: Object.keys(usage).length > 0 ? usage : undefined,
      estimated: row.estimated === 1 || undefined,
      costNanoUsd: number(row.cost_nano_usd),
      priceVersion: text(row.price_version),
    }),
  }
}
