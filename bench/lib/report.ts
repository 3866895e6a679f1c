/** One row's values by column; a text says why there is no number. */
export type Cell = number | string | undefined

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** @param share 0.99 for the 99th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

/** A Markdown table. Numbers get as many digits as mean something. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map((row) => line(row.map(show)))]
    .join('\n')
    .concat('\n')
}

function show(cell: Cell): string {
  if (cell === undefined || Number.isNaN(cell)) return '-'
  if (typeof cell === 'string') return cell
  if (Math.abs(cell) >= 100) return Math.round(cell).toLocaleString('en-GB')
  if (Math.abs(cell) >= 10) return cell.toFixed(1)
  return cell.toFixed(Math.abs(cell) < 1 ? 3 : 2)
}
