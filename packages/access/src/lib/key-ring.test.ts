import { describe, expect, it } from 'vitest'
import { type GatewayKey, hashKey, mintGatewayKey } from './gateway-key.ts'
import { KeyRing } from './key-ring.ts'

interface RoutedKey extends GatewayKey {
  readonly modelRoutes?: readonly string[]
}

const MINTED = mintGatewayKey()
// As the older program made and stored them.
const LEGACY = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const NOW = 1_750_000_000_000

function keyOf(raw: string, overrides: Partial<RoutedKey> = {}): RoutedKey {
  const keyHash = hashKey(raw)
  return {
    id: `gw_${keyHash.slice(0, 16)}`,
    name: 'test',
    keyHash,
    permissions: ['write'],
    status: 'active',
    ...overrides,
  }
}

function ringOf(...keys: RoutedKey[]): KeyRing<RoutedKey> {
  return new KeyRing(keys, { now: () => NOW })
}

describe('KeyRing.authenticate', () => {
  it('knows a minted key, and gives back all the caller keeps with it', () => {
    const key = keyOf(MINTED.key, { modelRoutes: ['claude-*'] })
    const authentication = ringOf(keyOf('someone-else'), key).authenticate(MINTED.key)
    expect(authentication).toEqual({ ok: true, key })
    expect(authentication.ok && authentication.key.modelRoutes).toEqual(['claude-*'])
  })

  it('knows a key of the older program, whatever the case its hash is written in', () => {
    expect(ringOf(keyOf(LEGACY)).authenticate(LEGACY).ok).toBe(true)
    expect(ringOf(keyOf(LEGACY, { keyHash: hashKey(LEGACY).toUpperCase() })).authenticate(LEGACY).ok).toBe(true)
  })

  const truncated = MINTED.key.slice(0, -1)
  it.each([
    ['nothing', undefined, 'missing'],
    ['an empty text', '', 'missing'],
    ['a wrong key', 'sk-wrong', 'unknown'],
    ['another minted key', mintGatewayKey().key, 'unknown'],
    ['the hash in place of the key', MINTED.keyHash, 'unknown'],
    ['the word null', 'null', 'unknown'],
    ['the word undefined', 'undefined', 'unknown'],
    ['a name of an object member', '__proto__', 'unknown'],
    ['SQL', "'OR'1'='1", 'unknown'],
    ['a minted key cut short', truncated, 'malformed'],
    ['a minted key mistyped', `${truncated}${MINTED.key.endsWith('0') ? '1' : '0'}`, 'malformed'],
    ['two keys joined', `${MINTED.key}, ${MINTED.key}`, 'malformed'],
    ['a key and a NUL', `${MINTED.key}\0`, 'malformed'],
    ['a key and a line end', `${MINTED.key}\n`, 'malformed'],
    ['letters beyond ASCII', 'clé', 'malformed'],
    ['64 KB', 'x'.repeat(65_536), 'malformed'],
    ['a byte over 4 KB', 'x'.repeat(4097), 'malformed'],
    ['4 KB', 'x'.repeat(4096), 'unknown'],
  ])('refuses %s with one and the same message', (_what, credential, reason) => {
    expect(ringOf(keyOf(MINTED.key)).authenticate(credential)).toEqual({
      ok: false,
      reason,
      message: 'a valid gateway key is required: send it as "Authorization: Bearer KEY" or as "x-api-key: KEY"',
    })
  })

  it('refuses a disabled key, and says so to its holder', () => {
    expect(ringOf(keyOf(LEGACY, { status: 'disabled', expiresAt: 0 })).authenticate(LEGACY)).toMatchObject({
      reason: 'disabled',
      message: 'this gateway key is disabled: ask the administrator to enable it',
    })
  })

  it('refuses a key from the moment it expires', () => {
    const authenticate = (expiresAt: number): unknown => ringOf(keyOf(LEGACY, { expiresAt })).authenticate(LEGACY)
    expect(authenticate(NOW + 1)).toMatchObject({ ok: true })
    expect(authenticate(NOW)).toMatchObject({ ok: false, reason: 'expired' })
  })

  it('finds each of a thousand keys', () => {
    const raws = Array.from({ length: 1000 }, (_, index) => `raw-key-${index}`)
    const ring = ringOf(...raws.map((raw) => keyOf(raw)))
    const found = raws
      .map((raw) => ring.authenticate(raw))
      .map((found) => (found.ok ? found.key.keyHash : found.reason))
    expect(found).toEqual(raws.map(hashKey))
  })
})

describe('KeyRing.update', () => {
  it('replaces all keys at once', () => {
    const ring = ringOf(keyOf('old'))
    ring.update([keyOf('new')])
    expect(ring.authenticate('old')).toMatchObject({ reason: 'unknown' })
    expect(ring.authenticate('new')).toMatchObject({ ok: true })
  })

  it.each([
    [
      'two keys with one hash',
      [keyOf('a', { id: 'gw_1' }), keyOf('a', { id: 'gw_2' })],
      'gateway keys gw_1 and gw_2 are the same key',
    ],
    [
      'two keys with one id',
      [keyOf('a', { id: 'gw_1' }), keyOf('b', { id: 'gw_1' })],
      'two gateway keys have the id gw_1',
    ],
    [
      'a hash that is none',
      [keyOf('a', { id: 'gw_1', keyHash: 'a'.repeat(63) })],
      'the key hash of gateway key gw_1 must be',
    ],
  ])('refuses %s and keeps what it had', (_flaw, keys, message) => {
    const ring = ringOf(keyOf('old'))
    expect(() => {
      ring.update(keys)
    }).toThrow(message)
    expect(ring.authenticate('old')).toMatchObject({ ok: true })
    expect(ring.list()).toHaveLength(1)
    expect(() => new KeyRing(keys)).toThrow(RangeError)
  })
})

describe('KeyRing.get and list', () => {
  it('give the keys by id and in order', () => {
    const keys = [keyOf('b'), keyOf('a', { status: 'disabled' })]
    const ring = ringOf(...keys)
    expect(ring.list()).toEqual(keys)
    expect(keys.map((key) => ring.get(key.id))).toEqual(keys)
    expect(ring.get('gw_none')).toBeUndefined()
  })
})
