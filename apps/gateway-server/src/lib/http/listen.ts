import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type GatewayConfig, isLoopback, type ServerConfig } from '@llm-gateway/config'
import { ServerError } from '../error.ts'

/** Refuses to be reachable from elsewhere while anybody who reaches it could use or change it. */
export function checkBind(config: GatewayConfig): void {
  const { host, admin } = config.server
  if (isLoopback(host)) return
  const hasKey = config.keys.some((key) => key.status === 'active')
  const hasAdmin =
    admin !== undefined || config.keys.some((key) => key.status === 'active' && key.permissions.includes('admin'))
  if (hasKey && hasAdmin) return
  const missing = [
    ...(hasKey ? [] : ['a gateway key ("llm-gateway apikey add --name=NAME --permissions=read,write")']),
    ...(hasAdmin ? [] : ['an admin secret ("llm-gateway apikey add --name=admin --permissions=admin")']),
  ]
  throw new ServerError(
    'BIND_REFUSED',
    `server.host is ${host}, which other machines can reach: first add ${missing.join(' and ')}, or set it to 127.0.0.1`,
  )
}

/** Listens, and gives the URL clients on this machine use. */
export function listen(server: Server, { host, port }: Pick<ServerConfig, 'host' | 'port'>): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port)))
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo
      resolve(`http://${reachable(host)}:${bound}`)
    })
  })
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): ServerError {
  if (cause.code === 'EADDRINUSE') {
    return new ServerError(
      'PORT_TAKEN',
      `port ${port} on ${host} is taken by another program: stop it, or choose another with --port or server.port`,
      cause,
    )
  }
  if (cause.code === 'EACCES') {
    return new ServerError(
      'BIND_FAILED',
      `this user may not listen on port ${port}: choose one above 1023 with --port or server.port`,
      cause,
    )
  }
  return new ServerError(
    'BIND_FAILED',
    `cannot listen on ${host}:${port} (${cause.code ?? cause.message}): check server.host`,
    cause,
  )
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
