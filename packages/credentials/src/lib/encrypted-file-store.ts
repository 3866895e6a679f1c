import { chmod, mkdir, open, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { meets } from './condition.ts'
import { DataKey } from './data-key.ts'
import { CredentialError } from './error.ts'
import { FileLocks, lockNameOf } from './file-locks.ts'
import type { MasterKey } from './master-key.ts'
import { isOpen, octal } from './modes.ts'
import { type RecordFile, readRecordFile, writeRecordFile } from './record-file.ts'
import { checkPath } from './record-path.ts'
import { codeOf, type DiskPort, removeLeftovers, saveWhole } from './save-whole.ts'
import type { Random } from './seal.ts'
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

// Thousands of tokens; a larger file is some other one.
const LARGEST_FILE = 16 * 1024 * 1024

/** Where an encrypted store keeps its records, and with which key. */
export interface EncryptedFileOptions {
  /** Where it is; it need not exist yet, nor its directory. */
  readonly file: string
  /** Opens the master key, making one when `create` says so: before the first record of a new file. See `openMasterKey`. */
  readonly masterKey: (create: boolean) => Promise<MasterKey>
  /** Told, in one sentence, of a file mode that was too open. Default: nobody is told. */
  readonly warn?: (message: string) => void
  /** Source of keys, nonces and versions. Default: `crypto.randomBytes`. */
  readonly random?: Random
  /** The disk. Default: the real one. */
  readonly disk?: DiskPort
  /** How long a lock lives without a sign of life. Default {@link STALE_LOCK_MS}. */
  readonly staleMs?: number
}

/**
 * A {@link CredentialStore} in one encrypted file, shared by all processes of a machine that can read it.
 *
 * Records are sealed with AES-256-GCM by a data key of the file's own, which the master key seals; a record's path and version and
 * both keys' ids are authenticated. A change replaces the file as a whole: after `kill -9` or on a full disk it is the old or the
 * new one. What is damaged or needs another master key is an error and stays as it is.
 */
export class EncryptedFileStore implements CredentialStore {
  readonly name: string
  readonly #file: string
  readonly #options: EncryptedFileOptions
  readonly #locks: FileLocks
  #dataKey: DataKey | undefined

  constructor(options: EncryptedFileOptions) {
    this.#file = resolve(options.file)
    this.name = `the credential store ${this.#file}`
    this.#options = options
    this.#locks = new FileLocks(options.staleMs)
  }

  async read(path: RecordPath): Promise<StoredSecret | undefined> {
    checkPath(path)
    const file = await this.#load()
    return file === undefined ? undefined : this.#at(path, file)
  }

  write(path: RecordPath, secret: Secret, { ifVersion }: WriteCondition): Promise<WriteResult> {
    return this.#change<WriteResult>(path, async (file) => {
      const current = file && (await this.#at(path, file))
      if (!meets(current, ifVersion)) return { result: { ok: false, current } }
      const key = hasRecords(file) ? await this.#keyOf(file) : await this.#newKey()
      const record = key.seal(path, secret)
      const records = new Map(file?.records).set(path, record)
      return { result: { ok: true, version: record.version }, next: { dataKey: key.sealed, records } }
    })
  }

  remove(path: RecordPath, { ifVersion }: RemoveCondition): Promise<RemoveResult> {
    return this.#change<RemoveResult>(path, async (file) => {
      const current = file && (await this.#at(path, file))
      if (!meets(current, ifVersion)) return { result: { ok: false, current } }
      if (file === undefined || current === undefined) return { result: { ok: true } }
      const records = new Map(file.records)
      records.delete(path)
      return { result: { ok: true }, next: { dataKey: file.dataKey, records } }
    })
  }

  async list(prefix: string = ''): Promise<readonly RecordPath[]> {
    const file = await this.#load()
    return [...(file?.records.keys() ?? [])].filter((path) => path.startsWith(prefix)).sort()
  }

  /** Id of the master key that opens its records; undefined while it has none. @throws CredentialError `CORRUPT`, `STORE_UNAVAILABLE` */
  async masterKeyId(): Promise<string | undefined> {
    const file = await this.#load()
    return hasRecords(file) ? file.dataKey.masterKey : undefined
  }

  async lock<T>(path: RecordPath, section: (held: HeldLock) => Promise<T>, options: LockOptions = {}): Promise<T> {
    checkPath(path)
    const target = await this.#target()
    const directory = `${target}.locks`
    await this.#reachable(() => mkdir(directory, { recursive: true, mode: 0o700 }))
    return this.#locks.run(join(directory, lockNameOf(path)), section, options)
  }

  /**
   * Seals every record anew, by a new data key under the given master key, in one step.
   *
   * @returns how many records there are; 0 where there is no file.
   */
  rotate(masterKey: MasterKey): Promise<number> {
    return this.#changeFile(async (file) => {
      if (!hasRecords(file)) return { result: 0 }
      const key = DataKey.make(masterKey, this.#options.random)
      return { result: file.records.size, next: key.take(file, await this.#keyOf(file)) }
    })
  }

  #change<R>(path: RecordPath, decide: (file: RecordFile | undefined) => Promise<Decision<R>>): Promise<R> {
    // Within the promise, so that a bad path rejects like all other failures.
    return Promise.resolve().then(() => {
      checkPath(path)
      return this.#changeFile(decide)
    })
  }

  async #changeFile<R>(decide: (file: RecordFile | undefined) => Promise<Decision<R>>): Promise<R> {
    const target = await this.#target()
    await this.#reachable(() => mkdir(dirname(target), { recursive: true, mode: 0o700 }))
    return this.#locks.run(`${target}.lock`, async (held) => {
      await removeLeftovers(target)
      const { result, next } = await decide(await this.#load())
      if (next === undefined) return result
      // Whoever stood still for half a minute may be about to undo what others wrote since.
      if (!(await held.stillHeld())) {
        throw new CredentialError('BUSY', `${this.name} was changed by another process meanwhile: try again`)
      }
      await this.#reachable(() => saveWhole(target, writeRecordFile(next), this.#options.disk))
      return result
    })
  }

  async #at(path: RecordPath, file: RecordFile): Promise<StoredSecret | undefined> {
    const record = file.records.get(path)
    if (record === undefined) return undefined
    return { secret: (await this.#keyOf(file)).unseal(path, record), version: record.version }
  }

  async #keyOf({ dataKey }: RecordFile): Promise<DataKey> {
    if (this.#dataKey?.sealed.sealed === dataKey.sealed) return this.#dataKey
    this.#dataKey = DataKey.open(dataKey, await this.#options.masterKey(false), this.name, this.#options.random)
    return this.#dataKey
  }

  async #newKey(): Promise<DataKey> {
    return DataKey.make(await this.#options.masterKey(true), this.#options.random)
  }

  async #load(): Promise<RecordFile | undefined> {
    const text = await this.#reachable(() => this.#readText())
    return text === undefined ? undefined : readRecordFile(text, this.name)
  }

  async #readText(): Promise<string | undefined> {
    const file = await open(this.#file, 'r').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (file === undefined) return undefined
    try {
      const { mode, size } = await file.stat()
      if (size > LARGEST_FILE)
        throw new CredentialError('CORRUPT', `${this.name} is far too large to be one: move it away`)
      const text = await file.readFile('utf8')
      if (isOpen(mode)) await this.#close(mode)
      return text
    } finally {
      await file.close()
    }
  }

  /** Its content is encrypted, so a mode that cannot be tightened is only told. */
  async #close(mode: number): Promise<void> {
    const done = await chmod(this.#file, 0o600).then(
      () => 'set to 600',
      (error: unknown) => `it cannot be changed (${codeOf(error)}); make it 600`,
    )
    this.#options.warn?.(`${this.name} was open to other users (mode ${octal(mode)}): ${done}`)
  }

  /** Where the file really is: a link stays one when what it leads to is replaced. */
  async #target(): Promise<string> {
    const directory = await realpath(dirname(this.#file)).catch(() => dirname(this.#file))
    const path = join(directory, basename(this.#file))
    return realpath(path).catch(() => path)
  }

  async #reachable<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (cause) {
      if (cause instanceof CredentialError) throw cause
      const code = codeOf(cause)
      throw new CredentialError('STORE_UNAVAILABLE', `${this.name} cannot be used: ${REASONS[code] ?? code}`, { cause })
    }
  }
}

/** Without records the data key opens nothing, so that it does not matter whether it can still be opened. */
function hasRecords(file: RecordFile | undefined): file is RecordFile {
  return file !== undefined && file.records.size > 0
}

/** What a change comes to: its result, and the file's new content where it has one. */
interface Decision<R> {
  readonly result: R
  readonly next?: RecordFile
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full (ENOSPC); what was stored before is unchanged',
  EDQUOT: 'the disk quota is used up (EDQUOT); what was stored before is unchanged',
  EFBIG: 'it would be larger than files may get here, see `ulimit -f` (EFBIG); what was stored before is unchanged',
  EACCES: 'this user may not use it (EACCES)',
  EPERM: 'this user may not use it (EPERM)',
  EROFS: 'the file system is read-only (EROFS)',
  EISDIR: 'it is a directory (EISDIR)',
  EIO: 'the disk reports an error (EIO)',
}
