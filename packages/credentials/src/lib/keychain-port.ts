import { CredentialError } from './error.ts'

/**
 * The keychain of the operating system, as whoever embeds this package brings one, for instance
 * `@llm-gateway/credentials-keychain`. What its methods throw becomes a CredentialError `STORE_UNAVAILABLE` with the same
 * message, so the message must be made for people and hold no secret.
 */
export interface KeychainPort {
  /** The text kept under a name; undefined where there is none. */
  get(name: string): Promise<string | undefined>
  /** Keeps a text under a name, in place of any other. */
  set(name: string, text: string): Promise<void>
}

/** A keychain that can also forget, which a store of records needs. */
export interface KeychainStorePort extends KeychainPort {
  /** Removes what is kept under a name; where nothing is, does nothing. */
  remove(name: string): Promise<void>
}

/** @throws CredentialError `STORE_UNAVAILABLE` for whatever the keychain throws */
export async function reachKeychain<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    if (CredentialError.is(cause)) throw cause
    throw new CredentialError('STORE_UNAVAILABLE', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
