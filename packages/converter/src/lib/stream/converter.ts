import type { ChatError } from '../chat/error.ts'
import type { Loss } from '../chat/loss.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { ReplyOptions } from '../options.ts'
import type { Framing } from './framing.ts'
import type { StreamPhase } from './phase.ts'

/** Converts one stream. Synchronous: bytes in, SSE text out. One object per stream. */
export interface StreamConverter {
  /** Takes a piece of the upstream's stream, cut anywhere, and gives what the client gets for it; often empty. Never throws. */
  push(chunk: Uint8Array | string): string
  /** The upstream's bytes are over: gives the rest, which is a terminal error when the stream was cut short. */
  end(): string
  /**
   * The upstream broke in a way its bytes do not tell: gives the client's terminal error, in its place after what was told.
   * Empty when the stream is over already.
   */
  fail(error: ChatError): string
  readonly usage: Usage | undefined
  /** About how many tokens were said so far; for when `usage` does not tell. */
  readonly outputEstimate: number
  readonly stop: Stop | undefined
  /** Why the phase is `failed`. */
  readonly error: ChatError | undefined
  readonly phase: StreamPhase
  readonly losses: Loss[]
}

/** How a stream is converted, and between which dialects. */
export interface StreamOptions extends ReplyOptions {
  /** One event longer than this fails the stream. Bytes, default 16 MiB. */
  readonly maxEventBytes?: number
  /** How the upstream frames its stream; default `sse`. Only Gemini's may be a `json-array`. */
  readonly fromFraming?: Framing
  /** How the client wants its stream framed; default `sse`. Only Gemini's may be a `json-array`. */
  readonly toFraming?: Framing
}
