import { KeychainError } from './error.ts'

/** What {@link openKeychain} opens. Fits `KeychainPort` and `KeychainStorePort` of `@llm-gateway/credentials`. */
export interface Keychain {
  /** The text kept under a name; undefined where there is none. @throws KeychainError `KEYCHAIN_UNAVAILABLE` */
  get(name: string): Promise<string | undefined>
  /** Keeps a text under a name, in place of any other. @throws KeychainError `KEYCHAIN_UNAVAILABLE` */
  set(name: string, text: string): Promise<void>
  /** Removes what is kept under a name; where nothing is, does nothing. @throws KeychainError `KEYCHAIN_UNAVAILABLE` */
  remove(name: string): Promise<void>
}

/** Where in the keychain entries lie. */
export interface KeychainOptions {
  /** The service that the entries belong to, as the keychain's own programs show it. Default `llm-gateway`. */
  readonly service?: string
  /** Brings the native module. Default: `import('@napi-rs/keyring')`. */
  readonly load?: () => Promise<NativeKeyring>
}

/** The part of `@napi-rs/keyring` that is used. */
export interface NativeKeyring {
  readonly AsyncEntry: new (service: string, name: string, options: EntryOptions) => NativeEntry
}

interface NativeEntry {
  getPassword(): Promise<string | null | undefined>
  setPassword(text: string): Promise<void>
  deletePassword(): Promise<boolean>
}

interface EntryOptions {
  readonly linux: { readonly store: 'secret-service' }
}

/**
 * Left to choose, the native module takes the kernel's keyring where no Secret Service answers, and that one forgets everything
 * at the next start of the machine: a master key in it would take all secrets along.
 */
const LASTING: EntryOptions = { linux: { store: 'secret-service' } }

/**
 * The keychain of the user that runs the program: the login keychain of macOS, the Credential Manager of Windows, the Secret
 * Service (GNOME Keyring, KWallet, KeePassXC) of Linux and FreeBSD. Nothing is loaded, and the keychain is not touched, before
 * the first call.
 */
export function openKeychain({ service = 'llm-gateway', load = loadNative }: KeychainOptions = {}): Keychain {
  let native: Promise<NativeKeyring> | undefined
  const entry = async <T>(name: string, act: (entry: NativeEntry) => Promise<T>): Promise<T> => {
    try {
      native ??= load()
      const { AsyncEntry } = await native
      return await act(new AsyncEntry(service, name, LASTING))
    } catch (cause) {
      throw unavailable(cause)
    }
  }
  return {
    get: async (name) => (await entry(name, (found) => found.getPassword())) ?? undefined,
    set: (name, text) => entry(name, (found) => found.setPassword(text)),
    remove: async (name) => {
      await entry(name, (found) => found.deletePassword())
    },
  }
}

function loadNative(): Promise<NativeKeyring> {
  return import('@napi-rs/keyring')
}

function unavailable(cause: unknown): KeychainError {
  const said = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]?.trim()
  return new KeychainError(
    'KEYCHAIN_UNAVAILABLE',
    `the keychain of the operating system cannot be used (${said}): unlock it, or on a machine that has none (a server, a container) keep the master key in the key file or in LLM_GATEWAY_MASTER_KEY`,
    { cause },
  )
}
