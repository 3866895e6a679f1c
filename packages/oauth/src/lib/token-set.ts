import { OAuthError } from './error.ts'
import type { UsableProfile } from './profile.ts'

/** Why tokens are of no more use. */
export type TokenProblem =
  /** The provider refused the refresh token: the access token is good until it expires. */
  | 'refresh-refused'
  /** The upstream refused the access token, also a new one. */
  | 'access-refused'

/** The tokens of one account, and to whom they may be shown. */
export interface TokenSet {
  readonly profile: string
  /** The only address that the refresh token may be sent to: that of the login. */
  readonly tokenUrl: string
  /** The only origin that the access token may be sent to: the account's upstream at the login. */
  readonly resource: string
  readonly accessToken: string
  readonly refreshToken?: string
  readonly scope?: string
  /** When it came, in milliseconds since the epoch. */
  readonly obtainedAt: number
  /** How long the access token is good from then, in milliseconds. Absent: until it is refused. */
  readonly lifetimeMs?: number
  readonly problem?: { readonly kind: TokenProblem; readonly at: number }
}

/** What a token endpoint gave, before it is bound to an account. */
export interface GrantedTokens {
  readonly accessToken: string
  readonly refreshToken?: string
  readonly scope?: string
  readonly lifetimeMs?: number
}

/** Where an account's tokens are in the store. */
export function tokenPath(accountId: string): string {
  return `oauth/${accountId}`
}

export function bindTokens(
  granted: GrantedTokens,
  to: { readonly profile: UsableProfile; readonly resource: string; readonly now: number },
): TokenSet {
  return {
    profile: to.profile.name,
    tokenUrl: to.profile.tokenUrl,
    resource: to.resource,
    ...granted,
    obtainedAt: to.now,
  }
}

/** When the access token ends, in milliseconds since the epoch; undefined where it has no end. */
export function expiresAt(tokens: TokenSet): number | undefined {
  return tokens.lifetimeMs === undefined ? undefined : tokens.obtainedAt + tokens.lifetimeMs
}

/** Tokens as the text of a record, which {@link readTokens} reads. */
export function writeTokens(tokens: TokenSet): string {
  return JSON.stringify({ version: 1, ...tokens })
}

/** @throws OAuthError `NEEDS_LOGIN` when the record is not one of this version. */
export function readTokens(text: string, accountId: string): TokenSet {
  const value = parsed(text)
  const known = value?.version === 1 && [value.accessToken, value.tokenUrl, value.resource].every(isText)
  if (known && typeof value.obtainedAt === 'number') {
    const { version: _version, ...tokens } = value
    return tokens as unknown as TokenSet
  }
  throw new OAuthError('NEEDS_LOGIN', `the stored tokens of account ${accountId} cannot be read: log in again`)
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
