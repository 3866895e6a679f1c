import type { EnvironmentConfig, EnvironmentName } from '@llm-gateway/config'
import { ProxyRules, type ProxySettings, UpstreamError } from '@llm-gateway/upstream'
import { ServerError } from '../error.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A proxy setting of the process's own environment, and the variable that it was found in. */
export interface ProcessProxy {
  readonly variable: string
  readonly value: string
}

/**
 * What the process's own variables say, in lower case before upper case, as curl reads them. `ALL_PROXY` stands in for both proxies
 * where it is an HTTP proxy; other kinds there are meant for other programs.
 */
export function processProxy(name: EnvironmentName, env: Environment): ProcessProxy | undefined {
  const own = set(env, name)
  if (own !== undefined || name === 'no_proxy') return own
  const all = set(env, 'all_proxy')
  return all !== undefined && /^(?:https?:\/\/|[^:/]+(?::\d+)?$)/i.test(all.value) ? all : undefined
}

/**
 * The proxy upstream calls go through: the file's where it names one, else the process's own.
 *
 * @param accounts proxies of single accounts by their id, or `direct`.
 * @throws ServerError `CONFIG_INVALID` for one of a kind that is not supported: calls must not go another way than was asked for.
 */
export function proxyOf(
  file: EnvironmentConfig,
  env: Environment,
  accounts: ReadonlyMap<string, string>,
): ProxySettings {
  const httpProxy = file.httpProxy ?? processProxy('http_proxy', env)?.value
  const httpsProxy = file.httpsProxy ?? processProxy('https_proxy', env)?.value
  const noProxy = file.noProxy ?? processProxy('no_proxy', env)?.value
  checkProxy('http_proxy', file.httpProxy, env)
  checkProxy('https_proxy', file.httpsProxy, env)
  return {
    accounts,
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noProxy !== undefined && { noProxy }),
  }
}

/** Whether calls can go through it: the URL of an `http://` or `https://` proxy, or its host and port. */
export function isUsableProxy(proxy: string): boolean {
  try {
    new ProxyRules({ httpProxy: proxy })
    return true
  } catch (cause) {
    if (UpstreamError.is(cause)) return false
    throw cause
  }
}

function checkProxy(name: 'http_proxy' | 'https_proxy', configured: string | undefined, env: Environment): void {
  const ofProcess = processProxy(name, env)
  const proxy = configured ?? ofProcess?.value
  if (proxy === undefined || isUsableProxy(proxy)) return
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(proxy)?.[0]
  const what = scheme === undefined ? 'is not the address of a proxy' : `is a proxy of the kind ${scheme}`
  const where = configured === undefined ? `the environment variable ${ofProcess?.variable}` : `environment.${name}`
  const set = `llm-gateway env set --${name.replace('_', '-')}=http://HOST:PORT`
  const instead = configured === undefined ? `unset it, or name one in the file, which counts first: ${set}` : set
  throw new ServerError(
    'CONFIG_INVALID',
    `${where} ${what}, and only http:// and https:// proxies are supported (many SOCKS proxies listen for HTTP too): ${instead}`,
  )
}

function set(env: Environment, name: string): ProcessProxy | undefined {
  const variable = [name, name.toUpperCase()].find((each) => (env[each] ?? '').trim() !== '')
  return variable === undefined ? undefined : { variable, value: env[variable] ?? '' }
}
