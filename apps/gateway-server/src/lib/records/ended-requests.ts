import type { AccessRecord } from '@llm-gateway/gateway'

export interface EndedRequestsOptions {
  /** Writes the ledger's row, the log's line and what else a request leaves. */
  tell(record: AccessRecord): void
  /** Told of what `tell` throws, which is a bug; the other requests are told of all the same. */
  failed(cause: unknown, record: AccessRecord): void
  /** Runs something soon, after what is under way. Default: `setImmediate`. */
  readonly soon?: (run: () => void) => void
}

/**
 * Requests that are over and of which nothing is written yet. They are told of together, once a turn of the event loop: between
 * two requests the processor's caches forget the code that does it, and one by one it takes twice as long.
 */
export class EndedRequests {
  readonly #options: EndedRequestsOptions
  readonly #soon: (run: () => void) => void
  readonly #tellAll = (): void => this.tellAll()
  #waiting: AccessRecord[] = []

  constructor(options: EndedRequestsOptions) {
    this.#options = options
    this.#soon = options.soon ?? setImmediate
  }

  add(record: AccessRecord): void {
    if (this.#waiting.push(record) === 1) this.#soon(this.#tellAll)
  }

  /** Tells of those that wait, in their order. Whoever reads what they leave calls it first. */
  tellAll(): void {
    if (this.#waiting.length === 0) return
    const ended = this.#waiting
    this.#waiting = []
    for (const record of ended) {
      try {
        this.#options.tell(record)
      } catch (cause) {
        this.#options.failed(cause, record)
      }
    }
  }
}
