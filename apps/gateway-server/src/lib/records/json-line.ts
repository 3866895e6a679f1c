import { type Piece, piece, type RecurringMember, wordSize } from './json-piece.ts'

/** What a line begins with room for, and what it goes back to after it has held more. */
const usualSize = 4_096
/** A UTF-16 unit takes no more than this many bytes of UTF-8. */
const bytesPerUnit = 3
/** From here on looking at each character costs more than the engine's own way. */
const longText = 100
const longestInteger = 10
const billion = 1_000_000_000
/** Integers below this are told exactly by as many digits as a double keeps apart. */
const exactBelow = 1e15
/** JavaScript writes fractions below a millionth with an exponent. */
const exponentBelow = 1_000
const [zero, quote, backslash, point] = [0x30, 0x22, 0x5c, 0x2e]

const comma = piece(',')
const [yes, no, nothing] = [piece('true'), piece('false'), piece('null')]

/**
 * One line of JSON, put together as bytes. Its texts are mostly short and need no escaping and its numbers are mostly counts, for
 * which no text comes into being on the way: what it leaves to the garbage collector is next to nothing.
 *
 * A member whose value is undefined is left out, as `JSON.stringify` does.
 */
export class JsonLine {
  #bytes = Buffer.allocUnsafeSlow(usualSize)
  #view = viewOf(this.#bytes)
  #length = 0

  /** In bytes. */
  get length(): number {
    return this.#length
  }

  /** Begins anew. */
  clear(): void {
    this.#length = 0
    if (this.#bytes.length > usualSize) this.#use(Buffer.allocUnsafeSlow(usualSize))
  }

  /**
   * Copies all of it, for which there must be room.
   *
   * @returns how many bytes.
   */
  copyTo(target: Buffer, at: number): number {
    return this.#bytes.copy(target, at, 0, this.#length)
  }

  toString(): string {
    return this.#bytes.toString('utf8', 0, this.#length)
  }

  add({ words, length }: Piece): void {
    this.#ensure(length)
    const view = this.#view
    let at = this.#length
    for (let word = 0; word < words.length; word++) {
      view.setInt32(at, words[word] ?? 0, true)
      at += wordSize
    }
    this.#length += length
  }

  text(name: Piece, value: string | undefined): void {
    if (value === undefined) return
    this.add(name)
    this.#quote(value)
  }

  recurring(member: RecurringMember, value: string | undefined): void {
    if (value === undefined) return
    const known = member.of(value)
    if (known) this.add(known)
    else this.text(member.name, value)
  }

  /** A text of printable ASCII without quotes and backslashes. */
  plainText(name: Piece, value: Uint8Array): void {
    this.add(name)
    this.#ensure(value.length + 2)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = quote
    for (let index = 0; index < value.length; index++) bytes[at++] = value[index] ?? 0
    bytes[at++] = quote
    this.#length = at
  }

  /** A number that JSON has no word for is null. */
  number(name: Piece, value: number | undefined): void {
    if (value === undefined) return
    this.add(name)
    if (isCount(value)) this.#digits(value)
    else if (Number.isFinite(value)) this.#encode(String(value))
    else this.add(nothing)
  }

  /** A number given in billionths, as a fraction. */
  billionths(name: Piece, value: number | undefined): void {
    if (value === undefined) return
    if (!Number.isInteger(value) || value < exponentBelow || value >= exactBelow) {
      this.number(name, value / billion)
      return
    }
    const whole = Math.floor(value / billion)
    this.add(name)
    this.#digits(whole)
    this.#fraction(value - whole * billion)
  }

  flag(name: Piece, value: boolean | undefined): void {
    if (value === undefined) return
    this.add(name)
    this.add(value ? yes : no)
  }

  texts(name: Piece, values: readonly string[] | undefined): void {
    if (values === undefined) return
    const list = this.open(name)
    for (const value of values) this.text(comma, value)
    this.closeList(list)
  }

  /** A value whose members are not known. */
  value(name: Piece, value: object | undefined): void {
    if (value === undefined) return
    this.add(name)
    this.#encode(JSON.stringify(value))
  }

  /**
   * Begins an object or a list.
   *
   * @param name left out for what stands in a list.
   * @returns what to end it with.
   */
  open(name: Piece = comma): number {
    this.add(name)
    return this.#length
  }

  closeObject(opened: number): void {
    this.#close(opened, 0x7b, 0x7d)
  }

  closeList(opened: number): void {
    this.#close(opened, 0x5b, 0x5d)
  }

  /** The comma of the first member becomes the bracket. */
  #close(opened: number, left: number, right: number): void {
    this.#ensure(2)
    if (this.#length === opened) this.#length++
    this.#bytes[opened] = left
    this.#bytes[this.#length++] = right
  }

  /** A string as JSON (RFC 8259 §7); halves of surrogate pairs are escaped, since no UTF-8 can hold them. */
  #quote(value: string): void {
    const { length } = value
    if (length > longText) {
      this.#encode(JSON.stringify(value))
      return
    }
    this.#ensure(length + 2)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = quote
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index)
      if (unit < 0x20 || unit > 0x7e || unit === quote || unit === backslash) {
        this.#encode(JSON.stringify(value))
        return
      }
      bytes[at++] = unit
    }
    bytes[at++] = quote
    this.#length = at
  }

  /** @param value a {@link isCount count}. */
  #digits(value: number): void {
    this.#ensure(longestInteger)
    let end = this.#length + 1
    for (let limit = 10; limit <= value; limit *= 10) end++
    this.#digitsUpTo(end, value)
    this.#length = end
  }

  /** @param billionths below a billion. */
  #fraction(billionths: number): void {
    if (billionths === 0) return
    let rest = billionths
    let digits = 9
    for (; rest % 10 === 0; rest /= 10) digits--
    this.#ensure(longestInteger)
    this.#bytes[this.#length++] = point
    this.#digitsUpTo(this.#length + digits, rest)
    this.#length += digits
  }

  /** Fills what lies between the end of the line and `end`, with zeros in front. */
  #digitsUpTo(end: number, value: number): void {
    const bytes = this.#bytes
    let rest = value
    for (let at = end - 1; at >= this.#length; at--) {
      const tens = (rest / 10) | 0
      bytes[at] = zero + rest - tens * 10
      rest = tens
    }
  }

  #encode(text: string): void {
    this.#ensure(text.length * bytesPerUnit)
    this.#length += this.#bytes.write(text, this.#length)
  }

  /** Room for so many bytes more, and for the rest of a word. */
  #ensure(more: number): void {
    const needed = this.#length + more + wordSize
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    this.copyTo(larger, 0)
    this.#use(larger)
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#view = viewOf(bytes)
  }
}

/** Whether a number is a natural number of 31 bits. */
function isCount(value: number): boolean {
  return (value | 0) === value && value >= 0
}

function viewOf({ buffer, byteOffset, length }: Buffer<ArrayBuffer>): DataView {
  return new DataView(buffer, byteOffset, length)
}
