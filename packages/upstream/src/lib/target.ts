import { addForwardedHeaders, checkedValue, type HeaderFilter, requestFilter } from './headers.ts'
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
  const { dialect, operation, model, stream, sameDialect, resource, verbatim = false } = call
  const context = { account, dialect, operation, model, stream, ...(resource && { resource }) }
  const wire = wires.get(dialect)
  const target = provider.target(context)
  // What is asked of something kept stands in the query: pages, what to include, where to go on.
  const names = verbatim || operation === 'stored' ? undefined : wire?.forwardQuery
  const query = sameDialect && wire && call.clientQuery ? forwardedQuery(call.clientQuery, names) : ''
  const address = addressOf(query === '' ? target : `${target}${target.includes('?') ? '&' : '?'}${query}`)
  const headers: Record<string, string> = verbatim
    ? {}
    : { 'user-agent': 'llm-gateway', accept: stream ? 'text/event-stream' : 'application/json', ...wire?.headers }
  addForwardedHeaders(headers, call.clientHeaders, verbatim ? everything : filterOf(provider, call))
  if (provider.headers && !verbatim) Object.assign(headers, provider.headers(context))
  // Bodies pass as bytes and are read on the way; nothing here unpacks them, bombs neither.
  headers['accept-encoding'] = 'identity'
  if (operation !== 'list-models' && !verbatim) headers['content-type'] = 'application/json'
  return { ...address, headers, model: provider.model?.(context) ?? model }
}

type Address = Pick<ResolvedCall, 'url' | 'origin' | 'path'>

// The same few addresses are called over and over, and taking a URL apart costs more than all the rest of this module.
const addresses = new Map<string, Address>()
const maxAddresses = 1000
const maxAddressLength = 2048

function addressOf(text: string): Address {
  const known = addresses.get(text)
  if (known) return known
  const url = new URL(text)
  const address = { url: url.href, origin: url.origin, path: url.pathname + url.search }
  // Queries are the clients': whoever varies them must not fill the memory.
  if (text.length > maxAddressLength) return address
  if (addresses.size >= maxAddresses) addresses.clear()
  addresses.set(text, address)
  return address
}

/**
 * The header that carries an account's credential.
 *
 * @param account decides where it goes at providers that take keys and tokens; default: where API keys go.
 * @throws UpstreamError when the key cannot be in a header.
 */
export function credentialHeaders(
  provider: Provider,
  key: string,
  account: Pick<UpstreamAccount, 'baseUrl' | 'options'> = {},
): Record<string, string> {
  const { header, prefix = '' } = provider.credentialFor?.(account, key) ?? provider.credential
  return { [header]: checkedValue(header, prefix + key) }
}

/** The parameters of those names, or all but a key to this gateway, as the client wrote them. */
function forwardedQuery(query: string, names: readonly string[] | undefined): string {
  const pairs = query.split('&').filter((pair) => {
    const name = pair.split('=', 1)[0] ?? ''
    return names === undefined ? name !== 'key' : names.includes(name)
  })
  // A fragment cannot come in a request; kept apart from ours if it does.
  return pairs.join('&').replaceAll('#', '%23')
}

const crossDialect = requestFilter([])
const everything = requestFilter(['*'])
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
