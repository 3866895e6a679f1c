import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { PackedBatch } from '../packed/batch.ts'
import { attemptColumns, requestColumns } from '../packed/columns.ts'
import { positions, TableReader } from '../packed/table.ts'
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

  add(batch: PackedBatch): void {
    const requests = new TableReader(requestColumns, batch.requests)
    const attempts = new TableReader(attemptColumns, batch.attempts)
    let attemptAt = 0
    for (let row = 0; row < batch.attemptCounts.length; row++) {
      const count = batch.attemptCounts[row] ?? 0
      const day = Math.floor(requests.number(row, request.at) / dayMs)
      const keyId = requests.text(row, request.keyId)
      // Before its body is read a request has no model, and a name nobody serves must not make a group: clients choose it.
      const model = count > 0 ? requests.text(row, request.model) : ''
      addRequest(this.#group(day, keyId, requests.text(row, request.account), model), requests, row)
      for (const end = attemptAt + count; attemptAt < end; attemptAt++) {
        addAttempt(this.#group(day, keyId, attempts.text(attemptAt, attempt.account), model).sums, attempts, attemptAt)
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

const requestAt = positions(requestColumns)
const request = {
  at: requestAt('at'),
  keyId: requestAt('key_id'),
  model: requestAt('model'),
  account: requestAt('account'),
  outcome: requestAt('outcome'),
  operation: requestAt('operation'),
  stream: requestAt('stream'),
  durationBucket: requestAt('duration_bucket'),
  firstTokenBucket: requestAt('first_token_bucket'),
  bytesIn: requestAt('bytes_in'),
  bytesOut: requestAt('bytes_out'),
}

const attemptAt = positions(attemptColumns)
const attempt = {
  account: attemptAt('account'),
  outcome: attemptAt('outcome'),
  estimated: attemptAt('estimated'),
  costNanoUsd: attemptAt('cost_nano_usd'),
  input: attemptAt('input'),
  cacheRead: attemptAt('cache_read'),
  cacheWrite: attemptAt('cache_write'),
  output: attemptAt('output'),
  reasoning: attemptAt('reasoning'),
}

/** Comparing costs less than looking a name up in an object: V8 would first have to find a text from another thread among its own. */
function measureOf(outcome: string): Measure | undefined {
  switch (outcome) {
    case 'success':
      return 'successes'
    case 'error':
      return 'errors'
    case 'client-left':
      return 'client_left'
    case 'interrupted':
      return 'interrupted'
    default:
      return undefined
  }
}

function addRequest({ sums, total, first }: Group, rows: TableReader, row: number): void {
  const outcome = rows.text(row, request.outcome)
  sums.requests++
  const measure = measureOf(outcome)
  if (measure) sums[measure]++
  sums.bytes_in += rows.number(row, request.bytesIn)
  sums.bytes_out += rows.number(row, request.bytesOut)
  sums.last_at = Math.max(sums.last_at, rows.number(row, request.at))
  if (outcome !== 'success' || rows.text(row, request.operation) !== 'generate') return
  count(total, rows.number(row, request.durationBucket))
  if (rows.number(row, request.stream) === 1 && rows.has(row, request.firstTokenBucket)) {
    count(first, rows.number(row, request.firstTokenBucket))
  }
}

function addAttempt(sums: Sums, rows: TableReader, row: number): void {
  const outcome = rows.text(row, attempt.outcome)
  sums.attempts++
  if (outcome === 'failure') sums.failed_attempts++
  if (outcome === 'throttled') sums.throttled_attempts++
  sums.estimated += rows.number(row, attempt.estimated)
  sums.cost_nano_usd += rows.number(row, attempt.costNanoUsd)
  const [input, output] = [rows.number(row, attempt.input), rows.number(row, attempt.output)]
  sums.input += input
  sums.cache_read += rows.number(row, attempt.cacheRead)
  sums.cache_write += rows.number(row, attempt.cacheWrite)
  sums.output += output
  sums.reasoning += rows.number(row, attempt.reasoning)
  if (input + output > 0 && !rows.has(row, attempt.costNanoUsd)) sums.unpriced++
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
