import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { allows, credentialFrom, type FailedAuthThrottle, hashKey, type KeyRing } from '@llm-gateway/access'
import type { Client } from '@llm-gateway/gateway'
import type { Context } from 'hono'

/** Who administers, read anew at each request. */
export interface AdministratorPorts {
  keys(): KeyRing<Client>
  /** SHA-256 of the configured admin secret. */
  adminKeyHash(): string | undefined
  /** The token of the runtime file. */
  readonly token: string
  /** The one of the model calls, so that guesses are counted together wherever they are made. */
  readonly failedAuth: Pick<FailedAuthThrottle, 'blocked' | 'record'>
}

/** What Node gave the app's routes. */
export interface Bindings {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

export type AppContext = Context<{ Bindings: Bindings }>

/**
 * Why a request may not administer, as an answer; undefined for the local command line's token, the configured secret, or a gateway
 * key with `admin`. 401: nobody the gateway knows; 403: a key without the permission, or a page, which never may. Guesses are
 * throttled as at the model calls; who has a key is not turned away for what others behind the same address sent.
 *
 * @param what needs an administrator, for people: `the admin API`
 */
export function refusalOf(c: AppContext, ports: AdministratorPorts, what: string): Response | undefined {
  const { incoming } = c.env
  const credential = credentialFrom(incoming.headers)
  const standing = standingOf(credential, ports)
  if (standing === 'administrator') {
    return isFromPage(c) ? refuse(c, 403, `${what} answers no web page: ask from a program`) : undefined
  }
  if ('lacking' in standing) {
    const { id } = standing.lacking
    const remedy = `give it with llm-gateway apikey update ${id} --permissions=admin, or use a key that has it`
    return refuse(c, 403, `${what} needs the permission "admin", which this gateway key lacks: ${remedy}`)
  }
  const source = incoming.socket.remoteAddress ?? ''
  if (ports.failedAuth.blocked(source)) {
    const message = 'too many requests with an unknown admin secret or gateway key: wait a minute'
    return refuse(c, 429, message, { 'retry-after': '60' })
  }
  if (credential !== undefined) ports.failedAuth.record(source)
  const { ended } = standing
  return refuse(c, 401, ended ?? `${what} needs an admin secret or a gateway key with the permission "admin"`)
}

type Standing =
  | 'administrator'
  /** A key that is valid, without the permission. */
  | { readonly lacking: Client }
  /** Nobody known; `ended`: what is told to who has a key that is disabled or expired. */
  | { readonly ended: string | undefined }

function standingOf(credential: string | undefined, ports: AdministratorPorts): Standing {
  if (credential === undefined) return { ended: undefined }
  const adminHash = ports.adminKeyHash()
  const digest = hashKey(credential)
  if (same(digest, hashKey(ports.token)) || (adminHash !== undefined && same(digest, adminHash))) return 'administrator'
  const known = ports.keys().authenticate(credential)
  if (known.ok) return allows(known.key.permissions, 'admin') ? 'administrator' : { lacking: known.key }
  return { ended: known.reason === 'disabled' || known.reason === 'expired' ? known.message : undefined }
}

/** Of any origin: browsers name it with every request that a script sends elsewhere or that changes something. */
function isFromPage(c: AppContext): boolean {
  return c.req.header('origin') !== undefined || (c.req.header('sec-fetch-site') ?? 'none') !== 'none'
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function refuse(c: AppContext, status: 401 | 403 | 429, message: string, headers?: Record<string, string>): Response {
  return c.json({ error: { message } }, status, headers)
}
