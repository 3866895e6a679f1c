export { KeychainError, type KeychainErrorCode } from './lib/error.ts'
export { type Keychain, type KeychainOptions, openKeychain } from './lib/keychain.ts'
