import type { Dialect } from './chat/dialect.ts'
import type { ChatError } from './chat/error.ts'
import type { Stop } from './chat/stop.ts'
import type { Usage } from './chat/usage.ts'
import type { StreamTap } from './codec.ts'
import { codecOf } from './codecs.ts'
import { FrameSplitter, FrameTooLargeError, isWholeData, type OnFrame, wholeFrames } from './sse.ts'
import { type Framing, framingOf } from './stream/framing.ts'
import { concat, JsonArraySplitter, JsonArrayWriter } from './stream/json-array.ts'
import { type StreamPhase, truncated } from './stream/phase.ts'
import { SpeechEstimate } from './stream/speech-estimate.ts'

/**
 * Watches a stream that passes as bytes. Only whole events are let through, so that whatever happens the receiver is never
 * left with half of one; the bytes themselves are the upstream's own.
 */
export class ByteTap {
  readonly #dialect: Dialect
  readonly #framing: Framing
  readonly #tap: StreamTap
  readonly #passage: Passage
  readonly #speech = new SpeechEstimate()
  /** The data of the event that came last. */
  #last = ''
  #failure: ChatError | undefined
  #trailer = false
  #begun = false
  /** Events so far, and the data of the latest; then both as far as they were let through. */
  #events = 0
  #latest = ''
  #passedEvents = 0
  #passedLatest = ''

