import type { EnvironmentConfig } from '@llm-gateway/config'
import type { ProxySettings } from '@llm-gateway/upstream'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy upstream calls go through: the file's where it names one, else the process's own variables, in lower case before upper
 * case, as curl reads them. `ALL_PROXY` stands in for both where it is an HTTP proxy; other kinds there are meant for other
 * programs.
 *
 * @param accounts proxies of single accounts by their id, or `direct`.
 */
export function proxyOf(
  file: EnvironmentConfig,
  env: Environment,
  accounts: ReadonlyMap<string, string>,
): ProxySettings {
  const all = set(env, 'all_proxy')
  const any = all !== undefined && /^(?:https?:\/\/|[^:/]+(?::\d+)?$)/i.test(all) ? all : undefined
  const http = file.httpProxy ?? set(env, 'http_proxy') ?? any
  const https = file.httpsProxy ?? set(env, 'https_proxy') ?? any
  const none = file.noProxy ?? set(env, 'no_proxy')
  return {
    accounts,
    ...(http !== undefined && { httpProxy: http }),
    ...(https !== undefined && { httpsProxy: https }),
    ...(none !== undefined && { noProxy: none }),
  }
}

function set(env: Environment, name: string): string | undefined {
  return [env[name], env[name.toUpperCase()]].find((value) => value !== undefined && value.trim() !== '')
}
