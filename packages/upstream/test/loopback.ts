import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer, type Server as NetServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import {
  defaultTimeouts,
  type Exchange,
  type Timeouts,
  type UpstreamCall,
  UpstreamClient,
  type UpstreamClientOptions,
  type UpstreamFailure,
  type UpstreamSink,
} from '../src/index.ts'

export interface Loopback {
  readonly origin: string
  readonly port: number
  /** Connections accepted so far. */
  readonly accepted: number
  /** Connections open now. */
  readonly open: number
}

/** An HTTP server on a free loopback port, gone when the test ends. */
export function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Loopback> {
  return listen(createServer(handler))
}

/** A TCP server on a free loopback port, for answers that are not HTTP or come at the wrong time. */
export function serveTcp(handler: (socket: Socket) => void): Promise<Loopback> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => {})
      handler(socket)
    }),
  )
}

/** Listens with a server of any kind and ends it with the test. */
export async function listen(server: Server | NetServer, scheme = 'http'): Promise<Loopback> {
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket: Socket) => {
    accepted++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `${scheme}://127.0.0.1:${port}`,
    port,
    get accepted() {
      return accepted
    },
    get open() {
      return sockets.size
    },
  }
}

/** A port that was free a moment ago and that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A client whose connections end with the test. */
export function openClient(options?: UpstreamClientOptions): UpstreamClient {
  const client = new UpstreamClient(options)
  onTestFinished(() => client.destroy())
  return client
}

/** Limits of a test: the defaults but for what it is about. */
export function limits(some: Partial<Timeouts>): Timeouts {
  return { ...defaultTimeouts, ...some }
}

export function callTo(origin: string, some: Partial<UpstreamCall> = {}): UpstreamCall {
  return { accountId: 'a1', origin, path: '/v1/messages', headers: {}, body: '{}', stream: false, ...some }
}

/** Everything a sink was told, in order. */
export class RecordingSink implements UpstreamSink {
  readonly events: string[] = []
  readonly done: Promise<void>
  status = 0
  headers: Record<string, string | string[] | undefined> = {}
  failure: UpstreamFailure | undefined
  readonly #chunks: Buffer[] = []
  readonly #settle: () => void
  readonly #waiting: { event: string; resolve: () => void }[] = []

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.done = promise
    this.#settle = resolve
  }

  get body(): string {
    return Buffer.concat(this.#chunks).toString()
  }

  get bytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  /** Resolves at the next event of this kind. */
  next(event: 'head' | 'data' | 'end' | 'failure'): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ event, resolve }))
  }

  onHead(status: number, headers: Record<string, string | string[] | undefined>): void {
    this.status = status
    this.headers = headers
    this.#note('head')
  }

  onData(chunk: Buffer): boolean | undefined {
    this.#chunks.push(chunk)
    this.#note('data')
    return undefined
  }

  onEnd(): void {
    this.#note('end')
    this.#settle()
  }

  onFailure(failure: UpstreamFailure): void {
    this.failure = failure
    this.#note('failure')
    this.#settle()
  }

  #note(event: string): void {
    this.events.push(event)
    for (const waiter of this.#waiting.filter((one) => one.event === event)) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
      waiter.resolve()
    }
  }
}

/** Sends a call and waits for its end. */
export async function finish(
  client: UpstreamClient,
  call: UpstreamCall,
  sink: RecordingSink = new RecordingSink(),
): Promise<RecordingSink> {
  client.send(call, sink)
  await sink.done
  return sink
}

/** Sends a call and gives its sink and exchange at once. */
export function start(
  client: UpstreamClient,
  call: UpstreamCall,
  sink: RecordingSink = new RecordingSink(),
): { sink: RecordingSink; exchange: Exchange } {
  return { sink, exchange: client.send(call, sink) }
}

/** Resolves after this many milliseconds. */
export function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Waits until something is so, at most two seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 2000
  while (!condition()) {
    if (Date.now() > end) throw new Error('what the test waits for has not happened within two seconds')
    await pass(2)
  }
}
