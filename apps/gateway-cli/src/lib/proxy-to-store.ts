import { hasLogin, type Paths } from '@llm-gateway/config'
import { encryptSecret, openMasterKey } from '@llm-gateway/credentials'
import type { Io } from './io.ts'
import type { Output } from './output.ts'

export interface ProxyContext {
  readonly places: Paths
  readonly io: Pick<Io, 'env' | 'keychain' | 'random'>
  readonly output: Output
}

/**
 * What is written to the file for a proxy: its login is a secret, and is not written in clear.
 *
 * @param record what the ciphertext is bound to.
 */
export async function proxyToStore(value: string, record: string, context: ProxyContext): Promise<string> {
  if (/^(?:enc|file):|\$\{/.test(value) || !hasLogin(value)) return value
  const { places, io, output } = context
  const { env, keychain, random } = io
  const warn = (message: string): void => output.warn(message)
  const key = await openMasterKey({ home: places.home, env, keychain, create: true, warn, random })
  return encryptSecret(value, key, record, random)
}
