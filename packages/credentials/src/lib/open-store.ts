import { join } from 'node:path'
import { EncryptedFileStore } from './encrypted-file-store.ts'
import { type OpenMasterKeyOptions, openMasterKey } from './master-key.ts'

/** Which home's store is opened, and where its master key comes from. */
export interface OpenStoreOptions extends Omit<OpenMasterKeyOptions, 'create'> {
  /**
   * Ids of the master keys that ciphertext outside of the store needs. While there is any, no key is made for the store's first
   * record: it would only hide that theirs has been lost. Default: none.
   */
  readonly elsewhere?: () => readonly string[]
}

/**
 * The credential store of a gateway's home directory: `<home>/credentials.json`, under the master key of `openMasterKey`. Server
 * and commands share it.
 */
export function openCredentialStore(options: OpenStoreOptions): EncryptedFileStore {
  const { home, warn, random, elsewhere } = options
  return new EncryptedFileStore({
    file: join(home, 'credentials.json'),
    masterKey: (create) => openMasterKey({ ...options, create: create && (elsewhere?.() ?? []).length === 0 }),
    ...(warn && { warn }),
    ...(random && { random }),
  })
}
