import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { cores, pinned } from './pin.ts'
import { type BenchRequest, wireBytes } from './system.ts'

export interface Target {
  readonly port: number
  readonly request: BenchRequest
}

/** Open connections, each with one request under way at any time. */
export const connections = 64

/** Requests a second at full load, by wrk. */
export async function wrkRate(target: Target, seconds: number, dir: string): Promise<number> {
  const script = join(dir, 'request.lua')
  writeFileSync(script, luaOf(target.request))
  const url = `http://127.0.0.1:${target.port}${target.request.path}`
  // Node accepts one connection in each turn of its event loop, and turns are long under load: the last of many that come at once
  // waits for seconds where all is cold, which is no failure.
  const patience = ['--timeout', '20s']
  const wrk = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, ...patience, '-s', script, url]
  const command = pinned(cores.load, wrk)
  const [file = '', ...args] = command
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (piece: Buffer) => {
    out += piece.toString('utf8')
  })
  await once(child, 'close')
  const problem = /Non-2xx.*|Socket errors: (?!connect 0, read 0, write 0, timeout 0).*/.exec(out)?.[0]
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1])
  if (problem !== undefined || !(rate > 0)) throw new Error(`wrk at ${url}: ${problem ?? out.trim()}`)
  return rate
}

function luaOf({ headers, body }: BenchRequest): string {
  const lines = Object.entries({ 'content-type': 'application/json', ...headers }).map(
    ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
  )
  return ['wrk.method = "POST"', `wrk.body = [==[${body}]==]`, ...lines].join('\n')
}

/** Requests a second at full load, by this process: for machines without wrk. Less than wrk reaches. */
export async function ownRate(target: Target, seconds: number): Promise<number> {
  const request = wireBytes(target.request)
  const end = performance.now() + seconds * 1000
  let count = 0
  const worker = async (): Promise<void> => {
    const connection = new Connection(target.port)
    while (performance.now() < end) {
      expectOk(await connection.send(request))
      count++
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: connections }, worker))
  return count / seconds
}

/**
 * Milliseconds each of a run of requests took. They are sent when due, whether or not earlier ones are answered, and come as those
 * of many clients do, at random: at equal distances each would meet the same moment of whatever a system does every few ms.
 * @param seed Runs of one seed have the same distances.
 */
export async function latencies(
  target: Target,
  { perSecond, seconds, seed }: { readonly perSecond: number; readonly seconds: number; readonly seed: number },
): Promise<readonly number[]> {
  const request = wireBytes(target.request)
  const idle: Connection[] = []
  const taken: number[] = []
  const open: Promise<void>[] = []
  const chance = chances(seed)
  const begin = performance.now()
  const send = async (sentAt: number): Promise<void> => {
    const connection = idle.pop() ?? new Connection(target.port)
    expectOk(await connection.send(request))
    taken.push(performance.now() - sentAt)
    idle.push(connection)
  }
  for (let due = 0; due < seconds * 1000; due += (-Math.log(chance()) * 1000) / perSecond) {
    const wait = begin + due - performance.now()
    if (wait > 0) await sleep(wait)
    // Timers fire up to a millisecond late, which is the load generator's doing and not the system's.
    open.push(send(performance.now()))
  }
  await Promise.all(open)
  for (const connection of idle) connection.close()
  return taken
}

/** Numbers above 0 and below 1: Lehmer's generator with the multiplier of Park and Miller's second paper. */
function chances(seed: number): () => number {
  const modulus = 2 ** 31 - 1
  let state = 1 + (seed % (modulus - 1))
  return () => {
    state = (state * 48271) % modulus
    return state / modulus
  }
}

export function expectOk(status: number): void {
  if (status !== 200) throw new Error(`the system answered ${status}`)
}
