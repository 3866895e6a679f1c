import { KeyRing } from '@llm-gateway/access'
import type { AccountConfig, GatewayConfig, KeyConfig, RouteSetConfig } from '@llm-gateway/config'
import {
  CredentialError,
  type KeychainPort,
  type MasterKey,
  openMasterKey,
  resolveSecret,
  type Secret,
} from '@llm-gateway/credentials'
import type { Account, Client, GatewayState } from '@llm-gateway/gateway'
import { OAuthError, type TokenAccount } from '@llm-gateway/oauth'
import type { RoutedAccount, RouteSet } from '@llm-gateway/router'
import { credentialHeaders, type ProxySettings, providers, UpstreamError } from '@llm-gateway/upstream'
import { audienceOf, profileOf, tokenAccountOf } from '../oauth/token-account.ts'
import { proxyOf } from './proxy.ts'
import {
  openProxy,
  type SecretSource,
  withOpenProxies,
  withSecretOptions,
  withSecretParameters,
} from './resolve-secrets.ts'

/** A configuration made ready to serve: what the gateway, the router and the credentials port each need of it. */
export interface Assembly {
  readonly state: GatewayState
  readonly routed: readonly RoutedAccount[]
  readonly routes: RouteSet
  /** The accounts that log in. */
  readonly logins: readonly TokenAccount[]
  /** Credential headers by account id, of those that have a key. */
  readonly headers: ReadonlyMap<string, Record<string, string>>
  readonly secrets: readonly Secret[]
  /** The ways to the providers, logins opened. */
  readonly proxy: ProxySettings
  /** Accounts that cannot serve, with the reason. */
  readonly unusable: readonly UnusableAccount[]
}

export interface UnusableAccount {
  readonly id: string
  readonly name: string
  readonly reason: string
}

export interface AssembleOptions {
  readonly home: string
  /** What `file:` references are relative to. */
  readonly baseDir: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where a master key `keychain:NAME` is kept. */
  readonly keychain?: KeychainPort
  /** Where accounts of the provider `simulator` without a base URL go. */
  readonly simulatorUrl: (() => Promise<string>) | undefined
  /** Lets seals travel across dialects; the same for every process of this home. */
  readonly sealKey?: string
  readonly now: () => number
  readonly warn: (message: string) => void
}

/** Resolves a configuration's secrets and puts it into the parts' own terms. An account whose secret cannot be had is left out and named. */
export async function assemble(config: GatewayConfig, options: AssembleOptions): Promise<Assembly> {
  const secrets: Secret[] = []
  const source: SecretSource = {
    baseDir: options.baseDir,
    masterKey: openedOnce(options),
    learn: (secret) => secrets.push(secret),
  }
  const environment = await withOpenProxies(config.environment, source)
  const ready: ReadyAccount[] = []
  const unusable: UnusableAccount[] = []
  for (const account of config.accounts) {
    if (account.status !== 'active') continue
    try {
      ready.push(await makeReady(account, config, options, source))
    } catch (cause) {
      unusable.push({ id: account.id, name: account.name, reason: reasonOf(cause) })
    }
  }
  const proxies = ready.flatMap(({ account, proxy }) => (proxy === undefined ? [] : [[account.id, proxy] as const]))
  return {
    state: {
      keys: new KeyRing<Client>(config.keys.filter(hasDigest).map(clientOf), { now: options.now }),
      accounts: new Map(ready.map(({ account }) => [account.id, account])),
      timeouts: config.timeouts,
      limits: config.limits,
      ...(config.responses.store === 'memory' && { responses: config.responses }),
      ...(options.sealKey !== undefined && { sealKey: options.sealKey }),
      strict: config.conversion.strict,
    },
    routed: ready.map(({ routed }) => routed),
    routes: routesOf(config.routes),
    logins: ready.flatMap(({ login }) => login ?? []),
    headers: new Map(ready.map(({ account, headers }) => [account.id, headers])),
    secrets,
    proxy: proxyOf(environment, options.env, new Map(proxies)),
    unusable,
  }
}

/** One account as each of the parts needs it. */
interface ReadyAccount {
  readonly account: Account
  readonly routed: RoutedAccount
  readonly headers: Record<string, string>
  readonly login?: TokenAccount
  readonly proxy?: string
}

