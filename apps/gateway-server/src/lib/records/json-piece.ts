/** Text that comes in many lines, ready to be copied word by word. */
export interface Piece {
  /** Its bytes, four in each, the last filled up with zeros. */
  readonly words: Int32Array
  /** In bytes. */
  readonly length: number
}

/** Bytes in a word. */
export const wordSize: number = 4
/** Values of one member that are kept ready. */
const mostKept = 256

/** @param text as it stands in the line: JSON, not a value. */
export function piece(text: string): Piece {
  const bytes = Buffer.from(text)
  const padded = Buffer.concat([bytes, Buffer.alloc(wordSize)])
  const words = Int32Array.from({ length: Math.ceil(bytes.length / wordSize) }, (_, word) =>
    padded.readInt32LE(word * wordSize),
  )
  return { words, length: bytes.length }
}

/** A member's name as it stands before its value, with the comma that every member begins with. */
export function memberName(name: string): Piece {
  return piece(memberStart(name))
}

function memberStart(name: string): string {
  return `,${JSON.stringify(name)}:`
}

/** A member with few values, which come again and again: each is made ready once. */
export class RecurringMember {
  readonly name: Piece
  readonly #start: string
  readonly #known = new Map<string, Piece>()

  constructor(name: string) {
    this.#start = memberStart(name)
    this.name = piece(this.#start)
  }

  /** Name and value as they stand in a line; undefined where there are more values than are kept. */
  of(value: string): Piece | undefined {
    return this.#known.get(value) ?? this.#keep(value)
  }

  #keep(value: string): Piece | undefined {
    if (this.#known.size >= mostKept) return undefined
    const made = piece(this.#start + JSON.stringify(value))
    this.#known.set(value, made)
    return made
  }
}
