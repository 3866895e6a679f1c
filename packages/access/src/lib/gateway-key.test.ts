import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashKey, isMistyped, mintGatewayKey } from './gateway-key.ts'

describe('mintGatewayKey', () => {
  it('writes the documented format', () => {
    const counting = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, index) => index)
    // Computed apart from this code, with Python's int, zlib.crc32 and hashlib.
    expect(mintGatewayKey(counting)).toEqual({
      key: 'llmgw_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf3AuSkU',
      keyHash: '29a300c4057f12e5ae27a621f5e97083160ed01ea20c5103469b491c678fbc39',
      id: 'gw_0001020304050607',
    })
  })

  it.each([0, 255])('has one length, also for bytes that are all %i', (byte) => {
    const { key } = mintGatewayKey((size) => new Uint8Array(size).fill(byte))
    expect(key).toMatch(/^llmgw_[0-9A-Za-z]{49}$/)
    expect(isMistyped(key)).toBe(false)
  })

  it('makes another key, id and hash each time', () => {
    const minted = Array.from({ length: 20 }, () => mintGatewayKey())
    expect(new Set(minted.flatMap(({ key, keyHash, id }) => [key, keyHash, id])).size).toBe(60)
    expect(minted.filter(({ key, keyHash }) => hashKey(key) !== keyHash)).toEqual([])
  })
})

describe('hashKey', () => {
  it('is the SHA-256 the older program stored', () => {
    // printf %s 00…00 (64 digits) | sha256sum
    expect(hashKey('0'.repeat(64))).toBe('60e05bd1b195af2f94112fa7197a5c88289058840ce7c6df9693756bc6250f55')
  })
})

describe('isMistyped', () => {
  const { key } = mintGatewayKey()

  it('notices every single change to a key', () => {
    const other = fc.constantFrom(...'0123456789ABCabc-_')
    fc.assert(
      fc.property(fc.integer({ min: 6, max: key.length - 1 }), other, (at, character) => {
        const changed = key.slice(0, at) + character + key.slice(at + 1)
        expect(isMistyped(changed)).toBe(changed !== key)
      }),
    )
  })

  it('notices a key cut short or run on', () => {
    for (let length = 6; length < key.length; length += 1) expect(isMistyped(key.slice(0, length))).toBe(true)
    expect(isMistyped(`${key}0`)).toBe(true)
  })

  it('has no opinion on keys of another make', () => {
    expect(isMistyped('0'.repeat(64))).toBe(false)
    expect(isMistyped('sk-something')).toBe(false)
  })
})
