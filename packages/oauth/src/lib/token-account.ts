import type { OAuthClock, OAuthFetch, TokenStore } from './port.ts'
import type { UsableProfile } from './profile.ts'

/** An account as far as its tokens depend on it. */
export interface TokenAccount {
  readonly id: string
  /** For people. */
  readonly name: string
  readonly profile: UsableProfile
  /** Origin of the upstream that the access token is for. */
  readonly resource: string
}

/** What the tokens of accounts need of the outside world, and how long is waited for a renewal. */
export interface TokenOptions {
  readonly store: TokenStore
  readonly fetch: OAuthFetch
  readonly clock: OAuthClock
  /** A number in [0, 1). */
  readonly random: () => number
  /** How long one request may wait for a renewal, in milliseconds; the renewal itself goes on. Default 15 s. */
  readonly patienceMs?: number
  /** How long a token endpoint may take, in milliseconds. Default 60 s: one that is cut off may have rotated the token. */
  readonly requestMs?: number
  /** Told when an account's state changes; must not throw. */
  readonly onChange?: (state: TokenState) => void
}

/** What may be told of an account's tokens. */
export interface TokenState {
  readonly accountId: string
  readonly state: 'authorized' | 'expired' | 'needs_login'
  readonly profile: string
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number
  readonly obtainedAt?: number
  readonly refreshable: boolean
  /** What went wrong last, and what to do. */
  readonly problem?: string
}
