import { existsSync } from 'node:fs'
import {
  ConfigEditor,
  ConfigError,
  ConfigFile,
  type DataPath,
  type FileSnapshot,
  type GatewayConfig,
  type Issue,
  isNamed,
  loadConfig,
  type Paths,
  renderIssues,
} from '@llm-gateway/config'
import { findServer, type Runtime } from '@llm-gateway/server'
import { CliError } from '../command-line/error.ts'
import type { Output } from '../terminal/output.ts'
import { clearSecrets } from './config-secrets.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface ConfigStoreOptions {
  readonly places: Paths
  readonly env: Environment
  readonly output: Output
}

/** The configuration as it can be read from here. */
export interface Loaded {
  readonly config: GatewayConfig
  readonly text: string
  readonly warnings: readonly Issue[]
  /** Variables the file reads that are not set here; the server may well have them. */
  readonly unset: ReadonlySet<string>
  /** What stands at a path of the file, references unresolved. */
  raw(path: DataPath): unknown
}

/**
 * The configuration file as the commands use it. Variables that only the server has are no reason to refuse an edit: while
 * such a file is read here, a reference without a value stands for itself.
 */
export class ConfigStore {
  readonly path: string
  readonly #options: ConfigStoreOptions

  private constructor(options: ConfigStoreOptions) {
    this.#options = options
    this.path = options.places.configFile
  }

  /** The file as it is, there or not. */
  static at(options: ConfigStoreOptions): ConfigStore {
    return new ConfigStore(options)
  }

  /**
   * Opens the file, and writes the starter file where there is none: unless a server runs with it, which would take the new one
   * for its configuration and serve nobody any more.
   *
   * @throws ConfigError when a file that was named is not there and its name looks mistyped
   */
  static async open(options: ConfigStoreOptions): Promise<ConfigStore> {
    const store = ConfigStore.at(options)
    const server = existsSync(store.path) ? undefined : await serverOf(options.places)
    if (server !== undefined) {
      const told = `${store.path} is gone, and the server at ${server.url} goes on with what it read there`
      options.output.warn(`${told}: put the file back, or stop the server to begin anew`)
      return store
    }
    const file = await ConfigFile.open(store.path, { env: options.env })
    const named = isNamed(options.places)
    if (!(await file.ensure({ named }))) return store
    // Who names a file most often means one that is there.
    if (named)
      options.output.warn(`there was no ${store.path}: made a NEW file there, with the defaults and no accounts`)
    else options.output.note(`Created ${store.path} with the defaults.`)
    return store
  }

  /** The file as it stands, read with this process's own environment. */
  async snapshot(): Promise<FileSnapshot> {
    return (await ConfigFile.open(this.path, { env: this.#options.env })).read()
  }

  /** @throws CliError with every fault at its place when the file is not valid. */
  async read(): Promise<Loaded> {
    const found = await this.snapshot()
    const { text } = found
    const { env, unset } = withPlaceholders(text, this.#options.env)
    const result = unset.size === 0 ? found.result : loadConfig(text, { env })
    if (!result.ok) throw invalidFile(this.path, text, result.issues)
    const editor = new ConfigEditor(text, env)
    return { config: result.config, warnings: result.warnings, text, unset, raw: (path) => editor.get(path) }
  }

  /**
   * Changes the file and keeps its comments; `change` may run more than once.
   *
   * @returns whether the file changed.
   * @throws CliError when the file is not valid, or would not be after the change.
   */
  async edit(change: (editor: ConfigEditor) => void): Promise<boolean> {
    // A file with faults of its own is not edited: the fault would look like the edit's.
    const { text } = await this.read()
    const { env } = withPlaceholders(preview(text, change, this.#options.env), this.#options.env)
    const result = await (await ConfigFile.open(this.path, { env })).edit(change)
    if (result.ok) {
      if (result.changed) this.#warnOfClearSecrets(result.text, env)
      return result.changed
    }
    if (result.reason === 'conflict') {
      throw new CliError('FAILED', `${this.path} was changed by another program meanwhile`, { hint: 'try again' })
    }
    if (result.text === text) throw invalidFile(this.path, text, result.issues)
    throw invalidChange(result.issues)
  }

  /**
   * What was written holds no new secret in clear, but what stood there in clear still does: to encrypt it unasked could lock out
   * a server that has another master key than this shell.
   */
  #warnOfClearSecrets(text: string, env: Environment): void {
    const clear = clearSecrets(new ConfigEditor(text, env))
    if (clear.length === 0) return
    const [first, ...others] = clear
    const more = others.length === 0 ? '' : ` and ${others.length} more`
    this.#options.output.warn(
      `the file holds secrets in clear (${first}${more}): encrypt them with: llm-gateway config encrypt`,
    )
  }
}

/** The server that runs with this file. */
async function serverOf({ home, configFile }: Paths): Promise<Runtime | undefined> {
  const found = await findServer(home)
  return found?.runtime.configFile === configFile ? found.runtime : undefined
}

/** The text after a change, which may read variables that the text before did not. */
function preview(text: string, change: (editor: ConfigEditor) => void, env: Environment): string {
  const editor = new ConfigEditor(text, withPlaceholders(text, env).env)
  change(editor)
  return editor.toString()
}

const requiredReference = /(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)(?=\}|:\?)/g

function withPlaceholders(text: string, env: Environment): { env: Environment; unset: ReadonlySet<string> } {
  const names = textsOf(dataOf(text)).flatMap((value) =>
    Array.from(value.matchAll(requiredReference), ([, name = '']) => name),
  )
  const unset = new Set(names.filter((name) => env[name] === undefined))
  const placeholders = Object.fromEntries(Array.from(unset, (name) => [name, `\${${name}}`]))
  return { env: { ...env, ...placeholders }, unset }
}

/** What the text holds, without its comments; nothing when it is no YAML, which the loader tells better. */
function dataOf(text: string): unknown {
  try {
    return new ConfigEditor(text).get([])
  } catch (cause) {
    if (cause instanceof ConfigError) return undefined
    throw cause
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

/** Every fault at its place. */
export function invalidFile(path: string, text: string, issues: readonly Issue[]): CliError {
  return new CliError('FAILED', `the configuration is not valid\n${renderIssues(issues, text, { file: path })}`)
}

/** The file is not written, so its lines would lead nowhere: what is wrong is told without them. */
function invalidChange(issues: readonly Issue[]): CliError {
  const faults = issues.filter(({ severity }) => severity === 'error')
  const list = faults.map(({ path, message }) => `${path}: ${message}`).join('; ')
  const hint = faults.find((issue) => issue.hint !== undefined)?.hint
  return new CliError('REFUSED', `nothing was changed, because the configuration would not be valid: ${list}`, {
    ...(hint !== undefined && { hint }),
  })
}
