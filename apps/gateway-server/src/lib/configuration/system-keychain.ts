import { CredentialError, type KeychainStorePort } from '@llm-gateway/credentials'

const PACKAGE = '@llm-gateway/credentials-keychain'

/** Brings the package that has the native module; nobody who keeps no key in the keychain needs it. */
export type LoadKeychain = () => Promise<{ openKeychain(): KeychainStorePort }>

/**
 * The keychain of the operating system, through `@llm-gateway/credentials-keychain` where that is installed. It is loaded by the
 * first call, not before.
 *
 * @param load default: `import('@llm-gateway/credentials-keychain')`
 */
export function systemKeychain(
  load: LoadKeychain = () => import('@llm-gateway/credentials-keychain'),
): KeychainStorePort {
  let opened: Promise<KeychainStorePort> | undefined
  const keychain = (): Promise<KeychainStorePort> => {
    opened ??= open(load)
    return opened
  }
  return {
    get: async (name) => (await keychain()).get(name),
    set: async (name, text) => (await keychain()).set(name, text),
    remove: async (name) => (await keychain()).remove(name),
  }
}

async function open(load: LoadKeychain): Promise<KeychainStorePort> {
  try {
    return (await load()).openKeychain()
  } catch (cause) {
    if (!isAbsent(cause)) throw cause
    throw new CredentialError(
      'STORE_UNAVAILABLE',
      `the keychain needs a package that is not installed: install it beside this program (npm install -g ${PACKAGE}), or keep the master key itself in the key file or the variable`,
      { cause },
    )
  }
}

function isAbsent(cause: unknown): boolean {
  return (
    cause instanceof Error &&
    'code' in cause &&
    cause.code === 'ERR_MODULE_NOT_FOUND' &&
    cause.message.includes(PACKAGE)
  )
}
