import { closeSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ConfigFile, type GatewayConfig, renderIssues } from '@llm-gateway/config'
import { CredentialError, type KeychainPort, openDerivedKey } from '@llm-gateway/credentials'
import { ServerError } from '../error.ts'
import type { CheckedAccount } from '../health/health-checks.ts'
import type { ServerOptions } from '../options.ts'
import { openForLines } from '../records/log-file.ts'
import { type Assembly, assemble } from './assemble.ts'
import type { LazySimulator } from './demo.ts'
import { prepareConfig, withFlags } from './prepare-config.ts'
import { systemKeychain } from './system-keychain.ts'

/** A configuration in force. */
export interface Active {
  readonly config: GatewayConfig
  readonly assembly: Assembly
  /** Serving from the simulator because no account is configured. */
  readonly demo: boolean
  /** The demo's own gateway key: works until the server stops. */
  readonly demoKey: string | undefined
}

/** A text of the file that can be served; or why it cannot, in words for its author. */
export type Read =
  | {
      readonly ok: true
      readonly text: string
      readonly config: GatewayConfig
      readonly warnings: readonly { readonly line: number; readonly message: string }[]
    }
  | { readonly ok: false; readonly problem: string }

/** Makes what the configuration file says ready to be put in force. */
export class Activation {
  readonly #options: ServerOptions
  readonly #file: ConfigFile
  readonly #simulator: LazySimulator
  readonly #keychain: KeychainPort
  #sealKey: Promise<string | undefined> | undefined

  constructor(options: ServerOptions, file: ConfigFile, simulator: LazySimulator) {
    this.#options = options
    this.#file = file
    this.#simulator = simulator
    this.#keychain = keychainOf(options)
  }

  /**
   * The file as it stands, with what the command line says in its place.
   *
   * @param inForce a log that is being written already is not tried again.
   */
  read(inForce?: GatewayConfig): Read {
    const { text, result } = this.#file.read()
    const { configFile } = this.#options
    if (!result.ok) return { ok: false, problem: renderIssues(result.issues, text, { file: configFile }) }
    const config = withFlags(result.config, this.#options)
    const { file } = config.logging
    const problem = file === undefined || file === inForce?.logging.file ? undefined : logProblem(file)
    if (problem !== undefined) return { ok: false, problem: `${configFile}: ${problem}` }
    const warnings = result.warnings.map(({ line, message }) => ({ line, message: `${configFile}: ${message}` }))
    return { ok: true, text, config, warnings }
  }

  /**
   * @param before what is in force, of which a demo's key stays; undefined at the start.
   * @throws ServerError for what an operator can mend.
   */
  async prepare(config: GatewayConfig, before: Active | undefined, warn: (message: string) => void): Promise<Active> {
    const prepared = prepareConfig(config, {
      knownKey: before?.demoKey,
      demoAllowed: before?.demo ?? true,
    })
    const sealKey = await this.#openSealKey(warn)
    const { home, configFile, env } = this.#options
    const assembly = await assemble(prepared.config, {
      ...(sealKey !== undefined && { sealKey }),
      home,
      baseDir: dirname(configFile),
      env,
      keychain: this.#keychain,
      simulatorUrl: () => this.#simulator.url(),
      now: Date.now,
      warn,
    })
    return { config: prepared.config, assembly, demo: prepared.demo, demoKey: prepared.key }
  }

  /** Opened once: a client's envelopes must stay readable over a reload. */
  #openSealKey(warn: (message: string) => void): Promise<string | undefined> {
    const { home, env } = this.#options
    this.#sealKey ??= sealKeyOf({ home, env, keychain: this.#keychain, warn })
    return this.#sealKey
  }
}

/** A log that leads nowhere would be missed only when it is needed. */
function logProblem(file: string): string | undefined {
  try {
    closeSync(openForLines(file))
    return undefined
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    return `logging.file cannot be written: ${file} (${code}): name a file that the user of the server may write, or leave it out for standard error`
  }
}

/** What an operator can mend; anything else is a bug and goes on up. */
export function problemOf(cause: unknown): string {
  if (cause instanceof ServerError) return cause.message
  throw cause
}

export function keychainOf({ keychain = systemKeychain() }: ServerOptions): KeychainPort {
  return keychain
}

/** The accounts that are looked at between requests. One kept for some requests is not asked for on the gateway's own account. */
export function checkedAccounts({ config, assembly }: Active): readonly CheckedAccount[] {
  return config.accounts.flatMap(({ id, healthCheckMs = config.routing.healthCheckMs }) => {
    const ready = assembly.state.accounts.get(id)
    return healthCheckMs === undefined || ready === undefined || ready.audience
      ? []
      : [{ id, intervalMs: healthCheckMs }]
  })
}

/** What only a restart puts in force: the socket, and the ledger, as rows under way belong to the file they began in. */
export function restartNotes(opened: GatewayConfig, wanted: GatewayConfig): readonly string[] {
  const changed = [
    opened.server.host !== wanted.server.host && 'server.host',
    opened.server.port !== wanted.server.port && 'server.port',
    opened.ledger.enabled !== wanted.ledger.enabled && 'ledger.enabled',
    opened.ledger.file !== wanted.ledger.file && 'ledger.file',
    opened.ledger.retentionDays !== wanted.ledger.retentionDays && 'ledger.retention_days',
  ].filter((name) => name !== false)
  return changed.map((name) => `${name} was changed: restart the server to put it in force`)
}

/** Without it reasoning is not gone on from across dialects, which is no reason not to serve. */
async function sealKeyOf(options: {
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly keychain: KeychainPort
  warn(message: string): void
}): Promise<string | undefined> {
  try {
    return await openDerivedKey('seal', options)
  } catch (cause) {
    if (!(cause instanceof CredentialError)) throw cause
    options.warn(
      `what providers seal (thinking signatures) is withheld from clients of other dialects: ${cause.message}`,
    )
    return undefined
  }
}
