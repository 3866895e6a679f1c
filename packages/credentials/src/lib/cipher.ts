import { CredentialError } from './error.ts'
import type { MasterKey } from './master-key.ts'
import { type Random, seal, unseal } from './seal.ts'
import { Secret } from './secret.ts'

const VERSION = 'v1'

/**
 * A secret as text that may lie in a file: `enc:v1:<key id>:<base64url of nonce, ciphertext, tag>`, AES-256-GCM.
 *
 * The version, the key id and `record` are authenticated with it, so the text cannot be moved to another record: a file
 * whose reader is trusted but whose writer is not cannot make one account send another's credential.
 *
 * @param record id of what the secret belongs to, such as an upstream account's
 * @param random source of the nonce; it must never repeat under one key. Default: `crypto.randomBytes`
 */
export function encryptSecret(value: string, key: MasterKey, record: string, random?: Random): string {
  return `enc:${VERSION}:${key.id}:${seal(Buffer.from(value, 'utf8'), key.key, associatedData(key, record), random)}`
}

/**
 * What {@link encryptSecret} was given. During a rotation of the master key its other keys open what they encrypted.
 *
 * @throws CredentialError `UNKNOWN_SCHEME`, `WRONG_MASTER_KEY`, or `CORRUPT` for anything altered, truncated or moved
 */
export function decryptSecret(text: string, key: MasterKey, record: string): Secret {
  const [scheme, version, keyId, payload, ...rest] = text.split(':')
  if (scheme !== 'enc' || version !== VERSION) {
    throw new CredentialError(
      'UNKNOWN_SCHEME',
      `the secret of ${record} is not encrypted as enc:${VERSION}, the only scheme known here: update the gateway or enter the secret again`,
    )
  }
  if (!keyId || payload === undefined || rest.length > 0) throw corrupt(record)
  const made = keyOf(key, keyId)
  if (made === undefined) {
    throw new CredentialError(
      'WRONG_MASTER_KEY',
      `the secret of ${record} was encrypted with master key ${keyId.slice(0, 8)}, but the one in use is ${key.id}: restore that master key or enter the secret again`,
    )
  }
  const value = unseal(payload, made.key, associatedData(made, record))
  if (value === undefined) throw corrupt(record)
  return new Secret(value.toString('utf8'))
}

/** Which master key a text of {@link encryptSecret} was made with; undefined for any other text. */
export function keyIdOf(text: string): string | undefined {
  const [scheme, version, keyId] = text.split(':')
  return scheme === 'enc' && version === VERSION ? keyId : undefined
}

/** The one of a master key and its others that has the id. */
export function keyOf(key: MasterKey, id: string): MasterKey | undefined {
  return key.id === id ? key : key.others?.find((other) => other.id === id)
}

function associatedData(key: MasterKey, record: string): string {
  // Neither the version nor the id can hold a "|", so no two different triples read the same.
  return `${VERSION}|${key.id}|${record}`
}

function corrupt(record: string): CredentialError {
  return new CredentialError(
    'CORRUPT',
    `the encrypted secret of ${record} was altered, cut short or copied from another record: enter the secret again`,
  )
}
