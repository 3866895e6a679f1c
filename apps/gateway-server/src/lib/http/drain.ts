import type { Server } from 'node:http'
import type { Gateway } from '@llm-gateway/gateway'

/** How long load balancers go on sending to a server that says it is not ready. */
const balancerMs = 2_000

export interface DrainOptions {
  /** How long open requests may run on. */
  readonly timeoutMs: number
  /** Whether a load balancer may stand in front: then new requests are served as long as it needs to notice. */
  readonly balanced: boolean
  /** Ends the wait at once. */
  readonly hurry: () => boolean
}

/** Waits for open requests. The port stays open meanwhile, so that probes are told and clients get a reason. */
export async function drain(gateway: Gateway, { timeoutMs, balanced, hurry }: DrainOptions): Promise<void> {
  const since = performance.now()
  const served = since + (balanced ? balancerMs : 0)
  while (!hurry() && performance.now() < since + timeoutMs) {
    const refusing = performance.now() >= served
    if (refusing) gateway.refuse()
    if (refusing && gateway.inFlight === 0) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** Closes the port, and connections as they fall idle: what was written must reach its readers, who get a second for it. */
export async function closeConnections(server: Server): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), 25)
  const hard = setTimeout(() => server.closeAllConnections(), 1_000)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  clearInterval(sweep)
  clearTimeout(hard)
}
