import { ByteTap } from './byte-tap.ts'
import type { Dialect } from './chat/dialect.ts'
import type { ChatError } from './chat/error.ts'
import type { ChatEvent } from './chat/event.ts'
import type { Loss } from './chat/loss.ts'
import type { Stop } from './chat/stop.ts'
import type { Usage } from './chat/usage.ts'
import type { StreamDecoder, StreamEncoder } from './codec.ts'
import { codecOf } from './codecs.ts'
import { type Body, contextOf, decodeReply, type ReplyOptions } from './convert.ts'
import { LossReport } from './report.ts'
import { FrameSplitter, FrameTooLargeError, isWholeData } from './sse.ts'
import { mergeUsage } from './stream/fold.ts'
import type { StreamPhase } from './stream/phase.ts'
import { unfold } from './stream/unfold.ts'

/** Converts one stream. Synchronous: bytes in, SSE text out. One object per stream. */
export interface StreamConverter {
  /** Takes a piece of the upstream's stream, cut anywhere, and gives what the client gets for it; often empty. Never throws. */
  push(chunk: Uint8Array | string): string
  /** The upstream's bytes are over: gives the rest, which is a terminal error when the stream was cut short. */
  end(): string
  readonly usage: Usage | undefined
  readonly stop: Stop | undefined
  /** Why the phase is `failed`. */
  readonly error: ChatError | undefined
  readonly phase: StreamPhase
  readonly losses: Loss[]
}

export interface StreamOptions extends ReplyOptions {
  /** One event longer than this fails the stream. Bytes, default 16 MiB. */
  readonly maxEventBytes?: number
}

/** Opens the conversion of one stream. `from` is the upstream's dialect, `to` the client's; the same for both passes the text on. */
export function openStream(options: StreamOptions): StreamConverter {
  return options.from === options.to ? new Passthrough(options) : new Conversion(options)
}

/** {@link openStream} as a web stream stage, UTF-8 in and out. */
export function streamTransform(options: StreamOptions): TransformStream<Uint8Array, Uint8Array> {
  const converter = openStream(options)
  const encoder = new TextEncoder()
  return new TransformStream({
    transform(chunk, controller) {
      const text = converter.push(chunk)
      if (text !== '') controller.enqueue(encoder.encode(text))
    },
    flush(controller) {
      const text = converter.end()
      if (text !== '') controller.enqueue(encoder.encode(text))
    },
  })
}

/** A whole reply told as the stream it could have been, for a client that asked for one of a server that does not stream. */
export function streamOfReply(
  body: Body,
  options: ReplyOptions,
): { text: string; usage: Usage | undefined; stop: Stop } {
  const report = new LossReport()
  const reply = decodeReply(body, options.from, report)
  const encoder = codecOf(options.to).openEncoder(contextOf(options, report))
  let text = ''
  unfold(reply, (event) => {
    text += encoder.encode(event)
  })
  return { text, usage: reply.usage, stop: reply.stop }
}

class Conversion implements StreamConverter {
  readonly #report = new LossReport()
  readonly #splitter: FrameSplitter
  readonly #decoder: StreamDecoder
  readonly #encoder: StreamEncoder
  #out = ''
  #ending = false
  #phase: StreamPhase = 'waiting'
  #usage: Usage | undefined
  #stop: Stop | undefined
  #error: ChatError | undefined

  constructor(options: StreamOptions) {
    this.#decoder = codecOf(options.from).openDecoder((event) => this.#take(event), this.#report)
    this.#encoder = codecOf(options.to).openEncoder(contextOf(options, this.#report))
    this.#splitter = new FrameSplitter((event, data) => {
      // An event the end of the stream cut in two says nothing; whether the answer was complete without it is the decoder's to say.
      if (this.#over || (this.#ending && !isWholeData(data))) return
      this.#decoder.frame(event, data)
    }, options.maxEventBytes)
  }

  push(chunk: Uint8Array | string): string {
    if (this.#over) return ''
    this.#feed(() => this.#splitter.push(chunk))
    return this.#flush()
  }

  end(): string {
    this.#ending = true
    if (!this.#over) this.#feed(() => this.#splitter.end())
    if (!this.#over) this.#decoder.end()
    return this.#flush()
  }

  get phase(): StreamPhase {
    return this.#phase
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  get stop(): Stop | undefined {
    return this.#stop
  }

  get error(): ChatError | undefined {
    return this.#error
  }

  get losses(): Loss[] {
    return this.#report.losses
  }

  get #over(): boolean {
    return this.#phase === 'finished' || this.#phase === 'failed'
  }

  #feed(read: () => void): void {
    try {
      read()
    } catch (cause) {
      if (!(cause instanceof FrameTooLargeError)) throw cause
      this.#take({ type: 'error', error: { status: 502, kind: 'server', message: cause.message } })
    }
  }

  #flush(): string {
    const out = this.#out
    this.#out = ''
    return out
  }

  #take(event: ChatEvent): void {
    if (this.#over) return
    switch (event.type) {
      case 'text':
      case 'input':
        if (this.#phase === 'waiting' && event.literal !== '""') this.#phase = 'content'
        break
      case 'open':
        if (event.part.type === 'tool-call') this.#phase = 'content'
        break
      case 'start':
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        break
      case 'finish':
        this.#usage = mergeUsage(this.#usage, event.usage)
        this.#stop = event.stop
        this.#phase = 'finished'
        break
      case 'error':
        this.#error = event.error
        this.#phase = 'failed'
        break
      default:
    }
    this.#out += this.#encoder.encode(event)
  }
}

class Passthrough implements StreamConverter {
  readonly losses: Loss[] = []
  readonly #dialect: Dialect
  readonly #tap: ByteTap
  readonly #encoder = new TextEncoder()
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #over = false

  constructor(options: StreamOptions) {
    this.#dialect = options.to
    this.#tap = new ByteTap(options.from, options.maxEventBytes)
  }

  push(chunk: Uint8Array | string): string {
    if (this.#over) return ''
    const out = this.#text(this.#tap.push(typeof chunk === 'string' ? this.#encoder.encode(chunk) : chunk))
    return this.#tap.broken ? out + this.#fail() : out
  }

  end(): string {
    if (this.#over) return ''
    const out = this.#text(this.#tap.end())
    this.#over = true
    return this.#tap.broken ? out + this.#fail() : out
  }

  get phase(): StreamPhase {
    return this.#tap.phase
  }

  get usage(): Usage | undefined {
    return this.#tap.usage
  }

  get stop(): Stop | undefined {
    return this.#tap.stop
  }

  get error(): ChatError | undefined {
    return this.#tap.error
  }

  #fail(): string {
    this.#over = true
    return this.#tap.error ? codecOf(this.#dialect).errorFrame(this.#tap.error) : ''
  }

  #text(pieces: readonly Uint8Array[]): string {
    return pieces.map((piece) => this.#decoder.decode(piece)).join('')
  }
}
