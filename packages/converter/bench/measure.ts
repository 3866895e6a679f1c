/** How long everything is run before it is measured, and then measured. Milliseconds for each thing measured. */
const warmUpMs = 150
const measureMs = 400

/**
 * Seconds that one run of each takes: the fastest tenth. On a busy machine a quartile flatters short runs, which fit between the
 * interruptions of other programs more often than long ones. They are measured by turns, run by run, so that what the rest of the
 * machine does falls on all alike and their ratios hold on a busy one too.
 */
export function secondsOf(...runs: readonly (() => void)[]): number[] {
  const warm = performance.now() + warmUpMs * runs.length
  while (performance.now() < warm) for (const run of runs) run()
  const times = runs.map((): number[] => [])
  const until = performance.now() + measureMs * runs.length
  while (performance.now() < until) {
    for (const [i, run] of runs.entries()) {
      const start = performance.now()
      run()
      times[i]?.push((performance.now() - start) / 1_000)
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 10)] ?? Number.NaN)
}

/** Prints a table; the first column is left, the others right. */
export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)))
  console.log(`\n${title}`)
  for (const row of rows) {
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    )
  }
}
