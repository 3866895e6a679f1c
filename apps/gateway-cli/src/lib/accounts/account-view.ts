import type { AccountConfig } from '@llm-gateway/config'
import { isReference } from '@llm-gateway/credentials'
import type { Loaded } from '../config-file/config-store.ts'
import { withoutLogin } from '../config-file/environment.ts'
import { hiddenOptions } from '../config-file/hide.ts'
import { isoTime } from '../terminal/time.ts'

/** Where an account's credential is: `clear` is the key itself in the file, `login` the credential store, `client` each client. */
export type CredentialSource = 'environment' | 'file' | 'encrypted' | 'clear' | 'login' | 'client' | 'none'

/** An upstream account as JSON output tells it: never its credential. */
export interface AccountJson {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly provider: string
  readonly status: string
  readonly credential: CredentialSource
  readonly baseUrl?: string
  /** Without its user and password. */
  readonly proxy?: string
  readonly models?: readonly string[]
  readonly dialects?: readonly string[]
  readonly priority?: number
  readonly weight?: number
  readonly options?: Readonly<Record<string, unknown>>
  /** ISO 8601. */
  readonly createdAt?: string
}

export function accountJson(account: AccountConfig, loaded: Loaded): AccountJson {
  const { apiKey: _apiKey, legacyTokens: _tokens, createdAt, options, proxy, ...rest } = account
  return {
    ...rest,
    ...(proxy !== undefined && { proxy: withoutLogin(proxy) }),
    ...(options && { options: hiddenOptions(options) }),
    credential: credentialSource(account, loaded),
    ...(createdAt !== undefined && { createdAt: isoTime(createdAt) }),
  }
}

export function credentialSource(account: AccountConfig, loaded: Loaded): CredentialSource {
  if (account.type === 'oauth') return 'login'
  if (account.type === 'passthrough') return 'client'
  if (account.apiKey === undefined) return 'none'
  if (writtenReference(account, loaded) !== undefined) return 'environment'
  const kind = isReference(account.apiKey)
  return kind === 'literal' ? 'clear' : kind
}

/** The names of the variables an account's credential is read from; undefined when it is read from none. */
export function writtenReference(account: AccountConfig, loaded: Loaded): string | undefined {
  const index = loaded.config.accounts.indexOf(account)
  const written = loaded.raw(['upstream_accounts', index, 'api_key'])
  if (typeof written !== 'string') return undefined
  const names = Array.from(written.matchAll(/(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)/g), ([, name = '']) => name)
  return names.length === 0 ? undefined : names.join(', ')
}
