import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigEditor } from '@llm-gateway/config'
import {
  CredentialError,
  keyIdOf,
  MASTER_KEY_VARIABLE,
  type MasterKey,
  type OpenMasterKeyOptions,
  openCredentialStore,
  openMasterKey,
} from '@llm-gateway/credentials'
import { CliError } from '../command-line/error.ts'

export type EncryptionKeyOptions = Omit<OpenMasterKeyOptions, 'create'>

/**
 * The master key to encrypt by for a configuration file. It is made where nothing is encrypted yet, but not in place of a key that
 * is lost, or that the server has and this process has not: what the file and the credential store hold already must open.
 *
 * @param text the file as it stands
 * @throws CliError `REFUSED` when nothing of the ciphertext is this key's, or the key of it is not here; CredentialError when the key cannot be had
 */
export async function encryptionKey(text: string, options: EncryptionKeyOptions): Promise<MasterKey> {
  const ids = [...encryptedBy(text, options.env), ...(await storedBy(options))]
  const key = await openMasterKey({ ...options, create: ids.length === 0 }).catch((cause: unknown) => {
    throw CredentialError.is(cause) && cause.code === 'MASTER_KEY_MISSING' ? lost(ids, cause) : cause
  })
  const known = [key, ...(key.others ?? [])].map(({ id }) => id)
  if (ids.length > 0 && !ids.some((id) => known.includes(id))) {
    throw new CliError(
      'REFUSED',
      `what is encrypted already is of master key ${list(ids)}, but the one here is ${key.id}: what it encrypts the server could not open`,
      { hint: 'run this with the LLM_GATEWAY_MASTER_KEY and the --home that the server has' },
    )
  }
  return key
}

/** The ids of the master keys that what a configuration file holds needs. */
export function encryptedBy(text: string, env: Readonly<Record<string, string | undefined>>): string[] {
  return new ConfigEditor(text, env).secrets().flatMap(({ value }) => keyIdOf(value) ?? [])
}

/** The id of the master key that the records of the credential store need. */
async function storedBy(options: EncryptionKeyOptions): Promise<string[]> {
  try {
    const id = await openCredentialStore(options).masterKeyId()
    return id === undefined ? [] : [id]
  } catch (cause) {
    // A store that is damaged is no reason to do without the key there is, but one to make none.
    const present = options.env[MASTER_KEY_VARIABLE] !== undefined || existsSync(join(options.home, 'master.key'))
    if (present && CredentialError.is(cause)) return []
    throw cause
  }
}

function lost(ids: readonly string[], cause: CredentialError): CliError {
  return new CliError('FAILED', `${cause.message} (${list(ids)})`, {
    hint: 'if it is lost for good: take the enc:v1: values out of the file, move credentials.json away, run this again, and log in anew',
    cause,
  })
}

function list(ids: readonly string[]): string {
  return [...new Set(ids)].join(', ')
}
