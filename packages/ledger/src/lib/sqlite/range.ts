import type { DatabaseSync } from 'node:sqlite'
import { dayMs } from './rollup.ts'

/** A time range as it is read: whole days from the roll-ups, their edges from single requests. */
export interface Range {
  /** Days from `from` up to but not including `to`. */
  readonly days: { readonly from: number; readonly to: number }
  /** Milliseconds from `from` up to but not including `to`. */
  readonly edges: readonly { readonly from: number; readonly to: number }[]
  /** When the range begins, if it does. */
  readonly since?: number
  /** When the range ends, if it does. */
  readonly until?: number
}

const endless = 100_000_000

/** Splits a range. An edge whose single requests are no longer all kept is widened to its whole day. */
export function rangeOf(db: DatabaseSync, { since, until }: { since?: number; until?: number }): Range {
  const from = since !== undefined && !isKept(db, since) ? floorDay(since) * dayMs : since
  const to = until !== undefined && !isKept(db, until) ? (floorDay(until) + 1) * dayMs : until
  const told = { ...(from !== undefined && { since: from }), ...(to !== undefined && { until: to }) }
  const firstDay = from === undefined ? -endless : Math.ceil(from / dayMs)
  const lastDay = to === undefined ? endless : floorDay(to)
  if (firstDay > lastDay) {
    return { days: { from: 0, to: 0 }, edges: [{ from: from ?? 0, to: to ?? 0 }], ...told }
  }
  const edges = [
    { from: from ?? 0, to: from === undefined ? 0 : firstDay * dayMs },
    { from: lastDay * dayMs, to: to ?? lastDay * dayMs },
  ]
  return { days: { from: firstDay, to: lastDay }, edges: edges.filter((edge) => edge.from < edge.to), ...told }
}

function floorDay(ms: number): number {
  return Math.floor(ms / dayMs)
}

/** Whether a moment can be told apart from the rest of its day. */
function isKept(db: DatabaseSync, moment: number): boolean {
  if (moment % dayMs === 0) return true
  const day = floorDay(moment)
  const row = db
    .prepare(
      `SELECT (SELECT coalesce(sum(requests), 0) FROM daily WHERE day = ?) AS counted,
       (SELECT count(*) FROM requests WHERE at >= ? AND at < ?) AS kept`,
    )
    .get(day, day * dayMs, (day + 1) * dayMs) as { counted: number; kept: number }
  return row.kept >= row.counted
}
