import type { Grants } from './grants.ts'
import type { IdentitySettings } from './settings.ts'

/** What a browser gets. */
export type PageReply =
  | { readonly status: number; readonly html: string }
  | { readonly status: 302; readonly location: string }

export interface AuthorizeRequest {
  readonly query: URLSearchParams
  /** The person's click: `yes` or `no`; undefined when the page was just opened. */
  readonly decision: string | undefined
  readonly grants: Grants
  readonly settings: IdentitySettings
  /** `http://127.0.0.1:4000` */
  readonly origin: string
}

/** Where the code is shown for copying, when the client cannot be called back. */
export const CODE_PAGE = '/oauth/code/callback'

/** The authorisation page. */
export function authorize(request: AuthorizeRequest): PageReply {
  const { query, decision, grants, settings, origin } = request
  const fault = faultOf(request)
  if (fault !== undefined) return { status: 400, html: page(`<p>${fault}</p>`) }
  const back = new URL(query.get('redirect_uri') ?? '')
  const state = query.get('state')
  if (state !== null) back.searchParams.set('state', state)
  back.searchParams.set('iss', origin)
  const error = errorOf(query) ?? (decision === 'no' ? 'access_denied' : undefined)
  if (error !== undefined) {
    back.searchParams.set('error', error)
    return { status: 302, location: back.href }
  }
  if (settings.approval === 'form' && decision === undefined) return { status: 200, html: page(form(query)) }
  const code = grants.addCode({
    client: query.get('client_id') ?? '',
    redirectUri: query.get('redirect_uri') ?? '',
    challenge: query.get('code_challenge') ?? '',
    scope: query.get('scope') ?? '',
  })
  back.searchParams.set('code', code)
  return { status: 302, location: back.href }
}

/** The page that shows a code for copying. */
export function codePage(query: URLSearchParams): PageReply {
  const code = query.get('code')
  const text = code === null ? `error: ${query.get('error') ?? 'unknown'}` : `${code}#${query.get('state') ?? ''}`
  return { status: 200, html: page(`<p>Copy this code:</p><pre>${escaped(text)}</pre>`) }
}

/** The page on which a device's code is typed in. */
export function devicePage(query: URLSearchParams, decided: string | undefined): PageReply {
  if (decided !== undefined) return { status: 200, html: page(`<p>${escaped(decided)}</p>`) }
  const field = `<input name="user_code" value="${escaped(query.get('user_code') ?? '')}">`
  return { status: 200, html: page(`<form method="post"><p>Code: ${field}</p>${buttons}</form>`) }
}

/** What must not be told to the redirect address, since that is in doubt itself (RFC 6749 §4.1.2.1). */
function faultOf({ query, settings, origin }: AuthorizeRequest): string | undefined {
  const client = query.get('client_id') ?? ''
  if (client === '' || (settings.clients && !settings.clients.includes(client))) return 'Unknown client_id'
  const uri = query.get('redirect_uri') ?? ''
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  const loopback = url?.protocol === 'http:' && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname)
  if (url === undefined || url.hash !== '' || !(loopback || uri === origin + CODE_PAGE)) {
    return 'redirect_uri is not registered'
  }
  return undefined
}

function errorOf(query: URLSearchParams): string | undefined {
  if (query.get('response_type') !== 'code') return 'unsupported_response_type'
  const challenge = query.get('code_challenge') ?? ''
  // A plain challenge is the verifier itself for whoever reads the address (RFC 9700 §2.1.1).
  const pkce = query.get('code_challenge_method') === 'S256' && /^[A-Za-z0-9_-]{43}$/.test(challenge)
  return pkce ? undefined : 'invalid_request'
}

const buttons = '<button name="decision" value="yes">Allow</button> <button name="decision" value="no">Deny</button>'

function form(query: URLSearchParams): string {
  const client = escaped(query.get('client_id') ?? '')
  return `<form method="post" action="?${escaped(query.toString())}"><p>${client} asks for: ${escaped(query.get('scope') ?? 'nothing')}</p>${buttons}</form>`
}

function page(body: string): string {
  return `<!doctype html><title>Simulated login</title><h1>Simulated login</h1>${body}\n`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
