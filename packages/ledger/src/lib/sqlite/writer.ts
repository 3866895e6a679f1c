import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { bucketOf } from '../histogram.ts'
import type { AttemptRow, DispatchRow, RequestRow } from '../row.ts'
import { dayMs, Rollup, type RollupStatements, rollupStatements } from './rollup.ts'
import { migrate } from './schema.ts'
import { sqlite, sqliteCode, sqliteCodes, transaction } from './sqlite.ts'

/** What is written in one transaction. */
export interface Batch {
  readonly dispatched: readonly DispatchRow[]
  readonly finished: readonly RequestRow[]
}

export interface WriterOptions {
  readonly file: string
  /** Days that single requests and attempts are kept; the roll-ups are kept for good. Absent: for ever. */
  readonly retentionDays?: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** How long a write waits for another program's lock before it is given up and tried again later. */
const lockMs = 2_000
/** Requests deleted in one transaction, so that writing never waits long for it. */
const deletedAtOnce = 2_000
const errorLength = 500

/** Writes to one SQLite file. Synchronous: whoever must not wait runs it in a thread of its own. */
export class SqliteWriter {
  readonly #options: WriterOptions
  readonly #db: DatabaseSync
  readonly #dispatch: StatementSync
  readonly #attempt: StatementSync
  readonly #request: StatementSync
  readonly #rollups: RollupStatements
  /** Where a file that was no sound database was moved, when there was one. */
  readonly movedAside: string | undefined

  /** Opens the file, makes it when there is none, and settles what a gateway that died left running. */
  constructor(options: WriterOptions) {
    this.#options = options
    const { db, movedAside } = openSound(options)
    this.#db = db
    this.movedAside = movedAside
    this.#dispatch = insert(db, 'attempts', dispatchColumns, 'ON CONFLICT DO NOTHING')
    const settled = attemptColumns.filter((name) => !dispatchColumns.includes(name))
    this.#attempt = insert(
      db,
      'attempts',
      attemptColumns,
      `ON CONFLICT DO UPDATE SET ${settled.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    )
    this.#request = insert(db, 'requests', requestColumns, 'ON CONFLICT DO NOTHING')
    this.#rollups = rollupStatements(db)
    this.#settleInterrupted()
  }

  /** Writes a batch whole or not at all. @returns how many of its requests were new. */
  write({ dispatched, finished }: Batch): number {
    return transaction(this.#db, () => {
      const rollup = new Rollup()
      let written = 0
      for (const row of dispatched) this.#dispatch.run(...dispatchValues(row))
      for (const row of finished) {
        // A batch may come again when nobody heard that it was written; what is there already counts no second time.
        if (this.#request.run(...requestValues(row)).changes === 0) continue
        for (const attempt of row.attempts) this.#attempt.run(...attemptValues(row, attempt))
        rollup.add(row)
        written++
      }
      rollup.write(this.#rollups)
      return written
    })
  }

  /** Deletes some of what is older than it is kept for. @returns whether there may be more. */
  expire(): boolean {
    const { retentionDays, now } = this.#options
    if (retentionDays === undefined) return false
    const before = now() - retentionDays * dayMs
    return transaction(this.#db, () => {
      const gone = ['requests', 'attempts'].map((table) =>
        Number(
          this.#db
            .prepare(
              `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE at < ? LIMIT ${deletedAtOnce})`,
            )
            .run(before).changes,
        ),
      )
      return gone.includes(deletedAtOnce)
    })
  }

  close(): void {
    this.#db.close()
  }

  /** One gateway writes to a file, so what runs when it is opened has died. */
  #settleInterrupted(): void {
    const rows = this.#db.prepare('SELECT * FROM attempts WHERE outcome IS NULL ORDER BY request_id, number').all()
    const requests = Map.groupBy(rows, (row) => String(row.request_id))
    const finished = [...requests.values()].map((attempts) => interruptedRequest(attempts))
    if (finished.length > 0) this.write({ dispatched: [], finished })
  }
}

type Row = Record<string, unknown>

function interruptedRequest(attempts: readonly Row[]): RequestRow {
  const [first = {}] = attempts
  const at = Number(first.at)
  return {
    id: String(first.request_id),
    at,
    keyId: String(first.key_id),
    operation: 'generate',
    dialect: String(first.dialect),
    stream: false,
    model: String(first.model),
    status: 0,
    outcome: 'interrupted',
    errorCode: 'interrupted',
    error: 'the gateway ended while this request ran',
    durationMs: 0,
    bytesIn: 0,
    bytesOut: 0,
    attempts: attempts.map((row) => ({
      number: Number(row.number),
      at: Number(row.at),
      account: String(row.account),
      provider: String(row.provider),
      upstreamModel: String(row.upstream_model),
      dialect: String(row.dialect),
      outcome: 'interrupted',
      durationMs: 0,
    })),
  }
}

/** Opens the file; one that is no sound database is moved aside, because rows must go on being kept. */
function openSound(options: WriterOptions): { db: DatabaseSync; movedAside: string | undefined } {
  try {
    return { db: open(options.file), movedAside: undefined }
  } catch (cause) {
    if (!isDamage(cause)) throw cause
    const movedAside = moveAside(options)
    return { db: open(options.file), movedAside }
  }
}

/** Whether an error says that the file is no sound database. */
export function isDamage(cause: unknown): boolean {
  const code = sqliteCode(cause)
  return code === sqliteCodes.corrupt || code === sqliteCodes.notADatabase
}

/** Renames a damaged file, so that a new one can be begun and the old one be looked at. @returns its new path. */
export function moveAside({ file, now }: WriterOptions): string {
  const aside = `${file}.damaged-${new Date(now()).toISOString().replace(/[:.]/g, '-')}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  }
  return aside
}

function open(file: string): DatabaseSync {
  const inMemory = file === ':memory:'
  if (!inMemory) mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const db = new (sqlite().DatabaseSync)(file)
  try {
    if (!inMemory) chmodSync(file, 0o600)
    // NORMAL: what is committed outlives the process at once, and the machine after the next checkpoint; no write waits for the disk.
    db.exec(
      `PRAGMA busy_timeout = ${lockMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000;`,
    )
    migrate(db)
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

function insert(db: DatabaseSync, table: string, columns: readonly string[], conflict: string): StatementSync {
  const places = columns.map(() => '?').join(', ')
  return db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places}) ${conflict}`)
}

const dispatchColumns: readonly string[] = [
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

function dispatchValues(row: DispatchRow): SQLInputValue[] {
  return [
    row.requestId,
    row.number,
    row.at,
    row.keyId,
    row.account,
    row.provider,
    row.model,
    row.upstreamModel,
    row.dialect,
  ]
}

const attemptColumns: readonly string[] = [
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

function attemptValues(request: RequestRow, row: AttemptRow): SQLInputValue[] {
  const { usage = {} } = row
  return [
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
    usage.input ?? null,
    usage.cacheRead ?? null,
    usage.cacheWrite ?? null,
    usage.cacheWrite1h ?? null,
    usage.output ?? null,
    usage.reasoning ?? null,
    row.estimated ? 1 : null,
    row.costNanoUsd ?? null,
    row.priceVersion ?? null,
  ]
}

const requestColumns: readonly string[] = [
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

function requestValues(row: RequestRow): SQLInputValue[] {
  return [
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
    row.session?.slice(0, 200) ?? null,
  ]
}
