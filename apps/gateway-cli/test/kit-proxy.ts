import { createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A forward proxy that also tunnels, and what it was asked for. */
export interface TestProxy {
  /** With its user and password. */
  readonly url: string
  readonly port: number
  /** `POST http://host/path` and `CONNECT host:port`, in order. */
  readonly asked: string[]
}

/**
 * Starts one that wants a login.
 *
 * @param names ports on this machine by the names that only the proxy knows; every other host is reached as it is called.
 */
export async function startProxy(login: string, names: Readonly<Record<string, number>> = {}): Promise<TestProxy> {
  const asked: string[] = []
  const expected = `Basic ${Buffer.from(login).toString('base64')}`
  const target = (url: URL): { host: string; port: number } => {
    const port = names[url.hostname]
    return port === undefined ? { host: url.hostname, port: Number(url.port) } : { host: '127.0.0.1', port }
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '')
    asked.push(`${request.method} ${url.href}`)
    const { 'proxy-authorization': authorization, ...headers } = request.headers
    if (authorization !== expected) {
      response.writeHead(407).end()
      return
    }
    const onward = httpRequest({ ...target(url), path: url.pathname + url.search, method: request.method, headers })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    socket.on('error', () => {})
    if (request.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const onward = connect({ ...target(new URL(`http://${request.url}`)), allowHalfOpen: false }, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://${login}@127.0.0.1:${port}`, port, asked }
}
