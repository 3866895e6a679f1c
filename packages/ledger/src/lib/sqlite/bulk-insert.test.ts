import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import type { Column } from '../packed/columns.ts'
import { TableWriter } from '../packed/table.ts'
import { BulkInsert } from './bulk-insert.ts'

type Row = readonly [id: string, name: string | undefined, count: number | undefined]

const columns: readonly Column<Row>[] = [
  { name: 'id', kind: 'text', of: ([id]) => id },
  { name: 'name', kind: 'name', of: ([, name]) => name },
  { name: 'count', kind: 'number', of: ([, , count]) => count },
]

function database(): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  db.exec('CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT, count INTEGER) WITHOUT ROWID')
  return db
}

function insert(db: DatabaseSync, rows: readonly Row[]): number {
  const table = new TableWriter(columns)
  for (const row of rows) table.add(row)
  return new BulkInsert(db, 't', columns, 'ON CONFLICT DO NOTHING').run(table.packed())
}

/** Runs of the same, runs of nothing and rows that differ, over the bounds of statements. */
const mixed: readonly Row[] = Array.from({ length: 237 }, (_, index) => [
  `r${String(index).padStart(3, '0')}`,
  index < 60 ? 'same' : index < 130 ? undefined : index % 3 === 0 ? undefined : `n${index % 5}`,
  index < 100 ? undefined : index < 160 ? 7 : index % 2 === 0 ? index : undefined,
])

it('writes each row as it is, whatever it shares with its neighbours', () => {
  const db = database()
  expect(insert(db, mixed)).toBe(237)
  const rows = db.prepare('SELECT * FROM t ORDER BY id').all()
  expect(rows).toEqual(mixed.map(([id, name = null, count = null]) => ({ id, name, count })))
})

it('counts what it wrote, and leaves what is there', () => {
  const db = database()
  insert(db, mixed.slice(10, 20))
  expect(insert(db, mixed)).toBe(227)
})

it('prepares each statement once', () => {
  const db = database()
  let prepared = 0
  const prepare = db.prepare.bind(db)
  db.prepare = (...args) => {
    prepared++
    return prepare(...args)
  }
  const insertion = new BulkInsert(db, 't', columns, 'ON CONFLICT DO NOTHING')
  for (let round = 0; round < 20; round++) {
    const table = new TableWriter(columns)
    for (const [id, name, count] of mixed) table.add([`${round}-${id}`, name, count])
    insertion.run(table.packed())
  }
  expect(prepared).toBeLessThan(20)
})
