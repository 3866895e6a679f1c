/**
 * What this package needs of the world. The store's shape is that of `CredentialStore` in @llm-gateway/credentials but for the
 * wrapper around the secret, so that an adapter is a few lines.
 */

/** A record as it was at one moment. */
export interface StoredText {
  readonly text: string
  /** Opaque; another one after each write. */
  readonly version: string
}

/** What a write or a removal expects to find: a version it has read, nothing at all, or whatever there is. */
export interface StoreCondition {
  readonly ifVersion: string
}

/** What became of a write; `current` is what stands there instead of what was expected. */
export type StoreWrite =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly current: StoredText | undefined }

/** An exclusive section under way. */
export interface HeldSection {
  /** Aborted when the lock turns out to be another's. */
  readonly signal: AbortSignal
  /** Whether the lock is still ours; asked right before a refresh token is sent. */
  stillHeld(): Promise<boolean>
}

/** Where tokens and logins under way are kept, encrypted, for all processes of one gateway. Texts hold secrets. */
export interface TokenStore {
  read(path: string): Promise<StoredText | undefined>
  /** Durable once it resolves `ok`. `ifVersion` may be `absent` or `any` as well. */
  write(path: string, text: string, condition: StoreCondition): Promise<StoreWrite>
  /** @returns whether the record is gone by this call. */
  remove(path: string, condition: StoreCondition): Promise<boolean>
  /** Runs the section while no other of the same path runs, in any process. */
  lock<T>(path: string, section: (held: HeldSection) => Promise<T>, options?: { readonly waitMs?: number }): Promise<T>
}

/**
 * Sends a request to an authorisation server. The global `fetch` will do; an app passes one that knows its proxies. A rejection
 * means that nobody answered; an answer that is too large is cut here (`MAX_ANSWER_BYTES`), and told as such.
 */
export type OAuthFetch = (url: string, init: OAuthFetchInit) => Promise<Response>

/** A request to an authorisation server. */
export interface OAuthFetchInit {
  /** The account that the request is for, which may have a proxy of its own. */
  readonly accountId: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  /** A token is never sent on to where a redirect points. */
  readonly redirect: 'manual'
  readonly signal?: AbortSignal
}

/** Two clocks: one that tells the date and may be set, one that only ever goes on. */
export interface OAuthClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds since some moment. */
  monotonic(): number
}

/** Bytes from a cryptographic source. */
export type RandomBytes = (size: number) => Uint8Array
