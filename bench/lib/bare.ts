import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { once } from './connection.ts'
import { cores, pinned } from './pin.ts'
import { freePort, start } from './process.ts'
import { chatRequests, type System, wireBytes } from './system.ts'

// What the platform itself costs: the least a Node.js proxy can do with the same server and client libraries as this project.

const self = fileURLToPath(import.meta.url)

/** A proxy of a page that reads nothing, checks nothing and logs nothing. */
export async function bare(upstreamPort: number): Promise<System> {
  const port = await freePort()
  const requests = chatRequests({})
  return {
    name: 'node:http + undici, bare proxy',
    port,
    requests,
    start: () =>
      start({
        command: pinned(cores.system, [process.execPath, self, String(port), String(upstreamPort)]),
        ready: async () => requests.json !== undefined && (await once(port, wireBytes(requests.json))) === 200,
      }),
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** As much of undici as this needs: it is a dependency of one package, not of this folder. */
interface Pool {
  dispatch(
    request: { path: string; method: 'POST'; headers: Headers; body: Uint8Array },
    handler: {
      onRequestStart(): void
      onResponseStart(controller: unknown, status: number, headers: Headers): void
      onResponseData(controller: unknown, piece: Buffer): void
      onResponseEnd(): void
      onResponseError(): void
    },
  ): boolean
}
interface Undici {
  Pool: new (origin: string, options: Readonly<Record<string, number>>) => Pool
}

function serve(port: number, upstreamPort: number): void {
  const require = createRequire(new URL('../../packages/upstream/package.json', import.meta.url))
  const { Pool } = require('undici') as Undici
  const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 4096, headersTimeout: 0, bodyTimeout: 0 })
  const proxy = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const pieces: Buffer[] = []
    incoming.on('data', (piece: Buffer) => pieces.push(piece))
    incoming.on('end', () => {
      const headers = { 'content-type': 'application/json' }
      const [body = Buffer.alloc(0)] = pieces.length === 1 ? pieces : [Buffer.concat(pieces)]
      pool.dispatch(
        { path: incoming.url ?? '/', method: 'POST', headers, body },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, status, replied) => outgoing.writeHead(status, kept(replied)),
          onResponseData: (_controller, piece) => {
            outgoing.write(piece)
          },
          onResponseEnd: () => outgoing.end(),
          onResponseError: () => outgoing.destroy(),
        },
      )
    })
  }
  createServer(proxy).listen(port, '127.0.0.1', 1024)
}

function kept(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of ['content-type', 'content-length']) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  return kept
}

if (process.argv[1] === self) serve(Number(process.argv[2]), Number(process.argv[3]))
