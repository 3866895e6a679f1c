import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decryptSecret, encryptSecret } from './cipher.ts'
import { CredentialError } from './error.ts'
import { importMasterKey } from './master-key.ts'

const key = importMasterKey(Uint8Array.from({ length: 32 }, (_, index) => index))
const otherKey = importMasterKey(new Uint8Array(32).fill(7))
const RECORD = 'upstream_0011223344556677'
const nonce = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, index) => 0xa0 + index)

function codeOf(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return CredentialError.is(error) ? error.code : `not a CredentialError: ${String(error)}`
  }
}

describe('encryptSecret and decryptSecret', () => {
  // Computed apart from this code, with Python's `cryptography`: AESGCM(bytes(range(32))).encrypt(nonce, value, aad).
  const VECTOR = 'enc:v1:6ff2bcaa:oKGio6SlpqeoqaqrlXNRWSC4dpIUAOSnaAjMVDz4kggmJrNHp64D5r-O'

  it('writes the documented format, bit for bit', () => {
    expect(encryptSecret('sk-test-vector', key, RECORD, nonce)).toBe(VECTOR)
    expect(decryptSecret(VECTOR, key, RECORD).reveal()).toBe('sk-test-vector')
  })

  it('gives back any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string(), (value, record) => {
        expect(decryptSecret(encryptSecret(value, key, record), key, record).reveal()).toBe(value)
      }),
    )
  })

  it('never writes the same text twice', () => {
    const texts = new Set(Array.from({ length: 50 }, () => encryptSecret('same', key, RECORD)))
    expect(texts.size).toBe(50)
  })

  it('refuses a text in which any single bit of the payload was changed', () => {
    const [head, payload] = [VECTOR.slice(0, VECTOR.lastIndexOf(':') + 1), VECTOR.slice(VECTOR.lastIndexOf(':') + 1)]
    const bytes = Buffer.from(payload, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const tampered = Buffer.from(bytes)
      tampered[bit >> 3] = (tampered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(codeOf(() => decryptSecret(head + tampered.toString('base64url'), key, RECORD))).toBe('CORRUPT')
    }
  })

  it('refuses a text in which any single character was changed, dropped or doubled', () => {
    const tampered = [...VECTOR].flatMap((here, at) => {
      // The alphabet's neighbour differs in the lowest bit, which the last character of base64 may not carry.
      const neighbour = String.fromCharCode(here.charCodeAt(0) ^ 1)
      const changes = [here === 'A' ? 'B' : 'A', neighbour, '=', ' ', '', here + here]
      return changes.map((changed) => VECTOR.slice(0, at) + changed + VECTOR.slice(at + 1))
    })
    expect(tampered.filter((text) => codeOf(() => decryptSecret(text, key, RECORD)) === undefined)).toEqual([])
  })

  it('refuses every truncation', () => {
    const truncated = [...VECTOR].map((_, length) => VECTOR.slice(0, length))
    expect(truncated.filter((text) => codeOf(() => decryptSecret(text, key, RECORD)) === undefined)).toEqual([])
  })

  it('is bound to its record', () => {
    expect(codeOf(() => decryptSecret(VECTOR, key, 'upstream_of_someone_else'))).toBe('CORRUPT')
  })

  it('tells a wrong key from a damaged text, and names both keys', () => {
    const attempt = (): unknown => decryptSecret(VECTOR, otherKey, RECORD)
    expect(codeOf(attempt)).toBe('WRONG_MASTER_KEY')
    expect(attempt).toThrow(new RegExp(`${RECORD}.*${key.id}.*${otherKey.id}`))
  })

  it('is not fooled by a key id rewritten to fit', () => {
    expect(codeOf(() => decryptSecret(VECTOR.replace(key.id, otherKey.id), otherKey, RECORD))).toBe('CORRUPT')
  })

  it.each(['enc:v2:00000000:AAAA', 'sk-plain', '', 'ENC:v1:00000000:AAAA', 'enc:'])(
    'does not know the scheme of %j',
    (text) => {
      expect(codeOf(() => decryptSecret(text, key, RECORD))).toBe('UNKNOWN_SCHEME')
    },
  )

  it('never tells the secret or the ciphertext in a message', () => {
    const damaged = `${VECTOR.slice(0, -1)}A`
    expect(() => decryptSecret(damaged, key, RECORD)).toThrow(
      `the encrypted secret of ${RECORD} was altered, cut short or copied from another record: enter the secret again`,
    )
  })
})
