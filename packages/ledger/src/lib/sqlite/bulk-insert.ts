import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Cell } from './packed.ts'

/** Rows to a statement: what calling one costs is shared, and more than these gain nothing. */
const rowsAtOnce = 25

/** Inserts rows that lie one after another, many to a statement. */
export class BulkInsert {
  readonly #width: number
  readonly #many: StatementSync
  readonly #one: StatementSync

  /** @param conflict the `ON CONFLICT` clause. */
  constructor(db: DatabaseSync, table: string, columns: readonly string[], conflict: string) {
    this.#width = columns.length
    const row = `(${columns.map(() => '?').join(', ')})`
    const insert = (rows: number): StatementSync =>
      db.prepare(
        `INSERT OR ROLLBACK INTO ${table} (${columns.join(', ')}) VALUES ${Array.from({ length: rows }, () => row).join(', ')} ${conflict}`,
      )
    this.#many = insert(rowsAtOnce)
    this.#one = insert(1)
  }

  /** @returns how many rows were inserted or changed. */
  run(cells: readonly Cell[]): number {
    let changed = 0
    let at = 0
    for (const many = this.#width * rowsAtOnce; at + many <= cells.length; at += many) {
      changed += Number(this.#many.run(...cells.slice(at, at + many)).changes)
    }
    for (; at < cells.length; at += this.#width) {
      changed += Number(this.#one.run(...cells.slice(at, at + this.#width)).changes)
    }
    return changed
  }
}
