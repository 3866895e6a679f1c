import type { AttemptOutcome, AttemptRow, RequestRow } from './row.ts'

/** What a report's lines stand for. */
export type GroupBy = 'key' | 'account' | 'model' | 'day'

/** Which requests are meant. */
export interface UsageFilter {
  /** From this moment on, in milliseconds since the epoch. Default: the beginning. */
  readonly since?: number
  /** Up to but not including this moment. Default: now. */
  readonly until?: number
  readonly key?: string
  readonly account?: string
  /** As clients name it. */
  readonly model?: string
}

/** A question about usage. */
export interface UsageQuery extends UsageFilter {
  /** One line for each of these. Default: only the total. */
  readonly by?: GroupBy
}

/** Sums over requests and attempts. A request belongs to the account that served it, an attempt to its own. */
export interface UsageTotals {
  readonly requests: number
  readonly successes: number
  readonly errors: number
  /** Their client left before the answer was complete. */
  readonly clientLeft: number
  /** The gateway died while they ran. */
  readonly interrupted: number
  /** Of the requests whose client stayed, the share that succeeded, 0 to 1; absent when there are none. */
  readonly successRate?: number
  readonly attempts: number
  /** Attempts that failed by the account's fault. */
  readonly failedAttempts: number
  readonly throttledAttempts: number
  /** Total time of successful requests, in milliseconds, right to about 5 %; absent when there are none. */
  readonly latencyMs?: { readonly p50: number; readonly p95: number }
  /** The same to the first content of streams. */
  readonly firstTokenMs?: { readonly p50: number; readonly p95: number }
  readonly inputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
  /** Attempts whose tokens are partly an estimate. */
  readonly estimatedAttempts: number
  /** The sum of what is known, in billionths of a US dollar. */
  readonly costNanoUsd: number
  /** Attempts that used tokens of a model without a known price: not in `costNanoUsd`. */
  readonly unpricedAttempts: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** When the last of them came, in milliseconds since the epoch. */
  readonly lastAt?: number
}

/** One line of a report. `group` is a key id, an account id, a model or a day (`2026-11-28`, UTC); empty when there was none. */
export interface UsageGroup extends UsageTotals {
  readonly group: string
}

/** What {@link LedgerReader.usage} answers. */
export interface UsageReport {
  /** The range answered for: wider than asked where single requests are no longer kept. */
  readonly since?: number
  readonly until: number
  readonly total: UsageTotals
  /** Largest first, days in their order; absent when no `by` was asked. */
  readonly groups?: readonly UsageGroup[]
}

/** A question for single requests; newest first. */
export interface RequestsQuery extends UsageFilter {
  /** Default 20, at most 1000. */
  readonly limit?: number
  /** Only requests that did not succeed. */
  readonly failed?: boolean
}

/** One request as the ledger knows it, without its attempts. */
export interface RequestEntry extends Omit<RequestRow, 'attempts' | 'status'> {
  /** Absent of an interrupted request. */
  readonly status?: number
  /** The account that served, or was tried last. */
  readonly account?: string
  readonly attemptCount: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costNanoUsd: number
  /** Attempts that used tokens of a model without a known price. */
  readonly unpricedAttempts: number
}

/** One attempt as the ledger knows it. */
export interface AttemptEntry extends Omit<AttemptRow, 'outcome' | 'durationMs'> {
  /** Absent while it runs. */
  readonly outcome?: AttemptOutcome
  readonly durationMs?: number
}

/** One request with its attempts. While it runs only these are known. */
export interface RequestDetail {
  readonly request?: RequestEntry
  readonly attempts: readonly AttemptEntry[]
}

/** The last failure of an account. */
export interface LastError {
  readonly account: string
  readonly at: number
  readonly errorClass: string
  readonly error?: string
  readonly requestId: string
}
