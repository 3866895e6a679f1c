import { z } from 'zod'
import type { OAuthProfileConfig } from '../account-config.ts'
import { defined, optionalText, secret, section, setting, text } from '../fields.ts'
import { isLoopback } from '../hosts.ts'

const ENDPOINT = 'must be a URL that starts with https:// (http:// is for loopback addresses only)'

/** An address that secrets are sent to. */
const endpoint: z.ZodType<string | undefined> = optionalText.transform((value, context) => {
  if (value === undefined || isSecure(value)) return value
  context.issues.push({ code: 'custom', message: ENDPOINT, input: value })
  return z.NEVER
})

function isSecure(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || url.hash !== '' || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

const scopes: z.ZodType<string[]> = z
  .union([z.string(), z.array(text)], { error: 'must be a list of scopes, or one text with blanks between them' })
  .transform((value) => (typeof value === 'string' ? value.split(/\s+/).filter((scope) => scope !== '') : value))

const parameters = z.record(z.string(), z.string())

const headerName = optionalText.transform((value, context) => {
  if (value === undefined || /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(value)) return value?.toLowerCase()
  context.issues.push({ code: 'custom', message: 'must be the name of a header', input: value })
  return z.NEVER
})

const clients = z.array(z.enum(['claude-code'])).min(1, 'must name at least one client')

const profile = section({
  client_id: setting(optionalText, 'The client id the provider gave you'),
  client_secret: secret(
    setting(
      optionalText,
      'Its secret, for confidential clients: `${VARIABLE}`, `file:PATH`, `enc:v1:…` as `config encrypt` writes it, or in clear',
    ),
  ),
  client_auth: setting(
    z.enum(['none', 'post', 'basic']).optional(),
    'How client id and secret are sent. Default `none` without a secret, else `post`',
  ),
  authorize_url: setting(endpoint, 'Where a person logs in'),
  token_url: setting(endpoint, 'Where codes and refresh tokens are sent'),
  device_url: setting(endpoint, 'Where the device flow begins'),
  issuer: setting(
    optionalText,
    'The `iss` a callback must bear if it bears one. Default any on the origin of `authorize_url`',
  ),
  scopes: setting(scopes.optional(), 'What the login asks for'),
  redirect_uri: setting(
    endpoint,
    'Where the provider leads the browser; elsewhere than on loopback the person copies the code',
    'http://127.0.0.1/callback',
  ),
  authorize_params: setting(parameters.optional(), 'Further parameters of the address to log in at'),
  token_params: secret(
    setting(
      parameters.optional(),
      'Further parameters of token requests; one whose name ends in key, token, secret or password is a secret',
    ),
    'by-name',
  ),
  header: setting(headerName, 'The header that carries the token to the upstream', 'authorization'),
  prefix: setting(z.string().optional(), 'What stands before the token in it', 'Bearer '),
  clients: setting(
    clients.optional(),
    'The only clients whose requests may be sent with these tokens. Default any, except for Anthropic, where it is Claude Code',
  ),
})

/** `oauth_profiles`: OAuth 2.0 providers by the names that accounts know them by. */
export const oauthProfilesSection: z.ZodType<OAuthProfileConfig[]> = z
  .record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, 'must be a plain name, such as corp-sso'), profile)
  .transform((raw) =>
    Object.entries(raw).map(([name, each]) =>
      defined({
        name,
        clientId: each.client_id,
        clientSecret: each.client_secret,
        clientAuthentication: each.client_auth,
        authorizeUrl: each.authorize_url,
        tokenUrl: each.token_url,
        deviceUrl: each.device_url,
        issuer: each.issuer,
        scopes: each.scopes,
        redirectUri: each.redirect_uri,
        authorizeParameters: each.authorize_params,
        tokenParameters: each.token_params,
        header: each.header,
        prefix: each.prefix,
        clients: each.clients,
      }),
    ),
  )
