import type { z } from 'zod'
import { isSection, valueAt } from './data.ts'
import { type Secrecy, secrecies } from './fields.ts'
import type { DataPath } from './issue.ts'
import { fileSchema } from './sections.ts'

/** A value of the file that is a secret, or text that stands for one. */
export interface SecretPlace {
  readonly path: DataPath
  /** What its ciphertext is bound to: see {@link secretRecord}. */
  readonly record: string
  /** The secret where it is clear, otherwise as it stands in the file. */
  readonly value: string
  /** `clear` is the secret itself; `mixed` is text around a reference, or a reference with a default. */
  readonly kind: 'clear' | 'mixed' | 'encrypted' | 'reference'
  /** Why it is one: `login` is a proxy's URL, of which only the user and password are secret. */
  readonly secrecy: Secrecy
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

/**
 * The record a secret of an OAuth profile is bound to.
 *
 * @param key `client_secret`, or `token_params.NAME`
 */
export function profileRecord(profile: string, key: string): string {
  return `oauth_profiles.${profile}.${key}`
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
  return secretValues(fileSchema, data, []).flatMap(({ path, value, secrecy }) => {
    const record = secretRecord(path, data, readId)
    if (record === undefined || typeof value !== 'string' || value === '') return []
    const kind = kindOf(value)
    // Some servers want no key, and a proxy without a login is no secret.
    if (kind === 'clear' && (secrecy === 'login' ? !hasLogin(value) : value === 'none')) return []
    return [{ path, record, value, kind, secrecy }]
  })
}

/**
 * What a ciphertext is bound to. An account's secrets go by its id, since its position in the list changes: its key by the id
 * alone. Everywhere else it is the path.
 */
function secretRecord(
  path: DataPath,
  data: unknown,
  readId: (value: unknown) => string | undefined,
): string | undefined {
  const [section, index, ...rest] = path
  if (section !== 'upstream_accounts' || index === undefined) return path.join('.')
  const id = readId(valueAt(data, [section, index, 'id']))
  if (id === undefined) return undefined
  return rest.join('.') === 'api_key' ? id : `${id}/${rest.join('.')}`
}

interface Found {
  readonly path: DataPath
  readonly value: unknown
  readonly secrecy: Secrecy
}

/** What of the data stands where the schema says that there is a secret, in the schema's order. */
function secretValues(schema: z.core.$ZodType, data: unknown, path: DataPath): Found[] {
  const secrecy = secrecies.get(schema)?.secrecy
  if (secrecy === 'by-name') return namedSecrets(data, path)
  if (secrecy !== undefined) return data === undefined ? [] : [{ path, value: data, secrecy }]
  const below = (inner: z.core.$ZodType, key: string | number): Found[] =>
    secretValues(inner, valueAt(data, [key]), [...path, key])
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'object':
      return isSection(data) ? Object.entries(def.shape).flatMap(([key, inner]) => below(inner, key)) : []
    case 'array':
      return Array.isArray(data) ? data.flatMap((_, index) => below(def.element, index)) : []
    case 'record':
      return isSection(data) ? Object.keys(data).flatMap((key) => below(def.valueType, key)) : []
    case 'union':
      return def.options.flatMap((option) => secretValues(option, data, path))
    case 'pipe':
      return secretValues(def.in, data, path)
    case 'optional':
    case 'prefault':
      return secretValues(def.innerType, data, path)
    default:
      return []
  }
}

function namedSecrets(data: unknown, path: DataPath): Found[] {
  if (!isSection(data)) return []
  return Object.entries(data).flatMap(([name, value]): Found[] =>
    isSecretName(name) ? [{ path: [...path, name], value, secrecy: 'by-name' }] : [],
  )
}

function kindOf(value: string): SecretPlace['kind'] {
  if (value.startsWith('enc:')) return 'encrypted'
  if (value.startsWith('file:')) return 'reference'
  // `$$` is a dollar sign, so what follows a pair of them may still be a reference.
  if (!value.replaceAll('$$', '').includes('${')) return 'clear'
  return /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::\?[^}]*)?\}$/.test(value) ? 'reference' : 'mixed'
}
