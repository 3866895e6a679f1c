import { randomBytes } from 'node:crypto'
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CredentialError } from './error.ts'
import { hasModes, isOpen, octal } from './modes.ts'
import { codeOf } from './save-whole.ts'
import type { Random } from './seal.ts'

const KEY_BYTES = 32
// A key is at most 64 characters and a newline; anything much longer is some other file.
const LARGEST_FILE = 1024

export function invalidKey(source: string): CredentialError {
  return new CredentialError(
    'MASTER_KEY_INVALID',
    `${source} does not hold a master key: it must be ${KEY_BYTES} random bytes as hex or base64, as \`openssl rand -base64 ${KEY_BYTES}\` prints`,
  )
}

/** The 32 bytes that a text spells as hex, base64 or base64url; undefined for any other text. */
export function decodeKey(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // 43 characters carry two bits more than the key: a typing error there would otherwise pass.
  const canonical = text.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')
  return bytes.toString('base64url') === canonical ? bytes : undefined
}

/** The text of a key file, closed to other users if it was not; undefined where there is none. @param name what messages call the key */
export async function readKeyFile(
  path: string,
  warn: (message: string) => void,
  name = 'master key',
): Promise<string | undefined> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new CredentialError('FILE_UNREADABLE', `cannot read the ${name} ${path} (${codeOf(cause)})`, { cause })
  }
  try {
    const found = await file.stat()
    if (!found.isFile()) {
      throw new CredentialError('FILE_UNREADABLE', `the ${name} ${path} is not a file: move it away`)
    }
    const { mode, size } = found
    if (size > LARGEST_FILE) throw invalidKey(path)
    if (isOpen(mode)) {
      await closeKeyFile(file, path, mode)
      warn(`the ${name} ${path} was open to other users (mode ${octal(mode)}): set to 600; consider replacing the key`)
    }
    return await file.readFile('utf8')
  } catch (cause) {
    if (cause instanceof CredentialError) throw cause
    throw new CredentialError('FILE_UNREADABLE', `cannot read the ${name} ${path} (${codeOf(cause)})`, { cause })
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
      `the master key ${path} is open to other users (mode ${octal(mode)}) and its mode cannot be changed (${codeOf(cause)}): make it 600, or set LLM_GATEWAY_MASTER_KEY instead`,
      { cause },
    )
  }
}

/** The text of a new key, as `openssl rand -base64 32` prints one. */
export function newKeyText(random: Random): string {
  return Buffer.from(random(KEY_BYTES)).toString('base64')
}

/**
 * Makes a file with this text. Written aside and linked into place: a reader sees no file or a whole one, and of two writers the
 * second changes nothing.
 *
 * @param name what messages call the key
 */
export async function createKeyFile(path: string, text: string, name = 'master key'): Promise<void> {
  const home = dirname(path)
  const temporary = join(home, `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`)
  try {
    await mkdir(home, { recursive: true, mode: 0o700 })
    try {
      await writeWhole(temporary, `${text}\n`)
      await linkUnlessPresent(temporary, path)
    } finally {
      await rm(temporary, { force: true })
    }
    if (hasModes()) await syncDirectory(home)
  } catch (cause) {
    throw new CredentialError(
      'MASTER_KEY_UNWRITABLE',
      `cannot make the ${name} ${path} (${codeOf(cause)}): ${remedyOf(codeOf(cause), home)}, or set LLM_GATEWAY_MASTER_KEY`,
      { cause },
    )
  }
}

function remedyOf(code: string, home: string): string {
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? 'the disk is full, free some space'
    : `make ${home} a writable directory`
}

async function linkUnlessPresent(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
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
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
