import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CredentialError } from './error.ts'
import { busy, waitOf } from './keyed-queue.ts'
import { isGone, ownHolder, readHolder, unsigned } from './lock-holder.ts'
import { codeOf } from './save-whole.ts'
import { type HeldLock, type LockOptions, STALE_LOCK_MS } from './store.ts'

const RETRY_MS = 10
const LONGEST_RETRY_MS = 100
/** Breaking a stale lock takes milliseconds; a guard this old was left by a process killed in between. */
const GUARD_STALE_MS = 10_000

/** How long a lock lives without a sign of life; tests have no half minute. */
export interface LockTimes {
  readonly staleMs?: number
}

/** A lock as a waiter saw it, and since when it has looked the same. */
interface Sighting {
  readonly text: string
  readonly modified: number
  readonly since: number
}

/**
 * Runs a section while holding a lock file, which no two processes hold at a time. A waiter judges a lock by its own steady clock:
 * it must have seen no sign of life for all of the stale time, so neither clocks that differ nor a machine that slept end a lock.
 *
 * @throws CredentialError `BUSY`, `STORE_UNAVAILABLE` when the file cannot be made; what the section throws
 */
export async function withFileLock<T>(
  file: string,
  section: (held: HeldLock) => Promise<T>,
  options: LockOptions & LockTimes = {},
): Promise<T> {
  const staleMs = options.staleMs ?? STALE_LOCK_MS
  const text = JSON.stringify(await ownHolder(randomBytes(9).toString('base64url')))
  await acquire(file, text, options, staleMs)
  await removeAsides(file)
  const lost = new AbortController()
  const stillHeld = async (): Promise<boolean> => {
    const ours = (await readFile(file, 'utf8').catch(() => undefined)) === text
    if (!ours)
      lost.abort(new CredentialError('BUSY', 'the lock on this credential was taken over after a long standstill'))
    return ours
  }
  const heartbeat = setInterval(() => void beat(file, stillHeld), staleMs / 6)
  try {
    return await section({ signal: lost.signal, stillHeld })
  } finally {
    clearInterval(heartbeat)
    if (await stillHeld()) await rm(file, { force: true })
  }
}

async function beat(file: string, stillHeld: () => Promise<boolean>): Promise<void> {
  const now = new Date()
  if (await stillHeld()) await utimes(file, now, now).catch(() => undefined)
}

async function acquire(file: string, text: string, options: LockOptions, staleMs: number): Promise<void> {
  const deadline = performance.now() + waitOf(options)
  let seen: Sighting | undefined
  for (let attempt = 0; ; attempt += 1) {
    options.signal?.throwIfAborted()
    if (await tryAcquire(file, text)) return
    seen = await look(file, seen)
    if (seen !== undefined && (await isStale(seen, staleMs))) {
      await breakLock(file, seen)
      continue
    }
    if (performance.now() >= deadline) throw busy()
    const pause = Math.min(RETRY_MS * 1.3 ** attempt, LONGEST_RETRY_MS) * (0.5 + Math.random())
    await sleep(pause, undefined, { signal: options.signal }).catch(() => options.signal?.throwIfAborted())
  }
}

/** Written aside and linked into place, so that a lock never lacks its holder's name. */
async function tryAcquire(file: string, text: string): Promise<boolean> {
  const aside = `${file}.${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    await writeFile(aside, text, { flag: 'wx', mode: 0o600 })
    await link(aside, file)
    return true
  } catch (cause) {
    // Where another machine cleared the file away, another attempt will do.
    if (['EEXIST', 'ENOENT'].includes(codeOf(cause)) && existsSync(dirname(file))) return false
    throw new CredentialError('STORE_UNAVAILABLE', `cannot make the lock ${file} (${codeOf(cause)})`, { cause })
  } finally {
    await rm(aside, { force: true }).catch(() => undefined)
  }
}

async function look(file: string, before: Sighting | undefined): Promise<Sighting | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)])
    const same = before?.text === text && before.modified === mtimeMs
    return same ? before : { text, modified: mtimeMs, since: performance.now() }
  } catch {
    return undefined
  }
}

async function isStale(seen: Sighting, staleMs: number): Promise<boolean> {
  const holder = readHolder(seen.text)
  if (holder !== undefined && (await isGone(holder))) return true
  return performance.now() - seen.since > staleMs
}

/**
 * Removes a stale lock. Only who holds the guard may, and only the very lock that was seen to be stale: otherwise a slow second
 * waiter would remove the lock that the first has taken meanwhile.
 */
async function breakLock(file: string, seen: Sighting): Promise<void> {
  const guard = `${file}.breaking`
  try {
    // Without a byte in it: it must also be made on a full disk, and be gone after it.
    await writeFile(guard, '', { flag: 'wx', mode: 0o600 })
  } catch {
    const age = await stat(guard).then(
      ({ mtimeMs }) => Math.abs(Date.now() - mtimeMs),
      () => 0,
    )
    if (age > GUARD_STALE_MS) await rm(guard, { force: true })
    else await sleep(RETRY_MS)
    return
  }
  try {
    if ((await look(file, seen)) === seen) await rm(file, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

/** What processes killed within {@link tryAcquire} left; one killed early left it empty. */
async function removeAsides(file: string): Promise<void> {
  const names = await readdir(dirname(file)).catch(() => [])
  const prefix = `${basename(file)}.`
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const pid = /^(\d+)-[0-9a-f]{12}$/.exec(name.slice(prefix.length))?.[1]
    if (pid === undefined || Number(pid) === process.pid) continue
    const path = join(dirname(file), name)
    const holder = readHolder(await readFile(path, 'utf8').catch(() => '')) ?? unsigned(Number(pid))
    if (await isGone(holder)) await rm(path, { force: true })
  }
}
