import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Paths } from '@llm-gateway/config'
import { homeRemedy, readRuntime } from '@llm-gateway/server'
import { CliError, exitCodes } from '../command-line/error.ts'
import type { Io } from '../terminal/io.ts'
import { AdminClient } from './admin-client.ts'

/** A server that has not come up by then never will. */
const startMs = 30_000
const pollMs = 25

export interface DetachOptions {
  readonly places: Paths
  readonly io: Pick<Io, 'self' | 'env' | 'cwd' | 'now'>
  readonly host?: string
  readonly port?: number
}

/** What `server start` tells of itself as JSON. */
export interface Started {
  readonly url: string
  readonly pid: number
  readonly version: string
  readonly demo: boolean
  /** The gateway key of a server without configuration. */
  readonly demoKey?: string
}

/**
 * Starts the server as a process of its own and waits until it takes requests.
 *
 * @throws CliError with what the server said when it ends instead.
 */
export async function startDetached(options: DetachOptions): Promise<Started & { readonly log: string }> {
  const log = join(options.places.home, 'logs', 'server.log')
  const descriptor = openLog(log)
  const { size } = fstatSync(descriptor)
  const child = spawnServer(options, descriptor)
  closeSync(descriptor)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  try {
    const started = await Promise.race([announcement(child), ended, sleep(startMs, undefined, { ref: false })])
    if (started === undefined) throw failure(log, size)
    await untilReady(options, started.pid)
    return { ...started, log }
  } catch (cause) {
    child.kill()
    throw cause
  } finally {
    child.stdout?.destroy()
    child.unref()
  }
}

function openLog(log: string): number {
  try {
    mkdirSync(dirname(log), { recursive: true, mode: 0o700 })
    return openSync(log, 'a', 0o600)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new CliError('FAILED', `cannot write the log ${log} (${reason})`, { hint: homeRemedy(reason), cause })
  }
}

function spawnServer({ places, io, host, port }: DetachOptions, log: number): ChildProcess {
  const [program, ...first] = io.self
  const flags = [
    `--home=${places.home}`,
    `--config=${places.configFile}`,
    ...(host === undefined ? [] : [`--host=${host}`]),
    ...(port === undefined ? [] : [`--port=${port}`]),
  ]
  return spawn(program, [...first, 'server', 'start', '--json', ...flags], {
    cwd: io.cwd,
    env: io.env,
    detached: true,
    windowsHide: true,
    // What it announces may hold a key, which does not belong into the log.
    stdio: ['ignore', 'pipe', log],
  })
}

/** The one line the server writes to stdout when it listens; never settles when it ends without. */
function announcement(child: ChildProcess): Promise<Started> {
  return new Promise((resolve) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const end = text.indexOf('\n')
      if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as Started)
    })
  })
}

async function untilReady({ places, io }: DetachOptions, pid: number): Promise<void> {
  const deadline = io.now() + startMs
  while (io.now() < deadline) {
    const runtime = readRuntime(places.home)
    if (runtime?.pid === pid && (await new AdminClient(runtime).ready())) return
    await sleep(pollMs)
  }
  throw new CliError('FAILED', `the server (pid ${pid}) listens but does not become ready`)
}

/** What the server wrote before it ended: its own failure where it told one, else the end of its log. */
function failure(log: string, from: number): CliError {
  const lines = readFileSync(log).subarray(from).toString('utf8').trimEnd().split('\n')
  for (const line of lines.toReversed()) {
    const told = failureIn(line)
    if (told) return told
  }
  const tail = lines.slice(-5).join('\n')
  return new CliError('FAILED', `the server did not start${tail === '' ? '' : `:\n${tail}`}`, { hint: `see ${log}` })
}

/** The failure as the server's own command told it, with the exit code it would have had in the foreground. */
function failureIn(line: string): CliError | undefined {
  try {
    const { error } = JSON.parse(line) as { error?: { message?: unknown; hint?: unknown; exitCode?: unknown } }
    if (typeof error?.message !== 'string') return undefined
    const code = error.exitCode === exitCodes.refused ? 'REFUSED' : 'FAILED'
    return new CliError(code, error.message, typeof error.hint === 'string' ? { hint: error.hint } : {})
  } catch {
    return undefined
  }
}
