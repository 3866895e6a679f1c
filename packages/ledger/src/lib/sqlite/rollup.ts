import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { bucketOf } from '../histogram.ts'
import type { AttemptRow, RequestRow } from '../row.ts'
import { type Measure, measures } from './schema.ts'

export const dayMs = 86_400_000

type Cell = Record<Measure | 'last_at', number> & { readonly key: readonly [number, string, string, string] }
type LatencyKind = 'total' | 'first'

interface LatencyCell {
  readonly key: readonly [number, string, string, string, LatencyKind, number]
  count: number
}

/** What a batch adds to the roll-ups, summed up before it is written: most rows of a batch fall into few cells. */
export class Rollup {
  readonly #cells = new Map<string, Cell>()
  readonly #latencies = new Map<string, LatencyCell>()

  add(row: RequestRow): void {
    const day = Math.floor(row.at / dayMs)
    const { keyId } = row
    // Before its body is read a request has no model, and a name nobody serves must not make a cell: clients choose it.
    const model = row.attempts.length > 0 ? (row.model ?? '') : ''
    const account = row.attempts.at(-1)?.account ?? ''
    const cell = this.#cell(day, keyId, account, model)
    cell.requests++
    cell[outcomeMeasure[row.outcome]]++
    cell.bytes_in += row.bytesIn
    cell.bytes_out += row.bytesOut
    cell.last_at = Math.max(cell.last_at, row.at)
    if (row.outcome === 'success' && row.operation === 'generate') {
      this.#latency([day, keyId, account, model, 'total', bucketOf(row.durationMs)])
      if (row.stream && row.firstTokenMs !== undefined) {
        this.#latency([day, keyId, account, model, 'first', bucketOf(row.firstTokenMs)])
      }
    }
    for (const attempt of row.attempts) addAttempt(this.#cell(day, keyId, attempt.account, model), attempt)
  }

  write(statements: RollupStatements): void {
    for (const cell of this.#cells.values()) {
      statements.cell.run(...cell.key, ...measures.map((name) => cell[name]), cell.last_at)
    }
    for (const { key, count } of this.#latencies.values()) statements.latency.run(...key, count)
  }

  #cell(...key: [number, string, string, string]): Cell {
    const name = key.join('\0')
    const known = this.#cells.get(name)
    if (known) return known
    const zeros = Object.fromEntries(measures.map((measure) => [measure, 0])) as Record<Measure, number>
    const cell = { ...zeros, last_at: 0, key }
    this.#cells.set(name, cell)
    return cell
  }

  #latency(key: LatencyCell['key']): void {
    const name = key.join('\0')
    const known = this.#latencies.get(name)
    if (known) known.count++
    else this.#latencies.set(name, { key, count: 1 })
  }
}

const outcomeMeasure = {
  success: 'successes',
  error: 'errors',
  'client-left': 'client_left',
  interrupted: 'interrupted',
} as const satisfies Record<RequestRow['outcome'], Measure>

function addAttempt(cell: Cell, { outcome, usage, estimated, costNanoUsd }: AttemptRow): void {
  cell.attempts++
  if (outcome === 'failure') cell.failed_attempts++
  if (outcome === 'throttled') cell.throttled_attempts++
  if (estimated) cell.estimated++
  if (costNanoUsd !== undefined) cell.cost_nano_usd += costNanoUsd
  if (usage === undefined) return
  cell.input += usage.input ?? 0
  cell.cache_read += usage.cacheRead ?? 0
  cell.cache_write += usage.cacheWrite ?? 0
  cell.output += usage.output ?? 0
  cell.reasoning += usage.reasoning ?? 0
  if (costNanoUsd === undefined && (usage.input ?? 0) + (usage.output ?? 0) > 0) cell.unpriced++
}

export interface RollupStatements {
  readonly cell: StatementSync
  readonly latency: StatementSync
}

export function rollupStatements(db: DatabaseSync): RollupStatements {
  const columns = ['day', 'key_id', 'account', 'model', ...measures, 'last_at']
  return {
    cell: db.prepare(
      `INSERT INTO daily (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT DO UPDATE SET ${measures.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')},
       last_at = max(last_at, excluded.last_at)`,
    ),
    latency: db.prepare(
      `INSERT INTO daily_latency (day, key_id, account, model, kind, bucket, count) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    ),
  }
}
