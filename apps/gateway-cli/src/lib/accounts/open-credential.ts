import type { AccountConfig } from '@llm-gateway/config'
import { CredentialError, type KeychainPort, openMasterKey, resolveSecret, type Secret } from '@llm-gateway/credentials'
import type { Loaded } from '../config-file/config-store.ts'
import { writtenReference } from './account-view.ts'

export type OpenedCredential =
  | { readonly ok: true; readonly secret: Secret | undefined }
  | { readonly ok: false; readonly problem: string }

export interface OpenCredentialOptions {
  readonly home: string
  readonly baseDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly keychain: KeychainPort
  readonly warn: (message: string) => void
}

/** An account's credential as this process can have it, or why it cannot. */
export async function openCredential(
  account: AccountConfig,
  loaded: Loaded,
  { home, baseDir, env, keychain, warn }: OpenCredentialOptions,
): Promise<OpenedCredential> {
  const reference = account.apiKey
  if (reference === undefined) return { ok: true, secret: undefined }
  const missing = writtenReference(account, loaded)
    ?.split(', ')
    .find((name) => loaded.unset.has(name))
  if (missing !== undefined) return { ok: false, problem: `${missing} is not set here` }
  try {
    const masterKey = (): ReturnType<typeof openMasterKey> =>
      openMasterKey({ home, env, keychain, create: false, warn })
    return { ok: true, secret: await resolveSecret(reference, { record: account.id, masterKey, baseDir }) }
  } catch (cause) {
    if (CredentialError.is(cause)) return { ok: false, problem: cause.message }
    throw cause
  }
}
