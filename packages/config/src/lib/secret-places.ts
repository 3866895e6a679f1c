import { isSection, valueAt } from './data.ts'
import type { DataPath } from './issue.ts'

/** A value of the file that is a secret, or text that stands for one. */
export interface SecretPlace {
  readonly path: DataPath
  /** What its ciphertext is bound to: the account's id, and within its options the name as well; the section's own path elsewhere. */
  readonly record: string
  /** The secret where it is clear, otherwise as it stands in the file. */
  readonly value: string
  /** `clear` is the secret itself; `mixed` is text around a reference, or a reference with a default. */
  readonly kind: 'clear' | 'mixed' | 'encrypted' | 'reference'
}

/** Names of provider options that hold a secret: by their last word, so that `tokenizer` is none. */
const SECRET_NAME = /(?:key|token|secret|password|authorization|cookie)$/i

/** The record an account's option is bound to. */
export function optionRecord(account: string, name: string): string {
  return `${account}/options.${name}`
}

/** The record a proxy is bound to: there is one of each name. */
export function proxyRecord(name: string): string {
  return `environment.${name}`
}

/** The record an account's own proxy is bound to. */
export function accountProxyRecord(account: string): string {
  return `${account}/proxy`
}

/** Whether an option's name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** Whether a proxy's URL, with or without its scheme, holds a user or a password. */
export function hasLogin(proxy: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i.test(proxy)
}

/** Every place of the data that holds, or stands for, a secret; values that are no text or empty are none. */
export function findSecrets(data: unknown, readId: (value: unknown) => string | undefined): SecretPlace[] {
  const accounts = valueAt(data, ['upstream_accounts'])
  const ofAccounts = Array.isArray(accounts)
    ? accounts.flatMap((account, index) => {
        const id = readId(valueAt(account, ['id']))
        return id === undefined ? [] : accountPlaces(account, ['upstream_accounts', index], id)
      })
    : []
  const ofProxies = ['http_proxy', 'https_proxy'].flatMap((name) => {
    const path = ['environment', name]
    return withLogin(placeOf(valueAt(data, path), path, proxyRecord(name)))
  })
  return [...ofAccounts, ...ofProxies]
}

function accountPlaces(account: unknown, path: DataPath, id: string): SecretPlace[] {
  const options = valueAt(account, ['options'])
  const names = isSection(options) ? Object.keys(options).filter(isSecretName) : []
  const key = placeOf(valueAt(account, ['api_key']), [...path, 'api_key'], id)
  const proxy = placeOf(valueAt(account, ['proxy']), [...path, 'proxy'], accountProxyRecord(id))
  return [
    ...withLogin(proxy),
    ...(key?.value === 'none' ? [] : some(key)),
    ...names.flatMap((name) =>
      some(placeOf(valueAt(options, [name]), [...path, 'options', name], optionRecord(id, name))),
    ),
  ]
}

function placeOf(value: unknown, path: DataPath, record: string): SecretPlace | undefined {
  return typeof value === 'string' && value !== '' ? { path, record, value, kind: kindOf(value) } : undefined
}

function kindOf(value: string): SecretPlace['kind'] {
  if (value.startsWith('enc:')) return 'encrypted'
  if (value.startsWith('file:')) return 'reference'
  // `$$` is a dollar sign, so what follows a pair of them may still be a reference.
  if (!value.replaceAll('$$', '').includes('${')) return 'clear'
  return /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::\?[^}]*)?\}$/.test(value) ? 'reference' : 'mixed'
}

/** A proxy without a login is no secret. */
function withLogin(proxy: SecretPlace | undefined): SecretPlace[] {
  return proxy?.kind === 'clear' && !hasLogin(proxy.value) ? [] : some(proxy)
}

function some(place: SecretPlace | undefined): SecretPlace[] {
  return place === undefined ? [] : [place]
}
