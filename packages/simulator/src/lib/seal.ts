import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const DIGEST_BYTES = 16
const MAC_BYTES = 32

/**
 * Signs reasoning and knows its own signatures again, as a provider does with its thinking blocks. Seals of
 * another secret, of other text, or invented ones are refused.
 */
export class Seals {
  readonly #secret: string

  /** `seed` is the issuer: simulators of the same seed accept one another's seals. */
  constructor(seed: number) {
    this.#secret = `llm-gateway-simulator:${seed}`
  }

  /** A seal for reasoning of which the client is shown `shown`, which may be empty. */
  issue(reasoning: string, shown: string): string {
    const digest = createHash('sha256').update(reasoning).digest().subarray(0, DIGEST_BYTES)
    return Buffer.concat([digest, this.#mac(digest, shown)]).toString('base64')
  }

  /** Whether `seal` was issued here for exactly the text `shown`. */
  verify(seal: string, shown: string): boolean {
    const bytes = Buffer.from(seal, 'base64')
    if (bytes.length !== DIGEST_BYTES + MAC_BYTES) return false
    // The decoder passes over what is no base64: a seal with such characters in it was altered.
    if (bytes.toString('base64') !== seal) return false
    const digest = bytes.subarray(0, DIGEST_BYTES)
    return timingSafeEqual(bytes.subarray(DIGEST_BYTES), this.#mac(digest, shown))
  }

  #mac(digest: Uint8Array, shown: string): Buffer {
    return createHmac('sha256', this.#secret).update(digest).update(shown).digest()
  }
}
