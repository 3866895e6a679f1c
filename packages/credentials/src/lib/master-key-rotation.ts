import { randomBytes } from 'node:crypto'
import { link, rename, rm } from 'node:fs/promises'
import { CredentialError } from './error.ts'
import { withFileLock } from './file-lock.ts'
import { createKeyFile, newKeyText, readKeyFile, syncDirectory } from './key-file.ts'
import { type KeychainPort, reachKeychain } from './keychain-port.ts'
import {
  KEYCHAIN_SCHEME,
  keyFiles,
  keyOfFile,
  MASTER_KEY_VARIABLE,
  type MasterKey,
  type OpenMasterKeyOptions,
  openMasterKey,
  PREVIOUS_MASTER_KEY_VARIABLE,
} from './master-key.ts'
import { hasModes } from './modes.ts'
import { codeOf } from './save-whole.ts'

/** What a line of a file gives back as it was. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9])?$/

/** What a rotation came to. */
export interface Rotated<T> {
  /** Id of the key in use from now on. */
  readonly keyId: string
  /** Where the key before is still kept, for backups and for processes that write this moment; undefined with a variable. */
  readonly oldFile: string | undefined
  /** What the two passes gave. */
  readonly passes: readonly [T, T]
}

/** Options of {@link rotateMasterKey}. */
export interface RotateMasterKeyOptions extends Omit<OpenMasterKeyOptions, 'create'> {
  /**
   * Puts the new key into the keychain under this name, and `keychain:NAME` into the file. Default: where the key before is kept.
   * A rotation that was cut short goes on with the key it had made, wherever that is.
   */
  readonly toKeychain?: string
}

/**
 * Replaces the master key: makes a new one, has everything encrypted anew by it, puts it in the old one's place, and has what was
 * written meanwhile encrypted anew as well. Until its place is taken the new key lies in `master.key.next`, which every reader
 * knows, so all stays readable wherever a crash ends it; the next call goes on from there. The old key stays as `master.key.old`
 * until the next rotation.
 *
 * With `LLM_GATEWAY_MASTER_KEY` the operator changes the key: the new one there, the old one in `LLM_GATEWAY_MASTER_KEY_PREVIOUS`.
 *
 * @param reencrypt encrypts anew, by the key it is given, whatever another key encrypted; called twice
 * @throws CredentialError what {@link openMasterKey} does; `MASTER_KEY_INVALID` for a name that the keychain cannot give; `BUSY` while another rotation runs; what `reencrypt` throws
 */
export async function rotateMasterKey<T>(
  options: RotateMasterKeyOptions,
  reencrypt: (key: MasterKey) => Promise<T>,
): Promise<Rotated<T>> {
  const files = keyFiles(options.home)
  if (options.env[MASTER_KEY_VARIABLE] !== undefined) {
    if (options.toKeychain !== undefined) throw keptInVariable()
    const key = await openMasterKey({ ...options, create: false })
    if (key.others === undefined) throw nothingToRotate()
    return { keyId: key.id, oldFile: undefined, passes: [await reencrypt(key), await reencrypt(key)] }
  }
  const all = { ...options, create: true }
  await openMasterKey(all)
  return withFileLock(`${files.current}.lock`, async () => {
    const next = (await keyOfFile(files.next, all)) ?? (await nextKey(all))
    const current = await openMasterKey(all)
    const first = await reencrypt({ ...next, others: [current, ...(current.others ?? [])] })
    await takePlace(options.home)
    return { keyId: next.id, oldFile: files.old, passes: [first, await reencrypt(await openMasterKey(all))] }
  })
}

/** Makes the next key where the current one is kept: in the file, or in the keychain that the file names. */
async function nextKey(options: OpenMasterKeyOptions & RotateMasterKeyOptions): Promise<MasterKey> {
  const { current, next } = keyFiles(options.home)
  const random = options.random ?? randomBytes
  const text = newKeyText(random)
  const inKeychain = (await readKeyFile(current, () => {}))?.startsWith(KEYCHAIN_SCHEME) === true
  if (inKeychain || options.toKeychain !== undefined) {
    const name = options.toKeychain ?? `llm-gateway master key ${Buffer.from(random(4)).toString('hex')}`
    await keepInKeychain(name, text, options.keychain)
    await createKeyFile(next, KEYCHAIN_SCHEME + name)
  } else {
    await createKeyFile(next, text)
  }
  const made = await keyOfFile(next, options)
  if (made !== undefined) return made
  throw new CredentialError('FILE_UNREADABLE', `the master key ${next} vanished while it was being made: try again`)
}

/** What keeps a text from naming a master key in the keychain, for people; undefined when nothing does. */
export function keychainNameFault(name: string): string | undefined {
  if (NAME.test(name)) return undefined
  return 'must be 1 to 64 letters, digits, spaces and . _ - only, and begin and end with a letter or digit'
}

/** Only under a name that is free: a key that another home or an older backup needs would be lost. */
async function keepInKeychain(name: string, text: string, keychain: KeychainPort | undefined): Promise<void> {
  if (keychain === undefined) {
    throw new CredentialError(
      'STORE_UNAVAILABLE',
      'the new master key belongs in the keychain, and this program opens none',
    )
  }
  const fault = keychainNameFault(name)
  if (fault !== undefined) throw new CredentialError('MASTER_KEY_INVALID', `the name of a key in the keychain ${fault}`)
  if ((await reachKeychain(() => keychain.get(name))) !== undefined) {
    throw new CredentialError(
      'MASTER_KEY_INVALID',
      `the keychain keeps something under "${name}" already: take another name`,
    )
  }
  await reachKeychain(() => keychain.set(name, text))
}

/** The next key becomes the current one, and the current one the old one; each step leaves every key in some file. */
async function takePlace(home: string): Promise<void> {
  const files = keyFiles(home)
  const aside = `${files.old}.${randomBytes(6).toString('hex')}`
  try {
    await link(files.current, aside)
    await rename(aside, files.old)
    await rename(files.next, files.current)
    if (hasModes()) await syncDirectory(home)
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => undefined)
    throw new CredentialError(
      'MASTER_KEY_UNWRITABLE',
      `cannot put the new master key into ${files.current} (${codeOf(cause)})`,
      { cause },
    )
  }
}

function keptInVariable(): CredentialError {
  return new CredentialError(
    'MASTER_KEY_INVALID',
    `the master key is that of ${MASTER_KEY_VARIABLE}, which stands before the key file: unset it to keep the key in the keychain`,
  )
}

function nothingToRotate(): CredentialError {
  return new CredentialError(
    'MASTER_KEY_MISSING',
    `the master key is that of ${MASTER_KEY_VARIABLE}: put the new key there, the old one into ${PREVIOUS_MASTER_KEY_VARIABLE}, and run this again (\`openssl rand -base64 32\` makes a key)`,
  )
}
