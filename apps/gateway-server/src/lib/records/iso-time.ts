const zero = 0x30

/**
 * Moments as `Date.prototype.toISOString` writes them, in ASCII. Lines that come together share all but the milliseconds, which is
 * kept: the whole would cost as much as all the other numbers of a line.
 */
export class IsoTime {
  #second = Number.NaN
  #bytes: Uint8Array = new Uint8Array()

  /**
   * @param ms milliseconds since the epoch, whole.
   * @returns bytes that stay as they are until the next call.
   */
  of(ms: number): Uint8Array {
    const second = Math.floor(ms / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#bytes = Buffer.from(new Date(second * 1_000).toISOString())
    }
    const rest = ms - second * 1_000
    const at = this.#bytes.length - 'sssZ'.length
    this.#bytes[at] = zero + ((rest / 100) | 0)
    this.#bytes[at + 1] = zero + (((rest / 10) | 0) % 10)
    this.#bytes[at + 2] = zero + (rest % 10)
    return this.#bytes
  }
}
