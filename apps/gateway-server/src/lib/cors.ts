import type { IncomingMessage, ServerResponse } from 'node:http'

/** Headers the browser SDKs of all dialects send. */
const allowedHeaders = [
  'authorization',
  'content-type',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-llm-gateway-key',
  'anthropic-version',
  'anthropic-beta',
  'anthropic-dangerous-direct-browser-access',
  'openai-organization',
  'openai-project',
  'openai-beta',
  'idempotency-key',
  'x-request-id',
  'user-agent',
]

const exposedHeaders = [
  'request-id',
  'x-request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-llm-gateway-request-id',
  'x-llm-gateway-upstream',
  'x-llm-gateway-attempts',
  'x-llm-gateway-losses',
  'x-llm-gateway-error-source',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
].join(', ')

const maxAgeSeconds = '600'

/** Sets what a browser needs to let a page read the answer. An origin that is not configured gets nothing: the browser then refuses. */
export function applyCors(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  origins: readonly string[] | '*' | undefined,
): boolean {
  const { origin } = incoming.headers
  if (origin === undefined || origins === undefined) return false
  if (origins !== '*' && !origins.includes(origin)) return false
  // Credentials are never cookies here, so the wildcard gives a page nothing it has no key for.
  outgoing.setHeader('access-control-allow-origin', origins === '*' ? '*' : origin)
  if (origins !== '*') outgoing.setHeader('vary', 'Origin')
  outgoing.setHeader('access-control-expose-headers', exposedHeaders)
  return true
}

/** Answers a preflight. */
export function answerPreflight(incoming: IncomingMessage, outgoing: ServerResponse, allowed: boolean): void {
  if (allowed) {
    const asked = String(incoming.headers['access-control-request-headers'] ?? '')
    // The SDKs' own telemetry headers come and go with their releases.
    const own = asked
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => /^x-stainless-[a-z0-9-]+$/.test(name))
    outgoing.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS')
    outgoing.setHeader('access-control-allow-headers', [...allowedHeaders, ...own].join(', '))
    outgoing.setHeader('access-control-max-age', maxAgeSeconds)
  }
  outgoing.writeHead(204)
  outgoing.end()
}
