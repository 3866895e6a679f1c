import type { ChatError } from './chat/error.ts'
import type { ChatEvent } from './chat/event.ts'
import type { Loss } from './chat/loss.ts'
import type { Stop } from './chat/stop.ts'
import type { Usage } from './chat/usage.ts'
import type { StreamDecoder, StreamEncoder } from './codec.ts'
import { codecOf } from './codecs.ts'
import { type Body, contextOf, decodeReply, type ReplyOptions } from './convert.ts'
import { LossReport } from './report.ts'
import { FrameTooLargeError, isWholeData, type OnFrame } from './sse.ts'
import type { StreamConverter, StreamOptions } from './stream/converter.ts'
import { mergeUsage } from './stream/fold.ts'
import { type Framing, framingOf, type Splitter, splitterOf } from './stream/framing.ts'
import { JsonArrayWriter } from './stream/json-array.ts'
import type { StreamPhase } from './stream/phase.ts'
import { unfold } from './stream/unfold.ts'
import { Passthrough, Reframing } from './stream-passthrough.ts'

/**
 * Opens the conversion of one stream. `from` is the upstream's dialect, `to` the client's; the same for both passes the text on.
 *
 * @throws ConversionError `UNSUPPORTED` for a framing a dialect does not have.
 */
export function openStream(options: StreamOptions): StreamConverter {
  const framings = { from: framingOf(options.from, options.fromFraming), to: framingOf(options.to, options.toFraming) }
  if (options.from !== options.to) return new Conversion(options, framings)
  return framings.from === framings.to ? new Passthrough(options, framings.from) : new Reframing(options, framings)
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
  options: ReplyOptions & Pick<StreamOptions, 'toFraming'>,
): { text: string; usage: Usage | undefined; stop: Stop; losses: Loss[] } {
  const framing = framingOf(options.to, options.toFraming)
  const report = new LossReport()
  const reply = decodeReply(body, options.from, report)
  if (reply.alternatives) report.dropped('choices', 'a stream tells one answer, the first')
  const encoder = codecOf(options.to).openEncoder(contextOf(options, report))
  let text = ''
  unfold(reply, (event) => {
    text += encoder.encode(event)
  })
  const told = framing === 'sse' ? text : new JsonArrayWriter().write(text, true)
  return { text: told, usage: reply.usage, stop: reply.stop, losses: report.losses }
}

class Conversion implements StreamConverter {
  readonly #report = new LossReport()
  readonly #splitter: Splitter
  readonly #decoder: StreamDecoder
  readonly #encoder: StreamEncoder
  /** Puts what is written for the client into an array, where it wants one. */
  readonly #array: JsonArrayWriter | undefined
  #out = ''
  #ending = false
  #phase: StreamPhase = 'waiting'
  #usage: Usage | undefined
  #stop: Stop | undefined
  #error: ChatError | undefined

  constructor(options: StreamOptions, framings: { readonly from: Framing; readonly to: Framing }) {
    this.#decoder = codecOf(options.from).openDecoder((event) => this.#take(event), this.#report)
    this.#encoder = codecOf(options.to).openEncoder(contextOf(options, this.#report))
    this.#array = framings.to === 'json-array' ? new JsonArrayWriter() : undefined
    const onFrame: OnFrame = (event, data) => {
      // An event the end of the stream cut in two says nothing; whether the answer was complete without it is the decoder's to say.
      if (this.#over || (this.#ending && !isWholeData(data))) return
      this.#decoder.frame(event, data)
    }
    this.#splitter = splitterOf(framings.from, onFrame, options.maxEventBytes)
  }

  push(chunk: Uint8Array | string): string {
    if (this.#over) return ''
    this.#feed(() => this.#splitter.push(chunk))
    return this.#flush()
  }

  end(): string {
    if (this.#over) return ''
    this.#ending = true
    this.#feed(() => this.#splitter.end())
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
    if (this.#array === undefined || (out === '' && !this.#over)) return out
    return this.#array.write(out, this.#over)
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
