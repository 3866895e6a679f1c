import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hmacSha256, sha256 } from './sha256.ts'

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff)
}

describe('SHA-256 is that of the platform', () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70_000])('%i bytes', (length) => {
    const message = bytes(length)
    expect(Buffer.from(sha256(message)).toString('hex')).toBe(createHash('sha256').update(message).digest('hex'))
  })

  it.each([0, 1, 32, 64, 65, 200])('HMAC with a key of %i bytes', (length) => {
    const message = bytes(300)
    const key = bytes(length)
    expect(Buffer.from(hmacSha256(key, message)).toString('hex')).toBe(
      createHmac('sha256', key).update(message).digest('hex'),
    )
  })
})
