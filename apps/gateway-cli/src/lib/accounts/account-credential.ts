import { dirname, resolve } from 'node:path'
import type { Paths } from '@llm-gateway/config'
import { CredentialError, encryptSecret, isReference, type MasterKey, resolveSecret } from '@llm-gateway/credentials'
import { CliError } from '../command-line/error.ts'
import type { Io } from '../terminal/io.ts'
import type { Output } from '../terminal/output.ts'
import { type Prompt, readAll } from '../terminal/prompt.ts'

/** The flags of `upstream add` of which one gives the credential. */
export interface CredentialFlags {
  readonly key: string | undefined
  readonly keyEnv: string | undefined
  readonly keyFile: string | undefined
  readonly keyStdin: boolean
}

export interface CredentialContext {
  /** The account the credential is for; what is encrypted for it is of no use to another. */
  readonly id: string
  /** Whether the provider wants one. */
  readonly needed: boolean
  readonly places: Paths
  /** What to encrypt by; asked only where there is something to encrypt. */
  readonly masterKey: () => Promise<MasterKey>
  readonly io: Pick<Io, 'env' | 'cwd' | 'stdin' | 'random'>
  readonly prompt: Prompt
  readonly output: Output
}

/**
 * What is written to the file for the credential: a reference as it was given, anything else encrypted. Asks when no flag says.
 *
 * @returns undefined when there is none and none is needed.
 * @throws CliError `USAGE`; CredentialError when the master key or the named file cannot be had.
 */
export async function credentialToStore(
  flags: CredentialFlags,
  context: CredentialContext,
): Promise<string | undefined> {
  const { key, keyEnv, keyFile, keyStdin } = flags
  const given = [key, keyEnv, keyFile, keyStdin || undefined].filter((flag) => flag !== undefined)
  if (given.length > 1) throw new CliError('USAGE', 'give only one of --key, --key-env, --key-file and --key-stdin')
  if (keyEnv !== undefined) return variableReference(keyEnv, context)
  if (keyFile !== undefined) return checkedFile(`file:${resolve(context.io.cwd, keyFile)}`, context)
  if (keyStdin) return encrypted(await readAll(context.io.stdin), '--key-stdin', context)
  if (key !== undefined) return fromKeyFlag(key, context)
  if (!context.needed) return undefined
  if (!context.prompt.possible) {
    throw new CliError('USAGE', 'the key is missing: give --key, --key-env, --key-file or --key-stdin')
  }
  return encrypted(await context.prompt.secret('API key (not shown)', '--key'), '--key', context)
}

function fromKeyFlag(key: string, context: CredentialContext): Promise<string> | string {
  const text = key.trim()
  if (/\$\{[A-Za-z_]/.test(text)) return text
  switch (isReference(text)) {
    case 'file':
      return checkedFile(text, context)
    case 'encrypted':
      throw new CliError(
        'USAGE',
        '--key takes the key itself: an encrypted one is of use only to the account it was made for',
      )
    case 'literal':
      return encrypted(text, '--key', context)
  }
}

function variableReference(name: string, { io, output }: CredentialContext): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new CliError('USAGE', '--key-env takes the name of a variable, such as ANTHROPIC_API_KEY')
  }
  if ((io.env[name] ?? '') === '') output.warn(`${name} is not set here; the server needs it in its environment`)
  return `\${${name}}`
}

/** A file that cannot be read now is a mistake now, and not when the server starts. */
async function checkedFile(reference: string, { id, places }: CredentialContext): Promise<string> {
  const masterKey = (): never => {
    throw new CliError('USAGE', 'a file reference needs no master key')
  }
  try {
    await resolveSecret(reference, { record: id, masterKey, baseDir: dirname(places.configFile) })
    return reference
  } catch (cause) {
    throw CredentialError.is(cause) && cause.code === 'FILE_UNREADABLE' ? namedFileFault(cause) : cause
  }
}

/** A file that is not there is no such thing; one that holds no key was named by mistake; else the system keeps it from us. */
function namedFileFault(error: CredentialError): CliError {
  const { cause, message } = error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT') return new CliError('NOT_FOUND', message, { cause: error })
  const noKey = code === undefined || code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
  return new CliError(noKey ? 'USAGE' : 'FAILED', message, { cause: error })
}

async function encrypted(text: string, flag: string, { id, io, masterKey }: CredentialContext): Promise<string> {
  const key = text.trim()
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new CliError('USAGE', `${flag} must be one word of plain characters, as providers make keys`)
  }
  return encryptSecret(key, await masterKey(), id, io.random)
}
