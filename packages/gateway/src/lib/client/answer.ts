import { type ChatError, type Dialect, keepAliveFrame, renderError, renderErrorFrame } from '@llm-gateway/converter'
import type { Sink } from '../port.ts'

export type ErrorSource = 'gateway' | 'upstream'

type Headers = Record<string, string | string[]>

/** What the client has been told so far; the one place that writes to its sink. */
export class Answer {
  readonly #sink: Sink
  readonly #requestId: string
  readonly #now: () => number
  #status: number | undefined
  #over = false
  #lastWriteAt: number
  #stalledAt: number | undefined
  #bytes = 0

  constructor(sink: Sink, requestId: string, now: () => number) {
    this.#sink = sink
    this.#requestId = requestId
    this.#now = now
    this.#lastWriteAt = now()
  }

  /** The status line is out. A stream's may be sent before its first content: what fails after it is told in the stream. */
  get begun(): boolean {
    return this.#status !== undefined
  }

  get over(): boolean {
    return this.#over
  }

  get status(): number | undefined {
    return this.#status
  }

  /** Body bytes written, in bytes for byte pieces and in UTF-16 units for text ones. */
  get bytes(): number {
    return this.#bytes
  }

  /** When something was last written; for keep-alives. */
  get lastWriteAt(): number {
    return this.#lastWriteAt
  }

  /** Since when the client takes nothing, though there is more. */
  get stalledAt(): number | undefined {
    return this.#stalledAt
  }

  head(status: number, headers: Headers): void {
    if (this.#status !== undefined) return
    this.#status = status
    headers['x-llm-gateway-request-id'] = this.#requestId
    headers['request-id'] ??= this.#requestId
    this.#sink.head(status, headers)
  }

  /** False: the client is slower than we are. */
  write(piece: Uint8Array | string): boolean {
    if (this.#over) return true
    this.#bytes += piece.length
    this.#lastWriteAt = this.#now()
    const more = this.#sink.write(piece)
    if (!more) this.#stalledAt ??= this.#lastWriteAt
    return more
  }

  onDrain(listener: () => void): void {
    this.#sink.onDrain(() => {
      this.#stalledAt = undefined
      listener()
    })
  }

  end(piece?: Uint8Array | string): void {
    if (this.#over) return
    this.#over = true
    if (piece !== undefined) this.#bytes += piece.length
    this.#sink.end(piece)
  }

  /** A whole answer at once. */
  whole(status: number, headers: Headers, body: Uint8Array | string): void {
    headers['content-length'] = String(typeof body === 'string' ? Buffer.byteLength(body) : body.length)
    this.head(status, headers)
    this.end(body)
  }

  json(status: number, body: unknown, headers: Headers = {}): void {
    this.whole(status, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body))
  }

  /** An error in the client's dialect: as an answer of its own, or in the stream when that has begun. */
  error(error: ChatError, dialect: Dialect, source: ErrorSource, headers: Headers = {}): void {
    if (this.#over) return
    if (this.begun) {
      this.end(renderErrorFrame(error, dialect))
      return
    }
    const rendered = renderError({ requestId: this.#requestId, ...error }, dialect)
    this.json(rendered.status, rendered.body, { ...headers, 'x-llm-gateway-error-source': source })
  }

  /** Sends a stream's status line before its content, so that nobody between us and the client takes silence for death. */
  beginStream(): void {
    this.head(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  }

  keepAlive(dialect: Dialect): void {
    this.write(keepAliveFrame(dialect))
  }

  /** Cuts the connection of a client that no longer reads. */
  destroy(): void {
    this.#over = true
    this.#sink.destroy()
  }
}
