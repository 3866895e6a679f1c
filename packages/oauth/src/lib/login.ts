import * as oauth from 'oauth4webapi'
import { OAuthError } from './error.ts'
import type { OAuthClock, OAuthFetch, RandomBytes, TokenStore } from './port.ts'
import { checkEndpoint, DEFAULT_REDIRECT_URI, isLoopbackHost } from './profile.ts'
import type { TokenAccount } from './token-account.ts'
import { TokenEndpoint } from './token-endpoint.ts'
import { bindTokens, type GrantedTokens, type TokenSet, tokenPath, writeTokens } from './token-set.ts'

/** What a login needs of the outside world: a store, a way to the provider, clocks and dice. */
export interface LoginOptions {
  readonly store: TokenStore
  readonly fetch: OAuthFetch
  readonly clock: OAuthClock
  readonly random: RandomBytes
}

/** A login that waits for the person and the provider. */
export interface BegunLogin {
  /** For the person's browser. */
  readonly url: string
  readonly state: string
  readonly redirectUri: string
  /** Milliseconds since the epoch. */
  readonly endsAt: number
}

/** What the provider's answer to a login holds. */
export interface CallbackAnswer {
  readonly parameters: URLSearchParams
}

interface PendingLogin {
  readonly state: string
  readonly verifier: string
  readonly redirectUri: string
  readonly tokenUrl: string
  readonly begunAt: number
}

/** How long a login may take. */
export const LOGIN_LIFETIME_MS: number = 10 * 60_000

/** 256 bits: 43 characters, the shortest verifier that RFC 7636 §4.1 allows. */
const SECRET_BYTES = 32

/** Whether a profile's callback reaches this machine by itself; otherwise the person carries the code. */
export function isLoopbackRedirect(redirectUri: string = DEFAULT_REDIRECT_URI): boolean {
  return URL.canParse(redirectUri) && isLoopbackHost(new URL(redirectUri).hostname)
}

/**
 * Begins the authorisation code flow with PKCE. What proves it ours is kept in the store, so that another process may finish it;
 * a newer login of the same account takes its place.
 *
 * @param redirectUri where a callback server listens; default: the profile's.
 * @throws OAuthError `PROFILE_INVALID`
 */
export async function beginLogin(
  account: TokenAccount,
  options: LoginOptions,
  redirectUri: string = account.profile.redirectUri ?? DEFAULT_REDIRECT_URI,
): Promise<BegunLogin> {
  const { profile } = account
  if (profile.authorizeUrl === undefined) {
    throw new OAuthError('PROFILE_INVALID', `the OAuth profile "${profile.name}" has no authorize_url`)
  }
  const url = checkEndpoint(profile.authorizeUrl, profile.name)
  const secret = (): string => Buffer.from(options.random(SECRET_BYTES)).toString('base64url')
  const pending: PendingLogin = {
    state: secret(),
    verifier: secret(),
    redirectUri,
    tokenUrl: profile.tokenUrl,
    begunAt: options.clock.now(),
  }
  const parameters = {
    ...profile.authorizeParameters,
    response_type: 'code',
    client_id: profile.clientId,
    redirect_uri: redirectUri,
    ...(profile.scopes && { scope: profile.scopes.join(' ') }),
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    state: pending.state,
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  await options.store.write(pendingPath(account.id), JSON.stringify(pending), { ifVersion: 'any' })
  return { url: url.href, state: pending.state, redirectUri, endsAt: pending.begunAt + LOGIN_LIFETIME_MS }
}

/**
 * Ends a login: checks the answer, trades the code, and keeps the tokens. The login is used up by the first answer that bears its
 * `state`, whatever comes of it.
 *
 * @throws OAuthError `LOGIN_UNKNOWN`, `LOGIN_EXPIRED`, `LOGIN_DENIED`, `LOGIN_INVALID`, or what the token endpoint said.
 */
export async function finishLogin(
  account: TokenAccount,
  { parameters }: CallbackAnswer,
  options: LoginOptions,
): Promise<TokenSet> {
  const pending = await takePending(account, parameters.get('state'), options)
  if (pending.tokenUrl !== account.profile.tokenUrl) {
    throw new OAuthError(
      'LOGIN_UNKNOWN',
      'the token_url of the OAuth profile was changed during the login: log in again',
    )
  }
  const endpoint = new TokenEndpoint(account, options.fetch)
  const { state, verifier, redirectUri } = pending
  const granted = await endpoint.exchange({ parameters, state, verifier, redirectUri })
  return keepLogin(account, granted, options)
}

/** Whether this answer belongs to a login of the account. Uses nothing up. */
export async function isPending(accountId: string, state: string | null, store: TokenStore): Promise<boolean> {
  const stored = await store.read(pendingPath(accountId))
  return state !== null && stored !== undefined && same(readPending(stored.text)?.state, state)
}

/** Keeps the tokens of a login: they replace whatever there was. */
export async function keepLogin(
  account: TokenAccount,
  granted: GrantedTokens,
  { store, clock }: Pick<LoginOptions, 'store' | 'clock'>,
): Promise<TokenSet> {
  const tokens = bindTokens(granted, { profile: account.profile, resource: account.resource, now: clock.now() })
  await store.write(tokenPath(account.id), writeTokens(tokens), { ifVersion: 'any' })
  return tokens
}

/** Forgets an account's tokens and its login under way. */
export async function forgetTokens(accountId: string, store: TokenStore): Promise<void> {
  await store.remove(tokenPath(accountId), { ifVersion: 'any' })
  await store.remove(pendingPath(accountId), { ifVersion: 'any' })
}

async function takePending(account: TokenAccount, state: string | null, options: LoginOptions): Promise<PendingLogin> {
  const path = pendingPath(account.id)
  const stored = await options.store.read(path)
  const pending = stored && readPending(stored.text)
  if (stored === undefined || pending === undefined || state === null || !same(pending.state, state)) {
    throw new OAuthError(
      'LOGIN_UNKNOWN',
      `no login of account "${account.name}" waits for this answer: it bears no state or another one, or was used before`,
    )
  }
  if (!(await options.store.remove(path, { ifVersion: stored.version }))) {
    throw new OAuthError('LOGIN_UNKNOWN', 'this answer to the login was used before: log in again')
  }
  const age = options.clock.now() - pending.begunAt
  if (age > LOGIN_LIFETIME_MS || age < -LOGIN_LIFETIME_MS) {
    throw new OAuthError('LOGIN_EXPIRED', 'the login was begun more than 10 minutes ago: log in again')
  }
  return pending
}

function pendingPath(accountId: string): string {
  return `oauth-login/${accountId}`
}

function readPending(text: string): PendingLogin | undefined {
  try {
    return JSON.parse(text) as PendingLogin
  } catch {
    return undefined
  }
}

/** As long for a state that begins right as for one that does not. */
function same(a: string | undefined, b: string): boolean {
  if (a === undefined || a.length !== b.length) return false
  let difference = 0
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}
