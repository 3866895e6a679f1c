import { isIP, type LookupFunction, type Socket, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import type { buildConnector } from 'undici'
import { shownProxy } from './proxy.ts'
import type { Timeouts } from './timeouts.ts'

/** What connecting may be told besides where to. */
export interface ConnectSettings {
  /** Certificates (PEM) trusted in place of Node's own. */
  readonly ca?: string | readonly string[]
  /** Resolves host names in place of the system. */
  readonly lookup?: LookupFunction
}

/**
 * A connection that was not had. Its reason is not called `code`: undici reads the codes of errors it knows and takes some of
 * them as a sign to connect again.
 */
export class ConnectError extends Error {
  override readonly name: string = 'ConnectError'
  readonly kind: 'connect' | 'tls' | 'timeout'
  readonly reason: string

  constructor(kind: 'connect' | 'tls' | 'timeout', reason: string, message: string) {
    super(message)
    this.kind = kind
    this.reason = reason
  }
}

/**
 * How long one address of a host may take before the next is tried beside it. Node's 250 ms is less than a round trip to
 * hosts far away, and an address once given up is not waited for.
 */
const nextAddressMs = 1000
/** TCP keep-alive begins after this long without traffic. */
const keepAliveProbeMs = 60_000

/**
 * Connects directly. Unlike undici's own connector it keeps separate, exact limits for the connection and the handshake, and
 * says which of the two failed.
 */
export function directConnector(settings: ConnectSettings, timeouts: () => Timeouts): buildConnector.connector {
  // One connector serves one host, so one session is all there is to resume.
  let session: Buffer | undefined
  return (target, callback) => {
    const socket = openSocket(target, settings, session)
    socket.on('session', (next: Buffer) => {
      session = next
    })
    new Connecting(socket, target, callback, timeouts()).begin()
  }
}

function openSocket(
  { protocol, hostname, port }: buildConnector.Options,
  settings: ConnectSettings,
  session: Buffer | undefined,
): Socket {
  const address = {
    host: hostname,
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveProbeMs,
    autoSelectFamilyAttemptTimeout: nextAddressMs,
    ...(settings.lookup && { lookup: settings.lookup }),
  }
  if (protocol !== 'https:') return tcpConnect(address)
  return tlsConnect({
    ...address,
    ALPNProtocols: ['http/1.1'],
    // A server name is a name: RFC 6066 §3 allows no addresses.
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ...(session && { session }),
    ...(settings.ca !== undefined && { ca: typeof settings.ca === 'string' ? settings.ca : [...settings.ca] }),
  })
}

/** One attempt to connect, from the first packet to a usable socket. */
class Connecting {
  readonly #socket: Socket
  readonly #host: string
  readonly #secure: boolean
  readonly #callback: buildConnector.Callback
  readonly #timeouts: Timeouts
  #stage: 'tcp' | 'tls' = 'tcp'
  #timer: NodeJS.Timeout | undefined
  #over = false

  constructor(socket: Socket, target: buildConnector.Options, callback: buildConnector.Callback, timeouts: Timeouts) {
    this.#socket = socket
    this.#host = target.host ?? target.hostname
    this.#secure = target.protocol === 'https:'
    this.#callback = callback
    this.#timeouts = timeouts
  }

  begin(): void {
    this.#limit(this.#timeouts.connectMs)
    this.#socket.once('connect', () => {
      this.#stage = 'tls'
      if (this.#secure) this.#limit(this.#timeouts.tlsMs)
    })
    this.#socket.once(this.#secure ? 'secureConnect' : 'connect', () => {
      if (this.#settle()) this.#callback(null, this.#socket)
    })
    // Stays when the socket is handed over: undici listens for itself, and an error between the two must not go unheard.
    this.#socket.on('error', (error) => this.#fail(this.#secure && this.#stage === 'tls' ? 'tls' : 'connect', error))
  }

  #limit(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = ms > 0 ? setTimeout(() => this.#expire(ms), ms) : undefined
  }

  #expire(ms: number): void {
    this.#socket.destroy()
    const [reason, what] =
      this.#stage === 'tls' ? ['TLS_TIMEOUT', 'the TLS handshake with'] : ['CONNECT_TIMEOUT', 'connecting to']
    this.#report(new ConnectError('timeout', reason, `${what} ${this.#host} took longer than ${ms} ms`))
  }

  #fail(kind: 'connect' | 'tls', error: Error): void {
    this.#report(new ConnectError(kind, codeOf(error), `${this.#host} ${explain(kind, error)}`))
  }

  #report(error: ConnectError): void {
    if (this.#settle()) this.#callback(error, null)
  }

  #settle(): boolean {
    if (this.#over) return false
    this.#over = true
    clearTimeout(this.#timer)
    return true
  }
}

/**
 * Connects through a proxy by undici's own means (`inner`), within one limit for the proxy, its answer and the handshake beyond.
 */
export function proxiedConnector(
  inner: buildConnector.connector,
  proxy: string,
  timeouts: () => Timeouts,
): buildConnector.connector {
  const shown = shownProxy(proxy)
  return (target, callback) => {
    const { connectMs, tlsMs } = timeouts()
    const limit = connectMs > 0 && tlsMs > 0 ? connectMs + tlsMs : 0
    let over = false
    const expire = (): void => {
      over = true
      const message = `connecting to ${target.host ?? target.hostname} through the proxy ${shown} took longer than ${limit} ms`
      callback(new ConnectError('timeout', 'CONNECT_TIMEOUT', message), null)
    }
    const timer = limit > 0 ? setTimeout(expire, limit) : undefined
    // undici leaves the socket out when there is an error, whatever its types say.
    inner(target, (...[error, socket]) => {
      clearTimeout(timer)
      if (over) socket?.destroy()
      else if (error) callback(proxyError(error, target, shown), null)
      else callback(null, socket)
      over = true
    })
  }
}

/** What an error met on the way through a proxy means. */
function proxyError(error: Error, target: buildConnector.Options, proxy: string): ConnectError {
  // undici tells the status of a refused tunnel only in words.
  const [, status] = /Proxy response \((\d+)\)/.exec(error.message) ?? []
  if (status !== undefined) {
    const hint = status === '407' ? '; check the user and password in the proxy setting' : ''
    const what = `the proxy ${proxy} answered ${status} when asked for ${target.host ?? target.hostname}${hint}`
    return new ConnectError('connect', `PROXY_${status}`, what)
  }
  const code = codeOf(error)
  if (isTlsCode(code))
    return new ConnectError('tls', code, `${target.host ?? target.hostname} ${explain('tls', error)}`)
  return new ConnectError('connect', code, `the proxy ${proxy} ${explain('connect', error)}`)
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function isTlsCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO|PRX_TLS/.test(code)
}

const connectReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection; check the address and that it is running',
  ECONNRESET: 'closed the connection at once',
  ENOTFOUND: 'is not a name that can be resolved; check the address',
  EAI_AGAIN: 'could not be resolved at present; check the DNS',
  EHOSTUNREACH: 'cannot be reached from this network',
  ENETUNREACH: 'cannot be reached from this network',
  ETIMEDOUT: 'did not answer the connection attempt',
  UND_ERR_PRX_CONN: 'closed the connection',
}

function explain(kind: 'connect' | 'tls', error: Error): string {
  const code = codeOf(error)
  if (kind === 'connect') return `${connectReasons[code] ?? 'could not be connected to'} (${code})`
  if (code === 'ECONNRESET') return 'closed the connection during the TLS handshake (ECONNRESET)'
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return `does not speak TLS on this port (${code})`
  return `has a certificate that is not trusted (${code})`
}
