import type { AccountConfig, GatewayConfig } from '@llm-gateway/config'
import type { Audience } from '@llm-gateway/gateway'
import {
  clientsOf,
  defaultProfileOf,
  OAuthError,
  type OAuthProfile,
  profilesWith,
  type TokenAccount,
  usableProfile,
} from '@llm-gateway/oauth'
import { providers } from '@llm-gateway/upstream'

/** The OAuth profile an account uses, complete or not. @throws OAuthError `PROFILE_INVALID` when there is none. */
export function profileOf(
  account: Pick<AccountConfig, 'provider' | 'oauthProfile'>,
  config: GatewayConfig,
): OAuthProfile {
  const name = account.oauthProfile ?? defaultProfileOf(account.provider)
  const profile = profilesWith(config.oauthProfiles).get(name)
  if (profile === undefined)
    throw new OAuthError(
      'PROFILE_INVALID',
      `there is no OAuth profile "${name}": add it to the configuration under oauth_profiles`,
    )
  if (profile.providers?.includes(account.provider) === false) {
    throw new OAuthError(
      'PROFILE_INVALID',
      `the OAuth profile "${name}" is for ${profile.providers.join(', ')}, not for ${account.provider}`,
    )
  }
  return profile
}

/**
 * An account of type oauth as the OAuth package knows it.
 *
 * @param profile its profile, the secrets in it opened.
 * @throws OAuthError `PROFILE_INVALID`
 */
export function tokenAccountOf(
  account: Pick<AccountConfig, 'id' | 'name' | 'provider' | 'baseUrl'>,
  profile: OAuthProfile,
): TokenAccount {
  const base = account.baseUrl ?? providers.get(account.provider)?.baseUrl
  if (base === undefined) {
    throw new OAuthError(
      'PROFILE_INVALID',
      `account "${account.name}" needs a base_url: its token is for one host only`,
    )
  }
  return {
    id: account.id,
    name: account.name,
    profile: usableProfile(profile),
    resource: new URL(base).origin,
  }
}

/** Whom an account is kept for, by its credential's own terms. */
export function audienceOf(account: AccountConfig, config: GatewayConfig): Audience | undefined {
  if (account.type === 'passthrough') return 'own-credential'
  if (account.type !== 'oauth') return undefined
  return clientsOf(profileOf(account, config)) === undefined ? undefined : 'claude-code'
}
