import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type PackedBatch, RequestBatch, without } from '../packed/batch.ts'
import { attemptColumns, requestColumns } from '../packed/columns.ts'
import type { RequestRow } from '../row.ts'
import { BulkInsert } from './bulk-insert.ts'
import { dayMs, Rollup, type RollupStatements, rollupStatements } from './rollup.ts'
import { migrate } from './schema.ts'
import { sqlite, sqliteCode, sqliteCodes, transaction } from './sqlite.ts'

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

/** Writes to one SQLite file. Synchronous: whoever must not wait runs it in a thread of its own. */
export class SqliteWriter {
  readonly #options: WriterOptions
  readonly #db: DatabaseSync
  readonly #intents: BulkInsert
  readonly #attempts: BulkInsert
  readonly #requests: BulkInsert
  readonly #rollups: RollupStatements
  /** Where a file that was no sound database was moved, when there was one. */
  readonly movedAside: string | undefined

  /** Opens the file, makes it when there is none, and settles what a gateway that died left running. */
  constructor(options: WriterOptions) {
    this.#options = options
    const { db, movedAside } = openSound(options)
    this.#db = db
    this.movedAside = movedAside
    this.#intents = new BulkInsert(db, 'attempts', attemptColumns, 'ON CONFLICT DO NOTHING')
    const settle = attemptColumns.map(({ name }) => `${name} = excluded.${name}`).join(', ')
    this.#attempts = new BulkInsert(db, 'attempts', attemptColumns, `ON CONFLICT DO UPDATE SET ${settle}`)
    this.#requests = new BulkInsert(db, 'requests', requestColumns, 'ON CONFLICT DO NOTHING')
    this.#rollups = rollupStatements(db)
    this.#settleInterrupted()
  }

  /**
   * Writes a batch whole or not at all. It may come again when nobody heard that it was written: what is there already counts no
   * second time.
   *
   * @returns how many of its requests were new.
   */
  write(batch: PackedBatch): number {
    if (this.#writeNew(batch)) return batch.attemptCounts.length
    const known = this.#db.prepare('SELECT 1 FROM requests WHERE id = ?')
    const fresh = without(batch, (id) => known.get(id) !== undefined)
    this.#writeNew(fresh)
    return fresh.attemptCounts.length
  }

  /**
   * Writes a batch in which every request is new. One transaction and no savepoint in it: SQLite would copy every page that changes
   * into a file of its own (measured: four in five of all writes to the disk).
   *
   * @returns false, with nothing written, when one is not.
   */
  #writeNew(batch: PackedBatch): boolean {
    const write = (): boolean => {
      if (this.#requests.run(batch.requests) !== batch.attemptCounts.length) return false
      this.#intents.run(batch.intents)
      this.#attempts.run(batch.attempts)
      const rollup = new Rollup()
      rollup.add(batch)
      rollup.write(this.#rollups)
      return true
    }
    return transaction(this.#db, write, (whole) => whole)
  }

  /** Deletes some of what is older than it is kept for. @returns whether there may be more. */
  expire(): boolean {
    const { retentionDays, now } = this.#options
    if (retentionDays === undefined) return false
    const before = now() - retentionDays * dayMs
    return transaction(this.#db, () => {
      const old = `SELECT id FROM requests WHERE at < ? ORDER BY at LIMIT ${deletedAtOnce}`
      // What has no request yet runs still.
      this.#db.prepare(`DELETE FROM attempts WHERE request_id IN (${old})`).run(before)
      return this.#db.prepare(`DELETE FROM requests WHERE id IN (${old})`).run(before).changes === deletedAtOnce
    })
  }

  close(): void {
    this.#db.close()
  }

  /** One gateway writes to a file, so what runs when it is opened has died. */
  #settleInterrupted(): void {
    const rows = this.#db.prepare('SELECT * FROM attempts WHERE outcome IS NULL ORDER BY request_id, number').all()
    const requests = Map.groupBy(rows, (row) => String(row.request_id))
    if (requests.size === 0) return
    const batch = new RequestBatch()
    for (const attempts of requests.values()) batch.add(interruptedRequest(attempts))
    this.write(batch.packed())
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
