import type { Dialect } from './chat/dialect.ts'
import type { ChatError } from './chat/error.ts'
import type { Stop } from './chat/stop.ts'
import type { Usage } from './chat/usage.ts'
import type { StreamTap } from './codec.ts'
import { codecOf } from './codecs.ts'
import { FrameSplitter, FrameTooLargeError, isWholeData, wholeFrames } from './sse.ts'
import { type StreamPhase, truncated } from './stream/phase.ts'

/**
 * Watches a stream that passes as bytes. Only whole events are let through, so that whatever happens the receiver is never
 * left with half of one; the bytes themselves are the upstream's own.
 */
export class ByteTap {
  readonly #tap: StreamTap
  readonly #splitter: FrameSplitter
  #held: Uint8Array[] = []
  /** The data of the event that came last. */
  #last = ''
  #failure: ChatError | undefined
  #trailer = false

  /** @param maxEventBytes one event longer than this fails the stream; default 16 MiB. */
  constructor(dialect: Dialect, maxEventBytes?: number) {
    this.#tap = codecOf(dialect).openTap()
    this.#splitter = new FrameSplitter((event, data) => {
      this.#last = data
      if (data === '[DONE]' || event === 'message_stop') this.#trailer = true
      this.#tap.frame(event, data)
    }, maxEventBytes)
  }

  /** The stream has said all it will ever say, though its connection may still be open: `[DONE]`, `message_stop`. */
  get complete(): boolean {
    return this.#trailer && this.#tap.finished
  }

  /** Takes a piece and gives the bytes to pass on: usually that very piece. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.#failure) return []
    try {
      this.#splitter.push(chunk)
    } catch (cause) {
      if (!(cause instanceof FrameTooLargeError)) throw cause
      this.#failure = { status: 502, kind: 'server', message: cause.message }
      return []
    }
    return this.#whole(chunk)
  }

  /** The bytes are over: gives what was held, when that is an event that only lacks its blank line. */
  end(): readonly Uint8Array[] {
    if (this.#failure) return []
    this.#last = ''
    this.#splitter.end()
    this.#tap.end()
    const held = isWholeData(this.#last) ? this.#held : []
    this.#held = []
    if (this.#tap.finished || this.#tap.error) return held
    this.#failure = truncated()
    return []
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

  get stop(): Stop | undefined {
    return this.#tap.stop
  }

  #whole(chunk: Uint8Array): readonly Uint8Array[] {
    const joined = this.#held.length === 0 ? chunk : concat([...this.#held, chunk])
    const end = wholeFrames(joined)
    if (end === 0) {
      this.#held = [joined]
      return []
    }
    this.#held = end === joined.length ? [] : [joined.subarray(end)]
    return [end === joined.length ? joined : joined.subarray(0, end)]
  }
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
