import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { CredentialError } from './error.ts'
import type { MasterKey } from './master-key.ts'
import { Secret } from './secret.ts'

const VERSION = 'v1'
const ALGORITHM = 'aes-256-gcm'
// NIST SP 800-38D: 96-bit nonces are GCM's own size. Random ones stay safe for 2^32 values under one key.
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * A secret as text that may lie in a file: `enc:v1:<key id>:<base64url of nonce, ciphertext, tag>`, AES-256-GCM.
 *
 * The version, the key id and `record` are authenticated with it, so the text cannot be moved to another record: a file
 * whose reader is trusted but whose writer is not cannot make one account send another's credential.
 *
 * @param record id of what the secret belongs to, such as an upstream account's
 * @param random source of the nonce; it must never repeat under one key. Default: `crypto.randomBytes`
 */
export function encryptSecret(
  value: string,
  key: MasterKey,
  record: string,
  random: (size: number) => Uint8Array = randomBytes,
): string {
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key.key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associatedData(key, record))
  const sealed = Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `enc:${VERSION}:${key.id}:${sealed.toString('base64url')}`
}

/**
 * What {@link encryptSecret} was given.
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
  if (keyId !== key.id) {
    throw new CredentialError(
      'WRONG_MASTER_KEY',
      `the secret of ${record} was encrypted with master key ${keyId.slice(0, 8)}, but the one in use is ${key.id}: restore that master key or enter the secret again`,
    )
  }
  return new Secret(open(payload, key, record))
}

function open(payload: string, key: MasterKey, record: string): string {
  const sealed = Buffer.from(payload, 'base64url')
  // Node ignores what is not base64url; only the canonical spelling may pass, so that no altered text is accepted.
  const canonical = sealed.toString('base64url') === payload
  if (!canonical || sealed.length < NONCE_BYTES + TAG_BYTES) throw corrupt(record)
  const decipher = createDecipheriv(ALGORITHM, key.key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(associatedData(key, record))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw corrupt(record, { cause })
  }
}

function associatedData(key: MasterKey, record: string): Buffer {
  // Neither the version nor the id can hold a "|", so no two different triples read the same.
  return Buffer.from(`${VERSION}|${key.id}|${record}`)
}

function corrupt(record: string, options?: ErrorOptions): CredentialError {
  return new CredentialError(
    'CORRUPT',
    `the encrypted secret of ${record} was altered, cut short or copied from another record: enter the secret again`,
    options,
  )
}
