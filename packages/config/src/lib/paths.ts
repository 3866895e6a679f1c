import { homedir, userInfo } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { ConfigError } from './error.ts'

/** Where the gateway keeps its files. */
export interface Paths {
  /** The home directory: configuration, credentials, ledger. */
  readonly home: string
  readonly configFile: string
}

/** What the paths are made from. */
export interface PathSources {
  /** `--home` and `--config`; they win over everything. */
  readonly flags?: { readonly home?: string | undefined; readonly config?: string | undefined }
  /** Holds `LLM_GATEWAY_HOME` and `LLM_GATEWAY_CONFIG`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's home directory, as {@link userHome} tells it. Only a path in it needs one. */
  readonly homedir: string | undefined
}

/**
 * The home directory of the user this process is: what the environment says (`HOME`, `USERPROFILE`), else what the system's account
 * says; undefined where neither names one. An empty or relative one counts as none, as the XDG base directory specification has it
 * for its variables: it would mean another directory in each folder the gateway is called from.
 */
export function userHome(): string | undefined {
  return absoluteOf(homedir) ?? absoluteOf(() => userInfo().homedir)
}

/** Both calls throw where the user has no account, as in containers that run by a bare number. */
function absoluteOf(home: () => string): string | undefined {
  try {
    const path = home()
    return isAbsolute(path) ? path : undefined
  } catch {
    return undefined
  }
}

/**
 * Decides where the gateway's files are: by flag, then by environment variable, then `~/.llm-gateway/config.yaml`.
 *
 * @throws ConfigError `HOME_UNKNOWN` when one of them is in the user's home directory, and there is none
 */
export function resolvePaths({ flags = {}, env, homedir }: PathSources): Paths {
  const home = place(flags.home) ?? place(env.LLM_GATEWAY_HOME) ?? '~/.llm-gateway'
  const config = place(flags.config) ?? place(env.LLM_GATEWAY_CONFIG)
  const absolute = expandHome(home, homedir)
  return {
    home: absolute,
    configFile: config === undefined ? defaultFile(absolute) : expandHome(config, homedir),
  }
}

/** Whether the file is not the one every home has: somebody wrote out where it is. */
export function isNamed({ home, configFile }: Paths): boolean {
  return configFile !== defaultFile(home)
}

function defaultFile(home: string): string {
  return join(home, 'config.yaml')
}

function place(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}

/** Files that set variables, such as systemd units, have no shell to expand the tilde. */
function expandHome(path: string, homedir: string | undefined): string {
  if (path !== '~' && !path.startsWith('~/')) return resolve(path)
  if (homedir !== undefined) return resolve(homedir, path.slice(2))
  throw new ConfigError(
    'HOME_UNKNOWN',
    `the user has no home directory for ${path} to be in: name an absolute path with --home or LLM_GATEWAY_HOME, or set HOME`,
  )
}
