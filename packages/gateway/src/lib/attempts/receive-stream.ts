import type { ChatError } from '@llm-gateway/converter'
import type { UpstreamFailure } from '@llm-gateway/upstream'
import type { Call, Remember } from '../call.ts'
import { replyHead } from '../client/reply-head.ts'
import type { Prepared } from '../jobs/job.ts'
import type { HeaderMap } from '../port.ts'
import type { Services } from '../services.ts'
import { type Fault, type Outcome, type Receiver, transportFailure } from './outcome.ts'
import { type Piece, readerOf, type StreamReader } from './stream-reader.ts'

/**
 * Reads a stream. What comes before the first real content is held back, so that an account whose stream starts with an error,
 * with nothing or with nonsense fails over; from then on pieces pass as they come, always whole events.
 */
export class StreamReceiver implements Receiver {
  readonly #call: Call
  readonly #prepared: Prepared
  readonly #account: string
  readonly #headers: HeaderMap
  readonly #reader: StreamReader
  readonly #services: Pick<Services, 'tick' | 'redact'>
  #held: Piece[] | undefined = []
  /** Something came. */
  #seen = false

  constructor(
    call: Call,
    prepared: Prepared,
    account: string,
    headers: HeaderMap,
    services: Pick<Services, 'tick' | 'redact'>,
  ) {
    this.#call = call
    this.#prepared = prepared
    this.#account = account
    this.#headers = headers
    this.#services = services
    this.#reader = readerOf(call, prepared)
  }

  /** The upstream said in the stream that it failed, or broke its dialect. */
  get over(): boolean {
    return this.#reader.phase === 'failed'
  }

  get complete(): boolean {
    return this.#reader.complete
  }

  data(chunk: Uint8Array): boolean {
    this.#seen = true
    const more = this.#take(this.#reader.push(chunk))
    // The client need not wait for an upstream that has said all and keeps its connection open.
    if (this.#reader.complete) this.#call.answer.end()
    return more
  }

  end(): Outcome {
    this.#take(this.#reader.end())
    this.#settle()
    const { phase, error } = this.#reader
    if (phase === 'finished') {
      this.#call.answer.end()
      return { type: 'delivered', fault: { status: 200 } }
    }
    const fault: Fault =
      error?.code === 'stream_truncated' ? { failure: 'truncated' } : { status: error?.status ?? 502 }
    return this.#failed(fault, error ?? unknownEnd)
  }

  broken(failure: UpstreamFailure): Outcome {
    this.#settle()
    if (this.#reader.phase === 'finished') {
      this.#call.answer.end()
      return { type: 'delivered', fault: { status: 200 } }
    }
    const { fault, error } = transportFailure(failure)
    if (this.#held) return { type: 'failed', failure: transportFailure(failure) }
    return this.#failed(fault, error)
  }

  abandoned(): void {
    this.#settle()
  }

  #take(read: readonly Piece[]): boolean {
    const { phase } = this.#reader
    const pieces = phase === 'failed' ? read.map((piece) => this.#redacted(piece)) : read
    // Before it is sent: the client may go on from it at once.
    if (this.#call.remember) this.#remember(this.#call.remember, pieces)
    if (this.#held) {
      for (const piece of pieces) this.#held.push(piece)
      if (phase !== 'content' && phase !== 'finished') return true
      return this.#commit(this.#held)
    }
    return this.#write(pieces)
  }

  /** The first real content is here: this account it is. */
  #commit(held: readonly Piece[]): boolean {
    const call = this.#call
    this.#held = undefined
    call.firstContentMs = this.#services.tick() - call.startedTick
    call.tracked?.answered()
    if (!call.answer.begun) {
      const head = replyHead(call, this.#account, this.#prepared, this.#headers)
      call.answer.head(200, { ...head, ...streamHead })
    }
    return this.#write(held)
  }

  #write(pieces: readonly Piece[]): boolean {
    let more = true
    for (const piece of pieces) if (piece.length > 0) more = this.#call.answer.write(piece)
    return more
  }

  #remember(memory: Remember, pieces: readonly Piece[]): void {
    const { account, sameDialect } = this.#prepared
    const made = { account: account.id, native: sameDialect }
    for (const piece of pieces) memory.events(piece, made, this.#reader.phase === 'finished')
  }

  /** What a provider says of its failure, but for a credential it may have echoed. Only whole events come here, so none is in two pieces. */
  #redacted(piece: Piece): Piece {
    const text =
      typeof piece === 'string' ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('utf8')
    const clean = this.#services.redact(text)
    return clean === text ? piece : clean
  }

  /** A stream that failed: silently when the client has nothing of it yet, else by its dialect's terminal error. */
  #failed(fault: Fault, error: ChatError): Outcome {
    if (this.#held) return { type: 'failed', failure: { fault, error } }
    const told = this.#reader.toldError
    this.#call.answer.end(told ? undefined : this.#reader.fail(error))
    return { type: 'delivered', fault, error }
  }

  #settle(): void {
    const { usage, outputEstimate, phase, toldError } = this.#reader
    this.#call.usage = usage
    // A stream that began with an error used nothing; of one that began otherwise the prompt at least was read.
    const spoke = phase === 'content' || phase === 'finished' || !this.#held || (this.#seen && !toldError)
    this.#call.spoken = spoke ? outputEstimate : undefined
    this.#call.stop = this.#reader.stop
  }
}

export const streamHead: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
}

const unknownEnd: ChatError = {
  status: 502,
  kind: 'server',
  message: 'the upstream ended the stream in an unknown state',
}
