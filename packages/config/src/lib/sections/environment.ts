import type { z } from 'zod'
import { defined, optionalText, proxyUrl, secret, section, setting } from '../fields.ts'
import type { EnvironmentConfig } from '../schema.ts'

/** `environment`: the proxy between the gateway and its providers. */
export const environmentSection: z.ZodType<EnvironmentConfig> = section({
  http_proxy: secret(
    setting(proxyUrl, "Proxy for `http://` upstreams. Empty or absent: the process's own `HTTP_PROXY`"),
    'login',
  ),
  https_proxy: secret(
    setting(proxyUrl, "Proxy for `https://` upstreams. Empty or absent: the process's own `HTTPS_PROXY`"),
    'login',
  ),
  no_proxy: setting(
    optionalText,
    "Hosts reached directly: names with their subdomains, `.suffixes`, addresses, CIDR ranges, `host:port`, `*`; separated by commas. Empty or absent: the process's own `NO_PROXY`",
  ),
}).transform((raw) => defined({ httpProxy: raw.http_proxy, httpsProxy: raw.https_proxy, noProxy: raw.no_proxy }))
