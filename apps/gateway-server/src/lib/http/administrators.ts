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
 * key with `admin`. A page of another origin never may. Guesses are throttled as at the model calls; who has a key is not turned
 * away for what others behind the same address sent.
 *
 * @param what needs an administrator, for people: `the admin API`
 */
export function refusalOf(c: AppContext, ports: AdministratorPorts, what: string): Response | undefined {
  const { incoming } = c.env
  const credential = credentialFrom(incoming.headers)
  const standing = standingOf(credential, ports)
  const fromPage = c.req.header('origin') !== undefined || (c.req.header('sec-fetch-site') ?? 'none') !== 'none'
  if (standing === 'administrator' && !fromPage) return undefined
  if (standing !== 'stranger') return refuse(c, what)
  const source = incoming.socket.remoteAddress ?? ''
  if (ports.failedAuth.blocked(source)) {
    const message = 'too many requests with an unknown admin secret or gateway key: wait a minute'
    return c.json({ error: { message } }, 429, { 'retry-after': '60' })
  }
  if (credential !== undefined) ports.failedAuth.record(source)
  return refuse(c, what)
}

/** `key`: a gateway key without the permission. */
function standingOf(credential: string | undefined, ports: AdministratorPorts): 'administrator' | 'key' | 'stranger' {
  if (credential === undefined) return 'stranger'
  const adminHash = ports.adminKeyHash()
  const digest = hashKey(credential)
  if (same(digest, hashKey(ports.token)) || (adminHash !== undefined && same(digest, adminHash))) return 'administrator'
  const known = ports.keys().authenticate(credential)
  if (!known.ok) return 'stranger'
  return allows(known.key.permissions, 'admin') ? 'administrator' : 'key'
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function refuse(c: AppContext, what: string): Response {
  return c.json(
    { error: { message: `${what} needs an admin secret or a gateway key with the permission "admin"` } },
    401,
  )
}
