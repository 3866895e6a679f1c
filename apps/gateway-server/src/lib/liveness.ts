import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { type Runtime, readRuntime } from './runtime-file.ts'

/** The server of a runtime file: it takes connections, or it takes no more and waits for open requests. */
export type Life = 'listening' | 'stopping' | 'gone'

const connectTimeoutMs = 2_000
/** Clock ticks a second in /proc: USER_HZ, the same on every architecture Node.js runs on. */
const ticksPerSecond = 100
/** Process start times are told in seconds, and clocks get set. */
const toleranceMs = 5_000

/** The server that runs from a home directory, and whether it still takes connections; undefined when there is none. */
export async function findServer(
  home: string,
): Promise<{ readonly runtime: Runtime; readonly life: Exclude<Life, 'gone'> } | undefined> {
  const runtime = readRuntime(home)
  const life = runtime && (await lifeOf(runtime))
  return runtime === undefined || life === undefined || life === 'gone' ? undefined : { runtime, life }
}

/**
 * A server that was killed leaves its file, and its process id may belong to another program by now: in a container to the very
 * process that asks, which is number 1 each time. So a process that does not listen is the server only if it is another one, and
 * as old as the file says.
 */
async function lifeOf({ url, pid, startedAt }: Runtime): Promise<Life> {
  if (await listens(url)) return 'listening'
  if (pid === process.pid) return 'gone'
  const begun = await processStart(pid)
  return begun !== undefined && begun <= startedAt + toleranceMs ? 'stopping' : 'gone'
}

/** A program too busy to accept listens nevertheless. */
function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 80) })
    const settle = (running: boolean): void => {
      socket.destroy()
      resolve(running)
    }
    socket.setTimeout(connectTimeoutMs, () => settle(true))
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}

/** When a process began, in milliseconds since the epoch; undefined where the system does not tell. */
async function processStart(pid: number): Promise<number | undefined> {
  try {
    return process.platform === 'linux' ? await startByProc(pid) : await startByPs(pid)
  } catch {
    return undefined
  }
}

/** proc(5): the 22nd field of `stat` is the start in ticks since boot; the second one may hold blanks and brackets. */
async function startByProc(pid: number): Promise<number | undefined> {
  const [stat, system] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile('/proc/stat', 'utf8')])
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  const boot = Number(/^btime (\d+)$/m.exec(system)?.[1])
  const start = (boot + ticks / ticksPerSecond) * 1_000
  return Number.isNaN(start) ? undefined : start
}

/** POSIX `ps` tells how long ago: `[[days-]hours:]minutes:seconds`. */
async function startByPs(pid: number): Promise<number | undefined> {
  // Only where it is asked for: the server reads this file at every start.
  const [{ execFile }, { promisify }] = await Promise.all([import('node:child_process'), import('node:util')])
  const { stdout } = await promisify(execFile)('ps', ['-o', 'etime=', '-p', String(pid)])
  const [, days, hours, minutes, seconds] = /^(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+)$/.exec(stdout.trim()) ?? []
  if (seconds === undefined) return undefined
  const elapsed = ((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes)) * 60 + Number(seconds)
  return Date.now() - elapsed * 1_000
}
