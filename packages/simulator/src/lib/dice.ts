import { createHash } from 'node:crypto'

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Makes identifiers: the nth call of the same seed always gives the same one. */
export class Ids {
  readonly #seed: number
  #count = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  /** A fresh identifier: `prefix` and `length` letters and digits. */
  next(prefix: string, length = 24): string {
    this.#count += 1
    const digest = createHash('sha256').update(`${this.#seed}:${this.#count}`).digest('hex')
    return prefix + digest.slice(0, length)
  }
}
