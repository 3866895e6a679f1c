import { timingSafeEqual } from 'node:crypto'
import { type GatewayKey, hashKey, isMistyped } from './gateway-key.ts'

// Longer than any key, including tokens of other systems pasted by mistake; beyond it hashing would be work done for an attacker.
const LONGEST_CREDENTIAL = 4096
const HASH_BYTES = 32

// One text for all three, so that a guess learns nothing; it does not repeat what was sent.
const NOT_AUTHENTICATED =
  'a valid gateway key is required: send it as "Authorization: Bearer KEY" or as "x-api-key: KEY"'

/** Why a credential was refused. The first three share one message; the last two are told only to who has the key. */
export type Refusal = 'missing' | 'malformed' | 'unknown' | 'disabled' | 'expired'

/** What {@link KeyRing.authenticate} found. `message` may be shown to the client. */
export type Authentication<K extends GatewayKey = GatewayKey> =
  | { readonly ok: true; readonly key: K }
  | { readonly ok: false; readonly reason: Refusal; readonly message: string }

/** The clock that keys expire by. */
export interface KeyRingOptions {
  /** Milliseconds since 1970, for expiry. Default: `Date.now`. */
  now?: () => number
}

interface Entry<K> {
  readonly key: K
  readonly hash: Buffer
}

/**
 * The gateway keys there are, found by the SHA-256 of what a client sent. The hash is what is looked up, so the time taken
 * depends on nothing a client could steer towards a valid key; the match is then confirmed in constant time.
 *
 * @example
 * const ring = new KeyRing(config.keys)
 * const authentication = ring.authenticate(credentialFrom(request.headers))
 * if (!authentication.ok) return refuse(401, authentication.message)
 */
export class KeyRing<K extends GatewayKey = GatewayKey> {
  readonly #now: () => number
  // Lookups are synchronous and never nest, so they share one place for the digest at hand.
  readonly #digest: Buffer = Buffer.alloc(HASH_BYTES)
  #byHash: ReadonlyMap<string, Entry<K>> = new Map()
  #byId: ReadonlyMap<string, K> = new Map()

  /** @throws RangeError as {@link KeyRing.update} does */
  constructor(keys: readonly K[], options: KeyRingOptions = {}) {
    this.#now = options.now ?? Date.now
    this.update(keys)
  }

  /**
   * Replaces all keys at once; requests already authenticated are not affected.
   *
   * @throws RangeError when a hash is not 64 hex digits, or when two keys share an id or a hash: which of the two would then
   * answer for a request, with whose permissions, must not depend on their order. Nothing is changed then.
   */
  update(keys: readonly K[]): void {
    const byHash = new Map<string, Entry<K>>()
    const byId = new Map<string, K>()
    for (const key of keys) {
      const keyHash = key.keyHash.toLowerCase()
      if (!/^[0-9a-f]{64}$/.test(keyHash)) {
        throw new RangeError(`the key hash of gateway key ${key.id} must be 64 hex digits, the SHA-256 of the key`)
      }
      const twin = byHash.get(keyHash)?.key
      if (twin) throw new RangeError(`gateway keys ${twin.id} and ${key.id} are the same key: remove one of them`)
      if (byId.has(key.id)) throw new RangeError(`two gateway keys have the id ${key.id}: change one of them`)
      byHash.set(keyHash, { key, hash: Buffer.from(keyHash, 'hex') })
      byId.set(key.id, key)
    }
    this.#byHash = byHash
    this.#byId = byId
  }

  /** Who a credential, as {@link credentialFrom} read it, belongs to. Costs one SHA-256; credentials over 4 KiB cost none. */
  authenticate(credential: string | undefined): Authentication<K> {
    if (credential === undefined || credential === '') return refused('missing')
    if (!isWellFormed(credential)) return refused('malformed')
    const keyHash = hashKey(credential)
    const entry = this.#byHash.get(keyHash)
    if (!entry) return refused(isMistyped(credential) ? 'malformed' : 'unknown')
    this.#digest.write(keyHash, 'hex')
    if (!timingSafeEqual(this.#digest, entry.hash)) return refused('unknown')
    return this.#admit(entry.key)
  }

  /** The key with this id. */
  get(id: string): K | undefined {
    return this.#byId.get(id)
  }

  /** All keys, in the order given. */
  list(): readonly K[] {
    return [...this.#byId.values()]
  }

  #admit(key: K): Authentication<K> {
    if (key.status !== 'active') {
      return {
        ok: false,
        reason: 'disabled',
        message: 'this gateway key is disabled: ask the administrator to enable it',
      }
    }
    if (key.expiresAt !== undefined && key.expiresAt <= this.#now()) {
      return {
        ok: false,
        reason: 'expired',
        message: 'this gateway key has expired: ask the administrator for a new one',
      }
    }
    return { ok: true, key }
  }
}

/** Printable ASCII without spaces, as every key is: what is not cannot match, and two headers joined by a comma are not. */
function isWellFormed(credential: string): boolean {
  return credential.length <= LONGEST_CREDENTIAL && /^[\x21-\x7e]+$/.test(credential)
}

function refused(reason: 'missing' | 'malformed' | 'unknown'): Authentication<never> {
  return { ok: false, reason, message: NOT_AUTHENTICATED }
}
