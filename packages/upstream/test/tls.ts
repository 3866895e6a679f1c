import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { selfSigned } from '../../../test-kit/self-signed.ts'
import { type Loopback, listen } from './loopback.ts'

/** An HTTPS server on a free loopback port, with a certificate for `host` that only `ca` vouches for. */
export async function startTls(
  host: string,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Loopback; ca: string }> {
  const { cert, key } = selfSigned(host)
  const server = createServer({ cert, key }, handler)
  server.on('tlsClientError', () => {})
  return { server: await listen(server, 'https'), ca: cert }
}
