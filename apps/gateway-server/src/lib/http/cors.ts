import type { IncomingMessage, ServerResponse } from 'node:http'

/** Browser origins that may call, as the configuration names them. */
export type AllowedOrigins = readonly string[] | '*' | undefined

/** Request headers a page may send, whatever its SDK. Where the SDKs keep them: their `client` module, or `_api_client` of Google's. */
const allowedHeaders: readonly string[] = [
  'authorization',
  'content-type',
  'x-api-key',
  'api-key',
  'idempotency-key',
  'user-agent',
  'x-request-id',
  'x-client-request-id',
  'x-server-timeout',
  'x-session-id',
  'session-id',
  'traceparent',
  'tracestate',
  // What chat apps for the browser say of themselves.
  'http-referer',
  'x-title',
]

/** Names of one vendor, which come and go with the releases of its SDK. */
const vendorHeader = /^(?:x-stainless|x-goog|x-llm-gateway|anthropic|openai|x-openai)-[a-z0-9-]{1,64}$/
/** More than any SDK sends; a preflight cannot make us echo at length. */
const maxVendorHeaders = 40

/**
 * Every header: the gateway has already chosen what a client sees, and rate limits have names beyond counting. The names after
 * the star are for browsers that do not know it.
 */
const exposedHeaders = [
  '*',
  'request-id',
  'x-request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'ratelimit',
  'ratelimit-policy',
  'anthropic-organization-id',
  'openai-processing-ms',
  'x-llm-gateway-request-id',
  'x-llm-gateway-upstream',
  'x-llm-gateway-attempts',
  'x-llm-gateway-losses',
  'x-llm-gateway-error-source',
  ...['limit', 'remaining', 'reset'].flatMap((what) => [
    `x-ratelimit-${what}-requests`,
    `x-ratelimit-${what}-tokens`,
    ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map((unit) => `anthropic-ratelimit-${unit}-${what}`),
  ]),
].join(', ')

const maxAgeSeconds = '600'

/**
 * Sets what a browser needs to let a page read the answer. An origin that is not configured gets nothing: the browser then
 * refuses. Origins are compared as texts, for a browser spells each in one way only.
 *
 * @returns whether the page may call.
 */
export function applyCors(incoming: IncomingMessage, outgoing: ServerResponse, origins: AllowedOrigins): boolean {
  if (origins === undefined) return false
  // Of those who ask without an origin too, or a cache could give their answer to a page.
  if (origins !== '*') outgoing.setHeader('vary', 'Origin')
  const { origin } = incoming.headers
  if (origin === undefined || (origins !== '*' && !origins.includes(origin))) return false
  // Credentials are never cookies here, so the wildcard gives a page nothing it has no key for.
  outgoing.setHeader('access-control-allow-origin', origins === '*' ? '*' : origin)
  outgoing.setHeader('access-control-expose-headers', exposedHeaders)
  return true
}

/**
 * Answers a preflight.
 *
 * @param methods those of the path; of a path that is none's, all there are, so that the page reads the 404.
 */
export function answerPreflight(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { allowed, origins, methods }: { allowed: boolean; origins: AllowedOrigins; methods: readonly string[] | undefined },
): void {
  if (allowed) {
    const names = [...allowedHeaders, ...vendorHeaders(incoming.headers['access-control-request-headers'])]
    outgoing.setHeader('access-control-allow-methods', (methods ?? ['GET', 'POST', 'DELETE']).join(', '))
    outgoing.setHeader('access-control-allow-headers', names.join(', '))
    outgoing.setHeader('access-control-max-age', maxAgeSeconds)
    // A public page reaches into a private network only where it was named (wicg.github.io/private-network-access).
    if (origins !== '*' && incoming.headers['access-control-request-private-network'] === 'true') {
      outgoing.setHeader('access-control-allow-private-network', 'true')
    }
  }
  if (methods) outgoing.setHeader('allow', [...methods, 'OPTIONS'].join(', '))
  outgoing.writeHead(204)
  outgoing.end()
}

function vendorHeaders(asked: string | undefined): readonly string[] {
  const names = (asked ?? '').split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => vendorHeader.test(name)).slice(0, maxVendorHeaders)
}