  /**
   * @param maxEventBytes one event longer than this fails the stream; default 16 MiB.
   * @param framing how the stream is framed; default `sse`.
   * @throws ConversionError `UNSUPPORTED` for a framing the dialect does not have.
   */
  constructor(dialect: Dialect, maxEventBytes?: number, framing?: Framing) {
    this.#dialect = dialect
    this.#framing = framingOf(dialect, framing)
    this.#tap = codecOf(dialect).openTap()
    const onFrame: OnFrame = (event, data) => {
      this.#events++
      this.#latest = data
      this.#last = data
      if (data === '[DONE]' || event === 'message_stop') this.#trailer = true
      this.#tap.frame(event, data)
      if (this.#tap.content && !this.#tap.finished) this.#speech.add(data)
    }
    const array = this.#framing === 'json-array'
    this.#passage = array ? new ArrayPassage(onFrame, maxEventBytes) : new EventPassage(onFrame, maxEventBytes)
  }

  /**
   * The stream has said all it will ever say, though its connection may still be open: `[DONE]`, `message_stop`, the terminal event
   * of a response, an array's end. The events of Gemini's have no such word: usage may follow the finish reason.
   */
  get complete(): boolean {
    return (this.#trailer || this.#passage.closed || this.#tap.signEnds === true) && this.#tap.finished
  }

  /** Takes a piece and gives the bytes to pass on: usually that very piece. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.#failure) return []
    try {
      const passed = this.#passed(this.#passage.push(chunk))
      this.#passedEvents = this.#events
      this.#passedLatest = this.#latest
      return passed
    } catch (cause) {
      if (!(cause instanceof FrameTooLargeError)) throw cause
      this.#failure = { status: 502, kind: 'server', message: cause.message }
      return []
    }
  }

  /** The bytes are over: gives what was held, when that is an event that only lacks its blank line. */
  end(): readonly Uint8Array[] {
    if (this.#failure) return []
    this.#last = ''
    const rest = this.#passage.end()
    this.#tap.end()
    if (this.#tap.finished || this.#tap.error) return this.#passed(this.#passage.rest(rest, isWholeData(this.#last)))
    this.#failure = truncated()
    return []
  }

  /**
   * The stream is over, for what its own bytes told ({@link broken}) or for another reason: the terminal error of the dialect, in its
   * place after what was let through.
   */
  fail(error: ChatError): string {
    this.#failure ??= error
    const frame = codecOf(this.#dialect).errorFrame(error, this.#nextNumber())
    return this.#framing === 'sse' ? frame : JsonArrayWriter.terminal(frame, this.#begun)
  }

  /** The number of the next event, where the dialect numbers them: behind the last that was let through. */
  #nextNumber(): number {
    const number = sequenceOf(this.#passedLatest)
    return number === undefined ? this.#passedEvents : number + 1
  }

  /** Something was let through: in an array, what tells whether a terminal error is its first element. */
  get begun(): boolean {
    return this.#begun
  }

  /** The stream broke without its upstream having said so: the receiver still needs a terminal error. */
  get broken(): boolean {
    return this.#failure !== undefined
  }

  get phase(): StreamPhase {
    if (this.error) return 'failed'
    if (this.#tap.finished) return 'finished'
    return this.#tap.content ? 'content' : 'waiting'
  }

  get error(): ChatError | undefined {
    return this.#tap.error ?? this.#failure
  }

  get usage(): Usage | undefined {
    return this.#tap.usage
  }

  /** About how many tokens were said so far; for when `usage` does not tell. */
  get outputEstimate(): number {
    return this.#speech.tokens
  }

  get stop(): Stop | undefined {
    return this.#tap.stop
  }

  #passed(bytes: Uint8Array | undefined): readonly Uint8Array[] {
    if (bytes === undefined || bytes.length === 0) return []
    this.#begun = true
    return [bytes]
  }
}

/** `sequence_number` of an event's data; undefined when it has none. */
function sequenceOf(data: string): number | undefined {
  if (!data.includes('"sequence_number"')) return undefined
  try {
    const { sequence_number: number } = JSON.parse(data) as { readonly sequence_number?: unknown }
    return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
  } catch {
    return undefined
  }
}

/** Holds bytes back until the event they belong to is whole. */
interface Passage {
  /** The stream's framing has ended, whatever comes after. */
  readonly closed: boolean
  /** What may be passed on now. Throws `FrameTooLargeError`. */
  push(chunk: Uint8Array): Uint8Array | undefined
  /** The bytes are over: reads and gives what was held. */
  end(): Uint8Array
  /** What of it is passed on at the end of a stream that told its end; `whole` when it is a whole event. */
  rest(held: Uint8Array, whole: boolean): Uint8Array | undefined
}

/** How many bytes before a piece tell whether a blank line ends in it. */
const blankLine = 3

class EventPassage implements Passage {
  readonly #splitter: FrameSplitter
  #held: Uint8Array[] = []
  #before = new Uint8Array(0)
  readonly closed = false

  constructor(onFrame: OnFrame, maxEventBytes: number | undefined) {
    this.#splitter = new FrameSplitter(onFrame, maxEventBytes)
  }

  push(chunk: Uint8Array): Uint8Array | undefined {
    this.#splitter.push(chunk)
    const before = this.#before
    const end = before.length === 0 ? wholeFrames(chunk) : wholeFrames(concat([before, chunk])) - before.length
    if (end <= 0) {
      this.#held.push(chunk)
      this.#before = concat([before, chunk.subarray(-blankLine)]).slice(-blankLine)
      return undefined
    }
    const passed = end === chunk.length ? chunk : chunk.subarray(0, end)
    const whole = this.#held.length === 0 ? passed : concat([...this.#held, passed])
    this.#held = end === chunk.length ? [] : [chunk.subarray(end)]
    this.#before = chunk.slice(Math.max(end, chunk.length - blankLine))
    return whole
  }

  end(): Uint8Array {
    this.#splitter.end()
    return concat(this.#held)
  }

  rest(held: Uint8Array, whole: boolean): Uint8Array | undefined {
    return whole ? held : undefined
  }
}

class ArrayPassage implements Passage {
  readonly #splitter: JsonArraySplitter
  #held: Uint8Array[] = []

  constructor(onFrame: OnFrame, maxEventBytes: number | undefined) {
    this.#splitter = new JsonArraySplitter(onFrame, maxEventBytes)
  }

  get closed(): boolean {
    return this.#splitter.closed
  }

  push(chunk: Uint8Array): Uint8Array | undefined {
    this.#splitter.push(chunk)
    const end = this.#splitter.wholeEnd
    if (end === 0) {
      this.#held.push(chunk)
      return undefined
    }
    const passed = end === chunk.length ? chunk : chunk.subarray(0, end)
    const whole = this.#held.length === 0 ? passed : concat([...this.#held, passed])
    this.#held = end === chunk.length ? [] : [chunk.subarray(end)]
    return whole
  }

  end(): Uint8Array {
    this.#splitter.end()
    return concat(this.#held)
  }

  /** An array that told its end and was cut before its last bracket is given one, or its reader would refuse all of it. */
  rest(held: Uint8Array): Uint8Array | undefined {
    const { opened, closed } = this.#splitter
    if (closed) return held
    return opened ? new TextEncoder().encode(']') : undefined
  }
}
