import { spawn, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Where the measured system runs, and where the load and the upstream run. */
export const cores = { system: 0, load: 1 } as const

/** Why nothing can be pinned on this machine, or undefined when it can. */
export function pinProblem(): string | undefined {
  if (availableParallelism() < 2) return 'this machine has one core: load and system share it'
  if (spawnSync('taskset', ['--version']).error) return 'taskset is not installed: nothing is pinned to a core'
  return undefined
}

/** Moves this process, every thread of it, to a core. */
export function pinSelf(core: number): void {
  spawnSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)])
}

/** A command line that runs on one core, where that can be had. */
export function pinned(core: number, command: readonly string[]): readonly string[] {
  return pinProblem() === undefined ? ['taskset', '-c', String(core), ...command] : command
}

/**
 * Keeps a core from falling asleep by work that gives way to any other; gives what ends it. Waking a sleeping core is paid by the
 * process that wakes it: a slow system, whose load generator mostly waits, would seem half as fast as it is.
 */
export function keepAwake(core: number): () => void {
  const spin = ['chrt', '-i', '0', process.execPath, '-e', 'for (;;);']
  const [file = '', ...args] = pinned(core, spin)
  const child = spawn(file, args, { stdio: 'ignore' })
  child.on('error', () => {})
  return () => void child.kill('SIGKILL')
}
