import { type GatewayConfig, type LoadResult, renderIssues } from '@llm-gateway/config'
import { type LazySimulator, withSimulator } from './demo.ts'
import { ServerError } from './error.ts'

/** A configuration as it will be served. */
export interface PreparedConfig {
  readonly config: GatewayConfig
  /** Serving from the simulator because no account is configured. */
  readonly demo: boolean
  /** The demo's own gateway key. */
  readonly key: string | undefined
  readonly simulator: LazySimulator
}

export interface PrepareOptions {
  readonly simulator: LazySimulator
  /** The demo key in use, which a reload keeps. */
  readonly knownKey: string | undefined
  /**
   * Whether a configuration without accounts is served from the simulator: at the start, and on from a demo. Not when real
   * accounts were served before: a file emptied by mistake must not turn a gateway's answers into simulated ones.
   */
  readonly demoAllowed: boolean
}

export function prepareConfig(
  config: GatewayConfig,
  { simulator, knownKey, demoAllowed }: PrepareOptions,
): PreparedConfig {
  if (config.accounts.length > 0 || !demoAllowed) return { config, demo: false, key: undefined, simulator }
  const demo = withSimulator(config, knownKey)
  return { config: demo.config, demo: true, key: demo.key, simulator }
}

/** The configuration with what the command line says in place of the file. */
export function withFlags(
  config: GatewayConfig,
  flags: { readonly host?: string; readonly port?: number },
): GatewayConfig {
  const { host, port } = flags
  return {
    ...config,
    server: { ...config.server, ...(host !== undefined && { host }), ...(port !== undefined && { port }) },
  }
}

/** Why a server does not start with this file: all that is wrong with it, at its place. */
export function invalidConfig(file: string, text: string, result: Extract<LoadResult, { ok: false }>): ServerError {
  return new ServerError('CONFIG_INVALID', renderIssues(result.issues, text, { file }))
}
