import { FrameSplitter } from '@llm-gateway/converter'
import type { Sink } from '../port.ts'

/**
 * Tells a stream as Gemini does to clients that do not ask for events (`alt=sse`): one JSON array whose elements come as they are
 * made. Everything before this sink knows only events; an answer that is no stream passes as it is.
 */
export class JsonArraySink implements Sink {
  readonly #sink: Sink
  readonly #splitter = new FrameSplitter((_event, data) => {
    this.#pending += `${this.#count++ === 0 ? '[' : ',\r\n'}${data}`
  })
  #streaming = false
  #count = 0
  #pending = ''

  constructor(sink: Sink) {
    this.#sink = sink
  }

  head(status: number, headers: Record<string, string | string[]>): void {
    this.#streaming = String(headers['content-type']).startsWith('text/event-stream')
    this.#sink.head(
      status,
      this.#streaming ? { ...headers, 'content-type': 'application/json; charset=UTF-8' } : headers,
    )
  }

  write(chunk: Uint8Array | string): boolean {
    if (!this.#streaming) return this.#sink.write(chunk)
    this.#splitter.push(chunk)
    // What made no element is a sign of life: white space may stand anywhere between elements.
    return this.#sink.write(this.#taken() || ' ')
  }

  end(chunk?: Uint8Array | string): void {
    if (!this.#streaming) {
      this.#sink.end(chunk)
      return
    }
    if (chunk !== undefined) this.#splitter.push(chunk)
    this.#splitter.end()
    this.#sink.end(`${this.#taken()}${this.#count === 0 ? '[]' : ']'}`)
  }

  destroy(): void {
    this.#sink.destroy()
  }

  onDrain(listener: () => void): void {
    this.#sink.onDrain(listener)
  }

  onClose(listener: () => void): void {
    this.#sink.onClose(listener)
  }

  #taken(): string {
    const text = this.#pending
    this.#pending = ''
    return text
  }
}
