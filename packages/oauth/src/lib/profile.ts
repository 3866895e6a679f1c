import { OAuthError } from './error.ts'

/** Clients that can be told by what they send. */
export type ClientName = 'claude-code'

/** How the client shows the token endpoint who it is. */
export type ClientAuthentication = 'none' | 'post' | 'basic'

/** An OAuth 2.0 provider, as data. What is absent the operator has to configure before a login can begin. */
export interface OAuthProfile {
  readonly name: string
  /** For people. */
  readonly title?: string
  /** Upstream providers whose accounts may use it. Absent: any. */
  readonly providers?: readonly string[]
  readonly clientId?: string
  /** Only for confidential clients. */
  readonly clientSecret?: string
  /** Default: `none` without a secret, else `post`. */
  readonly clientAuthentication?: ClientAuthentication
  /** Where a person logs in. With it, the authorisation code flow with PKCE is possible. */
  readonly authorizeUrl?: string
  /** Where codes and refresh tokens are sent. */
  readonly tokenUrl?: string
  /** With it, the device flow is possible. */
  readonly deviceUrl?: string
  /** The `iss` that a callback must bear if it bears one. Default: any on the origin of `authorizeUrl`. */
  readonly issuer?: string
  readonly scopes?: readonly string[]
  /**
   * Where the provider sends the browser back to. On a loopback address a server listens there for it (without a port, on any
   * free one); anywhere else the person copies the code from the page. Default `http://127.0.0.1/callback`.
   */
  readonly redirectUri?: string
  /** Sent to the authorisation page besides what the standard asks for. */
  readonly authorizeParameters?: Readonly<Record<string, string>>
  /** Sent to the token endpoint besides what the standard asks for. */
  readonly tokenParameters?: Readonly<Record<string, string>>
  /** The header that carries the access token to the upstream. Default `authorization`. */
  readonly header?: string
  /** What stands before the token in it. Default `Bearer `. */
  readonly prefix?: string
  /** The only clients whose requests may be sent with these tokens, and as they are. Absent: any. */
  readonly clients?: readonly ClientName[]
}

/** A profile with which a login can be done. */
export interface UsableProfile extends OAuthProfile {
  readonly clientId: string
  readonly tokenUrl: string
}

export const DEFAULT_REDIRECT_URI = 'http://127.0.0.1/callback'

/**
 * Whose tokens belong to whom, whatever a profile says: the terms of these providers let only their own clients use the
 * tokens of a personal login. A profile can restrict further, and never less.
 *
 * Source: Anthropic's terms since 2026-04-04 (facts of the project: subscription tokens outside of its own clients are
 * forbidden).
 */
const reserved: readonly { readonly domains: readonly string[]; readonly clients: readonly ClientName[] }[] = [
  { domains: ['anthropic.com', 'claude.ai', 'claude.com'], clients: ['claude-code'] },
]

/** The only clients that tokens of this profile may serve; undefined where any may. */
export function clientsOf(profile: OAuthProfile): readonly ClientName[] | undefined {
  const hosts = [profile.tokenUrl, profile.authorizeUrl, profile.deviceUrl].flatMap(hostOf)
  const rule = reserved.find(({ domains }) =>
    hosts.some((host) => domains.some((domain) => host === domain || host.endsWith(`.${domain}`))),
  )
  if (rule === undefined || profile.clients === undefined) return profile.clients ?? rule?.clients
  return profile.clients.filter((client) => rule.clients.includes(client))
}

function hostOf(url: string | undefined): string[] {
  return url !== undefined && URL.canParse(url) ? [new URL(url).hostname.replace(/\.$/, '')] : []
}

/** The values a profile lacks for a login, by their names in the configuration. */
export function missingValues(profile: OAuthProfile): readonly string[] {
  const missing = (['clientId', 'tokenUrl'] as const).filter((field) => profile[field] === undefined)
  const names: string[] = missing.map((field) => (field === 'clientId' ? 'client_id' : 'token_url'))
  if (profile.authorizeUrl === undefined && profile.deviceUrl === undefined) names.push('authorize_url')
  return names
}

/**
 * The profile, if a login can be done with it.
 *
 * @throws OAuthError `PROFILE_INVALID` naming what is missing, or the endpoint that is not `https:`.
 */
export function usableProfile(profile: OAuthProfile): UsableProfile {
  const { clientId, tokenUrl } = profile
  const missing = missingValues(profile)
  if (clientId === undefined || tokenUrl === undefined || missing.length > 0) {
    throw new OAuthError(
      'PROFILE_INVALID',
      `the OAuth profile "${profile.name}" lacks ${missing.join(', ')}: set ${missing.length > 1 ? 'them' : 'it'} in the configuration under oauth_profiles: ${profile.name}:`,
    )
  }
  for (const url of [tokenUrl, profile.authorizeUrl, profile.deviceUrl]) {
    if (url !== undefined) checkEndpoint(url, profile.name)
  }
  return { ...profile, clientId, tokenUrl }
}

/**
 * Refuses an address that a secret must not go to.
 *
 * @throws OAuthError `PROFILE_INVALID`
 */
export function checkEndpoint(text: string, profile: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname)))) {
    throw new OAuthError(
      'PROFILE_INVALID',
      `the OAuth profile "${profile}" has an endpoint that is not https:// (http:// is for loopback addresses only)`,
    )
  }
  return url
}

/** Whether a host name is this machine's own, in whatever spelling a URL has it. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
