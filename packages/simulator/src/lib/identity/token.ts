import { createHash } from 'node:crypto'
import type { Grants, Issued } from './grants.ts'
import type { IdentitySettings } from './settings.ts'

/** An answer of an OAuth endpoint. */
export interface OAuthReply {
  readonly status: number
  readonly body: object
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** What a token endpoint looks at. */
export interface TokenRequest {
  readonly form: URLSearchParams
  readonly grants: Grants
  readonly settings: IdentitySettings
  readonly now: number
}

/** The token endpoint: codes with PKCE, refresh tokens, device codes. */
export function token(request: TokenRequest): OAuthReply {
  const { form, settings, grants } = request
  const client = form.get('client_id') ?? ''
  if (client === '' || (settings.clients && !settings.clients.includes(client))) {
    grants.counters.refusals += 1
    return refusal('invalid_client', 'Unknown client_id', 401)
  }
  const repeated = [...new Set(form.keys())].find((name) => form.getAll(name).length > 1)
  if (repeated !== undefined) return refused(request, 'invalid_request', `${repeated} is repeated`)
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return fromCode(request, client)
    case 'refresh_token':
      return fromRefresh(request, client)
    case DEVICE_GRANT:
      return fromDevice(request, client)
    default:
      return refused(request, 'unsupported_grant_type', 'Unsupported grant_type')
  }
}

function fromCode(request: TokenRequest, client: string): OAuthReply {
  const { form, grants } = request
  const name = form.get('code') ?? ''
  const verifier = form.get('code_verifier') ?? ''
  // RFC 7636 §4.1
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) {
    return refused(request, 'invalid_request', 'code_verifier must be 43 to 128 unreserved characters')
  }
  const code = grants.takeCode(name)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  if (code === undefined) return refused(request, 'invalid_grant', 'The code is unknown, used or expired')
  if (code.client !== client) return refused(request, 'invalid_grant', 'The code was issued to another client')
  if (code.redirectUri !== form.get('redirect_uri')) {
    return refused(request, 'invalid_grant', 'redirect_uri is not that of the authorization')
  }
  if (code.challenge !== challenge) return refused(request, 'invalid_grant', 'PKCE verification failed')
  return granted(grants.begin(client, code.scope, name))
}

function fromRefresh(request: TokenRequest, client: string): OAuthReply {
  const reuses = request.grants.counters.reuses
  const issued = request.grants.rotate(request.form.get('refresh_token') ?? '', client)
  if (issued) return granted(issued)
  if (request.grants.counters.reuses > reuses) return refusal('invalid_grant', 'Refresh token was used before')
  return refused(request, 'invalid_grant', 'Refresh token not found or revoked')
}

function fromDevice(request: TokenRequest, client: string): OAuthReply {
  const { form, grants, now, settings } = request
  grants.counters.polls += 1
  const code = form.get('device_code') ?? ''
  const device = grants.device(code)
  if (device === undefined || device.client !== client) return refused(request, 'invalid_grant', 'Unknown device_code')
  if (now >= device.endsAt) return refusal('expired_token', 'The device code has expired')
  const early = device.polledAt !== undefined && now - device.polledAt < device.intervalMs
  device.polledAt = now
  if (early) {
    device.intervalMs += 5_000
    return refusal('slow_down', 'Polling too fast')
  }
  if (device.verdict === 'denied') return refusal('access_denied', 'The person said no')
  if (device.verdict === 'pending' && settings.approval === 'form') {
    return refusal('authorization_pending', 'The person has not decided yet')
  }
  grants.dropDevice(code)
  return granted(grants.begin(client, device.scope))
}

function granted(issued: Issued): OAuthReply {
  return { status: 200, body: issued }
}

function refused({ grants }: TokenRequest, error: string, description: string): OAuthReply {
  grants.counters.refusals += 1
  return refusal(error, description)
}

function refusal(error: string, description: string, status = 400): OAuthReply {
  return { status, body: { error, error_description: description } }
}
