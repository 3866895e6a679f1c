import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { type FileHandle, link, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { CredentialError } from './error.ts'
import { closeDirectory, hasModes, isOpen, octal } from './modes.ts'

/** The environment variable that holds the master key, in place of the file. */
export const MASTER_KEY_VARIABLE = 'LLM_GATEWAY_MASTER_KEY'

const KEY_BYTES = 32
const FILE_NAME = 'master.key'
// A key is at most 64 characters and a newline; anything much longer is some other file.
const LARGEST_FILE = 1024

/** A key that encrypts secrets. The bytes are within Node's `KeyObject`, which neither prints nor serialises them. */
export interface MasterKey {
  /** Eight hex digits, the same for the same bytes: tells which key a value was encrypted with. Not secret. */
  readonly id: string
  readonly key: KeyObject
  /** Keys that open what they encrypted but encrypt nothing more: those that a rotation is to replace. */
  readonly others?: readonly MasterKey[]
}

/** How {@link openMasterKey} finds, or makes, the key. */
export interface OpenMasterKeyOptions {
  /** The gateway's home directory. Holds `master.key`. */
  home: string
  /** Where `LLM_GATEWAY_MASTER_KEY` is looked up; usually `process.env`. */
  env: Readonly<Record<string, string | undefined>>
  /** Whether to make a key when there is none: true to encrypt, false to decrypt what some key already encrypted. */
  create: boolean
  /** Told, in one sentence, of a file mode that was too open. Default: nobody is told. */
  warn?: (message: string) => void
  /** Source of a new key's bytes. Default: `crypto.randomBytes`. */
  random?: (size: number) => Uint8Array
}

/**
 * The master key: that of `LLM_GATEWAY_MASTER_KEY` when set (64 hex digits, or 32 bytes as base64 or base64url), else that
 * of `<home>/master.key`, which is made on first use when `create` allows it.
 *
 * A passphrase is refused rather than stretched: its salt would be one more file to share between replicas, and 32 random
 * bytes cost one command. The file appears whole and once, so concurrent first uses, also by several processes, get one key.
 *
 * @throws CredentialError `MASTER_KEY_MISSING`, `MASTER_KEY_INVALID`, `MASTER_KEY_EXPOSED`, `MASTER_KEY_UNWRITABLE` or
 * `FILE_UNREADABLE`
 */
export async function openMasterKey(options: OpenMasterKeyOptions): Promise<MasterKey> {
  const variable = options.env[MASTER_KEY_VARIABLE]
  if (variable !== undefined) return parse(variable, MASTER_KEY_VARIABLE)

  const path = join(options.home, FILE_NAME)
  const warn = options.warn ?? (() => {})
  const existing = await readKeyFile(path, warn)
  if (existing) {
    await closeDirectory(options.home, warn)
    return existing
  }
  if (!options.create) {
    throw new CredentialError(
      'MASTER_KEY_MISSING',
      `there is no master key: neither ${MASTER_KEY_VARIABLE} is set nor does ${path} exist; restore the one the secrets were encrypted with`,
    )
  }
  await createKeyFile(options.home, path, options.random ?? randomBytes)
  await closeDirectory(options.home, warn)
  // Read back rather than kept: when two processes came first at once, the file says which of them won.
  const made = await readKeyFile(path, warn)
  if (!made) {
    throw new CredentialError('FILE_UNREADABLE', `the master key ${path} vanished while it was being made: try again`)
  }
  return made
}

/**
 * A master key from its 32 bytes, for those who keep it elsewhere (a keyring, a key management system).
 *
 * @throws CredentialError `MASTER_KEY_INVALID` when it is not 32 bytes
 */
export function importMasterKey(bytes: Uint8Array): MasterKey {
  if (bytes.length !== KEY_BYTES) {
    throw new CredentialError('MASTER_KEY_INVALID', `a master key is ${KEY_BYTES} bytes, not ${bytes.length}`)
  }
  const key = createSecretKey(bytes)
  // Keyed by the secret and never used elsewhere, so the id tells nothing of the key that a ciphertext would not.
  const id = createHmac('sha256', key).update('llm-gateway master key id').digest('hex').slice(0, 8)
  return { id, key }
}

function parse(text: string, source: string): MasterKey {
  const bytes = decodeKey(text.trim())
  if (!bytes) throw invalid(source)
  return importMasterKey(bytes)
}

function invalid(source: string): CredentialError {
  return new CredentialError(
    'MASTER_KEY_INVALID',
    `${source} does not hold a master key: it must be ${KEY_BYTES} random bytes as hex or base64, as \`openssl rand -base64 ${KEY_BYTES}\` prints`,
  )
}

function decodeKey(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // 43 characters carry two bits more than the key: a typing error there would otherwise pass.
  const canonical = text.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')
  return bytes.toString('base64url') === canonical ? bytes : undefined
}

async function readKeyFile(path: string, warn: (message: string) => void): Promise<MasterKey | undefined> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new CredentialError('FILE_UNREADABLE', `cannot read the master key ${path} (${codeOf(cause)})`, { cause })
  }
  try {
    const found = await file.stat()
    if (!found.isFile()) {
      throw new CredentialError('FILE_UNREADABLE', `the master key ${path} is not a file: move it away`)
    }
    const { mode, size } = found
    if (size > LARGEST_FILE) throw invalid(path)
    if (isOpen(mode)) {
      await closeKeyFile(file, path, mode)
      warn(
        `the master key ${path} was open to other users (mode ${octal(mode)}): set to 600; consider replacing the key`,
      )
    }
    return parse(await file.readFile('utf8'), path)
  } catch (cause) {
    if (cause instanceof CredentialError) throw cause
    throw new CredentialError('FILE_UNREADABLE', `cannot read the master key ${path} (${codeOf(cause)})`, { cause })
  } finally {
    await file.close()
  }
}

async function closeKeyFile(file: FileHandle, path: string, mode: number): Promise<void> {
  try {
    await file.chmod(0o600)
  } catch (cause) {
    throw new CredentialError(
      'MASTER_KEY_EXPOSED',
      `the master key ${path} is open to other users (mode ${octal(mode)}) and its mode cannot be changed (${codeOf(cause)}): make it 600, or set ${MASTER_KEY_VARIABLE} instead`,
      { cause },
    )
  }
}

/** Written aside and linked into place: a reader sees no file or a whole one, and of two writers the second changes nothing. */
async function createKeyFile(home: string, path: string, random: (size: number) => Uint8Array): Promise<void> {
  const temporary = join(home, `.${FILE_NAME}.${randomBytes(8).toString('hex')}.tmp`)
  try {
    await mkdir(home, { recursive: true, mode: 0o700 })
    await writeWhole(temporary, `${Buffer.from(random(KEY_BYTES)).toString('base64')}\n`)
    await moveUnlessPresent(temporary, path)
    if (hasModes()) await syncDirectory(home)
  } catch (cause) {
    throw new CredentialError(
      'MASTER_KEY_UNWRITABLE',
      `cannot make the master key ${path} (${codeOf(cause)}): make ${home} a writable directory, or set ${MASTER_KEY_VARIABLE}`,
      { cause },
    )
  }
}

async function moveUnlessPresent(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    await unlink(from)
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Without this a power cut could undo the link after values encrypted with the key have reached the disk. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)
}
