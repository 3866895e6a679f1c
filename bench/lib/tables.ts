import { cpus } from 'node:os'
import type { Latency, LoadShape, Memory, Rate, Rates } from './measure.ts'
import type { Comparison, PairRatios } from './pairs.ts'
import { type Cell, median, percentile, table } from './report.ts'

/** When and on what, in words. */
export function machine(): string {
  const [first] = cpus()
  const date = new Date().toISOString().slice(0, 10)
  return `${date}, ${cpus().length} x ${first?.model.trim() || 'unknown processor'}, Node.js ${process.versions.node}, one core for the system and one for load and upstream`
}

/** Full load: requests and stream events, with their ratio to nginx by rate and by processor time. */
export function throughputTables(rates: Rates): string {
  const reference = [...rates].find(([name]) => name.startsWith('nginx'))?.[1]
  const failures: string[] = []
  const rows = (passed: LoadShape, converted: LoadShape): Cell[][] =>
    [...rates].map(([name, of]) => [
      name,
      ...columns(of[passed], reference?.[passed]),
      ...columns(of[converted], reference?.[passed]),
    ])
  for (const [name, of] of rates) {
    for (const [shape, rate] of Object.entries(of))
      if (rate.failed) failures.push(`- ${name}, ${shape}: ${rate.failed}`)
  }
  const head = (unit: string): string[] => [
    'system',
    `${unit}s/s`,
    'of nginx',
    `CPU us/${unit}`,
    'of nginx by CPU',
    `converted ${unit}s/s`,
    'of nginx',
    `CPU us/${unit}`,
    'of nginx by CPU',
  ]
  return [
    '### Requests, 64 connections\n',
    table(head('request'), rows('json', 'convertedJson')),
    '### Stream events, 64 streams of 100 events\n',
    table(head('event'), rows('sse', 'convertedSse')),
    ...failures,
  ].join('\n')
}

function columns(rate: Rate | undefined, reference: Rate | undefined): Cell[] {
  if (rate?.failed !== undefined) return ['fails', undefined, undefined, undefined]
  return [
    rate?.perSecond,
    ratio(rate?.perSecond, reference?.perSecond),
    rate?.microseconds,
    ratio(reference?.microseconds, rate?.microseconds),
  ]
}

function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b
}

/** How one system compares to another, over many starts of both. */
export function comparisonTable(found: readonly Comparison[], [base, other]: readonly [string, string]): string {
  const columns: readonly (readonly [string, (pair: PairRatios) => number | undefined])[] = [
    ['rate', ({ perSecond }) => perSecond],
    ['CPU for each', ({ microseconds }) => microseconds],
    ['added p50 at 200/s', ({ added }) => added?.p50],
    ['added p90 at 200/s', ({ added }) => added?.p90],
    ['added p99 at 200/s', ({ added }) => added?.p99],
  ]
  const rows = found.flatMap(({ shape, pairs }) =>
    columns.flatMap(([name, read]): Cell[][] => {
      const values = pairs.flatMap((pair) => read(pair) ?? [])
      if (values.length === 0) return []
      const quartiles = [percentile(values, 0.25), percentile(values, 0.75)]
      return [[`${shape}: ${name}`, median(values), ...quartiles, String(values.length)]]
    }),
  )
  const head = [`${other}, as a multiple of ${base}`, 'median', 'lower quartile', 'upper quartile', 'pairs of starts']
  return `### ${other} beside ${base}\n\n${table(head, rows)}`
}

/** What each system adds to the upstream's own time. */
export function latencyTable(found: ReadonlyMap<string, Latency>, upstream: string): string {
  const base = found.get(upstream)
  const rows = [...found].map(([name, { p50, p99 }]): Cell[] => {
    const added = base === undefined || name === upstream ? [] : [p50 - base.p50, p99 - base.p99]
    return [name, p50, p99, added[0], added[1]]
  })
  return `### Milliseconds at 200 requests/s\n\n${table(['system', 'p50', 'p99', 'added p50', 'added p99'], rows)}`
}

export function memoryTable(found: ReadonlyMap<string, Memory | undefined>): string {
  const rows = [...found].map(([name, of]): Cell[] => {
    if (of?.failed !== undefined) return [name, of.idle, `fails: ${of.failed}`, undefined]
    return [name, of?.idle, of?.open500, of?.open1000]
  })
  return `### Resident memory, MB\n\n${table(['system', 'idle', '500 open streams', '1,000 open streams'], rows)}`
}

export function startTable(found: ReadonlyMap<string, number | undefined>, version: number | undefined): string {
  const rows = [...found].map(([name, ms]): Cell[] => [name, ms])
  if (version !== undefined) rows.push(['`llm-gateway --version`', version])
  return `### Start, milliseconds to the first answer\n\n${table(['system', 'ms'], rows)}`
}
