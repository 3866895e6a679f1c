/**
 * The texts of rows. A cell says where one lies in `bytes` (ASCII; start times {@link shortText}, plus length), or, below zero, its
 * place in `strings` (-1 is the first).
 */
export interface PackedTexts {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly strings: readonly string[]
}

/** Texts shorter than this, in ASCII, lie among the bytes: ids, mostly. */
const shortText = 256

/** Gathers texts, of one table or of several. */
export class TextWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(4_096)
  #byteCount = 0
  #strings: string[] = []
  readonly #names = new Map<string, number>()
  #last: string | undefined
  #lastCell = 0

  /** The cell of a text that comes again and again. */
  name(value: string): number {
    const known = this.#names.get(value)
    if (known !== undefined) return known
    const cell = this.#string(value)
    this.#names.set(value, cell)
    return cell
  }

  /** Whether a cell is that of a name. */
  isName(cell: number, value: string): boolean {
    return cell < 0 && this.#strings[-cell - 1] === value
  }

  /** The cell of a text that comes once, or a few times one after the other. */
  text(value: string): number {
    if (value === this.#last) return this.#lastCell
    this.#last = value
    this.#lastCell = this.#copy(value)
    return this.#lastCell
  }

  /** A copy of the texts so far. */
  packed(): PackedTexts {
    return { bytes: this.#bytes.slice(0, this.#byteCount), strings: this.#strings }
  }

  /** Begins anew, in the memory it has. */
  clear(): void {
    this.#byteCount = 0
    this.#strings = []
    this.#names.clear()
    this.#last = undefined
  }

  #copy(value: string): number {
    const { length } = value
    if (length >= shortText) return this.#string(value)
    const start = this.#byteCount
    if (start + shortText > this.#bytes.length) this.#bytes = grown(this.#bytes)
    const bytes = this.#bytes
    for (let at = 0; at < length; at++) {
      const unit = value.charCodeAt(at)
      if (unit > 0x7f) return this.#string(value)
      bytes[start + at] = unit
    }
    this.#byteCount = start + length
    return start * shortText + length
  }

  #string(value: string): number {
    return -this.#strings.push(value)
  }
}

function grown(full: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(full.length * 2)
  larger.set(full)
  return larger
}

/** Reads texts by their cells. */
export class TextReader {
  readonly #strings: readonly string[]
  readonly #all: string

  constructor({ bytes, strings }: PackedTexts) {
    this.#strings = strings
    // Made into a text at once, parts of which cost next to nothing.
    this.#all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  }

  text(cell: number): string {
    if (cell < 0) return this.#strings[-cell - 1] ?? ''
    const start = Math.floor(cell / shortText)
    return this.#all.slice(start, start + (cell % shortText))
  }
}
