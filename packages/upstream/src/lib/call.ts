import type { UpstreamFailure } from './failure.ts'
import type { Timeouts } from './timeouts.ts'

/** One request to one provider, complete with its credential. */
export interface UpstreamCall {
  /** Connections are shared within an account only. */
  readonly accountId: string
  /** Scheme, host and port, as `resolveCall` gives it. */
  readonly origin: string
  /** Path with query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Goes with a POST only. */
  readonly body: Uint8Array | string
  /** Default POST. */
  readonly method?: 'POST' | 'GET' | 'DELETE'
  /** Chooses the deadlines: those of a stream, or `requestMs` for the whole call. */
  readonly stream: boolean
  /** Default: those of the client. */
  readonly timeouts?: Timeouts
}

/**
 * Takes an answer as it comes. No callback runs before `send` has returned; exactly one of `onEnd` and `onFailure` is called,
 * once, and nothing after it; none is called after `Exchange.abort`.
 *
 * Callbacks must not throw. A throw in `onHead` or `onData` ends the call with the failure `SINK_FAILED`; one in `onEnd` or
 * `onFailure` is an uncaught exception, since nobody is left to be told.
 */
export interface UpstreamSink {
  /** Header names are lower case. Comes for any status; informational answers (1xx) are not shown. */
  onHead(status: number, headers: Record<string, string | string[] | undefined>): void
  /**
   * Return false to pause until `Exchange.resume`; anything else reads on. While paused a chunk or two may still come: what
   * had been read from the socket, and all that is left when the upstream closes.
   */
  onData(chunk: Buffer): boolean | undefined
  onEnd(): void
  onFailure(failure: UpstreamFailure): void
}

/** A call under way. Every method may be called at any time, also after the end, where it does nothing. */
export interface Exchange {
  pause(): void
  resume(): void
  /** Closes the upstream's connection at once. The sink hears nothing more. */
  abort(reason: string): void
}
