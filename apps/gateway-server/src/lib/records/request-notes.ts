import type { AccessRecord, DispatchedCall, Sent } from '@llm-gateway/gateway'

export interface RequestNotesOptions {
  /** Tells the ledger of an attempt that was sent. */
  dispatched(call: DispatchedCall, attempt: Sent): void
  /** Writes the ledger's row, the log's line and what else a request leaves. */
  ended(record: AccessRecord): void
  /** Told of what one of them throws, which is a bug; what else is noted is written all the same. */
  failed(cause: unknown, requestId: string): void
  /** Runs something soon, after what is under way. Default: `setImmediate`. */
  readonly soon?: (run: () => void) => void
}

interface Dispatched {
  readonly call: DispatchedCall
  readonly attempt: Sent
}

/**
 * What is to be written down of requests. It is noted when it happens and written once a turn of the event loop: no request
 * waits for it, and of many the second costs half of the first, since between two requests the processor's caches forget the code
 * that writes.
 */
export class RequestNotes {
  readonly #options: RequestNotesOptions
  readonly #soon: (run: () => void) => void
  readonly #writeDue = (): void => this.writeAll()
  #dispatched: Dispatched[] = []
  #ended: AccessRecord[] = []
  #due = false

  constructor(options: RequestNotesOptions) {
    this.#options = options
    this.#soon = options.soon ?? setImmediate
  }

  dispatched(call: DispatchedCall, attempt: Sent): void {
    this.#dispatched.push({ call, attempt })
    this.#schedule()
  }

  ended(record: AccessRecord): void {
    this.#ended.push(record)
    this.#schedule()
  }

  /** Writes what is noted, in its order. Whoever reads what was written calls it first. */
  writeAll(): void {
    this.#due = false
    // First, for one that ended in the turn in which it was sent must not be written as sent when it has ended.
    if (this.#dispatched.length > 0) this.#writeDispatched()
    if (this.#ended.length > 0) this.#writeEnded()
  }

  #schedule(): void {
    if (this.#due) return
    this.#due = true
    this.#soon(this.#writeDue)
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
