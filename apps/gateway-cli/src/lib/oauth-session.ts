import { dirname } from 'node:path'
import type { AccountConfig, Paths } from '@llm-gateway/config'
import { openCredentialStore, openMasterKey, type ResolveSecretOptions, resolveSecret } from '@llm-gateway/credentials'
import { AccountTokens, type LoginOptions, type TokenAccount, type TokenOptions } from '@llm-gateway/oauth'
import { profileOf, systemClock, tokenAccountOf, tokenStoreOf, upstreamFetch } from '@llm-gateway/server'
import { UpstreamClient } from '@llm-gateway/upstream'
import type { Loaded } from './config-store.ts'
import { proxySettings } from './environment.ts'
import { CliError } from './error.ts'
import type { Io } from './io.ts'
import type { Output } from './output.ts'

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
  readonly places: Paths
  readonly io: Pick<Io, 'env' | 'keychain' | 'random'>
  readonly output: Output
}

/** @throws CliError `REFUSED` for an account of another type; OAuthError `PROFILE_INVALID`. */
export async function openOAuthSession(options: OAuthSessionOptions): Promise<OAuthSession> {
  const { account, loaded, places, io, output } = options
  if (account.type !== 'oauth') {
    throw new CliError('REFUSED', `the upstream account "${account.name}" is of type ${account.type}: it has no login`)
  }
  const warn = (message: string): void => output.warn(message)
  const keys = { home: places.home, env: io.env, keychain: io.keychain, warn }
  const opening = {
    masterKey: () => openMasterKey({ ...keys, create: false }),
    baseDir: dirname(places.configFile),
  }
  const known = tokenAccountOf(account, loaded.config, await clientSecretOf(options, opening))
  const store = tokenStoreOf(openCredentialStore(keys))
  const client = new UpstreamClient({ proxy: await proxySettings(loaded.config.environment, io.env, opening, account) })
  const login: LoginOptions = { store, fetch: upstreamFetch(client), clock: systemClock, random: io.random }
  const tokens: TokenOptions = { store, fetch: login.fetch, clock: systemClock, random: Math.random }
  return { account: known, login, tokens: new AccountTokens(known, tokens), close: () => client.close() }
}

async function clientSecretOf(
  { account, loaded }: OAuthSessionOptions,
  opening: Omit<ResolveSecretOptions, 'record'>,
): Promise<string | undefined> {
  const { name, clientSecret } = profileOf(account, loaded.config)
  if (clientSecret === undefined) return undefined
  const missing = /^\$\{(\w+)\}$/.exec(clientSecret)?.[1]
  if (missing !== undefined) {
    throw new CliError(
      'FAILED',
      `the client_secret of the OAuth profile "${name}" cannot be had: ${missing} is not set here`,
    )
  }
  return (await resolveSecret(clientSecret, { ...opening, record: name })).reveal()
}
