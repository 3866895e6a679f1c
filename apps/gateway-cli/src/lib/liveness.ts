import { connect } from 'node:net'
import type { Runtime } from '@llm-gateway/server'

const timeoutMs = 2_000

/**
 * Whether the server of a runtime file is there. One that was killed leaves its file, and its process id may belong to another
 * program by now, so what counts is that something listens at its address. A server too busy to accept counts as running.
 */
export function isRunning({ url }: Pick<Runtime, 'url'>): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 80) })
    const settle = (running: boolean): void => {
      socket.destroy()
      resolve(running)
    }
    socket.setTimeout(timeoutMs, () => settle(true))
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
