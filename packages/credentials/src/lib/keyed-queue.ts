import { CredentialError } from './error.ts'
import type { LockOptions } from './store.ts'

const DEFAULT_WAIT_MS = 60_000

/** Runs the sections of one key one after another, in the order they asked, and those of different keys side by side. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<unknown>>()

  /** @throws CredentialError `BUSY` when the turn does not come in time; the signal's reason; what the section throws */
  async run<T>(key: string, section: (waitedMs: number) => Promise<T>, options: LockOptions = {}): Promise<T> {
    options.signal?.throwIfAborted()
    const asked = performance.now()
    const before = this.#tails.get(key)
    const { promise: done, resolve: finish } = Promise.withResolvers<void>()
    const tail = before === undefined ? done : before.then(() => done)
    this.#tails.set(key, tail)
    try {
      if (before !== undefined) await inTime(before, options)
      return await section(performance.now() - asked)
    } finally {
      finish()
      void tail.then(() => {
        if (this.#tails.get(key) === tail) this.#tails.delete(key)
      })
    }
  }
}

/** How long a lock is waited for. */
export function waitOf(options: LockOptions): number {
  return options.waitMs ?? DEFAULT_WAIT_MS
}

/** @throws CredentialError `BUSY` */
export function busy(): CredentialError {
  return new CredentialError('BUSY', 'another task holds the lock on this credential: try again in a moment')
}

/** Waits for the turn, until time or patience is up. */
async function inTime(turn: Promise<unknown>, options: LockOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = (): void => reject(options.signal?.reason)
  const timer = setTimeout(() => reject(busy()), waitOf(options))
  options.signal?.addEventListener('abort', abort, { once: true })
  turn.then(() => resolve(), reject)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', abort)
  }
}
