import type { CellSink, Column } from './columns.ts'
import { type PackedTexts, TextReader, type TextWriter } from './texts.ts'

/** What a store keeps in a cell. */
export type Cell = string | number | null

/**
 * Rows as numbers, row by row in the order of their columns, so that what waits to be written is no object that the garbage
 * collector looks at, and goes to another thread as it is. A cell without a value is NaN.
 */
export interface PackedTable {
  readonly cells: Float64Array<ArrayBuffer>
  /** Tables may share theirs. */
  readonly texts: PackedTexts
}

/** Gathers rows of one table. */
export class TableWriter implements CellSink {
  readonly #width: number
  readonly #texts: TextWriter
  #cells: Float64Array<ArrayBuffer>
  #count = 0

  /** @param texts where the texts of its rows are gathered. */
  constructor(columns: readonly Column[], texts: TextWriter) {
    this.#width = columns.length
    this.#texts = texts
    this.#cells = new Float64Array(columns.length * 32)
  }

  /** Begins a row; a cell for each column has to follow. */
  row(): this {
    if (this.#count + this.#width > this.#cells.length) this.#grow()
    return this
  }

  number(_column: string, value: number | undefined): void {
    this.#cells[this.#count++] = value === undefined ? Number.NaN : value
  }

  name(_column: string, value: string | undefined): void {
    const at = this.#count++
    this.#cells[at] = value === undefined ? Number.NaN : this.#name(value, at)
  }

  text(_column: string, value: string | undefined): void {
    this.#cells[this.#count++] = value === undefined ? Number.NaN : this.#texts.text(value)
  }

  /** A copy of the rows so far. @param texts those of its writer. */
  packed(texts: PackedTexts): PackedTable {
    return { cells: this.#cells.slice(0, this.#count), texts }
  }

  /** Begins anew, in the memory it has. */
  clear(): void {
    this.#count = 0
  }

  #name(value: string, at: number): number {
    // Mostly it is that of the row before, and to compare two texts costs less than to find one by its hash.
    const before = at < this.#width ? Number.NaN : (this.#cells[at - this.#width] ?? Number.NaN)
    return this.#texts.isName(before, value) ? before : this.#texts.name(value)
  }

  #grow(): void {
    const larger = new Float64Array(this.#cells.length * 2)
    larger.set(this.#cells)
    this.#cells = larger
  }
}

/** Reads rows of one table. */
export class TableReader {
  readonly rows: number
  readonly #columns: readonly Column[]
  readonly #packed: PackedTable
  readonly #cells: Float64Array
  readonly #texts: TextReader
  readonly #width: number

  constructor(columns: readonly Column[], packed: PackedTable) {
    this.#columns = columns
    this.#packed = packed
    this.#cells = packed.cells
    this.#texts = new TextReader(packed.texts)
    this.#width = columns.length
    this.rows = packed.cells.length / columns.length
  }

  cell(row: number, column: number): Cell {
    const cell = this.#cell(row, column)
    if (Number.isNaN(cell)) return null
    return this.#columns[column]?.kind === 'number' ? cell : this.#texts.text(cell)
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
    return Number.isNaN(cell) ? '' : this.#texts.text(cell)
  }

  /** Only these rows. */
  only(rows: readonly number[]): PackedTable {
    const kept = new Float64Array(rows.length * this.#width)
    for (const [index, row] of rows.entries()) {
      kept.set(this.#cells.subarray(row * this.#width, (row + 1) * this.#width), index * this.#width)
    }
    return { cells: kept, texts: this.#packed.texts }
  }

  #cell(row: number, column: number): number {
    return this.#cells[row * this.#width + column] ?? Number.NaN
  }
}

/** Where a column stands. */
export function positions(columns: readonly Column[]): (name: string) => number {
  const known = new Map(columns.map(({ name }, index) => [name, index]))
  return (name) => {
    const position = known.get(name)
    if (position === undefined) throw new Error(`the ledger has no column "${name}"`)
    return position
  }
}
