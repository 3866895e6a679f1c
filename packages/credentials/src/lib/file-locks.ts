import { createHash } from 'node:crypto'
import { type LockTimes, withFileLock } from './file-lock.ts'
import { KeyedQueue, waitOf } from './keyed-queue.ts'
import type { HeldLock, LockOptions, RecordPath } from './store.ts'

/** Lock files as one store uses them: within the process the turns are fair, and only one task at a time asks for the file. */
export class FileLocks {
  readonly #queue = new KeyedQueue()
  readonly #times: LockTimes

  constructor(staleMs?: number) {
    this.#times = staleMs === undefined ? {} : { staleMs }
  }

  /** Runs the section while holding the lock file, whose directory must exist. @throws CredentialError as `withFileLock` does */
  run<T>(file: string, section: (held: HeldLock) => Promise<T>, options: LockOptions = {}): Promise<T> {
    const turn = (waitedMs: number): Promise<T> => {
      const waitMs = Math.max(0, waitOf(options) - waitedMs)
      return withFileLock(file, section, { ...options, waitMs, ...this.#times })
    }
    return this.#queue.run(file, turn, options)
  }
}

/** The name of a path's lock file: a path may be longer than a file name, and case may not matter to the file system. */
export function lockNameOf(path: RecordPath): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 32)
}
