import type { Gateway } from '../../gateway.ts'
import { BodyError, type GatewayRequest, type Sink } from '../port.ts'

/** Answers a fetch `Request` with a `Response`, for embedding where there is no Node server. */
export function handleFetch(gateway: Gateway, request: Request, remoteAddress?: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sink = new FetchSink(request.method, resolve)
    request.signal.addEventListener('abort', () => sink.left(), { once: true })
    gateway.handle(requestOf(request, remoteAddress), sink).catch(reject)
  })
}

function requestOf(request: Request, remoteAddress: string | undefined): GatewayRequest {
  const url = new URL(request.url)
  return {
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: Object.fromEntries(request.headers),
    ...(remoteAddress !== undefined && { remoteAddress }),
    body: (limit) => readBody(request, limit),
  }
}

async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  if (request.body === null) return new Uint8Array(0)
  try {
    for await (const piece of request.body as ReadableStream<Uint8Array>) {
      size += piece.length
      if (size > limit) throw new BodyError('too-large', `the request body is larger than ${limit} bytes`)
      pieces.push(piece)
    }
  } catch (cause) {
    if (cause instanceof BodyError) throw cause
    throw new BodyError('aborted', 'the client stopped before its request was complete')
  }
  return Buffer.concat(pieces, size)
}

class FetchSink implements Sink {
  readonly #resolve: (response: Response) => void
  readonly #encoder = new TextEncoder()
  readonly #body: ReadableStream<Uint8Array>
  readonly #hasBody: boolean
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #drain: (() => void) | undefined
  #close: (() => void) | undefined
  #over = false

  constructor(method: string, resolve: (response: Response) => void) {
    this.#resolve = resolve
    this.#hasBody = method !== 'HEAD'
    this.#body = new ReadableStream({
      start: (controller) => {
        this.#controller = controller
      },
      pull: () => this.#drain?.(),
      cancel: () => this.left(),
    })
  }

  /** The client went away. */
  left(): void {
    if (this.#over) return
    this.#over = true
    this.#close?.()
  }

  head(status: number, headers: Record<string, string | string[]>): void {
    const list = new Headers()
    for (const [name, value] of Object.entries(headers)) {
      for (const one of Array.isArray(value) ? value : [value]) list.append(name, one)
    }
    this.#resolve(new Response(this.#hasBody ? this.#body : null, { status, headers: list }))
  }

  write(chunk: Uint8Array | string): boolean {
    if (this.#over) return true
    this.#controller?.enqueue(typeof chunk === 'string' ? this.#encoder.encode(chunk) : chunk)
    return (this.#controller?.desiredSize ?? 1) > 0
  }

  end(chunk?: Uint8Array | string): void {
    if (this.#over) return
    if (chunk !== undefined && chunk.length > 0) this.write(chunk)
    this.#over = true
    this.#controller?.close()
  }

  destroy(): void {
    if (this.#over) return
    this.#over = true
    this.#controller?.error(new Error('the gateway cut the connection'))
  }

  onDrain(listener: () => void): void {
    this.#drain = listener
  }

  onClose(listener: () => void): void {
    this.#close = listener
  }
}
