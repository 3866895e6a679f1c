import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigEditor } from '@llm-gateway/config'
import { keyIdOf, type MasterKey, type OpenMasterKeyOptions, openMasterKey } from '@llm-gateway/credentials'
import { CliError } from '../command-line/error.ts'

export interface EncryptionKeyOptions extends Omit<OpenMasterKeyOptions, 'create'> {
  /** Told of a key that was made. */
  readonly note: (text: string) => void
}

/**
 * The master key to encrypt by for a configuration file. It is made where there is none, but not beside a key that the server has
 * and this process has not: what the file holds already must open.
 *
 * @param text the file as it stands
 * @throws CliError `REFUSED` when nothing of the file's ciphertext is this key's; CredentialError when the key cannot be had
 */
export async function encryptionKey(text: string, options: EncryptionKeyOptions): Promise<MasterKey> {
  const ids = new ConfigEditor(text, options.env).secrets().flatMap(({ value }) => keyIdOf(value) ?? [])
  const file = join(options.home, 'master.key')
  const before = existsSync(file)
  const key = await openMasterKey({ ...options, create: ids.length === 0 })
  const known = [key, ...(key.others ?? [])].map(({ id }) => id)
  if (ids.length > 0 && !ids.some((id) => known.includes(id))) {
    throw new CliError(
      'REFUSED',
      `what the file holds encrypted is of master key ${[...new Set(ids)].join(', ')}, but the one here is ${key.id}: what it encrypts the server could not open`,
      { hint: 'run this with the LLM_GATEWAY_MASTER_KEY and the --home that the server has' },
    )
  }
  if (!before && existsSync(file)) {
    options.note(`Made the master key ${file}: it opens what is encrypted here, so keep a copy of it.`)
  }
  return key
}
