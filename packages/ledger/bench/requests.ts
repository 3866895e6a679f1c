/**
 * What a request with one attempt costs a gateway that keeps a ledger: processor time in the thread that serves, and in all of them.
 * Run it with `node packages/ledger/bench/requests.ts [DIST] [DIST]...`: several builds take turns in one run.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DispatchRow, RequestRow } from '../src/index.ts'

const perTurn = 30_000
const turns = 7
/** Requests between two turns of the event loop, and between two pauses: about what a gateway does at full load. */
const [atOnce, perPause] = [64, 512]

interface Cost {
  /** Microseconds of processor time for each request. */
  readonly serving: number
  readonly all: number
}

let count = 0

function sent(at: number): DispatchRow {
  const requestId = `req_bench${(count++).toString(36).padStart(8, '0')}`
  return {
    requestId,
    number: 1,
    at,
    keyId: 'gw_bench',
    account: 'upstream_chat',
    provider: 'openai',
    model: 'gpt-bench',
    upstreamModel: 'gpt-bench',
    dialect: 'openai-chat',
  }
}

function over({ requestId, keyId, model, ...attempt }: DispatchRow, at: number): RequestRow {
  return {
    id: requestId,
    at: attempt.at,
    keyId,
    operation: 'generate',
    dialect: 'openai-chat',
    stream: false,
    status: 200,
    outcome: 'success',
    durationMs: at - attempt.at,
    bytesIn: 1_300,
    bytesOut: 700,
    attempts: [
      {
        ...attempt,
        outcome: 'success',
        durationMs: at - attempt.at,
        status: 200,
        usage: { input: 212, output: 98 + (count % 50), cacheRead: 128, reasoning: 0 },
        upstreamRequestId: `req_up_${count.toString(16).padStart(24, '0')}`,
      },
    ],
    model,
  }
}

async function turn(ledger: {
  dispatched(row: DispatchRow): void
  finished(row: RequestRow): void
  flush(): Promise<void>
}): Promise<Cost> {
  const [all, serving] = [process.cpuUsage(), process.threadCpuUsage()]
  const open: DispatchRow[] = []
  for (let done = 0; done < perTurn; done += atOnce) {
    for (let each = 0; each < atOnce; each++) {
      const row = sent(Date.now())
      ledger.dispatched(row)
      open.push(row)
    }
    await new Promise(setImmediate)
    for (const row of open.splice(0)) ledger.finished(over(row, Date.now()))
    if (done % perPause === 0) await sleep(20)
  }
  await ledger.flush()
  const [allUsed, servingUsed] = [process.cpuUsage(all), process.threadCpuUsage(serving)]
  return {
    serving: (servingUsed.user + servingUsed.system) / perTurn,
    all: (allUsed.user + allUsed.system) / perTurn,
  }
}

const nothing = { dispatched: () => {}, finished: () => {}, flush: async () => {} }
const dir = mkdtempSync(join(tmpdir(), 'llm-gateway-ledger-bench-'))
const builds = process.argv.length > 2 ? process.argv.slice(2) : [join(import.meta.dirname, '../dist')]
const ledgers = await Promise.all(
  builds.map(async (build, index) => {
    const { SqliteLedger } = (await import(join(resolve(build), 'index.js'))) as typeof import('../src/index.ts')
    return {
      name: build,
      ledger: new SqliteLedger({ file: join(dir, `${index}.db`), warn: console.error }),
      costs: [] as Cost[],
    }
  }),
)
const sides = [{ name: 'no ledger', ledger: nothing, costs: [] as Cost[] }, ...ledgers]
for (let round = 0; round <= turns; round++) {
  for (const { ledger, costs } of sides) {
    const cost = await turn(ledger)
    if (round > 0) costs.push(cost)
  }
}
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
for (const { name, costs } of sides) {
  const [serving, all] = [median(costs.map((cost) => cost.serving)), median(costs.map((cost) => cost.all))]
  console.log(`${serving.toFixed(1)} µs in the serving thread, ${all.toFixed(1)} µs in all: ${name}`)
}
await Promise.all(ledgers.map(({ ledger }) => ledger.close()))
rmSync(dir, { recursive: true, force: true })
