import { createHmac, randomBytes } from 'node:crypto'
import { CredentialError } from './error.ts'
import { KeyedQueue } from './keyed-queue.ts'
import { checkPath } from './record-path.ts'
import { resolveSecret } from './reference.ts'
import { Secret } from './secret.ts'
import type {
  CredentialStore,
  HeldLock,
  LockOptions,
  RecordPath,
  RemoveResult,
  StoredSecret,
  WriteResult,
} from './store.ts'

/** The references a read-only store stands for, and how they are resolved. */
export interface ReferenceStoreOptions {
  /** Where each record is: `env:NAME` for a variable, `file:PATH` or `file:///PATH` for a file. */
  readonly references: Readonly<Record<RecordPath, string>>
  /** Where variables are looked up; usually `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What a relative `file:` path is relative to. */
  readonly baseDir: string
}

/**
 * A {@link CredentialStore} of what others keep: variables of the environment, and files such as those that Docker and Kubernetes
 * mount. It is read anew each time and never written: writes and removals reject with `READ_ONLY`. A version follows the content,
 * and means nothing outside of this store. Locks hold within this process.
 */
export class ReferenceCredentialStore implements CredentialStore {
  readonly name: string = 'the environment and files it refers to'
  readonly #references: ReadonlyMap<RecordPath, string>
  readonly #options: ReferenceStoreOptions
  readonly #queue = new KeyedQueue()
  /** So that a version, which is no secret, says nothing of one. */
  readonly #versionKey = randomBytes(32)

  /** @throws CredentialError `INVALID_PATH`, or `UNKNOWN_SCHEME` for a reference that is neither */
  constructor(options: ReferenceStoreOptions) {
    this.#options = options
    this.#references = new Map(Object.entries(options.references))
    for (const [path, reference] of this.#references) {
      checkPath(path)
      if (/^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/.test(reference)) continue
      throw new CredentialError('UNKNOWN_SCHEME', `the credential ${path} must be a reference: env:NAME or file:PATH`)
    }
  }

  async read(path: RecordPath): Promise<StoredSecret | undefined> {
    checkPath(path)
    const reference = this.#references.get(path)
    const secret = reference === undefined ? undefined : await this.#follow(path, reference)
    return secret && { secret, version: this.#versionOf(secret) }
  }

  async write(path: RecordPath): Promise<WriteResult> {
    checkPath(path)
    throw readOnly(path)
  }

  async remove(path: RecordPath): Promise<RemoveResult> {
    checkPath(path)
    throw readOnly(path)
  }

  /** Those of which there is something. */
  async list(prefix: string = ''): Promise<readonly RecordPath[]> {
    const paths = [...this.#references.keys()].filter((path) => path.startsWith(prefix)).sort()
    const found = await Promise.all(paths.map((path) => this.read(path)))
    return paths.filter((_, index) => found[index] !== undefined)
  }

  async lock<T>(path: RecordPath, section: (held: HeldLock) => Promise<T>, options: LockOptions = {}): Promise<T> {
    checkPath(path)
    const held = { signal: new AbortController().signal, stillHeld: async () => true }
    return this.#queue.run(path, () => section(held), options)
  }

  async #follow(path: RecordPath, reference: string): Promise<Secret | undefined> {
    if (reference.startsWith('env:')) {
      const value = this.#options.env[reference.slice('env:'.length)]
      return value === undefined || value === '' ? undefined : new Secret(value)
    }
    const masterKey = (): never => {
      throw new CredentialError('UNKNOWN_SCHEME', `the credential ${path} is a file, which needs no master key`)
    }
    try {
      return await resolveSecret(reference, { record: path, baseDir: this.#options.baseDir, masterKey })
    } catch (error) {
      if (CredentialError.is(error) && isAbsent(error.cause)) return undefined
      throw error
    }
  }

  #versionOf(secret: Secret): string {
    return createHmac('sha256', this.#versionKey).update(secret.reveal()).digest('base64url')
  }
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

function readOnly(path: RecordPath): CredentialError {
  return new CredentialError(
    'READ_ONLY',
    `the credential ${path} comes from a variable or a file and cannot be written here: change it where it is kept`,
  )
}
