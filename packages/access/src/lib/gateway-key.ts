import { hash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Budget } from './budgets.ts'
import type { RateLimit } from './key-limits.ts'
import type { Permission } from './permission.ts'

const PREFIX = 'llmgw_'
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const KEY_BYTES = 32
// The digits it takes to write 256 bits, and 32 bits, to the base of 62.
const BODY_DIGITS = 43
const CHECKSUM_DIGITS = 6
const ID_BYTES = 8

/** What a client authenticates to the gateway with, as the gateway knows it: by its hash. Callers extend it freely. */
export interface GatewayKey {
  /** `gw_` and 16 hex digits, or any other unique text. Not secret. */
  readonly id: string
  readonly name: string
  /** SHA-256 of the raw key as 64 hex digits: what {@link hashKey} returns. */
  readonly keyHash: string
  readonly permissions: readonly Permission[]
  readonly status: 'active' | 'disabled'
  /** Milliseconds since 1970, from which on the key is refused. Default: never. */
  readonly expiresAt?: number
  /** Models the key may call. Default: all. Enforced by whoever resolves the model. */
  readonly models?: readonly string[]
  readonly rateLimit?: RateLimit
  readonly budget?: Budget
}

/** A newly made gateway key. `key` is shown once and kept nowhere. */
export interface MintedKey {
  readonly key: string
  readonly keyHash: string
  readonly id: string
}

/**
 * A new gateway key: `llmgw_`, 256 random bits in 43 base-62 digits, and the CRC-32 of all before it in 6 more.
 * The prefix and the checksum let leak scanners find such keys and tell real ones from look-alikes without asking anyone:
 * `llmgw_[0-9A-Za-z]{49}`. There is no character that ends a word, so a double click selects the whole key.
 *
 * @param random source of the bytes. Default: `crypto.randomBytes`
 */
export function mintGatewayKey(random: (size: number) => Uint8Array = randomBytes): MintedKey {
  const body = PREFIX + base62(BigInt(`0x${hex(random(KEY_BYTES))}`), BODY_DIGITS)
  const key = body + checksumOf(body)
  return { key, keyHash: hashKey(key), id: `gw_${hex(random(ID_BYTES))}` }
}

/**
 * SHA-256 of a raw key as 64 hex digits, the only form in which keys are kept. Unsalted and fast on purpose: a key is 256 random
 * bits, which no dictionary holds, and it is hashed on every request. Keys of the older program (64 hex digits without a
 * prefix) were hashed the same way.
 */
export function hashKey(raw: string): string {
  return hash('sha256', raw, 'hex')
}

/** Whether a text that starts like a key of {@link mintGatewayKey} cannot be one: it was mistyped or cut short. */
export function isMistyped(raw: string): boolean {
  if (!raw.startsWith(PREFIX)) return false
  const body = raw.slice(0, PREFIX.length + BODY_DIGITS)
  return raw !== body + checksumOf(body)
}

function checksumOf(text: string): string {
  return base62(BigInt(crc32(text)), CHECKSUM_DIGITS)
}

function base62(value: bigint, length: number): string {
  let digits = ''
  for (let rest = value; digits.length < length; rest /= 62n) digits = DIGITS.charAt(Number(rest % 62n)) + digits
  return digits
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
