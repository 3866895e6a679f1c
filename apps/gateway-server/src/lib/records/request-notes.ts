import type { AccessRecord, DispatchedCall, Sent } from '@llm-gateway/gateway'

export interface RequestNotesOptions {
  /** Tells the ledger of an attempt that was sent. */
  dispatched(call: DispatchedCall, attempt: Sent): void
  /** Writes the ledger's row, the log's line and what else a request leaves. */
  ended(record: AccessRecord): void
  /** Told of what one of them throws, which is a bug; what else is noted is written all the same. */
  failed(cause: unknown, requestId: string): void
  /** Notes wait no longer than this for others, in milliseconds. Default: 5. */
  readonly waitMs?: number
  /** As many requests that are over wait no more. Default: 32. */
  readonly most?: number
  /** Default: a timer that keeps no process alive. */
  readonly after?: (ms: number, run: () => void) => void
}

interface Dispatched {
  readonly call: DispatchedCall
  readonly attempt: Sent
}

/**
 * What is to be written down of requests. It is noted when it happens and written a little later, many at a time: no request waits
 * for it, and of many the second costs half of the first, since between two requests the processor's caches forget the code that
 * writes, as writing makes them forget the code that serves.
 */
export class RequestNotes {
  readonly #options: RequestNotesOptions
  readonly #waitMs: number
  readonly #most: number
  readonly #after: (ms: number, run: () => void) => void
  readonly #writeDue = (): void => {
    this.#due = false
    this.writeAll()
  }
  #dispatched: Dispatched[] = []
  #ended: AccessRecord[] = []
  #due = false

  constructor(options: RequestNotesOptions) {
    this.#options = options
    this.#waitMs = options.waitMs ?? 5
    this.#most = options.most ?? 32
    this.#after = options.after ?? unheld
  }

  dispatched(call: DispatchedCall, attempt: Sent): void {
    this.#dispatched.push({ call, attempt })
    this.#schedule()
  }

  ended(record: AccessRecord): void {
    if (this.#ended.push(record) >= this.#most) this.writeAll()
    else this.#schedule()
  }

  /** Writes what is noted, in its order. Whoever reads what was written calls it first. */
  writeAll(): void {
    // First, for one that has ended meanwhile must not be written as sent after its end.
    if (this.#dispatched.length > 0) this.#writeDispatched()
    if (this.#ended.length > 0) this.#writeEnded()
  }

  #schedule(): void {
    if (this.#due) return
    this.#due = true
    this.#after(this.#waitMs, this.#writeDue)
  }

  #writeDispatched(): void {
    const dispatched = this.#dispatched
    this.#dispatched = []
    for (const { call, attempt } of dispatched) {
      try {
        this.#options.dispatched(call, attempt)
      } catch (cause) {
        this.#options.failed(cause, call.id)
      }
    }
  }

  #writeEnded(): void {
    const ended = this.#ended
    this.#ended = []
    for (const record of ended) {
      try {
        this.#options.ended(record)
      } catch (cause) {
        this.#options.failed(cause, record.requestId)
      }
    }
  }
}

function unheld(ms: number, run: () => void): void {
  setTimeout(run, ms).unref()
}
