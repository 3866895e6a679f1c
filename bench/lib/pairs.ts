import { setTimeout as sleep } from 'node:timers/promises'
import { type Instance, type Latency, type LoadShape, latenciesOf, latencyOf, oneRate, type Plan } from './measure.ts'
import type { Running } from './process.ts'
import { median } from './report.ts'
import type { System } from './system.ts'

/** What one pair of starts came to: of the second system, as a multiple of the first. */
export interface PairRatios {
  readonly perSecond: number
  /** Processor time for each request or event. */
  readonly microseconds: number
  /** Of what each adds to the upstream's own latency, at 200 JSON requests a second. */
  readonly added?: Latency
}

/** How two systems compare with one shape: one entry for each pair of starts. */
export interface Comparison {
  readonly shape: LoadShape
  readonly pairs: readonly PairRatios[]
}

/** Turns of full load within one pair of starts. */
const turns = 12
const settleMs = 200

/**
 * Two systems beside each other, each started anew for every pair: starts of the same build differ by a fifth, since what V8
 * compiles when is chance, so that one start says little. Turns are short and follow each other at once, for the machine's speed
 * changes within seconds and a server that idles for long is not the one that was warm.
 */
export async function comparePairs(
  systems: readonly [System, System],
  upstream: System,
  plan: Plan,
  tell: (comparison: Comparison) => void,
): Promise<readonly Comparison[]> {
  const found: Comparison[] = []
  for (const shape of plan.shapes) {
    const pairs: PairRatios[] = []
    for (let pair = 0; pair < plan.starts; pair++) {
      const order = pair % 2 === 0 ? systems : systems.toReversed()
      pairs.push(await onePair(order, { base: systems[0], upstream }, shape, plan))
      tell({ shape, pairs })
    }
    found.push({ shape, pairs })
  }
  return found
}

async function onePair(
  order: readonly System[],
  { base, upstream }: { base: System; upstream: System },
  shape: LoadShape,
  plan: Plan,
): Promise<PairRatios> {
  const instances: Instance[] = []
  try {
    for (const system of order) instances.push({ system, running: await started(system) })
    for (const instance of instances) await rateOf(instance, shape, { ...plan, seconds: plan.warmUpSeconds })
    const rates: number[] = []
    const times: number[] = []
    for (let turn = 0; turn < turns; turn++) {
      const seen = await inTurn(instances, turn, (each) => rateOf(each, shape, plan))
      rates.push(ratioOf(seen, base, ({ perSecond }) => perSecond))
      times.push(ratioOf(seen, base, ({ microseconds }) => microseconds))
    }
    const full = { perSecond: median(rates), microseconds: median(times) }
    return shape === 'json' ? { ...full, added: await addedLatency(instances, { base, upstream }, plan) } : full
  } finally {
    for (const { running } of instances) await running?.stop()
  }
}

/** Of all turns together: what is rare does not happen in every one. */
async function addedLatency(
  instances: readonly Instance[],
  { base, upstream }: { base: System; upstream: System },
  plan: Plan,
): Promise<Latency> {
  const own: number[] = []
  const taken = new Map<System, number[]>(instances.map(({ system }) => [system, []]))
  for (let turn = 0; turn < plan.latencyRounds; turn++) {
    own.push(...(await latenciesOf(upstream, plan.latencySeconds, turn)))
    const seen = await inTurn(instances, turn, ({ system }) => latenciesOf(system, plan.latencySeconds, turn))
    for (const [system, latencies] of seen) taken.get(system)?.push(...latencies)
  }
  const of = new Map([...taken].map(([system, latencies]) => [system, latencyOf(latencies)]))
  const upstreamOwn = latencyOf(own)
  const added = (key: keyof Latency): number => ratioOf(of, base, (latency) => latency[key] - upstreamOwn[key])
  return { p50: added('p50'), p90: added('p90'), p99: added('p99') }
}

/** Whoever was first is second in the next turn. */
async function inTurn<T>(
  instances: readonly Instance[],
  turn: number,
  measure: (instance: Instance) => Promise<T>,
): Promise<ReadonlyMap<System, T>> {
  const seen = new Map<System, T>()
  for (const instance of turn % 2 === 0 ? instances : instances.toReversed()) {
    seen.set(instance.system, await measure(instance))
    await sleep(settleMs)
  }
  return seen
}

function ratioOf<T>(seen: ReadonlyMap<System, T>, base: System, value: (of: T) => number | undefined): number {
  let [below, above] = [Number.NaN, Number.NaN]
  for (const [system, each] of seen) {
    if (system === base) below = value(each) ?? Number.NaN
    else above = value(each) ?? Number.NaN
  }
  return above / below
}

async function started(system: System): Promise<Running> {
  const running = await system.start?.()
  if (running === undefined) throw new Error(`${system.name} cannot be started anew for each pair`)
  return running
}

async function rateOf(
  instance: Instance,
  shape: LoadShape,
  plan: Plan,
): Promise<{ readonly perSecond?: number; readonly microseconds?: number }> {
  const rate = await oneRate(instance, shape, plan)
  if (rate === undefined) throw new Error(`${instance.system.name} has no request of the shape ${shape}`)
  if (rate.failed !== undefined) throw new Error(`${instance.system.name}, ${shape}: ${rate.failed}`)
  return rate
}
