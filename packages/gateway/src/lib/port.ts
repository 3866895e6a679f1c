/**
 * What the gateway is called with: a request and a place to put the answer. Adapters make these of a server's own objects
 * (`node.ts`, `fetch.ts`), so that the hot path never pays for an abstraction it does not use.
 */

/** Header values by lower-case name, as Node gives them. */
export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>

/** A client's request, whatever server it came by. */
export interface GatewayRequest {
  readonly method: string
  /** The path without its query, as the client sent it. */
  readonly path: string
  /** The query without `?`; empty when there is none. */
  readonly query: string
  readonly headers: HeaderMap
  /** The peer's address, for throttling failed authentication. */
  readonly remoteAddress?: string
  /**
   * Reads the whole body, once.
   *
   * @throws BodyError when it is longer than `limit` bytes, when its length lies, or when the client stops sending.
   */
  body(limit: number): Promise<Uint8Array>
}

/** Where an answer goes. Calls after `end` or `destroy` do nothing. */
export interface Sink {
  /** The status line and the headers; once, before anything else. */
  head(status: number, headers: Record<string, string | string[]>): void
  /** False when the client is slower than we are: write no more until `onDrain` is called. */
  write(chunk: Uint8Array | string): boolean
  end(chunk?: Uint8Array | string): void
  /** Cuts the connection: the client must not take what it has for a whole answer. */
  destroy(): void
  /** Sets who is told that writing may go on; one listener at a time. */
  onDrain(listener: () => void): void
  /** Sets who is told that the client left before the answer was complete; one listener at a time. */
  onClose(listener: () => void): void
}

/** Why a request body could not be read. */
export class BodyError extends Error {
  override readonly name: string = 'BodyError'
  readonly reason: 'too-large' | 'aborted' | 'unsupported-encoding'

  constructor(reason: 'too-large' | 'aborted' | 'unsupported-encoding', message: string) {
    super(message)
    this.reason = reason
  }
}

/** The first value of a header. */
export function headerOf(headers: HeaderMap, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' || value === undefined ? value : value[0]
}
