import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { CredentialError } from './error.ts'
import { createKeyFile, decodeKey, newKeyText, readKeyFile } from './key-file.ts'
import { MASTER_KEY_VARIABLE, type OpenMasterKeyOptions, openMasterKey } from './master-key.ts'

/**
 * A key for one purpose, the same for every process that serves the same clients: derived from the master key of
 * `LLM_GATEWAY_MASTER_KEY`, which replicas share, or where that is not set the one of `<home>/<purpose>.key`, made on first use.
 * It is not derived from `master.key`: to make that one before it is needed would hide that one has been lost.
 *
 * @param purpose lower-case letters
 * @returns 64 hex digits
 * @throws CredentialError as {@link openMasterKey} does
 */
export async function openDerivedKey(purpose: string, options: Omit<OpenMasterKeyOptions, 'create'>): Promise<string> {
  if (options.env[MASTER_KEY_VARIABLE] !== undefined) {
    const { key } = await openMasterKey({ ...options, create: false })
    return createHmac('sha256', key).update(`llm-gateway ${purpose} key`).digest('hex')
  }
  const name = `${purpose} key`
  const path = join(options.home, `${purpose}.key`)
  const warn = options.warn ?? (() => {})
  let text = await readKeyFile(path, warn, name)
  if (text === undefined) {
    await createKeyFile(path, newKeyText(options.random ?? randomBytes), name)
    // Read back rather than kept: of two processes that came first at once the file says which of them won.
    text = await readKeyFile(path, warn, name)
  }
  const bytes = decodeKey((text ?? '').trim())
  if (bytes) return Buffer.from(bytes).toString('hex')
  throw new CredentialError('MASTER_KEY_INVALID', `the ${name} ${path} is not whole: delete it, and another is made`)
}
