import type { UsageFilter } from '../query.ts'
import type { Range } from './range.ts'
import { dayMs } from './rollup.ts'
import { measures } from './schema.ts'

/** Conditions joined by AND, with their values in order. */
export class Where {
  readonly #conditions: string[] = []
  readonly values: (string | number)[] = []

  get sql(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.join(' AND ')}`
  }

  add(condition: string, ...values: (string | number)[]): this {
    this.#conditions.push(condition)
    this.values.push(...values)
    return this
  }

  filter({ key, account, model }: UsageFilter): this {
    if (key !== undefined) this.add('key_id = ?', key)
    if (account !== undefined) this.add('account = ?', account)
    if (model !== undefined) this.add('model = ?', model)
    return this
  }

  range(column: string, { since, until }: UsageFilter): this {
    if (since !== undefined) this.add(`${column} >= ?`, since)
    if (until !== undefined) this.add(`${column} < ?`, until)
    return this
  }
}

/** A SELECT, or several joined, with its values in order. */
export interface Source {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** How a request's own row counts, in the order of the measures. */
const requestMeasures = measures.map((name) => {
  switch (name) {
    case 'requests':
      return '1'
    case 'successes':
      return "r.outcome = 'success'"
    case 'errors':
      return "r.outcome = 'error'"
    case 'client_left':
      return "r.outcome = 'client-left'"
    case 'interrupted':
      return "r.outcome = 'interrupted'"
    case 'bytes_in':
    case 'bytes_out':
      return `r.${name}`
    default:
      return '0'
  }
})

const attemptMeasures = measures.map((name) => {
  switch (name) {
    case 'attempts':
      return '1'
    case 'failed_attempts':
      return "a.outcome = 'failure'"
    case 'throttled_attempts':
      return "a.outcome = 'throttled'"
    case 'input':
    case 'cache_read':
    case 'cache_write':
    case 'output':
    case 'reasoning':
    case 'estimated':
    case 'cost_nano_usd':
      return `coalesce(a.${name}, 0)`
    case 'unpriced':
      return 'a.cost_nano_usd IS NULL AND coalesce(a.input, 0) + coalesce(a.output, 0) > 0'
    default:
      return '0'
  }
})

const dayOf = `r.at / ${dayMs}`
const modelOf = "CASE WHEN r.account IS NULL THEN '' ELSE coalesce(r.model, '') END"

/** Everything a range holds, in the columns of the roll-ups. */
export function sourceOf({ days, edges }: Range, filter: UsageFilter): Source {
  const columns = measures.map((name, index) => ({
    name,
    request: requestMeasures[index],
    attempt: attemptMeasures[index],
  }))
  const daily = new Where().add('day >= ? AND day < ?', days.from, days.to).filter(filter)
  const parts: Source[] = [
    {
      sql: `SELECT day, key_id, account, model, ${measures.join(', ')}, last_at FROM daily ${daily.sql}`,
      values: daily.values,
    },
  ]
  for (const { from, to } of edges) {
    const own = columns.map(({ name, request }) => `${request} AS ${name}`).join(', ')
    const theirs = columns.map(({ name, attempt }) => `${attempt} AS ${name}`).join(', ')
    const where = new Where().filter(filter)
    for (const inner of [
      `SELECT ${dayOf} AS day, r.key_id AS key_id, coalesce(r.account, '') AS account, ${modelOf} AS model, ${own}, r.at AS last_at
       FROM requests r WHERE r.at >= ? AND r.at < ?`,
      `SELECT ${dayOf} AS day, r.key_id AS key_id, a.account AS account, ${modelOf} AS model, ${theirs}, 0 AS last_at
       FROM requests r JOIN attempts a ON a.request_id = r.id WHERE r.at >= ? AND r.at < ?`,
    ]) {
      parts.push({ sql: `SELECT * FROM (${inner}) ${where.sql}`, values: [from, to, ...where.values] })
    }
  }
  return union(parts)
}

/** The histograms of latencies that a range holds, in the columns of theirs. */
export function latencySourceOf({ days, edges }: Range, filter: UsageFilter): Source {
  const daily = new Where().add('day >= ? AND day < ?', days.from, days.to).filter(filter)
  const parts: Source[] = [
    {
      sql: `SELECT day, key_id, account, model, kind, bucket, count FROM daily_latency ${daily.sql}`,
      values: daily.values,
    },
  ]
  for (const { from, to } of edges) {
    const where = new Where().filter(filter)
    for (const [kind, bucket] of [
      ['total', 'r.duration_bucket'],
      ['first', 'CASE WHEN r.stream THEN r.first_token_bucket END'],
    ]) {
      parts.push({
        sql: `SELECT * FROM (SELECT ${dayOf} AS day, r.key_id AS key_id, coalesce(r.account, '') AS account, ${modelOf} AS model,
          '${kind}' AS kind, ${bucket} AS bucket, 1 AS count FROM requests r
          WHERE r.at >= ? AND r.at < ? AND r.outcome = 'success' AND r.operation = 'generate') ${where.sql}`,
        values: [from, to, ...where.values],
      })
    }
  }
  return union(parts)
}

function union(parts: readonly Source[]): Source {
  return { sql: parts.map(({ sql }) => sql).join(' UNION ALL '), values: parts.flatMap(({ values }) => values) }
}
