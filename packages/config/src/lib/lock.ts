import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError, systemCode } from './error.ts'

/** How long a lock is waited for. */
export interface LockOptions {
  /** In milliseconds; 0 tries once. Default 5 s. */
  readonly waitMs?: number
}

/** A lock is held for milliseconds; one this old was left by a process that nobody can ask about. */
const STALE_MS = 30_000

/** Between creating the lock and writing its holder lies an instant; a kill there leaves the file empty. */
const UNSIGNED_STALE_MS = 2_000

const RETRY_MS = 15

/**
 * Runs an action while holding `<file>.lock`, which other processes of this kind respect too. A lock whose process is
 * gone is taken over.
 *
 * @throws {@link ConfigError} `BUSY` when the lock is not free in time, `SAVE_FAILED` when it cannot be made.
 */
export async function withLock<T>(file: string, action: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const lock = `${file}.lock`
  const signature = `${process.pid} ${hostname()} ${randomBytes(6).toString('hex')}`
  await acquire(lock, signature, options.waitMs ?? 5_000)
  try {
    return await action()
  } finally {
    const held = await readFile(lock, 'utf8').catch(() => undefined)
    if (held === signature) await rm(lock, { force: true })
  }
}

async function acquire(lock: string, signature: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs
  for (;;) {
    try {
      await writeFile(lock, signature, { flag: 'wx', mode: 0o600 })
      return
    } catch (error) {
      const code = systemCode(error) ?? 'unknown error'
      if (code !== 'EEXIST') {
        throw new ConfigError('SAVE_FAILED', `cannot lock ${lock} for writing (${code})`, { cause: error })
      }
    }
    if (await isStale(lock)) await breakLock(lock)
    else if (performance.now() >= deadline) {
      throw new ConfigError('BUSY', `another process is changing the file; if none is, delete ${lock}`)
    } else await sleep(RETRY_MS)
  }
}

async function isStale(lock: string, place: string = lock): Promise<boolean> {
  const [text, info] = await Promise.all([
    readFile(place, 'utf8').catch(() => undefined),
    stat(place).catch(() => undefined),
  ])
  if (text === undefined || info === undefined) return false
  const age = Date.now() - info.mtimeMs
  const [pid, host] = text.split(' ')
  if (host === undefined) return age > UNSIGNED_STALE_MS
  if (age > STALE_MS) return true
  return host === hostname() && !isAlive(Number(pid))
}

/**
 * Removes a stale lock. Between the look and the removal another process may have replaced it by its own, so it is
 * moved aside first, looked at again, and put back if it is alive.
 */
async function breakLock(lock: string): Promise<void> {
  const aside = `${lock}.${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    await rename(lock, aside)
  } catch {
    return
  }
  if (!(await isStale(lock, aside))) await link(aside, lock).catch(() => undefined)
  await rm(aside, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
