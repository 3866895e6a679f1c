import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { CredentialError } from './error.ts'
import { createKeyFile, decodeKey, invalidKey, newKeyText, readKeyFile } from './key-file.ts'
import { type KeychainPort, reachKeychain } from './keychain-port.ts'
import { closeDirectory } from './modes.ts'

/** The environment variable that holds the master key, in place of the file. */
export const MASTER_KEY_VARIABLE = 'LLM_GATEWAY_MASTER_KEY'

/** The variable for the master key before, while what it encrypted is not yet encrypted anew. */
export const PREVIOUS_MASTER_KEY_VARIABLE = 'LLM_GATEWAY_MASTER_KEY_PREVIOUS'

const KEY_BYTES = 32
/** What a key file or variable says in place of a key that the keychain has. */
export const KEYCHAIN_SCHEME: string = 'keychain:'

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
  /** Reads the key of a name from the keychain of the operating system. Default: there is none. */
  keychain?: KeychainPort
  /** Told, with the path of its file, of a key that was made. Default: nobody is told. */
  made?: (file: string) => void
  /** Source of a new key's bytes. Default: `crypto.randomBytes`. */
  random?: (size: number) => Uint8Array
}

/**
 * The master key: that of `LLM_GATEWAY_MASTER_KEY` when set (64 hex digits, or 32 bytes as base64 or base64url), else that
 * of `<home>/master.key`, which is made on first use when `create` allows it. Either may say `keychain:NAME` instead, for a key
 * that the keychain of the operating system has.
 *
 * Its `others` are what a rotation leaves for a while: the key of `LLM_GATEWAY_MASTER_KEY_PREVIOUS`, and those of the files
 * `master.key` (when the variable is set), `master.key.next` and `master.key.old`.
 *
 * A passphrase is refused rather than stretched: its salt would be one more file to share between replicas, and 32 random
 * bytes cost one command. The file appears whole and once, so concurrent first uses, also by several processes, get one key.
 *
 * @throws CredentialError `MASTER_KEY_MISSING`, `MASTER_KEY_INVALID`, `MASTER_KEY_EXPOSED`, `MASTER_KEY_UNWRITABLE`,
 * `FILE_UNREADABLE`, or `STORE_UNAVAILABLE` for a keychain that cannot be had
 */
export async function openMasterKey(options: OpenMasterKeyOptions): Promise<MasterKey> {
  const files = keyFiles(options.home)
  const variable = options.env[MASTER_KEY_VARIABLE]
  if (variable !== undefined) {
    const key = await parseKey(variable, MASTER_KEY_VARIABLE, options)
    return withOthers(key, [files.current, files.next, files.old], options)
  }
  const key = (await keyOfFile(files.current, options)) ?? (await madeKey(files.current, options))
  await closeDirectory(options.home, options.warn ?? (() => {}))
  return withOthers(key, [files.next, files.old], options)
}

/** The key of a file; undefined where there is no file. @throws CredentialError as {@link openMasterKey} does */
export async function keyOfFile(path: string, options: OpenMasterKeyOptions): Promise<MasterKey | undefined> {
  const text = await readKeyFile(path, options.warn ?? (() => {}))
  return text === undefined ? undefined : parseKey(text, path, options)
}

/** Where a home directory has its key files. */
export function keyFiles(home: string): { readonly current: string; readonly next: string; readonly old: string } {
  const current = join(home, 'master.key')
  return { current, next: `${current}.next`, old: `${current}.old` }
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

async function madeKey(path: string, options: OpenMasterKeyOptions): Promise<MasterKey> {
  if (!options.create) {
    throw new CredentialError(
      'MASTER_KEY_MISSING',
      `there is no master key: neither ${MASTER_KEY_VARIABLE} is set nor does ${path} exist; restore the one the secrets were encrypted with`,
    )
  }
  await createKeyFile(path, newKeyText(options.random ?? randomBytes))
  // Read back rather than kept: when two processes came first at once, the file says which of them won.
  const made = await keyOfFile(path, options)
  if (made) {
    options.made?.(path)
    return made
  }
  throw new CredentialError('FILE_UNREADABLE', `the master key ${path} vanished while it was being made: try again`)
}

async function withOthers(key: MasterKey, files: readonly string[], options: OpenMasterKeyOptions): Promise<MasterKey> {
  const previous = options.env[PREVIOUS_MASTER_KEY_VARIABLE]
  const found = await Promise.all([
    previous === undefined ? undefined : parseKey(previous, PREVIOUS_MASTER_KEY_VARIABLE, options),
    ...files.map((file) => keyOfFile(file, options)),
  ])
  const others = found.filter((other) => other !== undefined).filter(({ id }) => id !== key.id)
  return others.length === 0 ? key : { ...key, others }
}

async function parseKey(text: string, source: string, { keychain }: OpenMasterKeyOptions): Promise<MasterKey> {
  const trimmed = text.trim()
  // Not taken for unset: a secret that was to be mounted and is missing would then be replaced by a key of the disk.
  if (trimmed === '' && source === MASTER_KEY_VARIABLE) {
    throw new CredentialError(
      'MASTER_KEY_INVALID',
      `${source} is set but empty: give it the key, or unset it to use the key file`,
    )
  }
  const kept = trimmed.startsWith(KEYCHAIN_SCHEME)
    ? await fromKeychain(trimmed.slice(KEYCHAIN_SCHEME.length), source, keychain)
    : trimmed
  const bytes = decodeKey(kept)
  if (!bytes) throw invalidKey(source)
  return importMasterKey(bytes)
}

async function fromKeychain(name: string, source: string, keychain: KeychainPort | undefined): Promise<string> {
  if (keychain === undefined) {
    throw new CredentialError(
      'STORE_UNAVAILABLE',
      `${source} names a key of the keychain, and this program opens no keychain: put the key itself there`,
    )
  }
  const text = await reachKeychain(() => keychain.get(name))
  if (text !== undefined) return text.trim()
  throw new CredentialError('MASTER_KEY_MISSING', `the keychain has no master key "${name}", which ${source} names`)
}
