export { decryptSecret, encryptSecret } from './lib/cipher.ts'
export { CredentialError, type CredentialErrorCode } from './lib/error.ts'
export {
  importMasterKey,
  MASTER_KEY_VARIABLE,
  type MasterKey,
  type OpenMasterKeyOptions,
  openMasterKey,
} from './lib/master-key.ts'
export { Redactor } from './lib/redactor.ts'
export { isReference, type ReferenceKind, type ResolveSecretOptions, resolveSecret } from './lib/reference.ts'
export { Secret } from './lib/secret.ts'
