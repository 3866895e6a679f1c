import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A server under measurement, or the upstream. */
export interface Running {
  readonly pid: number
  stop(): Promise<void>
}

export interface StartOptions {
  readonly command: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Polled until it is true. */
  ready(): Promise<boolean>
  /** Default 20 s. */
  readonly withinMs?: number
}

/** Starts a process and waits until it serves. */
export async function start(options: StartOptions): Promise<Running> {
  const [file = '', ...args] = options.command
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (piece: Buffer) => {
    said = (said + piece.toString('utf8')).slice(-2000)
  })
  let ended: string | undefined
  child.on('error', (error) => {
    ended = error.message
  })
  child.on('exit', (code, signal) => {
    ended ??= `it ended with ${code ?? signal}`
  })
  const limit = Date.now() + (options.withinMs ?? 20_000)
  while (!(await options.ready())) {
    if (ended !== undefined || Date.now() > limit) {
      child.kill('SIGKILL')
      throw new Error(`${options.command.join(' ')} does not serve: ${ended ?? 'no answer in time'}\n${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return { pid: child.pid ?? 0, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), 3000)
  await exit
  clearTimeout(hard)
}

/** A port nobody listens on at present. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  server.close()
  await once(server, 'close')
  return port
}
