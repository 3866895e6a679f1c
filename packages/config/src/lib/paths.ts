import { join, resolve } from 'node:path'

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
  /** The user's home directory. */
  readonly homedir: string
}

/** Decides where the gateway's files are: by flag, then by environment variable, then `~/.llm-gateway/config.yaml`. */
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
function expandHome(path: string, homedir: string): string {
  return path === '~' || path.startsWith('~/') ? resolve(homedir, path.slice(2)) : resolve(path)
}