/** @throws what {@link reasonOf} knows, when the account cannot serve. */
async function makeReady(
  account: AccountConfig,
  config: GatewayConfig,
  options: AssembleOptions,
  source: SecretSource,
): Promise<ReadyAccount> {
  const secret = account.apiKey === undefined ? undefined : await secretOf(account, account.apiKey, source)
  const ready = await accountOf(await withSecretOptions(account, source), config, options)
  const login =
    account.type === 'oauth' &&
    tokenAccountOf(withBase(account, ready), await withSecretParameters(profileOf(account, config), source))
  const proxy = await openProxy(account, source)
  if (secret) source.learn(secret)
  return {
    account: ready,
    routed: routedOf(account, ready),
    headers: headersOf(account, secret),
    ...(login && { login }),
    ...(proxy !== undefined && { proxy }),
  }
}

/** The home's master key, opened at the first secret that needs it. */
function openedOnce({ home, env, keychain, warn }: AssembleOptions): () => Promise<MasterKey> {
  let masterKey: Promise<MasterKey> | undefined
  return () => {
    masterKey ??= openMasterKey({ home, env, create: false, warn, ...(keychain && { keychain }) })
    return masterKey
  }
}

/** A reason an account cannot serve that is no bug of ours. */
class UnusableError extends Error {}

function reasonOf(cause: unknown): string {
  if (cause instanceof CredentialError || cause instanceof UpstreamError || cause instanceof UnusableError)
    return cause.message
  if (OAuthError.is(cause)) return cause.message
  throw cause
}

function secretOf(account: AccountConfig, reference: string, source: SecretSource): Promise<Secret> {
  return resolveSecret(reference, { ...source, record: account.id })
}

/** The built-in simulator's address is known only once it runs. */
function withBase(account: AccountConfig, { baseUrl }: Account): AccountConfig {
  return baseUrl === undefined ? account : { ...account, baseUrl }
}

async function accountOf(account: AccountConfig, config: GatewayConfig, options: AssembleOptions): Promise<Account> {
  const provider = providers.get(account.provider)
  if (provider === undefined)
    throw new UnusableError(`the provider "${account.provider}" is not served by this version`)
  const audience = audienceOf(account, config)
  const simulated = account.provider === 'simulator' && account.baseUrl === undefined
  const baseUrl = simulated ? await options.simulatorUrl?.() : account.baseUrl
  return {
    id: account.id,
    name: account.name,
    provider: account.provider,
    dialects: account.dialects ?? provider.dialects,
    // What an account is kept for is not asked for on the gateway's own account.
    listsModels: account.models === undefined && audience === undefined,
    ...(audience && { audience }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(account.options && { options: account.options }),
    ...(account.capabilities && { capabilities: account.capabilities }),
  }
}

/** The simulator wants a credential where its dialects' providers want one, and takes any. */
const simulatorHeaders = { authorization: 'Bearer simulator', 'x-api-key': 'simulator', 'x-goog-api-key': 'simulator' }

function headersOf(account: AccountConfig, secret: Secret | undefined): Record<string, string> {
  if (account.provider === 'simulator' && secret === undefined) return simulatorHeaders
  const provider = providers.get(account.provider)
  return provider === undefined || secret === undefined ? {} : credentialHeaders(provider, secret.reveal(), account)
}

function routedOf(account: AccountConfig, ready: Account): RoutedAccount {
  return {
    id: account.id,
    provider: account.provider,
    dialects: ready.dialects ?? [],
    ...(ready.audience && { audience: ready.audience }),
    ...(account.models && { models: account.models }),
    ...(account.priority !== undefined && { priority: account.priority }),
    ...(account.weight !== undefined && { weight: account.weight }),
  }
}

/** The loader warns of a hash that is none (a placeholder): no key matches it. */
function hasDigest(key: KeyConfig): boolean {
  return /^[0-9a-f]{64}$/.test(key.keyHash)
}

function clientOf(key: KeyConfig): Client {
  const { modelRoutes, ...rest } = key
  return modelRoutes ? { ...rest, modelRoutes: routesOf(modelRoutes) } : rest
}

function routesOf(set: RouteSetConfig): RouteSet {
  return { routes: set.routes, defaultBehavior: set.defaultBehavior }
}
