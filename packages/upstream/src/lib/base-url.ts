import { UpstreamError } from './error.ts'
import type { Provider, TargetContext, UpstreamAccount } from './providers/provider.ts'
import { wires } from './wire.ts'

// An account is the same object until its configuration changes, and parsing a URL costs as much as the rest of its address.
const parsed = new WeakMap<UpstreamAccount, string>()

/**
 * The account's base URL, else the provider's, without a slash at the end.
 *
 * @throws UpstreamError when there is none or it is not an address a request can go to.
 */
export function baseUrlOf(account: UpstreamAccount, provider: Pick<Provider, 'name' | 'baseUrl'>): string {
  const known = parsed.get(account)
  if (known !== undefined) return known
  const text = account.baseUrl ?? provider.baseUrl
  if (text === undefined || text.trim() === '') {
    throw new UpstreamError(
      'BASE_URL_MISSING',
      `account ${account.id} needs a base_url: ${provider.name} has no default`,
    )
  }
  const base = readBaseUrl(account.id, text.trim())
  parsed.set(account, base)
  return base
}

function readBaseUrl(accountId: string, text: string): string {
  const refuse = (reason: string): UpstreamError =>
    new UpstreamError('BASE_URL_INVALID', `the base_url of account ${accountId} ${reason}`)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw refuse('is not a URL; write it like https://api.example.com/v1')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('must begin with https:// or http://')
  if (url.username !== '' || url.password !== '') throw refuse('holds a password; put the credential into api_key')
  if (url.search !== '') throw refuse('holds a query; put an api-version into options.api_version')
  if (url.hash !== '') throw refuse('holds a fragment (#); remove it')
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/**
 * The path of an operation below the version.
 *
 * @throws UpstreamError when the dialect has none.
 */
export function operationPath(context: TargetContext): string {
  const path = wires.get(context.dialect)?.paths[context.operation]
  if (path !== undefined) return typeof path === 'string' ? path : path(context)
  throw new UpstreamError(
    'UNSUPPORTED',
    `account ${context.account.id} cannot be asked for ${context.operation} in the dialect ${context.dialect}`,
  )
}

/**
 * An option that is a text.
 *
 * @throws UpstreamError when it is something else.
 */
export function textOption(account: UpstreamAccount, name: string): string | undefined {
  const value = account.options?.[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw new UpstreamError('OPTION_INVALID', `options.${name} of account ${account.id} must be a text`)
}
