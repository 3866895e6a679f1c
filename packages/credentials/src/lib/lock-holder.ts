import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'

/** Who holds a lock, as it is written into the lock's file. */
export interface LockHolder {
  readonly pid: number
  readonly host: string
  /** When the process started, in the system's own unit: tells it from a later one of the same id. Empty where unknown. */
  readonly started: string
  /** Different for each time a lock is taken. */
  readonly token: string
}

/** This process as the holder. */
export async function ownHolder(token: string): Promise<LockHolder> {
  return { pid: process.pid, host: hostname(), started: await startOf(process.pid), token }
}

/** A process of this machine of which only the id is known. */
export function unsigned(pid: number): LockHolder {
  return { pid, host: hostname(), started: '', token: '' }
}

/** What a lock's file says; undefined where it is no such file. */
export function readHolder(text: string): LockHolder | undefined {
  try {
    const found = JSON.parse(text) as Partial<LockHolder> | null
    const { pid, host, started, token } = found ?? {}
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof token !== 'string') return undefined
    return { pid, host, started: typeof started === 'string' ? started : '', token }
  } catch {
    return undefined
  }
}

/** Whether the holder's process is known to be gone: only of this machine's own processes is it known. */
export async function isGone(holder: LockHolder): Promise<boolean> {
  if (holder.host !== hostname()) return false
  if (!exists(holder.pid)) return true
  // A container's first process has the same id after each restart, and any id comes again some day.
  const started = await startOf(holder.pid)
  return holder.started !== '' && started !== '' && holder.started !== started
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Linux tells in clock ticks since the machine started, as the 22nd field of `stat`; the second may hold anything. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
