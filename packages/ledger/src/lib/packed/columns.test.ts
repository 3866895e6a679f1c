import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { migrate } from '../sqlite/schema.ts'
import { attemptColumns, requestColumns } from './columns.ts'

/** What the schema lets a column of numbers be. */
const numbers = ['INTEGER', 'REAL']

it.each([
  ['requests', requestColumns],
  ['attempts', attemptColumns],
])('fills the columns of %s that the schema has, in their order', (table, columns) => {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  const schema = db.prepare('SELECT name, type FROM pragma_table_info(?)').all(table)
  expect(columns.map(({ name }) => name)).toEqual(schema.map(({ name }) => name))
  expect(columns.map(({ kind }) => kind === 'number')).toEqual(schema.map(({ type }) => numbers.includes(String(type))))
})
