import { hashKey, mintGatewayKey } from '@llm-gateway/access'
import type { GatewayConfig } from '@llm-gateway/config'
import type { Simulator } from '@llm-gateway/simulator'

/** Loads and starts the simulated provider when somebody first needs it, and once. */
export class LazySimulator {
  #running: Promise<Simulator> | undefined

  async url(): Promise<string> {
    this.#running ??= import('@llm-gateway/simulator').then(({ startSimulator }) => startSimulator({ quiet: true }))
    return (await this.#running).url
  }

  async close(): Promise<void> {
    await (await this.#running)?.close()
  }
}

/** The account the gateway serves from while none is configured. */
export const demoAccountId = 'upstream_simulator'

export interface Demo {
  readonly config: GatewayConfig
  /** A gateway key that works until the server stops; only there when the file has none of its own. */
  readonly key: string | undefined
}

/** A configuration without accounts, with the simulator as its only one. Nothing of this is written to the file. */
export function withSimulator(config: GatewayConfig, knownKey: string | undefined): Demo {
  const minted = mintGatewayKey()
  const account = {
    id: demoAccountId,
    name: 'simulator',
    type: 'api-key',
    provider: 'simulator',
    status: 'active',
  } as const
  const needsKey = !config.keys.some((key) => key.status === 'active')
  const raw = knownKey ?? minted.key
  if (!needsKey) return { config: { ...config, accounts: [account] }, key: undefined }
  const key = {
    id: 'gw_demo',
    name: 'demo',
    keyHash: hashKey(raw),
    permissions: ['read', 'write'] as ('read' | 'write')[],
    status: 'active' as const,
  }
  return { config: { ...config, accounts: [account], keys: [...config.keys, key] }, key: raw }
}
