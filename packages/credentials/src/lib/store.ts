import type { Secret } from './secret.ts'

/**
 * Names one record of a {@link CredentialStore}: 1 to 8 segments joined by `/`, each 1 to 128 of `A-Z a-z 0-9 . _ @ -`, none of
 * them `.` or `..`. By convention `<what>/<id>`, for instance `oauth/upstream_0011223344556677`.
 */
export type RecordPath = string

/** A record as it was at one moment. */
export interface StoredSecret {
  readonly secret: Secret
  /**
   * Opaque; a different one after each write, and never one that the path had before, not even after a removal. Comparable only
   * with versions of the same store. Says nothing of the secret.
   */
  readonly version: string
}

/** What a write expects to find. */
export interface WriteCondition {
  /** A version that was read, `absent` for nothing at all, or `any` for whatever there is. */
  readonly ifVersion: string
}

/** What a removal expects to find. */
export interface RemoveCondition {
  /** A version that was read, or `any` for whatever there is. */
  readonly ifVersion: string
}

/** What became of a write. `current` is what stands there instead of what was expected; undefined where nothing does. */
export type WriteResult =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly current: StoredSecret | undefined }

/** What became of a removal: `ok` also where there was nothing to remove and `any` was expected. */
export type RemoveResult = { readonly ok: true } | { readonly ok: false; readonly current: StoredSecret | undefined }

/** An exclusive section under way. */
export interface HeldLock {
  /**
   * Aborted when the lock is found to be another's by now, which happens only to a holder that stood still for longer than
   * {@link STALE_LOCK_MS} (a stopped process, a sleeping machine). Pass it to what must not go on then.
   */
  readonly signal: AbortSignal
  /** Looks again whether the lock is still ours; ask right before what must happen once only, such as sending a refresh token. */
  stillHeld(): Promise<boolean>
}

/** How long a lock is waited for. */
export interface LockOptions {
  /** How long to wait for another holder, in milliseconds; 0 tries once. Default 60 s. */
  readonly waitMs?: number
  /** Ends the waiting (with the signal's reason); a section under way is not ended by it. */
  readonly signal?: AbortSignal
}

/**
 * A lock is its holder's as long as the holder's process lives and shows signs of life: one whose process is gone is taken over
 * at once on the same machine, and any lock without a sign of life for this long is taken over as well.
 */
export const STALE_LOCK_MS = 30_000

/**
 * Where secrets that the gateway itself changes are kept, such as OAuth tokens: shared by several processes, written by
 * compare-and-swap. `@llm-gateway/credentials/testing` has the contract as tests that any implementation can run.
 *
 * Every method throws CredentialError: `INVALID_PATH`, `READ_ONLY` (from what writes), `STORE_UNAVAILABLE` (the disk, the
 * keychain), `WRONG_MASTER_KEY` or `CORRUPT`. A conflict is a result, not an error. When a write or removal resolves `ok`, it is
 * durable; when it throws, the record is as it was.
 *
 * @example
 * // A rotated refresh token: written only over the one it replaces.
 * await store.lock(path, async (held) => {
 *   const before = await store.read(path)
 *   if (before === undefined || fresh(before.secret)) return before
 *   const next = await refresh(before.secret, held.signal)
 *   const written = await store.write(path, next, { ifVersion: before.version })
 *   return written.ok ? { secret: next, version: written.version } : written.current
 * })
 */
export interface CredentialStore {
  /** What people call it, for messages: `the encrypted file /…/credentials.json`. */
  readonly name: string

  /** The record, read anew each time; undefined where there is none. */
  read(path: RecordPath): Promise<StoredSecret | undefined>

  /** Writes the record if it is still what the condition says, and durably. */
  write(path: RecordPath, secret: Secret, condition: WriteCondition): Promise<WriteResult>

  /** Removes the record if it is still what the condition says. */
  remove(path: RecordPath, condition: RemoveCondition): Promise<RemoveResult>

  /** The paths that begin with the prefix (default: all), sorted by code unit. */
  list(prefix?: string): Promise<readonly RecordPath[]>

  /**
   * Runs the section while no other section of the same path runs, in this process or, where the store is shared, in any other.
   * Waiting sections of one process run in the order they asked. Not reentrant. It guards sections only: `write` does not wait
   * for it and stays safe by its condition, so a holder that lost the lock cannot overwrite what came after.
   *
   * @throws CredentialError `BUSY` when another holds the lock for longer than `waitMs`; what the section throws.
   */
  lock<T>(path: RecordPath, section: (held: HeldLock) => Promise<T>, options?: LockOptions): Promise<T>
}
