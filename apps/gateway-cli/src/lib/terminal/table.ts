import type { Style } from './style.ts'
import { columnsOf, printable } from './width.ts'

export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string | undefined
  /** Colours the padded cell. */
  readonly paint?: (row: Row, cell: string, style: Style) => string
  readonly align?: 'right'
}

const gap = '  '
const nothing = '-'

/**
 * Rows under titles, aligned by the columns characters really take; a column that is empty throughout is left out. Where they do
 * not fit into `maxWidth`, each row becomes a block of its own, a line for each column that says something.
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  style: Style,
  maxWidth: number = Number.POSITIVE_INFINITY,
): string {
  const shown = columns
    .map((column) => ({ column, cells: rows.map((row) => column.value(row)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== undefined))
    .map(({ column, cells }) => {
      const texts = cells.map((cell) => printable(cell ?? nothing))
      return { column, texts, width: Math.max(columnsOf(column.title), ...texts.map(columnsOf)) }
    })
  const total = shown.reduce((sum, { width }) => sum + width, gap.length * (shown.length - 1))
  if (total > maxWidth) return rows.map((row) => block(row, columns, style)).join('\n\n')
  const title = shown.map(({ column, width }) => pad(column.title, width, column.align)).join(gap)
  const lines = rows.map((row, index) =>
    shown
      .map(({ column, texts, width }) => {
        const cell = pad(texts[index] ?? '', width, column.align)
        return column.paint ? column.paint(row, cell, style) : cell
      })
      .join(gap)
      .trimEnd(),
  )
  return [style('bold', title.trimEnd()), ...lines].join('\n')
}

function block<Row>(row: Row, columns: readonly Column<Row>[], style: Style): string {
  const lines = columns.flatMap(({ title, value, paint }) => {
    const text = value(row)
    if (text === undefined) return []
    return [{ title, cell: paint ? paint(row, printable(text), style) : printable(text) }]
  })
  const width = Math.max(0, ...lines.map(({ title }) => columnsOf(title)))
  return lines.map(({ title, cell }) => `${style('bold', pad(title, width))}${gap}${cell}`).join('\n')
}

/** Names and values in two columns; what has no value is left out. */
export function fields(entries: readonly (readonly [name: string, value: string | undefined])[], style: Style): string {
  const shown = entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, printable(value)] as const]))
  const width = Math.max(0, ...shown.map(([name]) => columnsOf(name)))
  return shown.map(([name, value]) => `${style('bold', pad(`${name}:`, width + 1))} ${value}`).join('\n')
}

function pad(text: string, width: number, align?: 'right'): string {
  const filler = ' '.repeat(Math.max(0, width - columnsOf(text)))
  return align === 'right' ? filler + text : text + filler
}
