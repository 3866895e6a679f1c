import { createHash, randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { meets } from './condition.ts'
import { CredentialError } from './error.ts'
import { FileLocks, lockNameOf } from './file-locks.ts'
import { type KeychainStorePort, reachKeychain } from './keychain-port.ts'
import { checkPath } from './record-path.ts'
import { codeOf } from './save-whole.ts'
import { Secret } from './secret.ts'
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

/** Which keychain a store keeps its records in. */
export interface KeychainStoreOptions {
  readonly keychain: KeychainStorePort
  /** Where lock files are made; need not exist yet. All who write to the keychain's entries must name the same directory. */
  readonly directory: string
  /** Source of versions. Default: `crypto.randomBytes`. */
  readonly random?: (size: number) => Uint8Array
  /** How long a lock lives without a sign of life. Default `STALE_LOCK_MS`. */
  readonly staleMs?: number
}

/** No record has this name: theirs begin with `record/`. */
const INDEX = 'records'

/**
 * A {@link CredentialStore} in the keychain of the operating system: an entry per record, `record/<path>`, with its version, and one
 * entry `records` with all paths, because keychains do not list their entries. Lock files in a directory keep processes apart.
 *
 * An index may name a path too many after a crash, never one too few; `list` looks each up.
 */
export class KeychainCredentialStore implements CredentialStore {
  readonly name: string = 'the keychain'
  readonly #keychain: KeychainStorePort
  readonly #directory: string
  readonly #random: (size: number) => Uint8Array
  readonly #locks: FileLocks

  constructor({ keychain, directory, random = randomBytes, staleMs }: KeychainStoreOptions) {
    this.#keychain = keychain
    this.#directory = resolve(directory)
    this.#random = random
    this.#locks = new FileLocks(staleMs)
  }

  async read(path: RecordPath): Promise<StoredSecret | undefined> {
    checkPath(path)
    const text = await reachKeychain(() => this.#keychain.get(entryOf(path)))
    return text === undefined ? undefined : readRecord(text)
  }

  async write(path: RecordPath, secret: Secret, { ifVersion }: WriteCondition): Promise<WriteResult> {
    return this.#change(path, async (current, stillHeld) => {
      if (!meets(current, ifVersion)) return { ok: false, current }
      const version = Buffer.from(this.#random(12)).toString('base64url')
      const paths = await this.#index()
      await stillHeld()
      if (!paths.has(path)) await this.#saveIndex(paths.add(path))
      await this.#keychain.set(entryOf(path), JSON.stringify({ version, secret: secret.reveal() }))
      return { ok: true, version }
    })
  }

  async remove(path: RecordPath, { ifVersion }: RemoveCondition): Promise<RemoveResult> {
    return this.#change(path, async (current, stillHeld) => {
      if (!meets(current, ifVersion)) return { ok: false, current }
      const paths = await this.#index()
      await stillHeld()
      if (current !== undefined) await this.#keychain.remove(entryOf(path))
      if (paths.delete(path)) await this.#saveIndex(paths)
      return { ok: true }
    })
  }

  async list(prefix: string = ''): Promise<readonly RecordPath[]> {
    const paths = [...(await reachKeychain(() => this.#index()))].filter((path) => path.startsWith(prefix)).sort()
    const found: RecordPath[] = []
    for (const path of paths) if ((await this.read(path)) !== undefined) found.push(path)
    return found
  }

  async lock<T>(path: RecordPath, section: (held: HeldLock) => Promise<T>, options: LockOptions = {}): Promise<T> {
    checkPath(path)
    return this.#exclusively(`${lockNameOf(path)}.record`, section, options)
  }

  async #change<R>(
    path: RecordPath,
    act: (current: StoredSecret | undefined, stillHeld: () => Promise<void>) => Promise<R>,
  ): Promise<R> {
    checkPath(path)
    return this.#exclusively('store', async (held) => {
      const stillHeld = async (): Promise<void> => {
        // Whoever stood still for half a minute may be about to undo what others wrote since.
        if (!(await held.stillHeld()))
          throw new CredentialError('BUSY', 'the keychain was changed by another process meanwhile: try again')
      }
      const current = await this.read(path)
      return reachKeychain(() => act(current, stillHeld))
    })
  }

  async #exclusively<T>(name: string, section: (held: HeldLock) => Promise<T>, options?: LockOptions): Promise<T> {
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    } catch (cause) {
      const message = `cannot make the directory of locks ${this.#directory} (${codeOf(cause)})`
      throw new CredentialError('STORE_UNAVAILABLE', message, { cause })
    }
    return this.#locks.run(join(this.#directory, `${name}.lock`), section, options)
  }

  async #index(): Promise<Set<RecordPath>> {
    const text = await this.#keychain.get(INDEX)
    const paths = text === undefined ? [] : parse(text)
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) throw damaged('list of credentials')
    return new Set(paths)
  }

  #saveIndex(paths: ReadonlySet<RecordPath>): Promise<void> {
    return this.#keychain.set(INDEX, JSON.stringify([...paths].sort()))
  }
}

/** The Credential Manager of Windows takes `A` and `a` for one name, so a name with capitals also says which they are. */
function entryOf(path: RecordPath): string {
  const exact = path === path.toLowerCase() ? '' : `#${createHash('sha256').update(path).digest('hex').slice(0, 16)}`
  return `record/${path}${exact}`
}

function readRecord(text: string): StoredSecret {
  const record = parse(text)
  if (typeof record !== 'object' || record === null) throw damaged('credential')
  const { version, secret } = record as Readonly<Record<string, unknown>>
  if (typeof version !== 'string' || typeof secret !== 'string') throw damaged('credential')
  return { version, secret: new Secret(secret) }
}

/** A syntax error would quote the text, which is the secret. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function damaged(what: string): CredentialError {
  return new CredentialError(
    'CORRUPT',
    `a ${what} of the gateway in the keychain is not as it was written: remove the entry there, and sign in anew`,
  )
}
