import { randomBytes } from 'node:crypto'
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError, systemCode } from './error.ts'
import { diskReasons } from './save.ts'

/** How long a lock is waited for. */
export interface LockOptions {
  /** In milliseconds; 0 tries once. Default 5 s. */
  readonly waitMs?: number
}

/** A lock is held for milliseconds; one this old was left by a process that nobody can ask about. */
const STALE_MS = 30_000

/** Between creating the lock and writing its holder lies an instant; a kill there leaves the file empty. */
const UNSIGNED_STALE_MS = 2_000

/** Breaking a stale lock takes milliseconds; a guard this old was left by a process killed in between. */
const GUARD_STALE_MS = 10_000

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
    if (await tryAcquire(lock, signature)) return
    const stale = await staleText(lock)
    if (stale !== undefined && (await breakLock(lock, stale))) continue
    if (performance.now() >= deadline) {
      throw new ConfigError('BUSY', `another process is changing the file; if none is, delete ${lock}`)
    }
    await sleep(RETRY_MS)
  }
}

/** Whether the lock is ours now. @throws {@link ConfigError} `SAVE_FAILED` when it cannot be made */
async function tryAcquire(lock: string, signature: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx', 0o600)
    try {
      await handle.writeFile(signature)
    } catch (error) {
      // On a full disk there is a file without a signature, which would keep others out when there is space again.
      await rm(lock, { force: true }).catch(() => undefined)
      throw error
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    const code = systemCode(error) ?? 'unknown error'
    if (code === 'EEXIST') return false
    throw new ConfigError('SAVE_FAILED', `cannot make ${lock}: ${diskReasons[code] ?? code}`, { cause: error })
  }
}

/** What a lock says that nobody holds any more; undefined for one that is held, and where there is none. */
async function staleText(lock: string): Promise<string | undefined> {
  const [text, info] = await Promise.all([
    readFile(lock, 'utf8').catch(() => undefined),
    stat(lock).catch(() => undefined),
  ])
  if (text === undefined || info === undefined) return undefined
  // A clock that was set back puts it into the future, where it would never grow old.
  const age = Math.abs(Date.now() - info.mtimeMs)
  const [pid, host] = text.split(' ')
  const unsigned = host === undefined
  const isOld = age > (unsigned ? UNSIGNED_STALE_MS : STALE_MS)
  return isOld || (host === hostname() && !isAlive(Number(pid))) ? text : undefined
}

/**
 * Removes a stale lock, and tells whether it did. Only who holds the guard may, and only the very lock that was seen to be stale: otherwise a slow second
 * waiter would remove the lock that the first has taken meanwhile.
 */
async function breakLock(lock: string, seen: string): Promise<boolean> {
  const guard = `${lock}.breaking`
  try {
    // Without a byte in it: it must also be made on a full disk, and be gone after it.
    await writeFile(guard, '', { flag: 'wx', mode: 0o600 })
  } catch {
    const info = await stat(guard).catch(() => undefined)
    if (info !== undefined && Math.abs(Date.now() - info.mtimeMs) > GUARD_STALE_MS) await rm(guard, { force: true })
    return false
  }
  try {
    if ((await staleText(lock)) !== seen) return false
    await rm(lock, { force: true })
    return true
  } finally {
    await rm(guard, { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
