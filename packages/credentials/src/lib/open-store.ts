import { join } from 'node:path'
import { EncryptedFileStore } from './encrypted-file-store.ts'
import { type OpenMasterKeyOptions, openMasterKey } from './master-key.ts'

/**
 * The credential store of a gateway's home directory: `<home>/credentials.json`, under the master key of `openMasterKey`. Server
 * and commands share it.
 */
export function openCredentialStore(options: Omit<OpenMasterKeyOptions, 'create'>): EncryptedFileStore {
  const { home, warn, random } = options
  return new EncryptedFileStore({
    file: join(home, 'credentials.json'),
    masterKey: (create) => openMasterKey({ ...options, create }),
    ...(warn && { warn }),
    ...(random && { random }),
  })
}
