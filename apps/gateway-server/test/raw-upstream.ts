import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request exactly as it arrived. */
export interface RawRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  /** Names and values by turns, in the order and case they were sent. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

export type RawAnswer = (response: ServerResponse, request: RawRequest) => void

/** An upstream without opinions: it keeps the bytes it got and answers with the bytes it was told to. */
export interface RawUpstream {
  readonly url: string
  readonly requests: readonly RawRequest[]
  /** Answers from now on. */
  answer(answer: RawAnswer): void
  close(): Promise<void>
}

export async function startRawUpstream(first: RawAnswer): Promise<RawUpstream> {
  const requests: RawRequest[] = []
  let answer = first
  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = []
    incoming.on('data', (piece: Buffer) => pieces.push(piece))
    incoming.on('end', () => {
      const { method = '', url: target = '', headers, rawHeaders } = incoming
      const request = { method, target, headers, rawHeaders, body: Buffer.concat(pieces) }
      requests.push(request)
      answer(response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (next) => {
      answer = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Answers with these bytes in one piece. */
export function bytes(status: number, headers: Readonly<Record<string, string>>, body: string): RawAnswer {
  return (response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}
