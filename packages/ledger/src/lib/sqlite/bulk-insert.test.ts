import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { type CellSink, columnsOf } from '../packed/columns.ts'
import { type PackedTable, TableWriter } from '../packed/table.ts'
import { TextWriter } from '../packed/texts.ts'
import { BulkInsert } from './bulk-insert.ts'

type Row = readonly [id: string, name: string | undefined, count: number | undefined]

function cells([id, name, count]: Row, to: CellSink): void {
  to.text('id', id)
  to.name('name', name)
  to.number('count', count)
}

const columns = columnsOf((to) => cells(['', undefined, undefined], to))

function packed(rows: readonly Row[]): PackedTable {
  const texts = new TextWriter()
  const table = new TableWriter(columns, texts)
  for (const row of rows) cells(row, table.row())
  return table.packed(texts.packed())
}

function database(): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  db.exec('CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT, count INTEGER) WITHOUT ROWID')
  return db
}

function insert(db: DatabaseSync, rows: readonly Row[]): number {
  return new BulkInsert(db, 't', columns, 'ON CONFLICT DO NOTHING').run(packed(rows))
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

it('writes a row that is alone, and rows that share all they have', () => {
  const db = database()
  expect([insert(db, mixed.slice(0, 1)), insert(db, mixed.slice(0, 1))]).toEqual([1, 0])
  db.exec('CREATE TABLE any (id TEXT, name TEXT, count INTEGER)')
  const same: Row = ['r', 'n', 1]
  expect(new BulkInsert(db, 'any', columns, '').run(packed(Array.from({ length: 10 }, () => same)))).toBe(10)
  expect(db.prepare('SELECT * FROM any').all()).toEqual(
    Array.from({ length: 10 }, () => ({ id: 'r', name: 'n', count: 1 })),
  )
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
    insertion.run(packed(mixed.map(([id, name, count]) => [`${round}-${id}`, name, count])))
  }
  expect(prepared).toBeLessThan(20)
})
