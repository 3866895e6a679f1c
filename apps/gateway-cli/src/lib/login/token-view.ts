import type { TokenState } from '@llm-gateway/oauth'
import { isoTime, when } from '../terminal/time.ts'

/** An account's token as JSON output tells it: never the token. */
export interface TokenJson {
  readonly state: TokenState['state']
  readonly profile: string
  readonly refreshable: boolean
  /** ISO 8601. */
  readonly expiresAt?: string
  /** ISO 8601. */
  readonly obtainedAt?: string
  readonly problem?: string
}

export function tokenJson({ state, profile, refreshable, expiresAt, obtainedAt, problem }: TokenState): TokenJson {
  return {
    state,
    profile,
    refreshable,
    ...(expiresAt !== undefined && { expiresAt: isoTime(expiresAt) }),
    ...(obtainedAt !== undefined && { obtainedAt: isoTime(obtainedAt) }),
    ...(problem !== undefined && { problem }),
  }
}

const words: Readonly<Record<TokenState['state'], string>> = {
  authorized: 'authorized',
  expired: 'expired, renewed when it is needed',
  needs_login: 'needs a login',
}

/** The same for people. */
export function tokenFields(token: TokenState, now: number): readonly (readonly [string, string | undefined])[] {
  const { state, profile, refreshable, expiresAt, obtainedAt, problem } = token
  return [
    ['Token', words[state]],
    ['OAuth profile', profile],
    ['Expires', expiresAt === undefined ? undefined : when(expiresAt, now)],
    ['Obtained', obtainedAt === undefined ? undefined : when(obtainedAt, now)],
    ['Renewed by itself', obtainedAt === undefined ? undefined : refreshable ? 'yes' : 'no'],
    ['Problem', problem],
  ]
}
