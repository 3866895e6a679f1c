import { hasLogin, isSecretName, optionRecord } from '@llm-gateway/config'
import { encryptSecret, type MasterKey } from '@llm-gateway/credentials'
import { isUsableProxy } from '@llm-gateway/server'
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
 * @throws CliError `REFUSED` for a kind of proxy that is not supported
 */
export async function proxyToStore(value: string, record: string, context: EncryptContext): Promise<string> {
  if (isWritten(value) || !hasLogin(value)) return value
  // The schema judges what is written in clear, and cannot judge ciphertext.
  if (!isUsableProxy(value)) {
    throw new CliError('REFUSED', 'nothing was changed: a proxy must be the URL of an http:// or https:// proxy')
  }
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
