export { decryptSecret, encryptSecret, keyIdOf } from './lib/cipher.ts'
export { openDerivedKey } from './lib/derived-key.ts'
export { type EncryptedFileOptions, EncryptedFileStore } from './lib/encrypted-file-store.ts'
export { CredentialError, type CredentialErrorCode } from './lib/error.ts'
export type { KeychainPort, KeychainStorePort } from './lib/keychain-port.ts'
export { KeychainCredentialStore, type KeychainStoreOptions } from './lib/keychain-store.ts'
export {
  importMasterKey,
  MASTER_KEY_VARIABLE,
  type MasterKey,
  type OpenMasterKeyOptions,
  openMasterKey,
} from './lib/master-key.ts'
export {
  keychainNameFault,
  type Rotated,
  type RotateMasterKeyOptions,
  rotateMasterKey,
} from './lib/master-key-rotation.ts'
export { MemoryCredentialStore } from './lib/memory-store.ts'
export { type OpenStoreOptions, openCredentialStore } from './lib/open-store.ts'
export { Redactor } from './lib/redactor.ts'
export { isReference, type ReferenceKind, type ResolveSecretOptions, resolveSecret } from './lib/reference.ts'
export { ReferenceCredentialStore, type ReferenceStoreOptions } from './lib/reference-store.ts'
export { Secret } from './lib/secret.ts'
export type {
  CredentialStore,
  HeldLock,
  LockOptions,
  RecordPath,
  RemoveCondition,
  RemoveResult,
  StoredSecret,
  WriteCondition,
  WriteResult,
} from './lib/store.ts'
export { STALE_LOCK_MS } from './lib/store.ts'
