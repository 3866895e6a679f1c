import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { latencies, ownRate, type Target, wrkRate } from './load.ts'
import { processorSeconds, residentMb } from './memory.ts'
import { cores, pinned } from './pin.ts'
import type { Running } from './process.ts'
import { median, percentile } from './report.ts'
import { eventRate, openStreams } from './sse-load.ts'
import type { Shape, System } from './system.ts'

export interface Plan {
  /** How often each cell is measured; systems take turns within a round. */
  readonly rounds: number
  /** Of full load, for one cell of one round. */
  readonly seconds: number
  /** Of full load on each shape of each system before anything counts: V8 compiles as it goes, and on one core slowly. */
  readonly warmUpSeconds: number
  /** Of 200 requests a second, for one system of one round. */
  readonly latencySeconds: number
  readonly latencyRounds: number
  readonly starts: number
  readonly shapes: readonly LoadShape[]
  readonly wrk: boolean
  /** For files of the run. */
  readonly dir: string
}

/** A system with an instance under way; the upstream's own has no process to account for. */
export interface Instance {
  readonly system: System
  readonly running?: Running
}

/** What one system reached with one shape: the median of its rounds, or why it could not. */
export interface Rate {
  readonly perSecond?: number
  /** Processor time of the system for each request or event, in microseconds. */
  readonly microseconds?: number
  readonly failed?: string
}

export const loadShapes = ['json', 'sse', 'convertedJson', 'convertedSse'] as const satisfies readonly Shape[]
export type LoadShape = (typeof loadShapes)[number]
export type Rates = ReadonlyMap<string, Readonly<Partial<Record<LoadShape, Rate>>>>

/** Full load: every shape of every system, in turns. */
export async function throughput(instances: readonly Instance[], plan: Plan): Promise<Rates> {
  const found = new Map<string, Partial<Record<LoadShape, Rate>>>()
  for (const { system } of instances) found.set(system.name, {})
  for (const shape of plan.shapes) {
    const rounds = new Map<string, Rate[]>()
    // The first round warms up and is not counted.
    const warm = { ...plan, seconds: plan.warmUpSeconds }
    for (let round = 0; round <= plan.rounds; round++) {
      for (const instance of instances) {
        const { name } = instance.system
        const earlier = rounds.get(name) ?? []
        if (earlier.some((rate) => rate.failed !== undefined)) continue
        const rate = await oneRate(instance, shape, round === 0 ? warm : plan)
        if (rate && (round > 0 || rate.failed !== undefined)) rounds.set(name, [...earlier, rate])
      }
    }
    for (const [name, rates] of rounds) found.set(name, { ...found.get(name), [shape]: middle(rates) })
  }
  return found
}

function middle(rates: readonly Rate[]): Rate {
  const failed = rates.find((rate) => rate.failed !== undefined)
  if (failed) return failed
  const known = (key: 'perSecond' | 'microseconds'): number => median(rates.flatMap((rate) => rate[key] ?? []))
  return { perSecond: known('perSecond'), microseconds: known('microseconds') }
}

export async function oneRate({ system, running }: Instance, shape: LoadShape, plan: Plan): Promise<Rate | undefined> {
  const request = system.requests[shape]
  if (request === undefined) return undefined
  const target: Target = { port: system.port, request }
  const before = running ? processorSeconds(running.pid) : 0
  const began = performance.now()
  try {
    const perSecond = await load(target, shape, plan)
    const count = (perSecond * (performance.now() - began)) / 1000
    if (!running) return { perSecond }
    return { perSecond, microseconds: ((processorSeconds(running.pid) - before) * 1e6) / count }
  } catch (cause) {
    return { failed: cause instanceof Error ? cause.message : String(cause) }
  }
}

function load(target: Target, shape: LoadShape, plan: Plan): Promise<number> {
  if (shape === 'sse' || shape === 'convertedSse') return eventRate(target, plan.seconds)
  return plan.wrk ? wrkRate(target, plan.seconds, plan.dir) : ownRate(target, plan.seconds)
}

/** Milliseconds at a load that asks little of anybody. */
export interface Latency {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** Latency by system; what the upstream itself takes is not yet taken off. */
export async function latency(instances: readonly Instance[], plan: Plan): Promise<ReadonlyMap<string, Latency>> {
  const found = new Map<string, number[]>()
  for (let round = 0; round < plan.latencyRounds; round++) {
    for (const { system } of instances) {
      const taken = await latenciesOf(system, plan.latencySeconds, round)
      if (taken.length > 0) found.set(system.name, [...(found.get(system.name) ?? []), ...taken])
    }
  }
  return new Map([...found].map(([name, taken]) => [name, latencyOf(taken)]))
}

/** Of about 200 requests a second, in milliseconds; empty where the system has no such request. */
export async function latenciesOf(
  { port, requests }: System,
  seconds: number,
  seed: number,
): Promise<readonly number[]> {
  const { json: request } = requests
  return request === undefined ? [] : latencies({ port, request }, { perSecond: 200, seconds, seed })
}

export function latencyOf(taken: readonly number[]): Latency {
  return { p50: percentile(taken, 0.5), p90: percentile(taken, 0.9), p99: percentile(taken, 0.99) }
}

/** Resident memory in MB: of a fresh instance, then with streams open. */
export interface Memory {
  readonly idle: number
  readonly open500?: number
  readonly open1000?: number
  readonly failed?: string
}

export async function memory(system: System): Promise<Memory | undefined> {
  const running = await system.start?.()
  if (running === undefined) return undefined
  const { slow } = system.requests
  const idle = residentMb(running.pid)
  try {
    if (slow === undefined) return { idle }
    const half = await openStreams({ port: system.port, request: slow }, 500)
    await sleep(1500)
    const open500 = residentMb(running.pid)
    const rest = await openStreams({ port: system.port, request: slow }, 500).catch((cause: unknown) => {
      half.close()
      throw cause
    })
    await sleep(1500)
    const open1000 = residentMb(running.pid)
    half.close()
    rest.close()
    return { idle, open500, open1000 }
  } catch (cause) {
    return { idle, failed: cause instanceof Error ? cause.message : String(cause) }
  } finally {
    await running.stop()
  }
}

/** Milliseconds from the start of the process to its first answer to a model call. */
export async function coldStart(system: System, plan: Plan): Promise<number | undefined> {
  if (system.start === undefined) return undefined
  const taken: number[] = []
  for (let i = 0; i < plan.starts; i++) {
    const began = performance.now()
    const running = await system.start()
    taken.push(performance.now() - began)
    await running.stop()
  }
  return median(taken)
}

/** Milliseconds a command that only says its version takes. */
export function versionTime(command: readonly string[], plan: Plan): number | undefined {
  const [file = '', ...args] = pinned(cores.system, command)
  const taken: number[] = []
  for (let i = 0; i < plan.starts * 2; i++) {
    const began = performance.now()
    if (spawnSync(file, args, { stdio: 'ignore' }).status !== 0) return undefined
    taken.push(performance.now() - began)
  }
  return median(taken)
}
