import { ByteTap } from './byte-tap.ts'
import type { Dialect } from './chat/dialect.ts'
import type { ChatError } from './chat/error.ts'
import type { Loss } from './chat/loss.ts'
import type { Stop } from './chat/stop.ts'
import type { Usage } from './chat/usage.ts'
import type { StreamTap } from './codec.ts'
import { codecOf } from './codecs.ts'
import { FrameTooLargeError, isWholeData } from './sse.ts'
import type { StreamConverter, StreamOptions } from './stream/converter.ts'
import { type Framing, type Splitter, splitterOf } from './stream/framing.ts'
import { JsonArrayWriter } from './stream/json-array.ts'
import { type StreamPhase, truncated } from './stream/phase.ts'
import { SpeechEstimate } from './stream/speech-estimate.ts'

/** The same dialect and framing on both sides: the upstream's own text, whole events at a time. */
export class Passthrough implements StreamConverter {
  readonly losses: Loss[] = []
  readonly #tap: ByteTap
  readonly #encoder = new TextEncoder()
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #over = false

  constructor(options: StreamOptions, framing: Framing) {
    this.#tap = new ByteTap(options.from, options.maxEventBytes, framing)
  }

  push(chunk: Uint8Array | string): string {
    if (this.#over) return ''
    const out = this.#text(this.#tap.push(typeof chunk === 'string' ? this.#encoder.encode(chunk) : chunk))
    return this.#tap.broken ? out + this.#tell() : out
  }

  end(): string {
    if (this.#over) return ''
    const out = this.#text(this.#tap.end())
    this.#over = true
    return this.#tap.broken ? out + this.#tell() : out
  }

  fail(error: ChatError): string {
    if (this.#over) return ''
    this.#over = true
    return this.#tap.fail(error)
  }

  get phase(): StreamPhase {
    return this.#tap.phase
  }

  get usage(): Usage | undefined {
    return this.#tap.usage
  }

  get outputEstimate(): number {
    return this.#tap.outputEstimate
  }

  get stop(): Stop | undefined {
    return this.#tap.stop
  }

  get error(): ChatError | undefined {
    return this.#tap.error
  }

  #tell(): string {
    this.#over = true
    return this.#tap.error === undefined ? '' : this.#tap.fail(this.#tap.error)
  }

  #text(pieces: readonly Uint8Array[]): string {
    return pieces.map((piece) => this.#decoder.decode(piece)).join('')
  }
}

/** The same dialect in another framing: the JSON text of every event as it came, told apart in the other way. */
export class Reframing implements StreamConverter {
  readonly losses: Loss[] = []
  readonly #dialect: Dialect
  readonly #tap: StreamTap
  readonly #splitter: Splitter
  readonly #speech = new SpeechEstimate()
  /** Undefined towards server-sent events. */
  readonly #array: JsonArrayWriter | undefined
  #out = ''
  #failure: ChatError | undefined
  #over = false

  constructor(options: StreamOptions, framings: { readonly from: Framing; readonly to: Framing }) {
    this.#dialect = options.to
    this.#tap = codecOf(options.from).openTap()
    this.#array = framings.to === 'json-array' ? new JsonArrayWriter() : undefined
    this.#splitter = splitterOf(framings.from, (event, data) => this.#frame(event, data), options.maxEventBytes)
  }

  push(chunk: Uint8Array | string): string {
    if (this.#over) return ''
    this.#feed(() => this.#splitter.push(chunk))
    return this.#flush()
  }

  end(): string {
    if (this.#over) return ''
    let last = ''
    this.#feed(() => this.#splitter.end())
    this.#tap.end()
    if (!this.#tap.finished && this.error === undefined) this.#fail(truncated())
    if (!this.#over) last = this.#array?.close() ?? ''
    this.#over = true
    return this.#flush() + last
  }

  fail(error: ChatError): string {
    if (this.#over) return ''
    this.#fail(error)
    return this.#flush()
  }

  get phase(): StreamPhase {
    if (this.error) return 'failed'
    if (this.#tap.finished) return 'finished'
    return this.#tap.content ? 'content' : 'waiting'
  }

  get usage(): Usage | undefined {
    return this.#tap.usage
  }

  get outputEstimate(): number {
    return this.#speech.tokens
  }

  get stop(): Stop | undefined {
    return this.#tap.stop
  }

  get error(): ChatError | undefined {
    return this.#tap.error ?? this.#failure
  }

  #frame(event: string, data: string): void {
    const text = data.trim()
    if (this.#over || text === '' || text === '[DONE]' || !isWholeData(text)) return
    this.#tap.frame(event, text)
    if (this.#tap.content && !this.#tap.finished) this.#speech.add(text)
    this.#out += this.#array?.element(text) ?? `data: ${inOneLine(text)}\r\n\r\n`
    if (this.#tap.error) this.#close()
  }

  #feed(read: () => void): void {
    try {
      read()
    } catch (cause) {
      if (!(cause instanceof FrameTooLargeError)) throw cause
      this.#fail({ status: 502, kind: 'server', message: cause.message })
    }
  }

  #fail(error: ChatError): void {
    this.#failure = error
    const frame = codecOf(this.#dialect).errorFrame(error)
    this.#out += this.#array?.write(frame, false) ?? frame
    this.#close()
  }

  #close(): void {
    this.#over = true
    this.#out += this.#array?.close() ?? ''
  }

  #flush(): string {
    const out = this.#out
    this.#out = ''
    return out
  }
}

/** Line ends of JSON stand between its tokens only. */
function inOneLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replaceAll(/[\r\n]+/g, ' ') : json
}
