import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Column } from '../packed/columns.ts'
import { type Cell, type PackedTable, TableReader } from '../packed/table.ts'

/** Rows to a statement, the most that fit: what calling one costs is shared, and more than these gain little. */
const rowsAtOnce = [100, 10, 1] as const

/** Statements kept; traffic of one kind takes a handful. */
const mostStatements = 32

/** How some rows that follow each other differ. Columns by their index; those without a value in any row are in neither list. */
interface Shape {
  /** With one value for all rows. */
  readonly shared: readonly number[]
  /** With a value for each row. */
  readonly own: readonly number[]
}

/**
 * Inserts packed rows, many to a statement. Handing a value to SQLite costs more than its place in a row, and most columns of rows
 * that come together are the same (a key, an account, no error): these values are handed over once for all rows of a statement.
 */
export class BulkInsert {
  readonly #db: DatabaseSync
  readonly #table: string
  readonly #columns: readonly Column[]
  readonly #conflict: string
  /** By rows and shape, the last used at the end. */
  readonly #statements = new Map<string, StatementSync>()

  /** @param conflict the `ON CONFLICT` clause. */
  constructor(db: DatabaseSync, table: string, columns: readonly Column[], conflict: string) {
    this.#db = db
    this.#table = table
    this.#columns = columns
    this.#conflict = conflict
  }

  /** @returns how many rows were inserted or changed. */
  run(table: PackedTable): number {
    const reader = new TableReader(this.#columns, table)
    let changed = 0
    for (let row = 0; row < reader.rows; ) {
      const rows = rowsAtOnce.find((each) => row + each <= reader.rows) ?? 1
      changed += this.#insert(reader, row, rows)
      row += rows
    }
    return changed
  }

  #insert(reader: TableReader, from: number, rows: number): number {
    const shape = this.#shapeOf(reader, from, rows)
    const cells: Cell[] = []
    for (const column of shape.shared) cells.push(reader.cell(from, column))
    for (let row = from; row < from + rows; row++) for (const column of shape.own) cells.push(reader.cell(row, column))
    return Number(this.#statement(rows, shape).run(...cells).changes)
  }

  #shapeOf(reader: TableReader, from: number, rows: number): Shape {
    const shared: number[] = []
    const own: number[] = []
    for (let column = 0; column < this.#columns.length; column++) {
      if (!reader.isSame(column, from, rows)) own.push(column)
      else if (reader.has(from, column)) shared.push(column)
    }
    return { shared, own }
  }

  #statement(rows: number, shape: Shape): StatementSync {
    const key = `${rows} ${shape.shared.join()} ${shape.own.join()}`
    const statement = this.#statements.get(key) ?? this.#prepare(rows, shape)
    this.#statements.delete(key)
    this.#statements.set(key, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > mostStatements && oldest !== undefined) this.#statements.delete(oldest)
    return statement
  }

  #prepare(rows: number, { shared, own }: Shape): StatementSync {
    const names = [...shared, ...own].map((column) => this.#columns[column]?.name).join(', ')
    // None has a name: to bind one that has none, Node asks SQLite for the name of each before it.
    const cells = [...shared.map(() => '?'), ...own.map((_, index) => `column${index + 1}`)].join(', ')
    const row = `(${own.map(() => '?').join(', ') || 'NULL'})`
    const values = Array.from({ length: rows }, () => row).join(', ')
    // A statement that fails takes its transaction back: one that could be taken back alone would copy the pages it changes. The
    // condition tells its conflict clause from that of a join (https://www.sqlite.org/lang_upsert.html#parsing_ambiguity).
    return this.#db.prepare(
      `INSERT OR ROLLBACK INTO ${this.#table} (${names}) SELECT ${cells} FROM (VALUES ${values}) WHERE true ${this.#conflict}`,
    )
  }
}
