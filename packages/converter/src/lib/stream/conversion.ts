import type { ChatError } from '../chat/error.ts'
import type { ChatEvent, Emit } from '../chat/event.ts'
import type { Loss } from '../chat/loss.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { StreamDecoder, StreamEncoder } from '../codec.ts'
import type { LossReport } from '../report.ts'
import { FrameTooLargeError, isWholeData, type OnFrame, type TakeAhead } from '../sse.ts'
import type { StreamConverter } from './converter.ts'
import { mergeUsage } from './fold.ts'
import type { Splitter } from './framing.ts'
import type { JsonArrayWriter } from './json-array.ts'
import type { StreamPhase } from './phase.ts'
import { SpeechEstimate } from './speech-estimate.ts'

/** The parts a conversion is made of. */
export interface ConversionParts {
  readonly report: LossReport
  readonly encoder: StreamEncoder
  /** Puts what is written for the client into an array, where it wants one. */
  readonly array?: JsonArrayWriter
  openDecoder(emit: Emit): StreamDecoder
  openSplitter(onFrame: OnFrame, takeAhead?: TakeAhead): Splitter
}

/** Converts one stream by a decoder and an encoder. */
export class Conversion implements StreamConverter {
  readonly #report: LossReport
  readonly #splitter: Splitter
  readonly #speech = new SpeechEstimate()
  readonly #decoder: StreamDecoder
  readonly #encoder: StreamEncoder
  readonly #array: JsonArrayWriter | undefined
  #out = ''
  #ending = false
  #phase: StreamPhase = 'waiting'
  #usage: Usage | undefined
  #stop: Stop | undefined
  #error: ChatError | undefined

  constructor(parts: ConversionParts) {
    this.#report = parts.report
    this.#decoder = parts.openDecoder((event) => this.#take(event))
    this.#encoder = parts.encoder
    this.#array = parts.array
    this.#splitter = parts.openSplitter(
      (event, data) => {
        // An event the end of the stream cut in two says nothing; whether the answer was complete without it is the decoder's to say.
        if (this.#over || (this.#ending && !isWholeData(data))) return
        this.#decoder.frame(event, data)
      },
      this.#decoder.takeAhead && ((text, at) => this.#decoder.takeAhead?.(text, at) ?? at),
    )
  }

  push(chunk: Uint8Array | string): string {
    if (this.#over) return ''
    this.#feed(() => this.#splitter.push(chunk))
    if (!this.#over) this.#decoder.settle?.()
    return this.#flush()
  }

  end(): string {
    if (this.#over) return ''
    this.#ending = true
    this.#feed(() => this.#splitter.end())
    if (!this.#over) this.#decoder.end()
    return this.#flush()
  }

  fail(error: ChatError): string {
    if (this.#over) return ''
    this.#take({ type: 'error', error })
    return this.#flush()
  }

  get phase(): StreamPhase {
    return this.#phase
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  get outputEstimate(): number {
    return this.#speech.tokens
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
        if (event.literal === '""') break
        this.#phase = 'content'
        this.#speech.add(event.literal)
        break
      case 'open':
        if (event.part.type === 'tool-call' || 'search' in event.part) this.#phase = 'content'
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

/** A stream's conversion as a web stream stage, UTF-8 in and out. */
export function transformOf(converter: StreamConverter): TransformStream<Uint8Array, Uint8Array> {
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
