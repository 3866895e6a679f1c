import type { Column } from './columns.ts'

/** What a store keeps in a cell. */
export type Cell = string | number | null

/**
 * Rows as numbers, row by row in the order of their columns, so that what waits to be written is no object that the garbage
 * collector looks at, and goes to another thread as it is. A cell without a value is NaN. A text is where it lies in `bytes` (ASCII;
 * start times {@link shortText}, plus length), or, below zero, its place in `strings` (-1 is the first).
 */
export interface PackedTable {
  readonly cells: Float64Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly strings: readonly string[]
}

/** Texts shorter than this, in ASCII, lie among the bytes: ids, mostly. */
const shortText = 256

/** Gathers rows of one table. */
export class TableWriter<Row> {
  readonly #columns: readonly Column<Row>[]
  #cells: Float64Array<ArrayBuffer>
  #cellCount = 0
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(4_096)
  #byteCount = 0
  #strings: string[] = []
  readonly #names = new Map<string, number>()

  constructor(columns: readonly Column<Row>[]) {
    this.#columns = columns
    this.#cells = new Float64Array(columns.length * 32)
  }

  add(row: Row): void {
    if (this.#cellCount + this.#columns.length > this.#cells.length) this.#cells = grown(this.#cells, Float64Array)
    for (const column of this.#columns) {
      const value = column.of(row)
      const cell =
        typeof value === 'number'
          ? value
          : value === undefined
            ? Number.NaN
            : column.kind === 'name'
              ? this.#name(value)
              : this.#text(value)
      this.#cells[this.#cellCount++] = cell
    }
  }

  /** A copy of the rows so far. */
  packed(): PackedTable {
    return {
      cells: this.#cells.slice(0, this.#cellCount),
      bytes: this.#bytes.slice(0, this.#byteCount),
      strings: this.#strings,
    }
  }

  /** Begins anew, in the memory it has. */
  clear(): void {
    this.#cellCount = 0
    this.#byteCount = 0
    this.#strings = []
    this.#names.clear()
  }

  #name(value: string): number {
    const known = this.#names.get(value)
    if (known !== undefined) return known
    const cell = this.#string(value)
    this.#names.set(value, cell)
    return cell
  }

  #text(value: string): number {
    const { length } = value
    if (length >= shortText) return this.#string(value)
    const start = this.#byteCount
    if (start + shortText > this.#bytes.length) this.#bytes = grown(this.#bytes, Uint8Array)
    for (let at = 0; at < length; at++) {
      const unit = value.charCodeAt(at)
      if (unit > 0x7f) return this.#string(value)
      this.#bytes[start + at] = unit
    }
    this.#byteCount = start + length
    return start * shortText + length
  }

  #string(value: string): number {
    return -this.#strings.push(value)
  }
}

function grown<T extends Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(
  full: T,
  Type: new (length: number) => T,
): T {
  const larger = new Type(full.length * 2)
  larger.set(full)
  return larger
}

/** Reads rows of one table. */
export class TableReader {
  readonly rows: number
  readonly #columns: readonly Column<never>[]
  readonly #packed: PackedTable
  readonly #bytes: Buffer
  readonly #width: number

  constructor(columns: readonly Column<never>[], packed: PackedTable) {
    const { cells, bytes } = packed
    this.#columns = columns
    this.#packed = packed
    this.#width = columns.length
    this.rows = cells.length / columns.length
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  cell(row: number, column: number): Cell {
    const cell = this.#cell(row, column)
    if (Number.isNaN(cell)) return null
    return this.#columns[column]?.kind === 'number' ? cell : this.#text(cell)
  }

  /** Whether a column holds the same in a number of rows. Equal texts that are no names may be told apart. */
  isSame(column: number, from: number, rows: number): boolean {
    const first = this.#cell(from, column)
    for (let row = from + 1; row < from + rows; row++) if (!Object.is(this.#cell(row, column), first)) return false
    return true
  }

  has(row: number, column: number): boolean {
    return !Number.isNaN(this.#cell(row, column))
  }

  /** 0 where there is nothing. */
  number(row: number, column: number): number {
    const cell = this.#cell(row, column)
    return Number.isNaN(cell) ? 0 : cell
  }

  /** Empty where there is nothing. */
  text(row: number, column: number): string {
    const cell = this.#cell(row, column)
    return Number.isNaN(cell) ? '' : this.#text(cell)
  }

  /** Only these rows. */
  only(rows: readonly number[]): PackedTable {
    const { cells, bytes, strings } = this.#packed
    const kept = new Float64Array(rows.length * this.#width)
    for (const [index, row] of rows.entries()) {
      kept.set(cells.subarray(row * this.#width, (row + 1) * this.#width), index * this.#width)
    }
    return { cells: kept, bytes, strings }
  }

  #cell(row: number, column: number): number {
    return this.#packed.cells[row * this.#width + column] ?? Number.NaN
  }

  #text(cell: number): string {
    if (cell < 0) return this.#packed.strings[-cell - 1] ?? ''
    const start = Math.floor(cell / shortText)
    return this.#bytes.toString('latin1', start, start + (cell % shortText))
  }
}

/** Where a column stands. */
export function positions(columns: readonly Column<never>[]): (name: string) => number {
  const known = new Map(columns.map(({ name }, index) => [name, index]))
  return (name) => {
    const position = known.get(name)
    if (position === undefined) throw new Error(`the ledger has no column "${name}"`)
    return position
  }
}
