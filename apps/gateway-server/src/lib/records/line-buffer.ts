import type { JsonLine } from './json-line.ts'

/** What it begins with, and what it goes back to after it has held more. */
const usualSize = 524_288
/** A UTF-16 unit takes no more than this many bytes of UTF-8. */
const bytesPerUnit = 3

/**
 * Lines as the bytes they are written as. A line is put together from many pieces, which die at once when it becomes bytes at
 * once: kept as text they lived until the next write, and cost three times as much by then.
 */
export class LineBuffer {
  #bytes = Buffer.allocUnsafeSlow(usualSize)
  #spare: Buffer<ArrayBuffer> | undefined
  #length = 0

  /** Bytes it holds. */
  get length(): number {
    return this.#length
  }

  add(line: string | JsonLine): void {
    const needed = this.#length + (typeof line === 'string' ? line.length * bytesPerUnit : line.length)
    if (needed > this.#bytes.length) this.#grow(needed)
    if (typeof line === 'string') this.#length += this.#bytes.write(line, this.#length)
    else this.#length += line.copyTo(this.#bytes, this.#length)
  }

  /** All it holds, which it holds no more. They stay as they are until they are given back. */
  take(): Buffer<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = this.#spare ?? Buffer.allocUnsafeSlow(usualSize)
    this.#spare = undefined
    this.#length = 0
    return taken
  }

  /** Gives back what was taken: its memory is used again. */
  giveBack(taken: Buffer<ArrayBuffer>): void {
    if (taken.buffer.byteLength === usualSize) this.#spare = Buffer.from(taken.buffer, 0, usualSize)
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
