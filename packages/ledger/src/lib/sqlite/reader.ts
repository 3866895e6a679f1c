import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { type Histogram, quantile } from '../histogram.ts'
import { LedgerError } from '../ledger.ts'
import type {
  GroupBy,
  LastError,
  RequestDetail,
  RequestEntry,
  RequestsQuery,
  UsageFilter,
  UsageGroup,
  UsageQuery,
  UsageReport,
  UsageTotals,
} from '../query.ts'
import { attemptEntry, type Row, requestEntry } from './entries.ts'
import { type Range, rangeOf } from './range.ts'
import { dayMs } from './rollup.ts'
import { checkReadable, measures } from './schema.ts'
import { sqlite } from './sqlite.ts'
import { latencySourceOf, type Source, sourceOf, Where } from './usage-source.ts'

const mostRequests = 1_000

/** Reads one SQLite file, also while a gateway writes to it. Synchronous. */
export class SqliteReader {
  readonly #db: DatabaseSync
  readonly #now: () => number

  /** @throws LedgerError when there is no ledger, or none this version can read. */
  constructor(file: string, now: () => number) {
    if (!existsSync(file))
      throw new LedgerError('NOT_FOUND', `there is no ledger at ${file}: no server has written one yet`)
    this.#now = now
    this.#db = new (sqlite().DatabaseSync)(file, { readOnly: true })
    try {
      this.#db.exec('PRAGMA busy_timeout = 2000')
      checkReadable(this.#db)
    } catch (cause) {
      this.#db.close()
      throw cause
    }
  }

  usage(query: UsageQuery): UsageReport {
    const range = rangeOf(this.#db, query)
    const source = sourceOf(range, query)
    const [whole] = this.#sums(source, undefined, this.#latencies(range, query, undefined))
    const { group: _group, ...total } = whole ?? { group: '', ...totalsOf({}, undefined) }
    return {
      ...(range.since !== undefined && { since: range.since }),
      until: range.until ?? this.#now(),
      total,
      ...(query.by && { groups: this.#sums(source, query.by, this.#latencies(range, query, query.by)) }),
    }
  }

  requests(query: RequestsQuery): readonly RequestEntry[] {
    const { limit = 20, failed, ...filter } = query
    const where = new Where().filter(filter).range('r.at', filter)
    if (failed) where.add("r.outcome <> 'success'")
    const rows = this.#db
      .prepare(`${selectRequests} ${where.sql} ORDER BY r.at DESC, r.id DESC LIMIT ?`)
      .all(...where.values, Math.min(mostRequests, Math.max(1, limit)))
    return rows.map(requestEntry)
  }

  request(id: string): RequestDetail | undefined {
    const row = this.#db.prepare(`${selectRequests} WHERE r.id = ?`).get(id)
    const attempts = this.#db.prepare('SELECT * FROM attempts WHERE request_id = ? ORDER BY number').all(id)
    if (row === undefined && attempts.length === 0) return undefined
    return { ...(row && { request: requestEntry(row) }), attempts: attempts.map(attemptEntry) }
  }

  lastErrors(): readonly LastError[] {
    const accounts = this.#db.prepare('SELECT DISTINCT account FROM attempts WHERE error_class IS NOT NULL').all()
    const last = this.#db.prepare(
      'SELECT * FROM attempts WHERE account = ? AND error_class IS NOT NULL ORDER BY at DESC LIMIT 1',
    )
    return accounts.flatMap(({ account }) => {
      const row = last.get(String(account))
      if (row === undefined) return []
      return {
        account: String(row.account),
        at: Number(row.at),
        errorClass: String(row.error_class),
        ...(row.error !== null && { error: String(row.error) }),
        requestId: String(row.request_id),
      }
    })
  }

  close(): void {
    this.#db.close()
  }

  #sums(source: Source, by: GroupBy | undefined, latencies: Latencies): UsageGroup[] {
    const sums = measures.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(', ')
    const group = by === undefined ? "''" : groupColumn[by]
    const order = by === 'day' ? 'grp' : 'requests DESC, attempts DESC, grp'
    const rows = this.#db
      .prepare(
        `SELECT ${group} AS grp, ${sums}, max(last_at) AS last_at FROM (${source.sql}) GROUP BY ${by ? 'grp' : "''"} ORDER BY ${order}`,
      )
      .all(...source.values)
    return rows.map((row) => {
      const name = String(row.grp)
      const shown = by === 'day' ? new Date(Number(row.grp) * dayMs).toISOString().slice(0, 10) : name
      return { group: shown, ...totalsOf(row, latencies.get(name)) }
    })
  }

  #latencies(range: Range, filter: UsageFilter, by: GroupBy | undefined): Latencies {
    const source = latencySourceOf(range, filter)
    const group = by === undefined ? "''" : groupColumn[by]
    const rows = this.#db
      .prepare(
        `SELECT ${group} AS grp, kind, bucket, sum(count) AS count FROM (${source.sql}) WHERE bucket IS NOT NULL GROUP BY grp, kind, bucket`,
      )
      .all(...source.values)
    const all = new Map<string, { total: Map<number, number>; first: Map<number, number> }>()
    for (const { grp, kind, bucket, count } of rows) {
      const name = String(grp)
      const histograms = all.get(name) ?? { total: new Map(), first: new Map() }
      all.set(name, histograms)
      histograms[kind === 'first' ? 'first' : 'total'].set(Number(bucket), Number(count))
    }
    return all
  }
}

type Latencies = ReadonlyMap<string, { readonly total: Histogram; readonly first: Histogram }>

const groupColumn = { key: 'key_id', account: 'account', model: 'model', day: 'day' } as const satisfies Record<
  GroupBy,
  string
>

const ofAttempts = `
  coalesce((SELECT sum(coalesce(a.input, 0)) FROM attempts a WHERE a.request_id = r.id), 0) AS input,
  coalesce((SELECT sum(coalesce(a.output, 0)) FROM attempts a WHERE a.request_id = r.id), 0) AS output,
  coalesce((SELECT sum(coalesce(a.cost_nano_usd, 0)) FROM attempts a WHERE a.request_id = r.id), 0) AS cost_nano_usd,
  (SELECT count(*) FROM attempts a WHERE a.request_id = r.id AND a.cost_nano_usd IS NULL
    AND coalesce(a.input, 0) + coalesce(a.output, 0) > 0) AS unpriced,
  (SELECT count(*) FROM attempts a WHERE a.request_id = r.id) AS attempt_count`

const selectRequests = `SELECT r.*, ${ofAttempts} FROM requests r`

function totalsOf(row: Row, latencies: { total: Histogram; first: Histogram } | undefined): UsageTotals {
  const sum = (name: (typeof measures)[number]): number => Number(row[name] ?? 0)
  const stayed = sum('requests') - sum('client_left')
  const total = spread(latencies?.total)
  const first = spread(latencies?.first)
  return {
    requests: sum('requests'),
    successes: sum('successes'),
    errors: sum('errors'),
    clientLeft: sum('client_left'),
    interrupted: sum('interrupted'),
    ...(stayed > 0 && { successRate: sum('successes') / stayed }),
    attempts: sum('attempts'),
    failedAttempts: sum('failed_attempts'),
    throttledAttempts: sum('throttled_attempts'),
    ...(total && { latencyMs: total }),
    ...(first && { firstTokenMs: first }),
    inputTokens: sum('input'),
    cacheReadTokens: sum('cache_read'),
    cacheWriteTokens: sum('cache_write'),
    outputTokens: sum('output'),
    reasoningTokens: sum('reasoning'),
    estimatedAttempts: sum('estimated'),
    costNanoUsd: sum('cost_nano_usd'),
    unpricedAttempts: sum('unpriced'),
    bytesIn: sum('bytes_in'),
    bytesOut: sum('bytes_out'),
    ...(Number(row.last_at ?? 0) > 0 && { lastAt: Number(row.last_at) }),
  }
}

function spread(histogram: Histogram | undefined): { p50: number; p95: number } | undefined {
  const p50 = histogram && quantile(histogram, 0.5)
  const p95 = histogram && quantile(histogram, 0.95)
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 }
}
