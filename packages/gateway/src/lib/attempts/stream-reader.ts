import {
  ByteTap,
  type ChatError,
  type Dialect,
  openStream,
  type Stop,
  type StreamConverter,
  type StreamPhase,
  type Usage,
} from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { modelForClient, renameEvents } from '../client/client-model.ts'
import { sealsOf } from '../jobs/generate.ts'
import type { Prepared } from '../jobs/job.ts'

/** Whole events, as bytes or as text. */
export type Piece = Uint8Array | string

/** What passing a stream and converting one have in common. */
export interface StreamReader {
  push(chunk: Uint8Array): readonly Piece[]
  end(): readonly Piece[]
  /** The terminal error of the client's dialect, in its place after what was told; empty when one was told. */
  fail(error: ChatError): string
  /** The terminal error of the stream is already among the pieces. */
  readonly toldError: boolean
  readonly phase: StreamPhase
  /** The dialect's last word has come. */
  readonly complete: boolean
  readonly error: ChatError | undefined
  readonly usage: Usage | undefined
  readonly outputEstimate: number
  readonly stop: Stop | undefined
}

/** Reads a stream for a client of `call`'s dialect. */
export function readerOf(call: Call, prepared: Prepared): StreamReader {
  return prepared.sameDialect ? new PassedStream(call, prepared) : new ConvertedStream(call, prepared)
}

// Classes rather than objects with functions in them: those would be made in V8's old generation (`Call` says more).

class PassedStream implements StreamReader {
  readonly #tap: ByteTap
  readonly #dialect: Dialect
  readonly #model: string | undefined

  constructor(call: Call, { dialect }: Prepared) {
    this.#tap = new ByteTap(dialect)
    this.#dialect = dialect
    this.#model = modelForClient(call)
  }

  push(chunk: Uint8Array): readonly Piece[] {
    return this.#named(this.#tap.push(chunk))
  }

  end(): readonly Piece[] {
    return this.#named(this.#tap.end())
  }

  fail(error: ChatError): string {
    return this.#tap.fail(error)
  }

  get toldError(): boolean {
    return this.#tap.error !== undefined && !this.#tap.broken
  }

  get phase(): StreamPhase {
    return this.#tap.phase
  }

  get complete(): boolean {
    return this.#tap.complete
  }

  get error(): ChatError | undefined {
    return this.#tap.error
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

  /** Under the client's name for the model. */
  #named(pieces: readonly Uint8Array[]): readonly Piece[] {
    const model = this.#model
    return model === undefined ? pieces : pieces.map((piece) => renameEvents(piece, this.#dialect, model))
  }
}

class ConvertedStream implements StreamReader {
  readonly #converter: StreamConverter

  constructor(call: Call, { dialect }: Prepared) {
    this.#converter = openStream({
      from: dialect,
      to: call.dialect,
      ...(call.wire && { request: call.wire }),
      ...(call.plan?.model !== call.model && { model: call.model }),
      ...sealsOf(call),
    })
  }

  push(chunk: Uint8Array): readonly Piece[] {
    return [this.#converter.push(chunk)]
  }

  end(): readonly Piece[] {
    return [this.#converter.end()]
  }

  fail(error: ChatError): string {
    return this.#converter.fail(error)
  }

  get toldError(): boolean {
    return this.#converter.error !== undefined
  }

  get phase(): StreamPhase {
    return this.#converter.phase
  }

  get complete(): boolean {
    return this.#converter.phase === 'finished'
  }

  get error(): ChatError | undefined {
    return this.#converter.error
  }

  get usage(): Usage | undefined {
    return this.#converter.usage
  }

  get outputEstimate(): number {
    return this.#converter.outputEstimate
  }

  get stop(): Stop | undefined {
    return this.#converter.stop
  }
}
