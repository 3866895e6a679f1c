import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Ids } from '../dice.ts'
import { authorize, CODE_PAGE, codePage, devicePage, type PageReply } from './authorize.ts'
import { Grants, type IdentityCounters } from './grants.ts'
import { defaultSettings, type IdentitySettings } from './settings.ts'
import { type OAuthReply, token } from './token.ts'

const MAX_FORM_BYTES = 64 * 1024

/** A simulated identity provider: what a person logs in at, and what trades codes and refresh tokens for access tokens. */
export interface Identity {
  /** `/oauth/authorize` */
  readonly authorizeUrl: string
  /** `/oauth/token` */
  readonly tokenUrl: string
  /** `/oauth/device/code` */
  readonly deviceUrl: string
  /** Where a code is shown for copying. */
  readonly codePageUrl: string
  readonly counters: Readonly<IdentityCounters>
  /** Changes how it behaves from now on. */
  set(settings: Partial<IdentitySettings>): void
  /** The person at a device's page decides. False: no device waits under this code. */
  decide(userCode: string, verdict: 'approved' | 'denied'): boolean
  /** Whether an access token is good. */
  admits(accessToken: string): boolean
  /** Ends every access token there is; refresh tokens go on working. */
  expireAccess(): void
  /** Ends every token there is. */
  revokeAll(): void
}

/** The identity provider's side of HTTP. */
export class IdentityProvider {
  readonly grants: Grants
  readonly #clock: Clock
  #settings: IdentitySettings = { ...defaultSettings }

  constructor(ids: Ids, clock: Clock) {
    this.#clock = clock
    this.grants = new Grants(ids, clock.now, () => this.#settings)
  }

  get settings(): IdentitySettings {
    return this.#settings
  }

  set(settings: Partial<IdentitySettings>): void {
    this.#settings = { ...this.#settings, ...settings }
  }

  reset(): void {
    this.#settings = { ...defaultSettings }
    this.grants.clear()
  }

  /** The same as others see it. */
  at(url: string): Identity {
    const { grants } = this
    return {
      authorizeUrl: `${url}/oauth/authorize`,
      tokenUrl: `${url}/oauth/token`,
      deviceUrl: `${url}/oauth/device/code`,
      codePageUrl: url + CODE_PAGE,
      counters: grants.counters,
      set: (settings) => this.set(settings),
      decide: (userCode, verdict) => grants.decide(userCode, verdict),
      admits: (accessToken) => grants.admits(accessToken),
      expireAccess: () => grants.expireAccess(),
      revokeAll: () => grants.revokeAll(),
    }
  }

  /** Answers a request below `/oauth/`. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const origin = `http://${request.headers.host ?? 'simulator'}`
    const url = new URL(request.url ?? '/', origin)
    const form = request.method === 'POST' ? await readForm(request) : undefined
    const order = `${request.method} ${url.pathname}`
    switch (order) {
      case 'GET /oauth/authorize':
      case 'POST /oauth/authorize': {
        const decision = form?.get('decision') ?? undefined
        const { grants, settings } = this
        sendPage(response, authorize({ query: url.searchParams, decision, grants, settings, origin }))
        return
      }
      case `GET ${CODE_PAGE}`:
        sendPage(response, codePage(url.searchParams))
        return
      case 'GET /oauth/device':
      case 'POST /oauth/device':
        sendPage(response, devicePage(url.searchParams, form && this.#decided(form)))
        return
      case 'POST /oauth/device/code':
        sendJson(response, this.#device(form ?? new URLSearchParams(), origin))
        return
      case 'POST /oauth/token':
        await this.#token(form ?? new URLSearchParams(), response)
        return
      default:
        sendJson(response, { status: 404, body: { error: 'not_found', error_description: `no ${order}` } })
    }
  }

  #decided(form: URLSearchParams): string {
    const yes = form.get('decision') !== 'no'
    const known = this.grants.decide(form.get('user_code') ?? '', yes ? 'approved' : 'denied')
    return known ? `The device was ${yes ? 'allowed' : 'denied'}.` : 'There is no such code.'
  }

  #device(form: URLSearchParams, origin: string): OAuthReply {
    const client = form.get('client_id') ?? ''
    if (client === '' || (this.#settings.clients && !this.#settings.clients.includes(client))) {
      return { status: 401, body: { error: 'invalid_client' } }
    }
    const { deviceCode, device } = this.grants.addDevice(client, form.get('scope') ?? '')
    return {
      status: 200,
      body: {
        device_code: deviceCode,
        user_code: device.userCode,
        verification_uri: `${origin}/oauth/device`,
        verification_uri_complete: `${origin}/oauth/device?user_code=${device.userCode}`,
        expires_in: 900,
        interval: this.#settings.deviceInterval,
      },
    }
  }

  async #token(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const { counters } = this.grants
    counters.tokenRequests += 1
    const { outage, delayMs, answerDelayMs } = this.#settings
    if (delayMs > 0) await this.#wait(delayMs)
    if (outage === 'hang') return
    if (outage === 'reset') {
      response.socket?.resetAndDestroy()
      return
    }
    if (outage === 'error') {
      sendJson(response, { status: 503, body: { error: 'temporarily_unavailable' } })
      return
    }
    // Issued even when the client has left meanwhile: that is how answers get lost.
    const reply = token({ form, grants: this.grants, settings: this.#settings, now: this.#clock.now() })
    if (answerDelayMs > 0) await this.#wait(answerDelayMs)
    if (!response.destroyed) sendJson(response, reply)
  }

  #wait(ms: number): Promise<void> {
    return this.#clock.sleep(ms, new AbortController().signal)
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_FORM_BYTES) break
  }
  return new URLSearchParams(text)
}

function sendJson(response: ServerResponse, { status, body }: OAuthReply): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

function sendPage(response: ServerResponse, reply: PageReply): void {
  if ('location' in reply) {
    response.writeHead(302, { location: reply.location, 'cache-control': 'no-store' }).end()
    return
  }
  response.writeHead(reply.status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  response.end(reply.html)
}
