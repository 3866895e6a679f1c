import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyError, type GatewayRequest, type Sink } from '../port.ts'

/** A Node request and response as the gateway takes them: nothing is copied, backpressure is the socket's own. */
export function fromNode(incoming: IncomingMessage, outgoing: ServerResponse): { request: GatewayRequest; sink: Sink } {
  return { request: new NodeRequest(incoming), sink: new NodeSink(outgoing) }
}

class NodeRequest implements GatewayRequest {
  readonly #incoming: IncomingMessage
  readonly path: string
  readonly query: string

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming
    const url = incoming.url ?? '/'
    const mark = url.indexOf('?')
    this.path = mark === -1 ? url : url.slice(0, mark)
    this.query = mark === -1 ? '' : url.slice(mark + 1)
  }

  get method(): string {
    return this.#incoming.method ?? 'GET'
  }

  get headers(): IncomingMessage['headers'] {
    return this.#incoming.headers
  }

  get remoteAddress(): string {
    return this.#incoming.socket.remoteAddress ?? ''
  }

  body(limit: number): Promise<Uint8Array> {
    const incoming = this.#incoming
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = []
      let size = 0
      // Every request closes, most of them complete: an error that nobody reads would cost each of them a stack trace.
      const gone = (): void => {
        if (!incoming.complete) reject(new BodyError('aborted', 'the client stopped before its request was complete'))
      }
      incoming.on('data', (piece: Buffer) => {
        size += piece.length
        if (size > limit) {
          // What else comes is neither kept nor read: the answer is sent and the connection closed.
          incoming.removeAllListeners('data')
          incoming.pause()
          reject(new BodyError('too-large', `the request body is larger than ${limit} bytes`))
        } else pieces.push(piece)
      })
      incoming.on('end', () => resolve(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, size)))
      incoming.on('error', gone)
      incoming.on('close', gone)
    })
  }
}

class NodeSink implements Sink {
  readonly #outgoing: ServerResponse
  #drain: (() => void) | undefined
  #close: (() => void) | undefined

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) this.#close?.()
    })
    // A client that resets its connection is told by `close`; without a listener the error would end the process.
    outgoing.on('error', () => {})
  }

  head(status: number, headers: Record<string, string | string[]>): void {
    const outgoing = this.#outgoing
    if (outgoing.destroyed || outgoing.headersSent) return
    // A body that was not read to its end leaves bytes on the connection that would be taken for the next request.
    if (!outgoing.req.complete) headers.connection = 'close'
    outgoing.writeHead(status, headers)
  }

  write(chunk: Uint8Array | string): boolean {
    return this.#outgoing.destroyed || this.#outgoing.write(chunk)
  }

  end(chunk?: Uint8Array | string): void {
    if (this.#outgoing.destroyed) return
    if (chunk === undefined) this.#outgoing.end()
    else this.#outgoing.end(chunk)
  }

  destroy(): void {
    this.#outgoing.destroy()
  }

  onDrain(listener: () => void): void {
    if (this.#drain === undefined) this.#outgoing.on('drain', () => this.#drain?.())
    this.#drain = listener
  }

  onClose(listener: () => void): void {
    this.#close = listener
  }
}
