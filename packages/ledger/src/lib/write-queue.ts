import type { LedgerStatus } from './ledger.ts'
import type { DispatchRow, RequestRow } from './row.ts'

/** What a queue writes at once. */
export interface QueuedBatch {
  readonly dispatched: readonly DispatchRow[]
  readonly finished: readonly RequestRow[]
}

export interface WriteQueueOptions {
  write(batch: QueuedBatch): Promise<{ readonly requests: number }>
  /** Told when writing begins to fail, then at most once a minute, and when it works again. */
  warn(message: string): void
  readonly now: () => number
  /** Rows wait no longer than this for others, in milliseconds. Default: 1,000. */
  readonly flushMs?: number
  /** Requests that are written without waiting. Default: 100. */
  readonly batchRows?: number
  /** Requests kept while the store takes none. Default: 10,000. */
  readonly capacity?: number
}

/** Requests in one transaction, so that none takes long. */
const largestBatch = 500
const warnMs = 60_000

/** Gathers rows and writes them in batches, one at a time; keeps them while the store takes none, up to a bound. */
export class WriteQueue {
  readonly #options: WriteQueueOptions
  readonly #flushMs: number
  readonly #batchRows: number
  readonly #capacity: number
  /** Intents not written yet; one whose request ends before that never needs to be. */
  readonly #dispatched = new Map<string, DispatchRow>()
  #finished: RequestRow[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<boolean> | undefined
  #written = 0
  #dropped = 0
  #failures = 0
  #problem: string | undefined
  #warnedAt = Number.NEGATIVE_INFINITY

  constructor(options: WriteQueueOptions) {
    this.#options = options
    this.#flushMs = options.flushMs ?? 1_000
    this.#batchRows = options.batchRows ?? 100
    this.#capacity = options.capacity ?? 10_000
  }

  dispatched(row: DispatchRow): void {
    if (this.#dispatched.size >= this.#capacity) return
    this.#dispatched.set(attemptId(row.requestId, row.number), row)
    this.#schedule()
  }

  finished(row: RequestRow): void {
    for (const { number } of row.attempts) this.#dispatched.delete(attemptId(row.id, number))
    if (this.#finished.length >= this.#capacity) {
      this.#dropped++
      return
    }
    this.#finished.push(row)
    // While the store fails its own pace is kept: each request would else ask it again.
    if (this.#finished.length >= this.#batchRows && this.#problem === undefined) void this.#write()
    else this.#schedule()
  }

  /** Resolves when all that waits now is written, or could not be. */
  async flush(): Promise<void> {
    if (this.#writing && !(await this.#writing)) return
    while (this.#waiting > 0) if (!(await this.#write())) return
  }

  status(): LedgerStatus {
    return {
      state: this.#problem === undefined ? 'ok' : 'failing',
      waiting: this.#waiting,
      written: this.#written,
      dropped: this.#dropped,
      failures: this.#failures,
      ...(this.#problem !== undefined && { problem: this.#problem }),
    }
  }

  /** Writes no more by itself. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  get #waiting(): number {
    return this.#dispatched.size + this.#finished.length
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#write()
    }, this.#flushMs).unref()
  }

  /** Resolves with whether the store took it. */
  #write(): Promise<boolean> {
    this.#writing ??= this.#writeNow().finally(() => {
      this.#writing = undefined
      if (this.#waiting === 0) return
      if (this.#finished.length >= this.#batchRows && this.#problem === undefined) void this.#write()
      else this.#schedule()
    })
    return this.#writing
  }

  async #writeNow(): Promise<boolean> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const dispatched = [...this.#dispatched.values()]
    const finished = this.#finished.slice(0, largestBatch)
    try {
      const { requests } = await this.#options.write({ dispatched, finished })
      this.#written += requests
      this.#finished = this.#finished.slice(finished.length)
      for (const row of dispatched) this.#dispatched.delete(attemptId(row.requestId, row.number))
      this.#recovered()
      return true
    } catch (cause) {
      this.#failed(cause instanceof Error ? cause.message : String(cause))
      return false
    }
  }

  #failed(problem: string): void {
    this.#failures++
    this.#problem = problem
    const now = this.#options.now()
    if (now - this.#warnedAt < warnMs) return
    this.#warnedAt = now
    const lost = this.#dropped > 0 ? `, ${this.#dropped} were lost` : ''
    this.#options.warn(`${problem}. Requests are served; ${this.#finished.length} wait to be counted${lost}`)
  }

  #recovered(): void {
    if (this.#problem === undefined) return
    this.#problem = undefined
    this.#warnedAt = Number.NEGATIVE_INFINITY
    this.#options.warn(`the ledger can be written again; ${this.#dropped} requests were lost since the start`)
  }
}

function attemptId(requestId: string, number: number): string {
  return `${requestId} ${number}`
}
