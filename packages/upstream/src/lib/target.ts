import { checkedValue, forwardedHeaders, type HeaderFilter, requestFilter } from './headers.ts'
import type { CallContext, Provider, UpstreamAccount } from './providers/provider.ts'
import { wires } from './wire.ts'

/** Where a call goes and what it says on the way, all but the credential. */
export interface ResolvedCall {
  readonly url: string
  /** Scheme, host and port. */
  readonly origin: string
  /** Path with query. */
  readonly path: string
  readonly headers: Record<string, string>
  /** The name the body must carry, where the provider knows the model by another one (Azure deployments). */
  readonly model: string
}

/**
 * The address and headers of a call. The host comes from the account or the provider, never from the client.
 *
 * @throws UpstreamError when the account, the model or a header of the client makes no valid call.
 */
export function resolveCall(account: UpstreamAccount, provider: Provider, call: CallContext): ResolvedCall {
  const { dialect, operation, model, stream, sameDialect } = call
  const context = { account, dialect, operation, model, stream }
  const url = new URL(provider.target(context))
  const wire = wires.get(dialect)
  if (sameDialect && wire && call.clientQuery) forwardQuery(url, call.clientQuery, wire.forwardQuery)
  const headers: Record<string, string> = {
    'user-agent': 'llm-gateway',
    accept: stream ? 'text/event-stream' : 'application/json',
    ...wire?.headers,
    ...forwardedHeaders(call.clientHeaders, filterOf(provider, call)),
    ...provider.headers?.(context),
    // Bodies pass as bytes and are read on the way; nothing here unpacks them, bombs neither.
    'accept-encoding': 'identity',
  }
  if (operation !== 'list-models') headers['content-type'] = 'application/json'
  return {
    url: url.href,
    origin: url.origin,
    path: url.pathname + url.search,
    headers,
    model: provider.model?.(context) ?? model,
  }
}

/**
 * The header that carries an API key.
 *
 * @throws UpstreamError when the key cannot be in a header.
 */
export function credentialHeaders(provider: Provider, key: string): Record<string, string> {
  const { header, prefix = '' } = provider.credential
  return { [header]: checkedValue(header, prefix + key) }
}

function forwardQuery(url: URL, query: string, names: readonly string[]): void {
  for (const [name, value] of new URLSearchParams(query)) if (names.includes(name)) url.searchParams.append(name, value)
}

const crossDialect = requestFilter([])
const filters = new WeakMap<Provider, ReadonlyMap<string, HeaderFilter>>()

/** What the headers of a client in another dialect say of the call is not meant for this upstream. */
function filterOf(provider: Provider, { dialect, sameDialect }: CallContext): HeaderFilter {
  if (!sameDialect) return crossDialect
  const known = filters.get(provider)?.get(dialect)
  if (known) return known
  const filter = requestFilter([
    'accept',
    ...(wires.get(dialect)?.forwardHeaders ?? []),
    ...(provider.forwardHeaders ?? []),
  ])
  filters.set(provider, new Map([...(filters.get(provider) ?? []), [dialect, filter]]))
  return filter
}
