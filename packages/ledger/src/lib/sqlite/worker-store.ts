import { Worker } from 'node:worker_threads'
import { LedgerError, type LedgerErrorCode } from '../ledger.ts'
import type { PackedBatch } from '../packed/batch.ts'
import type { Question, Store, Written } from './store.ts'

/** What the worker is started with. */
export interface WorkerSettings {
  readonly file: string
  readonly retentionDays?: number
}

export type WorkerRequest = { readonly id: number } & (
  | { readonly op: 'write'; readonly batch: PackedBatch }
  | { readonly op: 'ask'; readonly question: Question; readonly argument: unknown }
  | { readonly op: 'expire' }
  | { readonly op: 'close' }
)

export type WorkerReply = { readonly id: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: LedgerErrorCode; readonly message: string }
)

interface Waiting {
  resolve(value: never): void
  reject(cause: unknown): void
}

// From source the worker is source too; what is bundled lies beside it.
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? '../../ledger-worker.ts' : './ledger-worker.js',
  import.meta.url,
)

/** The store in a thread of its own, so that neither a slow disk nor a long query holds up the thread that serves. */
export class WorkerStore implements Store {
  readonly #settings: WorkerSettings
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #ids = 0

  constructor(settings: WorkerSettings) {
    this.#settings = settings
  }

  /** The batch's memory becomes the thread's. */
  write(batch: PackedBatch): Promise<Written> {
    const tables = [batch.intents, batch.requests, batch.attempts]
    const memory = new Set(tables.flatMap(({ cells, texts }) => [cells.buffer, texts.bytes.buffer]))
    return this.#call({ op: 'write', batch }, [...memory])
  }

  ask(question: Question, argument: unknown): Promise<unknown> {
    return this.#call({ op: 'ask', question, argument })
  }

  expire(): Promise<boolean> {
    return this.#call({ op: 'expire' })
  }

  async close(): Promise<void> {
    if (this.#worker === undefined) return
    await this.#call({ op: 'close' })
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #call<T>(
    request:
      | { op: 'write'; batch: PackedBatch }
      | { op: 'ask'; question: Question; argument: unknown }
      | { op: 'expire' }
      | { op: 'close' },
    transferred: readonly ArrayBuffer[] = [],
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const id = ++this.#ids
      this.#waiting.set(id, { resolve, reject })
      this.#running().postMessage({ id, ...request } satisfies WorkerRequest, transferred)
    })
  }

  #running(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(workerUrl, { workerData: this.#settings, execArgv: [] })
    // It has nothing to do of its own: what waits for it keeps the process alive.
    worker.unref()
    worker.on('message', (reply: WorkerReply) => this.#settle(reply))
    worker.on('error', (cause) => this.#fail(worker, cause))
    worker.on('exit', () => this.#fail(worker, undefined))
    this.#worker = worker
    return worker
  }

  #settle(reply: WorkerReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.ok) waiting?.resolve(reply.value as never)
    else waiting?.reject(new LedgerError(reply.code, reply.message))
  }

  /** The thread is gone: what it was asked is not done, and the next one to ask starts another. */
  #fail(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const detail = cause instanceof Error ? `: ${cause.message}` : ''
    const error = new LedgerError('FAILED', `the thread that writes the ledger ended${detail}`, cause)
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const each of waiting) each.reject(error)
  }
}
