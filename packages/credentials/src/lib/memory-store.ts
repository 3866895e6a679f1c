import { meets } from './condition.ts'
import { KeyedQueue } from './keyed-queue.ts'
import { checkPath } from './record-path.ts'
import type { Secret } from './secret.ts'
import type {
  CredentialStore,
  HeldLock,
  LockOptions,
  RecordPath,
  RemoveCondition,
  RemoveResult,
  StoredSecret,
  WriteCondition,
  WriteResult,
} from './store.ts'

/** A {@link CredentialStore} of this process alone, gone with it: for tests, demos, and secrets that need not outlive it. */
export class MemoryCredentialStore implements CredentialStore {
  readonly name: string = 'memory'
  readonly #records = new Map<RecordPath, StoredSecret>()
  readonly #queue = new KeyedQueue()
  #versions = 0

  async read(path: RecordPath): Promise<StoredSecret | undefined> {
    checkPath(path)
    return this.#records.get(path)
  }

  async write(path: RecordPath, secret: Secret, { ifVersion }: WriteCondition): Promise<WriteResult> {
    checkPath(path)
    const current = this.#records.get(path)
    if (!meets(current, ifVersion)) return { ok: false, current }
    this.#versions += 1
    const version = String(this.#versions)
    this.#records.set(path, { secret, version })
    return { ok: true, version }
  }

  async remove(path: RecordPath, { ifVersion }: RemoveCondition): Promise<RemoveResult> {
    checkPath(path)
    const current = this.#records.get(path)
    if (!meets(current, ifVersion)) return { ok: false, current }
    this.#records.delete(path)
    return { ok: true }
  }

  async list(prefix: string = ''): Promise<readonly RecordPath[]> {
    return [...this.#records.keys()].filter((path) => path.startsWith(prefix)).sort()
  }

  async lock<T>(path: RecordPath, section: (held: HeldLock) => Promise<T>, options: LockOptions = {}): Promise<T> {
    checkPath(path)
    // Within one process nobody takes a lock over, so it cannot be lost.
    const held = { signal: new AbortController().signal, stillHeld: async () => true }
    return this.#queue.run(path, () => section(held), options)
  }
}
