import { resolve } from 'node:path'
import { bareHost, type GatewayConfig } from '@llm-gateway/config'
import { withSimulator } from './demo.ts'

/** A configuration as it will be served. */
export interface PreparedConfig {
  readonly config: GatewayConfig
  /** Serving from the simulator because no account is configured. */
  readonly demo: boolean
  /** The demo's own gateway key. */
  readonly key: string | undefined
}

export interface PrepareOptions {
  /** The demo key in use, which a reload keeps. */
  readonly knownKey: string | undefined
  /**
   * Whether a configuration without accounts is served from the simulator: at the start, and on from a demo. Not when real
   * accounts were served before: a file emptied by mistake must not turn a gateway's answers into simulated ones.
   */
  readonly demoAllowed: boolean
}

export function prepareConfig(config: GatewayConfig, { knownKey, demoAllowed }: PrepareOptions): PreparedConfig {
  if (config.accounts.length > 0 || !demoAllowed) return { config, demo: false, key: undefined }
  const demo = withSimulator(config, knownKey)
  return { config: demo.config, demo: true, key: demo.key }
}

/** The configuration with what the command line says in place of the file, and files where they lie whatever directory one starts in. */
export function withFlags(
  config: GatewayConfig,
  { host, port, home }: { readonly host?: string; readonly port?: number; readonly home: string },
): GatewayConfig {
  const { file } = config.logging
  return {
    ...config,
    server: {
      ...config.server,
      ...(host !== undefined && { host: bareHost(host) }),
      ...(port !== undefined && { port }),
    },
    logging: { ...config.logging, ...(file !== undefined && { file: resolve(home, file) }) },
  }
}
