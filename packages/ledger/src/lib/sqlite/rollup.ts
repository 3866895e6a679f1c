import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { attemptColumns, type Cell, type Packed, requestColumns } from './packed.ts'
import { type Measure, measures } from './schema.ts'

export const dayMs = 86_400_000

type Sums = Record<Measure | 'last_at', number>
type Key = readonly [day: number, keyId: string, account: string, model: string]

/** What a batch adds to one row of the roll-ups. */
interface Group {
  readonly key: Key
  readonly sums: Sums
  /** Durations to the end of successful requests, and to the first content of streams: counts by bucket. */
  readonly total: Map<number, number>
  readonly first: Map<number, number>
}

/** What a batch adds to the roll-ups, summed up before it is written: most rows of a batch fall into few groups. */
export class Rollup {
  readonly #groups = new Map<string, Group>()
  /** Neighbours mostly fall into one group, and comparing a key costs less than making its name. */
  #last: Group | undefined

  add({ requests, attemptCounts, attempts }: Packed): void {
    let attemptAt = 0
    for (const [index, count] of attemptCounts.entries()) {
      const row = new RowView(requests, index * requestColumns.length, requestAt)
      const day = Math.floor(row.number('at') / dayMs)
      const keyId = row.text('key_id')
      // Before its body is read a request has no model, and a name nobody serves must not make a group: clients choose it.
      const model = count > 0 ? row.text('model') : ''
      this.#request(this.#group(day, keyId, row.text('account'), model), row)
      for (let each = 0; each < count; each++, attemptAt += attemptColumns.length) {
        const attempt = new RowView(attempts, attemptAt, attemptsAt)
        addAttempt(this.#group(day, keyId, attempt.text('account'), model).sums, attempt)
      }
    }
  }

  write(statements: RollupStatements): void {
    for (const { key, sums, total, first } of this.#groups.values()) {
      statements.sums.run(...key, ...measures.map((name) => sums[name]), sums.last_at)
      for (const [bucket, count] of total) statements.latency.run(...key, 'total', bucket, count)
      for (const [bucket, count] of first) statements.latency.run(...key, 'first', bucket, count)
    }
  }

  #request({ sums, total, first }: Group, row: RowView): void {
    const outcome = row.text('outcome')
    sums.requests++
    const measure = outcomeMeasure[outcome]
    if (measure) sums[measure]++
    sums.bytes_in += row.number('bytes_in')
    sums.bytes_out += row.number('bytes_out')
    sums.last_at = Math.max(sums.last_at, row.number('at'))
    if (outcome !== 'success' || row.text('operation') !== 'generate') return
    count(total, row.number('duration_bucket'))
    if (row.number('stream') === 1 && row.has('first_token_bucket')) count(first, row.number('first_token_bucket'))
  }

  #group(day: number, keyId: string, account: string, model: string): Group {
    const last = this.#last?.key
    if (this.#last && last && last[0] === day && last[1] === keyId && last[2] === account && last[3] === model) {
      return this.#last
    }
    const name = `${day}\0${keyId}\0${account}\0${model}`
    const group = this.#groups.get(name) ?? newGroup([day, keyId, account, model])
    this.#groups.set(name, group)
    this.#last = group
    return group
  }
}

function newGroup(key: Key): Group {
  const zeros = Object.fromEntries(measures.map((measure) => [measure, 0])) as Record<Measure, number>
  return { key, sums: { ...zeros, last_at: 0 }, total: new Map(), first: new Map() }
}

function count(histogram: Map<number, number>, bucket: number): void {
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1)
}

/** One row among packed cells, by column. */
class RowView {
  readonly #cells: readonly Cell[]
  readonly #start: number
  readonly #columns: ReadonlyMap<string, number>

  constructor(cells: readonly Cell[], start: number, columns: ReadonlyMap<string, number>) {
    this.#cells = cells
    this.#start = start
    this.#columns = columns
  }

  has(column: string): boolean {
    return this.#cell(column) !== null
  }

  /** 0 where there is nothing. */
  number(column: string): number {
    const cell = this.#cell(column)
    return typeof cell === 'number' ? cell : 0
  }

  /** Empty where there is nothing. */
  text(column: string): string {
    const cell = this.#cell(column)
    return typeof cell === 'string' ? cell : ''
  }

  #cell(column: string): Cell {
    return this.#cells[this.#start + (this.#columns.get(column) ?? 0)] ?? null
  }
}

const requestAt: ReadonlyMap<string, number> = new Map(requestColumns.map((name, index) => [name, index]))
const attemptsAt: ReadonlyMap<string, number> = new Map(attemptColumns.map((name, index) => [name, index]))

const outcomeMeasure: Readonly<Record<string, Measure>> = {
  success: 'successes',
  error: 'errors',
  'client-left': 'client_left',
  interrupted: 'interrupted',
}

function addAttempt(sums: Sums, row: RowView): void {
  const outcome = row.text('outcome')
  sums.attempts++
  if (outcome === 'failure') sums.failed_attempts++
  if (outcome === 'throttled') sums.throttled_attempts++
  sums.estimated += row.number('estimated')
  sums.cost_nano_usd += row.number('cost_nano_usd')
  const [input, output] = [row.number('input'), row.number('output')]
  sums.input += input
  sums.cache_read += row.number('cache_read')
  sums.cache_write += row.number('cache_write')
  sums.output += output
  sums.reasoning += row.number('reasoning')
  if (input + output > 0 && !row.has('cost_nano_usd')) sums.unpriced++
}

export interface RollupStatements {
  readonly sums: StatementSync
  readonly latency: StatementSync
}

export function rollupStatements(db: DatabaseSync): RollupStatements {
  const columns = ['day', 'key_id', 'account', 'model', ...measures, 'last_at']
  return {
    sums: db.prepare(
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
