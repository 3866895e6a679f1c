/**
 * Moments as `Date.prototype.toISOString` writes them. Lines that come together share all but the milliseconds, which is kept:
 * the whole would cost as much as all the other numbers of a line.
 */
export class IsoTime {
  #second = Number.NaN
  /** Up to and with the point before the milliseconds. */
  #head = ''

  /** @param ms milliseconds since the epoch, whole. */
  of(ms: number): string {
    const second = Math.floor(ms / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#head = new Date(second * 1_000).toISOString().slice(0, -'000Z'.length)
    }
    return `${this.#head}${String(ms - second * 1_000).padStart(3, '0')}Z`
  }
}
