import { expect, test } from 'vitest'
import type { Style } from './style.ts'
import { fields, table } from './table.ts'
import { columnsOf } from './width.ts'

const plain: Style = (_tone, text) => text
const marked: Style = (_tone, text) => `\u001b[1m${text}\u001b[22m`

test.each([
  ['abc', 3],
  ['团队', 4],
  ['e\u0301', 1],
  ['👩‍👩‍👧', 2],
  ['ｆｕｌｌ', 8],
  ['한글', 4],
  ['\u001b[31mred\u001b[39m', 3],
  ['', 0],
])('%j takes %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns)
})

test('columns line up whatever the width of the characters in them', () => {
  const rows = [
    { name: '团队API', count: 5 },
    { name: 'a', count: 120 },
  ]
  const text = table(
    rows,
    [
      { title: 'NAME', value: ({ name }) => name },
      { title: 'N', value: ({ count }) => String(count), align: 'right' },
      { title: 'NOTHING', value: () => undefined },
    ],
    plain,
  )
  expect(text).toBe(['NAME       N', '团队API    5', 'a        120'].join('\n'))
})

test('rows that do not fit the terminal become blocks, each with what it has', () => {
  const rows = [
    { name: '团队API', count: '5' },
    { name: 'a', count: undefined },
  ]
  const columns = [
    { title: 'ID', value: ({ name }: (typeof rows)[number]) => `upstream_${name}` },
    { title: 'COUNT', value: ({ count }: (typeof rows)[number]) => count },
  ]
  expect(table(rows, columns, plain, 24).split('\n')).toHaveLength(3)
  expect(table(rows, columns, plain, 22)).toBe('ID     upstream_团队API\nCOUNT  5\n\nID  upstream_a')
})

test('colours do not move columns', () => {
  const column = {
    title: 'A',
    value: (row: string) => row,
    paint: (_row: string, cell: string) => marked('bold', cell),
  }
  const text = table(['x', 'yy'], [column, { title: 'B', value: () => '1' }], marked)
  expect(text.split('\n').map(columnsOf)).toEqual([5, 5, 5])
})

test('a name cannot steer the terminal', () => {
  const text = fields([['Name', 'a\u001b[2J\u202eb']], plain)
  expect(text).toBe('Name: a\u{fffd}[2J\u{fffd}b')
})
