import type { Ledger, LedgerReader, LedgerStatus } from '../ledger.ts'
import type { LastError, RequestDetail, RequestEntry, RequestsQuery, UsageQuery, UsageReport } from '../query.ts'
import type { DispatchRow, RequestRow } from '../row.ts'
import { WriteQueue } from '../write-queue.ts'
import { SqliteReader } from './reader.ts'
import { DirectStore, ledgerError, type Store } from './store.ts'
import { WorkerStore } from './worker-store.ts'

/** Where a ledger lies, how long it keeps rows, and who is told of trouble. */
export interface SqliteLedgerOptions {
  /** Made when it is not there, readable by its owner only; its directory too. */
  readonly file: string
  /** Days that single requests are kept; sums by day are kept for good. Absent: for ever. */
  readonly retentionDays?: number
  /** Told of what the operator should know: a store that fails, a damaged file that was moved aside. */
  warn(message: string): void
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Writes and queries in a thread of its own. Default: true. */
  readonly thread?: boolean
  /** Rows wait no longer than this for others, in milliseconds. Default: 1,000. */
  readonly flushMs?: number
  /** Requests kept while the file cannot be written. Default: 10,000. */
  readonly capacity?: number
}

const expireMs = 3_600_000

/** A ledger in an SQLite file. Nothing is opened before the first row or question. */
export class SqliteLedger implements Ledger {
  readonly #store: Store
  readonly #queue: WriteQueue
  readonly #expiry: NodeJS.Timeout | undefined
  readonly #warn: (message: string) => void
  #closed = false

  constructor(options: SqliteLedgerOptions) {
    const { file, retentionDays, now = Date.now, thread = true } = options
    const warn = (message: string): void => options.warn(message)
    this.#warn = warn
    const settings = { file, ...(retentionDays !== undefined && { retentionDays }) }
    this.#store = thread ? new WorkerStore(settings) : new DirectStore({ ...settings, now })
    this.#queue = new WriteQueue({
      write: async (batch) => {
        const written = await this.#store.write(batch)
        if (written.movedAside !== undefined) warn(damaged(file, written.movedAside))
        return written
      },
      warn,
      now,
      ...(options.flushMs !== undefined && { flushMs: options.flushMs }),
      ...(options.capacity !== undefined && { capacity: options.capacity }),
    })
    if (retentionDays !== undefined) this.#expiry = setInterval(() => void this.expire(), expireMs).unref()
  }

  dispatched(row: DispatchRow): void {
    if (!this.#closed) this.#queue.dispatched(row)
  }

  finished(row: RequestRow): void {
    if (!this.#closed) this.#queue.finished(row)
  }

  flush(): Promise<void> {
    return this.#queue.flush()
  }

  status(): LedgerStatus {
    return this.#queue.status()
  }

  async usage(query: UsageQuery): Promise<UsageReport> {
    return (await this.#ask('usage', query)) as UsageReport
  }

  async requests(query: RequestsQuery): Promise<readonly RequestEntry[]> {
    return (await this.#ask('requests', query)) as readonly RequestEntry[]
  }

  async request(id: string): Promise<RequestDetail | undefined> {
    return (await this.#ask('request', id)) as RequestDetail | undefined
  }

  async lastErrors(): Promise<readonly LastError[]> {
    return (await this.#ask('lastErrors', undefined)) as readonly LastError[]
  }

  /** Deletes the single requests that are older than they are kept for; also done by itself every hour. Never rejects. */
  async expire(): Promise<void> {
    try {
      while (!this.#closed && (await this.#store.expire())) await this.#queue.flush()
    } catch {
      // The store is asked again in an hour, and a store that fails is told of when it is written to.
    }
  }

  /** Writes what waits, asking a store that fails once more, tells what is lost, and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#expiry)
    await this.#queue.flush()
    if (this.#queue.status().waiting > 0) await this.#queue.flush()
    this.#queue.stop()
    const { waiting, problem = 'the ledger took no more' } = this.#queue.status()
    if (waiting > 0) {
      const requests = waiting === 1 ? '1 request' : `${waiting} requests`
      this.#warn(`${problem}. What ${requests} used is not counted: it is only in the log`)
    }
    await this.#store.close()
  }

  /** Answers count all that was told before they were asked for. */
  async #ask(question: Parameters<Store['ask']>[0], argument: unknown): Promise<unknown> {
    await this.#queue.flush()
    return this.#store.ask(question, argument)
  }
}

function damaged(file: string, movedAside: string): string {
  return `the ledger ${file} was damaged: a new one is begun, and the old one was moved to ${movedAside}`
}

/**
 * Reads the ledger of a gateway that need not run, and changes nothing.
 *
 * @throws LedgerError when there is none, or none this version can read.
 */
export function openSqliteLedger(file: string, now: () => number = Date.now): LedgerReader {
  const guard = <T>(task: () => T): T => {
    try {
      return task()
    } catch (cause) {
      throw ledgerError(cause, file)
    }
  }
  const reader = guard(() => new SqliteReader(file, now))
  return {
    usage: async (query) => guard(() => reader.usage(query)),
    requests: async (query) => guard(() => reader.requests(query)),
    request: async (id) => guard(() => reader.request(id)),
    lastErrors: async () => guard(() => reader.lastErrors()),
    close: async () => reader.close(),
  }
}
