import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decryptSecret } from './cipher.ts'
import { CredentialError } from './error.ts'
import type { MasterKey } from './master-key.ts'
import { Secret } from './secret.ts'

// Room for a service account's JSON or a chain of certificates, not for a log file named by mistake.
const LARGEST_FILE = 64 * 1024

const FILE_SCHEME = 'file:'
const ENCRYPTED_SCHEME = 'enc:'

/** Where a configured secret is: in a file, in the text encrypted, or in the text as it stands. */
export type ReferenceKind = 'file' | 'encrypted' | 'literal'

/** What {@link resolveSecret} needs to follow a reference. */
export interface ResolveSecretOptions {
  /** Id of what the secret belongs to, the one it was encrypted for. */
  record: string
  /** Asked only when the secret is encrypted. Share one call between secrets to open the key once. */
  masterKey: () => Promise<MasterKey>
  /** What a relative `file:` path is relative to: the directory of the configuration file. */
  baseDir: string
}

/** Which kind of reference a configured secret is. Anything that is no known scheme is a literal. */
export function isReference(text: string): ReferenceKind {
  if (text.startsWith(FILE_SCHEME)) return 'file'
  return text.startsWith(ENCRYPTED_SCHEME) ? 'encrypted' : 'literal'
}

/**
 * The secret a configured value stands for: `file:path` or `file:///path` is the file's content without the line ends it
 * ends with, `enc:v1:…` is decrypted, anything else is the secret itself. `${VAR}` is the configuration's to expand.
 *
 * @throws CredentialError `FILE_UNREADABLE` for a file that is missing, empty, not text or larger than 64 KiB; what
 * {@link decryptSecret} throws; what `masterKey` throws
 */
export async function resolveSecret(reference: string, options: ResolveSecretOptions): Promise<Secret> {
  switch (isReference(reference)) {
    case 'file':
      return new Secret(await readSecretFile(reference, options))
    case 'encrypted':
      return decryptSecret(reference, await options.masterKey(), options.record)
    case 'literal':
      return new Secret(reference)
  }
}

async function readSecretFile(reference: string, options: ResolveSecretOptions): Promise<string> {
  const path = pathOf(reference, options)
  try {
    const found = await stat(path)
    // A pipe would be waited on for ever.
    if (!found.isFile()) throw unreadable(options.record, path, 'it is not a file')
    if (found.size > LARGEST_FILE)
      throw unreadable(options.record, path, `it is larger than ${LARGEST_FILE / 1024} KiB`)
    // A byte order mark, as some editors write, is dropped by the decoder.
    const text = withoutLineEnd(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)))
    if (text === '') throw unreadable(options.record, path, 'it is empty')
    return text
  } catch (cause) {
    if (cause instanceof CredentialError) throw cause
    throw unreadable(options.record, path, reasonOf(cause), { cause })
  }
}

function pathOf(reference: string, options: ResolveSecretOptions): string {
  const path = reference.slice(FILE_SCHEME.length)
  if (path === '') throw unreadable(options.record, FILE_SCHEME, 'it names no file')
  if (!path.startsWith('//')) return resolve(options.baseDir, path)
  try {
    return fileURLToPath(reference)
  } catch (cause) {
    throw unreadable(options.record, reference, 'a file URL is file:///path', { cause })
  }
}

function withoutLineEnd(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1
  return text.slice(0, end)
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
      return 'permission denied'
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'it is not UTF-8 text'
    default:
      return String(code ?? error)
  }
}

function unreadable(record: string, path: string, reason: string, options?: ErrorOptions): CredentialError {
  return new CredentialError('FILE_UNREADABLE', `cannot read the secret of ${record} from ${path}: ${reason}`, options)
}
