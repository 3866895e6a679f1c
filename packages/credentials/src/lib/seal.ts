import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
// NIST SP 800-38D: 96-bit nonces are GCM's own size. Random ones stay safe for 2^32 values under one key.
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Where random bytes come from. */
export type Random = (size: number) => Uint8Array

/**
 * AES-256-GCM as base64url of nonce, ciphertext and tag.
 *
 * @param associated what is authenticated with it and must be given again to {@link unseal}
 * @param random source of the nonce; it must never repeat under one key
 */
export function seal(value: Uint8Array, key: KeyObject, associated: string, random: Random = randomBytes): string {
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(associated))
  return Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** What {@link seal} was given; undefined for anything altered, cut short, or sealed with other associated data or another key. */
export function unseal(text: string, key: KeyObject, associated: string): Buffer | undefined {
  const sealed = Buffer.from(text, 'base64url')
  // Node ignores what is not base64url; only the canonical spelling may pass, so that no altered text is accepted.
  if (sealed.toString('base64url') !== text || sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(associated))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}
