import { dirname } from 'node:path'
import type { AccountConfig, Paths } from '@llm-gateway/config'
import { type CredentialStore, openMasterKey, type ResolveSecretOptions } from '@llm-gateway/credentials'
import {
  AccountTokens,
  type LoginOptions,
  type OAuthProfile,
  type TokenAccount,
  type TokenOptions,
} from '@llm-gateway/oauth'
import {
  profileOf,
  systemClock,
  tokenAccountOf,
  tokenStoreOf,
  upstreamFetch,
  withSecretParameters,
} from '@llm-gateway/server'
import { UpstreamClient } from '@llm-gateway/upstream'
import { CliError } from '../command-line/error.ts'
import type { Loaded } from '../config-file/config-store.ts'
import { proxySettings } from '../config-file/environment.ts'
import type { Io } from '../terminal/io.ts'
import type { Output } from '../terminal/output.ts'

/** An account of type oauth with what its login and its tokens need. */
export interface OAuthSession {
  readonly account: TokenAccount
  readonly login: LoginOptions
  readonly tokens: AccountTokens
  close(): Promise<void>
}

export interface OAuthSessionOptions {
  readonly account: AccountConfig
  readonly loaded: Loaded
  /** Where its tokens are kept. */
  readonly credentials: CredentialStore
  readonly places: Paths
  readonly io: Pick<Io, 'env' | 'keychain' | 'random'>
  readonly output: Output
}

/** @throws CliError `REFUSED` for an account of another type; OAuthError `PROFILE_INVALID`. */
export async function openOAuthSession(options: OAuthSessionOptions): Promise<OAuthSession> {
  const { account, loaded, credentials, places, io, output } = options
  if (account.type !== 'oauth') {
    throw new CliError('REFUSED', `the upstream account "${account.name}" is of type ${account.type}: it has no login`)
  }
  const warn = (message: string): void => output.warn(message)
  const keys = { home: places.home, env: io.env, keychain: io.keychain, warn }
  const opening = {
    masterKey: () => openMasterKey({ ...keys, create: false }),
    baseDir: dirname(places.configFile),
  }
  const known = tokenAccountOf(account, await openProfile(options, opening))
  const store = tokenStoreOf(credentials)
  const client = new UpstreamClient({ proxy: await proxySettings(loaded.config.environment, io.env, opening, account) })
  const login: LoginOptions = { store, fetch: upstreamFetch(client), clock: systemClock, random: io.random }
  const tokens: TokenOptions = { store, fetch: login.fetch, clock: systemClock, random: Math.random }
  return { account: known, login, tokens: new AccountTokens(known, tokens), close: () => client.close() }
}

/** Its profile with the secrets in it, as this process can have them. @throws CliError, CredentialError */
async function openProfile(
  { account, loaded }: OAuthSessionOptions,
  opening: Omit<ResolveSecretOptions, 'record'>,
): Promise<OAuthProfile> {
  const profile = profileOf(account, loaded.config)
  const { name, clientSecret = '', tokenParameters = {} } = profile
  for (const text of [clientSecret, ...Object.values(tokenParameters)]) {
    const missing = /^\$\{(\w+)\}$/.exec(text)?.[1]
    if (missing === undefined) continue
    throw new CliError('FAILED', `a secret of the OAuth profile "${name}" cannot be had: ${missing} is not set here`)
  }
  return withSecretParameters(profile, { ...opening, learn: () => {} })
}
