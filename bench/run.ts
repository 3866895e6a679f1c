#!/usr/bin/env node
// Measures the gateway beside other systems, in turns, and prints Markdown tables. `--quick` takes a minute, else about five.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bare } from './lib/bare.ts'
import { once } from './lib/connection.ts'
import {
  coldStart,
  type Instance,
  latency,
  loadShapes,
  memory,
  type Plan,
  throughput,
  versionTime,
} from './lib/measure.ts'
import { nginx } from './lib/nginx.ts'
import { comparePairs } from './lib/pairs.ts'
import { cores, keepAwake, pinned, pinProblem, pinSelf } from './lib/pin.ts'
import { portkey } from './lib/portkey.ts'
import { freePort, type Running, start } from './lib/process.ts'
import { launcher, launcherBundle, project } from './lib/project.ts'
import { chatRequests, type Skipped, type System, wireBytes } from './lib/system.ts'
import { comparisonTable, latencyTable, machine, memoryTable, startTable, throughputTables } from './lib/tables.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: ['throughput', 'latency', 'memory', 'start'] },
    system: { type: 'string', multiple: true, default: ['nginx', 'bare', 'project', 'portkey'] },
    shape: { type: 'string', multiple: true, default: [...loadShapes] },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    starts: { type: 'string' },
    'cpu-prof': { type: 'string' },
  },
})

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'llm-gateway-bench-'))
  const started: Running[] = []
  let letSleep: (() => void) | undefined
  try {
    const problem = pinProblem()
    if (problem === undefined) pinSelf(cores.load)
    else loud(problem)
    if (problem === undefined) letSleep = keepAwake(cores.load)
    const upstream = await startUpstream(started)
    const systems = await availableSystems(upstream.port, dir)
    process.stdout.write(`${machine()}\n\n`)
    await measure(upstream, systems, planOf(dir), started)
  } finally {
    letSleep?.()
    for (const running of started) await running.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

function planOf(dir: string): Plan {
  const wrk = spawnSync('wrk', ['-v']).error === undefined
  if (!wrk) loud('wrk is not installed (Debian: wrk): requests are made by Node, which reaches less')
  const common = { shapes: loadShapes.filter((shape) => values.shape.includes(shape)), wrk, dir }
  const plan: Plan = values.quick
    ? { rounds: 2, seconds: 1, warmUpSeconds: 2, latencySeconds: 2, latencyRounds: 1, starts: 2, ...common }
    : { rounds: 3, seconds: 2, warmUpSeconds: 8, latencySeconds: 4, latencyRounds: 3, starts: 5, ...common }
  return {
    ...plan,
    ...(values.rounds !== undefined && { rounds: Number(values.rounds) }),
    ...(values.seconds !== undefined && { seconds: Number(values.seconds) }),
    ...(values.starts !== undefined && { starts: Number(values.starts) }),
  }
}

async function startUpstream(started: Running[]): Promise<System> {
  const port = await freePort()
  const file = fileURLToPath(new URL('lib/upstream.ts', import.meta.url))
  const requests = chatRequests({})
  started.push(
    await start({
      command: pinned(cores.load, [process.execPath, file, String(port)]),
      ready: async () => requests.json !== undefined && (await once(port, wireBytes(requests.json))) === 200,
    }),
  )
  return { name: 'the upstream itself', port, requests }
}

async function availableSystems(upstreamPort: number, dir: string): Promise<readonly System[]> {
  const profile = values['cpu-prof']
  const nodeArgs = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const makers: Readonly<Record<string, () => Promise<System | Skipped>>> = {
    nginx: () => nginx(upstreamPort, dir),
    bare: () => bare(upstreamPort),
    project: () => project(upstreamPort, dir, { nodeArgs }),
    plain: () => project(upstreamPort, dir, { plain: true }),
    portkey: () => portkey(upstreamPort),
  }
  const systems: System[] = []
  for (const wanted of values.system) {
    const made = await makers[wanted]?.()
    if (made === undefined) throw new Error(`--system ${wanted}: known are ${Object.keys(makers).join(', ')}`)
    if ('skipped' in made) loud(`${made.name} is left out: ${made.skipped}`)
    else systems.push(made)
  }
  return systems
}

async function measure(upstream: System, systems: readonly System[], plan: Plan, started: Running[]): Promise<void> {
  const wants = new Set(values.only)
  if (wants.has('throughput') || wants.has('latency')) {
    const instances: Instance[] = [{ system: upstream }]
    for (const system of systems) {
      const running = await system.start?.()
      if (running) started.push(running)
      instances.push({ system, ...(running && { running }) })
    }
    if (wants.has('throughput')) print(throughputTables(await throughput(instances, plan)))
    if (wants.has('latency')) print(latencyTable(await latency(instances, plan), upstream.name))
    for (const { running } of instances) await running?.stop()
  }
  if (wants.has('pairs')) print(await pairs(systems, upstream, plan))
  if (wants.has('memory')) {
    const found = new Map<string, Awaited<ReturnType<typeof memory>>>()
    for (const system of systems) found.set(system.name, await memory(system))
    print(memoryTable(found))
  }
  if (wants.has('start')) {
    const found = new Map<string, number | undefined>()
    for (const system of systems) found.set(system.name, await coldStart(system, plan))
    const built = existsSync(launcher) && existsSync(launcherBundle)
    if (!built) loud('`llm-gateway --version` is left out: the command is not built')
    print(startTable(found, built ? versionTime([process.execPath, launcher, '--version'], plan) : undefined))
  }
}

async function pairs(systems: readonly System[], upstream: System, plan: Plan): Promise<string> {
  const [base, other, ...more] = systems
  if (!base || !other || more.length > 0)
    throw new Error('--only pairs takes two systems: --system plain --system project')
  const tell: Parameters<typeof comparePairs>[3] = ({ shape, pairs }) => {
    const told = pairs.map(({ perSecond, added }) => [perSecond, ...(added ? [added.p50, added.p90, added.p99] : [])])
    const texts = told.map((values) => values.map((value) => value.toFixed(2)).join(' ')).join(', ')
    process.stderr.write(`${shape}, ${pairs.length} of ${plan.starts}: ${texts}\n`)
  }
  return comparisonTable(await comparePairs([base, other], upstream, plan, tell), [base.name, other.name])
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function loud(text: string): void {
  process.stderr.write(`!! ${text}\n`)
}

await main()
