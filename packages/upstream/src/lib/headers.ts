import { UpstreamError } from './error.ts'

/** Header values by lower-case name. */
export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>

/** Client headers that concern any upstream: who asks, and under which ids. */
const always: readonly string[] = [
  'user-agent',
  'idempotency-key',
  'traceparent',
  'tracestate',
  'x-request-id',
  'x-client-request-id',
]

/** Never forwarded, whatever a table says: they are about the client's connection or are the client's key to this gateway. */
const never: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
  'host',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'content-encoding',
  'accept-encoding',
  // What proxies on the way here have added tells where the client is, and is not the client's own.
  'forwarded',
  'via',
  'x-real-ip',
])
const neverPrefixes: readonly string[] = ['x-llm-gateway-', 'x-forwarded-']

/** Chooses headers by name. */
export interface HeaderFilter {
  readonly names: ReadonlySet<string>
  readonly prefixes: readonly string[]
}

/** A filter of names; `*` at the end of one stands for any rest. */
export function headerFilter(names: readonly string[]): HeaderFilter {
  return {
    names: new Set(names.filter((name) => !name.endsWith('*'))),
    prefixes: names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1)),
  }
}

/** The filter for what goes up to an upstream besides `names`. */
export function requestFilter(names: readonly string[]): HeaderFilter {
  return headerFilter([...always, ...names])
}

function passes(filter: HeaderFilter, name: string): boolean {
  if (filter.names.has(name)) return true
  for (const prefix of filter.prefixes) if (name.startsWith(prefix)) return true
  return false
}

/**
 * Adds the client's headers that go up: those of the filter, without what concerns only its connection, its key to this
 * gateway, and what its `Connection` header names.
 *
 * @throws UpstreamError when one of them holds a line end or another control character.
 */
export function addForwardedHeaders(target: Record<string, string>, headers: HeaderMap, filter: HeaderFilter): void {
  const dropped = connectionOptions(headers)
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || !passes(filter, name)) continue
    if (never.has(name) || neverPrefixes.some((prefix) => name.startsWith(prefix)) || dropped?.has(name)) continue
    target[name] = checkedValue(name, typeof value === 'string' ? value : value.join(', '))
  }
}

function connectionOptions(headers: HeaderMap): ReadonlySet<string> | undefined {
  const value = headers.connection
  // The two values nearly every client sends name no header.
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined
  return new Set(
    String(value)
      .toLowerCase()
      .split(/[\t ]*,[\t ]*/),
  )
}

// The field-value of RFC 9110 §5.5: no line ends, no NUL, nothing that is not one byte.
const outsideValue = /[^\t\x20-\x7e\x80-\xff]/
const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i

/**
 * A header's value if it may be sent as it is.
 *
 * @throws UpstreamError naming the header, not the value.
 */
export function checkedValue(name: string, value: string): string {
  if (!token.test(name)) {
    throw new UpstreamError('HEADER_INVALID', `${JSON.stringify(name.slice(0, 40))} is not the name of a header`)
  }
  if (outsideValue.test(value)) {
    throw new UpstreamError('HEADER_INVALID', `the header ${name} holds a character that no header may hold`)
  }
  return value
}

const replyFilter: HeaderFilter = headerFilter([
  'content-type',
  'retry-after',
  'retry-after-ms',
  'request-id',
  'x-request-id',
  'apim-request-id',
  'x-should-retry',
  'x-ratelimit-*',
  'anthropic-*',
  'openai-*',
])

/** These tell who the operator is to the provider, which is no business of a client's. */
const operatorHeaders: ReadonlySet<string> = new Set([
  'anthropic-organization-id',
  'openai-organization',
  'openai-project',
])

/**
 * An upstream's headers that may go back to the client: the kind of content, request ids, rate limits and what the vendor adds
 * under its own name. Nothing about the connection, the length or the coding of the body, and no cookies.
 */
export function replyHeaders(headers: HeaderMap): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || !passes(replyFilter, name) || operatorHeaders.has(name)) continue
    if (typeof value === 'string') {
      if (!outsideValue.test(value)) passed[name] = value
    } else {
      passed[name] = value.filter((one) => !outsideValue.test(one))
    }
  }
  return passed
}
