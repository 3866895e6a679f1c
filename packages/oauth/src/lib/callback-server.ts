import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OAuthError } from './error.ts'
import { DEFAULT_REDIRECT_URI, isLoopbackHost } from './profile.ts'

/** How a login's answer is waited for. */
export interface CallbackServerOptions {
  /** The profile's: tells path and port; without a port any free one. Default `http://127.0.0.1/callback`. */
  readonly redirectUri?: string | undefined
  /** How long to listen, in milliseconds. Default 5 minutes. */
  readonly timeoutMs?: number
}

/** A server that waits for the browser to come back from a login. */
export interface CallbackServer {
  /** To send as `redirect_uri`. */
  readonly redirectUri: string
  /**
   * The one answer that bears this state. Any other request is turned away, and the waiting goes on.
   *
   * @throws OAuthError `LOGIN_EXPIRED` when none has come in time, `LOGIN_DENIED` when the server was closed before.
   */
  answer(state: string): Promise<URLSearchParams>
  close(): void
}

const timeoutMs = 5 * 60_000
/** The browser gets this long to read the last page. */
const lingerMs = 500

/**
 * Listens on a loopback address, for one answer. Writes no log: the address of a callback holds the code.
 *
 * @throws OAuthError `CALLBACK_FAILED` when the address is not loopback or its port is taken.
 */
export async function startCallbackServer(options: CallbackServerOptions = {}): Promise<CallbackServer> {
  const target = new URL(options.redirectUri ?? DEFAULT_REDIRECT_URI)
  if (target.protocol !== 'http:' || !isLoopbackHost(target.hostname)) {
    throw new OAuthError('CALLBACK_FAILED', 'a callback is listened for on http:// and a loopback address only')
  }
  const listener = new Listener(target)
  await listener.listen(options.timeoutMs ?? timeoutMs)
  return listener
}

class Listener implements CallbackServer {
  readonly #target: URL
  readonly #server: Server
  #state: string | undefined
  #settle: { resolve(parameters: URLSearchParams): void; reject(cause: OAuthError): void } | undefined
  #ended: OAuthError | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(target: URL) {
    this.#target = target
    this.#server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, (request, response) => {
      this.#serve(request, response)
    })
    this.#server.maxConnections = 20
  }

  get redirectUri(): string {
    return this.#target.href
  }

  async listen(waitMs: number): Promise<void> {
    const { hostname, port } = this.#target
    // "localhost" may be the other address family for the browser; the address in the URI is the one that is bound.
    const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '')
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause: NodeJS.ErrnoException) => {
        const why = cause.code === 'EADDRINUSE' ? `port ${port} is taken` : (cause.code ?? 'it could not listen')
        reject(new OAuthError('CALLBACK_FAILED', `the login's callback cannot be listened for: ${why}`))
      })
      this.#server.listen(port === '' ? 0 : Number(port), host, resolve)
    })
    this.#target.port = String((this.#server.address() as AddressInfo).port)
    this.#timer = setTimeout(() => {
      this.#end(new OAuthError('LOGIN_EXPIRED', 'nobody has logged in within the time for it: start the login again'))
    }, waitMs)
  }

  answer(state: string): Promise<URLSearchParams> {
    this.#state = state
    return new Promise((resolve, reject) => {
      if (this.#ended) reject(this.#ended)
      else this.#settle = { resolve, reject }
    })
  }

  close(): void {
    this.#end(new OAuthError('LOGIN_DENIED', 'the login was given up'))
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    request.resume()
    const url = request.url ?? '/'
    const path = url.split('?', 1)[0] ?? ''
    const query = url.slice(path.length + 1)
    const parameters = new URLSearchParams(query)
    const refusal = this.#refusal(request, path, parameters)
    if (refusal) {
      page(response, ...refusal)
      return
    }
    const denied = parameters.get('error') !== null
    page(response, 200, denied ? 'The login was refused.' : 'The login is done. You can close this page.')
    this.#settle?.resolve(parameters)
    this.#settle = undefined
    setTimeout(() => this.#end(new OAuthError('LOGIN_UNKNOWN', 'this login was answered before')), lingerMs)
    // No new connection from the moment there is an answer.
    this.#server.close()
  }

  #refusal(
    { method, headers }: IncomingMessage,
    path: string,
    parameters: URLSearchParams,
  ): readonly [status: number, text: string] | undefined {
    if (!this.#isOurs(headers.host)) return [421, 'This address is not served here.']
    if (path !== this.#target.pathname) return [404, 'There is nothing here.']
    if (method !== 'GET') return [405, 'Only GET is served here.']
    if (this.#settle !== undefined && this.#state !== undefined && parameters.get('state') === this.#state)
      return undefined
    return [400, 'This is not the answer to the login that is under way. Start the login again.']
  }

  /** A page elsewhere that resolves its own name to this machine must not get in by it. */
  #isOurs(host: string | undefined): boolean {
    const { port } = this.#target
    return host === this.#target.host || host === `127.0.0.1:${port}` || host === `localhost:${port}`
  }

  #end(why: OAuthError): void {
    clearTimeout(this.#timer)
    this.#ended ??= why
    this.#settle?.reject(this.#ended)
    this.#settle = undefined
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.end(`<!doctype html><title>LLM Gateway</title><p>${text}</p>\n`)
}
