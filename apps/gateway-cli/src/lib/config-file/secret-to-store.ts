import { hasLogin, isSecretName, optionRecord, proxyFault } from '@llm-gateway/config'
import { encryptSecret, type MasterKey } from '@llm-gateway/credentials'
import { CliError } from '../command-line/error.ts'
import type { Io } from '../terminal/io.ts'

export interface EncryptContext {
  /** What to encrypt by; asked only where there is something to encrypt. */
  readonly masterKey: () => Promise<MasterKey>
  readonly random: Io['random']
}

/**
 * What is written to the file for a proxy: its login is a secret, and is not written in clear.
 *
 * @param record what the ciphertext is bound to.
 * @param context with the flag that gave it, for the error.
 * @throws CliError `USAGE` for what is no address of a proxy, or a kind that is not supported
 */
export async function proxyToStore(
  value: string,
  record: string,
  context: EncryptContext & { readonly flag: string },
): Promise<string> {
  if (isWritten(value)) return value
  const fault = proxyFault(value)
  if (fault !== undefined) throw new CliError('USAGE', `${context.flag} ${fault}`)
  if (!hasLogin(value)) return value
  return encryptSecret(value, await context.masterKey(), record, context.random)
}

/** What is written to the file for an account's options: those whose names say that they are secrets are encrypted. */
export async function optionsToStore(
  options: Readonly<Record<string, unknown>>,
  account: string,
  context: EncryptContext,
): Promise<Record<string, unknown>> {
  const entries = Object.entries(options).map(async ([name, value]) => {
    if (typeof value !== 'string' || value === '' || !isSecretName(name) || isWritten(value)) return [name, value]
    return [name, encryptSecret(value, await context.masterKey(), optionRecord(account, name), context.random)]
  })
  return Object.fromEntries(await Promise.all(entries)) as Record<string, unknown>
}

/** References, and ciphertext, are written as they are. */
function isWritten(value: string): boolean {
  return /^(?:enc|file):|\$\{/.test(value)
}
