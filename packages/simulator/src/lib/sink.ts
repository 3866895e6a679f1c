import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, untilAborted } from './clock.ts'
import type { Halt, Step } from './inject.ts'
import type { RequestRecord } from './record.ts'

/** Steps sent without a pause before other connections, and the news of a client that left, get their turn. */
const STEPS_PER_TURN = 16

/** One answer on its way to a client. Knows whether the client left, and whether we ended it badly ourselves. */
export class Sink {
  /** Tokens generated so far. */
  tokens = 0
  /** Whether the answer was ended by a fault. */
  broken = false
  readonly #response: ServerResponse
  readonly #record: RequestRecord
  readonly #gone = new AbortController()

  constructor(response: ServerResponse, record: RequestRecord) {
    this.#response = response
    this.#record = record
    response.on('close', () => this.#gone.abort())
    // A write that meets a reset connection reports it here; `close` follows and says all there is to say.
    response.on('error', () => undefined)
  }

  /** Aborts when the client is gone, or the answer is over. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#record.status = status
    this.#response.writeHead(status, headers)
  }

  /** Sends a whole answer. */
  send(status: number, headers: Readonly<Record<string, string>>, body: string): void {
    const bytes = Buffer.from(body)
    this.head(status, { ...headers, 'content-length': String(bytes.length) })
    this.#record.bytesSent += bytes.length
    this.#response.end(bytes)
  }

  /** Sends a body step by step, each after the time its tokens take. */
  async run(steps: Generator<Step, Halt | undefined>, clock: Clock, tokenMs: number): Promise<void> {
    this.#response.flushHeaders()
    for (let count = 1; ; count += 1) {
      const next = steps.next()
      if (next.done) return this.#finish(next.value)
      const waitMs = next.value.waitMs + next.value.tokens * tokenMs
      if (waitMs > 0) await clock.sleep(waitMs, this.gone)
      else if (count % STEPS_PER_TURN === 0) await nextTurn()
      if (this.gone.aborted) return
      await this.#write(next.value)
    }
  }

  /** Resets the connection instead of answering. */
  reset(): void {
    this.broken = true
    this.#response.socket?.resetAndDestroy()
  }

  /** Never answers: waits for the client to leave. */
  hang(): Promise<void> {
    return untilAborted(this.gone)
  }

  async #write({ bytes, tokens, event }: Step): Promise<void> {
    this.tokens += tokens
    this.#record.bytesSent += bytes.length
    if (event) this.#record.eventsSent += 1
    if (bytes.length === 0 || this.#response.write(bytes)) return
    await once(this.#response, 'drain', { signal: this.gone }).catch(() => undefined)
  }

  async #finish(halt: Halt | undefined): Promise<void> {
    if (halt === 'hang') return this.hang()
    this.broken = halt !== undefined
    if (halt !== 'destroy') {
      this.#response.end()
      return
    }
    // What was written must reach the client before the connection goes.
    await new Promise<void>((resolve) => this.#response.write('', () => resolve()))
    this.#response.destroy()
  }
}
