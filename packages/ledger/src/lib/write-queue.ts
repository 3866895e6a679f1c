import { Intents } from './intents.ts'
import type { LedgerStatus } from './ledger.ts'
import { type PackedBatch, RequestBatch } from './packed/batch.ts'
import type { DispatchRow, RequestRow } from './row.ts'

export interface WriteQueueOptions {
  /** @param batch its own to keep. */
  write(batch: PackedBatch): Promise<{ readonly requests: number }>
  /** Told when writing begins to fail, then at most once a minute, and when it works again. */
  warn(message: string): void
  readonly now: () => number
  /** What was told this long ago is being written, in milliseconds. Default: 1,000. */
  readonly flushMs?: number
  /** Requests that are written without waiting. Default: 1,000. */
  readonly batchRows?: number
  /** Requests kept while the store takes none. Default: 10,000. */
  readonly capacity?: number
}

/** Requests in one transaction, so that none takes long. */
const largestBatch = 1_000
const warnMs = 60_000

/** Which intents a write takes along. */
type Taken = 'none' | 'aged' | 'all'

/**
 * Gathers rows and writes them in batches, one at a time; keeps them while the store takes none, up to a bound.
 *
 * It ticks twice in `flushMs`: an intent is due when it has lived through a whole tick, so that requests shorter than that, which
 * are most where there are many, never cost one.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions
  readonly #tickMs: number
  readonly #batchRows: number
  readonly #capacity: number
  readonly #intents = new Intents()
  /** Requests that are over, packed at once: as objects they would live long enough for the garbage collector to move them twice. */
  #gathering = new RequestBatch()
  /** Batches that are full or were tried, oldest first. */
  readonly #gathered: RequestBatch[] = []
  /** A batch that was written, to be used again. */
  #spare: RequestBatch | undefined
  /** Requests in all of them. */
  #finished = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<boolean> | undefined
  #stopped = false
  #written = 0
  #dropped = 0
  #failures = 0
  #problem: string | undefined
  #warnedAt = Number.NEGATIVE_INFINITY

  constructor(options: WriteQueueOptions) {
    this.#options = options
    this.#tickMs = (options.flushMs ?? 1_000) / 2
    this.#batchRows = options.batchRows ?? 1_000
    this.#capacity = options.capacity ?? 10_000
  }

  dispatched(row: DispatchRow): void {
    if (this.#intents.size >= this.#capacity) return
    this.#intents.add(row)
    this.#schedule()
  }

  finished(row: RequestRow): void {
    this.#intents.forget(row.id)
    if (this.#finished >= this.#capacity) {
      this.#dropped++
      return
    }
    if (this.#gathering.size >= largestBatch) this.#setAside()
    this.#gathering.add(row)
    this.#finished++
    // While the store fails its own pace is kept: each request would else ask it again.
    if (this.#finished >= this.#batchRows && this.#problem === undefined) void this.#write('none')
    else this.#schedule()
  }

  /** Resolves when all that waits now is written, or could not be. */
  async flush(): Promise<void> {
    if (this.#writing && !(await this.#writing)) return
    while (this.#waiting > 0) if (!(await this.#write('all'))) return
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
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  get #waiting(): number {
    return this.#intents.size + this.#finished
  }

  #schedule(): void {
    if (this.#stopped) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      // A write under way has not taken along what has aged since.
      if (this.#writing) void this.#writing.then(() => this.#stopped || this.#write('aged'))
      else void this.#write('aged')
      this.#intents.age()
      if (this.#waiting > 0) this.#schedule()
    }, this.#tickMs).unref()
  }

  /** Resolves with whether the store took it. */
  #write(intents: Taken): Promise<boolean> {
    this.#writing ??= this.#writeNow(intents).finally(() => {
      this.#writing = undefined
      if (this.#waiting === 0) return
      if (this.#finished >= this.#batchRows && this.#problem === undefined) void this.#write('none')
      else this.#schedule()
    })
    return this.#writing
  }

  async #writeNow(intents: Taken): Promise<boolean> {
    const dispatched = intents === 'none' ? [] : this.#intents.rows(intents)
    if (this.#gathered.length === 0 && this.#gathering.size > 0) this.#setAside()
    const [finished] = this.#gathered
    if (dispatched.length === 0 && finished === undefined) return true
    try {
      const { requests } = await this.#options.write((finished ?? this.#gathering).packed(dispatched))
      this.#written += requests
      if (finished) this.#forgetBatch(finished)
      for (const row of dispatched) this.#intents.forget(row.requestId, row)
      this.#recovered()
      return true
    } catch (cause) {
      this.#failed(cause instanceof Error ? cause.message : String(cause))
      return false
    }
  }

  #setAside(): void {
    this.#gathered.push(this.#gathering)
    this.#gathering = this.#spare ?? new RequestBatch()
    this.#spare = undefined
  }

  /** The oldest of those set aside. */
  #forgetBatch(batch: RequestBatch): void {
    this.#gathered.shift()
    this.#finished -= batch.size
    batch.clear()
    this.#spare = batch
  }

  #failed(problem: string): void {
    this.#failures++
    this.#problem = problem
    const now = this.#options.now()
    if (now - this.#warnedAt < warnMs) return
    this.#warnedAt = now
    const lost = this.#dropped > 0 ? `, ${this.#dropped} were lost` : ''
    this.#options.warn(`${problem}. Requests are served; ${this.#finished} wait to be counted${lost}`)
  }

  #recovered(): void {
    if (this.#problem === undefined) return
    this.#problem = undefined
    this.#warnedAt = Number.NEGATIVE_INFINITY
    this.#options.warn(`the ledger can be written again; ${this.#dropped} requests were lost since the start`)
  }
}
