import type { Json } from './json.ts'
import type { Dialect } from './turn.ts'
import type { Usage } from './usage.ts'

/** What the simulator saw of one request and did with it. Times are milliseconds since the epoch. */
export interface RequestRecord {
  id: string
  at: number
  method: string
  /** The path without its query. */
  path: string
  query: string
  /** Header names in lower case, with the credential as it came: these are test credentials. */
  headers: Readonly<Record<string, string>>
  /** The parsed body, or its text when it is no JSON. */
  body?: Json
  /** Bytes of the request's body. */
  bodyBytes: number
  dialect?: Dialect
  model?: string
  stream?: boolean
  /** The credential, without its scheme. */
  key?: string
  /** The status sent; absent while there is none. */
  status?: number
  /** What the provider counts, and bills: for a client that left, up to where it left. */
  usage?: Usage
  /** Bytes of the answer's body handed to the connection. */
  bytesSent: number
  /** Stream events handed to the connection. */
  eventsSent: number
  /** The fault committed on it. */
  fault?: string
  /** When the answer was complete. */
  finishedAt?: number
  /** When the client was seen to leave before that. */
  abortedAt?: number
}

/** Sums over all requests since the start or the last reset, recorded or not. */
export interface Totals {
  /** Requests to a model endpoint. */
  requests: number
  /** Answered to the end, with whatever status. */
  completed: number
  /** Left by their client before that. */
  aborted: number
  /** Torn down, cut short or reset by a fault. */
  broken: number
  inputTokens: number
  outputTokens: number
}

function zero(): Totals {
  return { requests: 0, completed: 0, aborted: 0, broken: 0, inputTokens: 0, outputTokens: 0 }
}

/** The last requests, in a ring, and sums over all. */
export class Records {
  readonly #limit: number
  #ring: RequestRecord[] = []
  #totals = zero()
  #open = 0
  #waiting: (() => void)[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The requests kept, oldest first. */
  list(): RequestRecord[] {
    return [...this.#ring]
  }

  totals(): Totals {
    return { ...this.#totals }
  }

  /** Notes a request that came in. */
  open(record: RequestRecord): void {
    this.#totals.requests += 1
    this.#open += 1
    this.#ring.push(record)
    if (this.#ring.length > this.#limit) this.#ring.shift()
  }

  /** Notes how a request ended. Call once for each `open`. */
  close(record: RequestRecord, outcome: 'completed' | 'aborted' | 'broken', now: number): void {
    this.#totals[outcome] += 1
    if (outcome === 'aborted') record.abortedAt = now
    else record.finishedAt = now
    this.#totals.inputTokens += record.usage?.input ?? 0
    this.#totals.outputTokens += record.usage?.output ?? 0
    this.#open -= 1
    if (this.#open > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Counts a request of which nothing else is kept. */
  count(): void {
    this.#totals.requests += 1
    this.#totals.completed += 1
  }

  /** Resolves when no request is open. */
  idle(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  clear(): void {
    this.#ring = []
    this.#totals = zero()
  }
}
