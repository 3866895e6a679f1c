import type { EnvironmentConfig } from '@llm-gateway/config'
import type { ProxySettings } from '@llm-gateway/upstream'

/** The proxy upstream calls go through: the file's where it names one, else the process's own variables. */
export function proxyOf(file: EnvironmentConfig, env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const http = file.httpProxy ?? set(env.http_proxy) ?? set(env.HTTP_PROXY)
  const https = file.httpsProxy ?? set(env.https_proxy) ?? set(env.HTTPS_PROXY)
  const none = file.noProxy ?? set(env.no_proxy) ?? set(env.NO_PROXY)
  return {
    ...(http !== undefined && { httpProxy: http }),
    ...(https !== undefined && { httpsProxy: https }),
    ...(none !== undefined && { noProxy: none }),
  }
}

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
