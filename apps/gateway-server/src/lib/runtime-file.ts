import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ServerError } from './error.ts'

/** What a running server tells the command line of the same user: where it listens and how to talk to it. */
export interface Runtime {
  readonly pid: number
  /** `http://127.0.0.1:3847` */
  readonly url: string
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly configFile: string
  /** Opens the admin API; new at every start and readable by this user only. */
  readonly token: string
}

const pathIn = (home: string): string => join(home, 'run', 'server.json')

export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** @throws ServerError `HOME_UNWRITABLE` */
export function writeRuntime(home: string, runtime: Runtime): void {
  const path = pathIn(home)
  const temporary = `${path}.${process.pid}`
  try {
    mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 })
    writeFileSync(temporary, JSON.stringify(runtime), { mode: 0o600 })
    renameSync(temporary, path)
  } catch (cause) {
    discard(temporary)
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new ServerError('HOME_UNWRITABLE', `cannot write ${path} (${reason}): ${homeRemedy(reason)}`, cause)
  }
}

/** A full disk leaves an empty file, which nobody else would remove. */
function discard(temporary: string): void {
  try {
    rmSync(temporary, { force: true })
  } catch {
    // What cannot be removed is less than why it was to be.
  }
}

/** What a person does about a home directory that cannot be written, by the system's name for the failure. */
export function homeRemedy(code: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full, free some space'
  if (code === 'EFBIG') return 'it would be larger than files may get here, see `ulimit -f`'
  if (code === 'EROFS') return 'its file system is read-only, name another home directory with --home'
  return 'let the user of the server write to its home directory, or name another with --home'
}

/** Removes the file, unless another server has written its own meanwhile. */
export function removeRuntime(home: string, pid: number): void {
  if (readRuntime(home)?.pid === pid) rmSync(pathIn(home), { force: true })
}

/** The server that runs from this home directory; undefined when none does, also when one died without a word. */
export function readRuntime(home: string): Runtime | undefined {
  let runtime: Runtime
  try {
    runtime = JSON.parse(readFileSync(pathIn(home), 'utf8')) as Runtime
  } catch {
    return undefined
  }
  return isAlive(runtime.pid) ? runtime : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !hasEnded(pid)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** One that ended keeps its id until its parent asks for it, which in a container may be never; proc(5) tells of it on Linux. */
function hasEnded(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'Z'
  } catch {
    return false
  }
}
