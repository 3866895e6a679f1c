import {
  type AccountConfig,
  accountProxyRecord,
  type EnvironmentConfig,
  hasLogin,
  isSecretName,
  optionRecord,
  profileRecord,
  proxyRecord,
} from '@llm-gateway/config'
import { CredentialError, type MasterKey, resolveSecret, Secret } from '@llm-gateway/credentials'
import type { OAuthProfile } from '@llm-gateway/oauth'
import { ProxyRules } from '@llm-gateway/upstream'
import { ServerError } from '../error.ts'

/** How secrets of the configuration are opened. */
export interface SecretSource {
  /** What `file:` references are relative to. */
  readonly baseDir: string
  readonly masterKey: () => Promise<MasterKey>
  /** Told every secret there is, so that it can be kept out of what is printed. */
  readonly learn: (secret: Secret) => void
}

/** The account with the secrets among its options opened. @throws CredentialError */
export async function withSecretOptions(account: AccountConfig, source: SecretSource): Promise<AccountConfig> {
  if (account.options === undefined) return account
  const options = await openNamed(account.options, (name) => optionRecord(account.id, name), source)
  return { ...account, options }
}

/** The OAuth profile with its client secret and the secrets among its token parameters opened. @throws CredentialError */
export async function withSecretParameters(profile: OAuthProfile, source: SecretSource): Promise<OAuthProfile> {
  const { name, clientSecret: reference, tokenParameters } = profile
  const record = (key: string): string => profileRecord(name, key)
  const secret =
    reference === undefined ? undefined : await resolveSecret(reference, { ...source, record: record('client_secret') })
  if (secret) source.learn(secret)
  const parameters =
    tokenParameters && (await openNamed(tokenParameters, (key) => record(`token_params.${key}`), source))
  return {
    ...profile,
    ...(secret && { clientSecret: secret.reveal() }),
    ...(parameters && { tokenParameters: parameters }),
  }
}

/** Opens the values whose names say that they are secrets. */
async function openNamed<Value>(
  values: Readonly<Record<string, Value>>,
  record: (name: string) => string,
  source: SecretSource,
): Promise<Record<string, Value | string>> {
  const entries = Object.entries(values).map(async ([name, value]): Promise<[string, Value | string]> => {
    if (typeof value !== 'string' || !isSecretName(name)) return [name, value]
    const secret = await resolveSecret(value, { ...source, record: record(name) })
    source.learn(secret)
    return [name, secret.reveal()]
  })
  return Object.fromEntries(await Promise.all(entries))
}

/**
 * The proxies with their logins opened. One that cannot be had is no reason to go without: calls would leave by another way than
 * was asked for.
 *
 * @throws ServerError `CONFIG_INVALID`
 */
export async function withOpenProxies(file: EnvironmentConfig, source: SecretSource): Promise<EnvironmentConfig> {
  const open = async (value: string | undefined, name: string): Promise<string | undefined> => {
    if (value === undefined) return undefined
    const secret = await resolveSecret(value, { ...source, record: proxyRecord(name) })
    if (hasLogin(secret.reveal())) learnLogin(secret.reveal(), source)
    return secret.reveal()
  }
  try {
    const httpProxy = await open(file.httpProxy, 'http_proxy')
    const httpsProxy = await open(file.httpsProxy, 'https_proxy')
    const { noProxy } = file
    return {
      ...(httpProxy !== undefined && { httpProxy }),
      ...(httpsProxy !== undefined && { httpsProxy }),
      ...(noProxy !== undefined && { noProxy }),
    }
  } catch (cause) {
    if (!CredentialError.is(cause)) throw cause
    throw new ServerError('CONFIG_INVALID', `the proxy cannot be used: ${cause.message}`, cause)
  }
}

/** The proxy of an account's own, its login opened. @throws CredentialError */
export async function openProxy({ id, proxy }: AccountConfig, source: SecretSource): Promise<string | undefined> {
  if (proxy === undefined || proxy === 'direct') return proxy
  const secret = await resolveSecret(proxy, { ...source, record: accountProxyRecord(id) })
  if (hasLogin(secret.reveal())) learnLogin(secret.reveal(), source)
  // Judged here, where it is one account's trouble.
  new ProxyRules({ accounts: new Map([[id, secret.reveal()]]) })
  return secret.reveal()
}

function learnLogin(proxy: string, { learn }: SecretSource): void {
  if (!URL.canParse(proxy)) return
  const { username, password } = new URL(proxy)
  for (const part of [username, password]) if (part !== '') learn(new Secret(decodeURIComponent(part)))
}
