import { BlockList, isIP } from 'node:net'
import { UpstreamError } from './error.ts'

/** Which proxies to use. Empty texts mean none, as in the environment variables of the same names. */
export interface ProxySettings {
  /** For `http://` upstreams. */
  readonly httpProxy?: string
  /** For `https://` upstreams. */
  readonly httpsProxy?: string
  /**
   * Hosts reached directly, separated by commas or blanks: `example.com` with its subdomains, `.example.com` or `*.example.com`
   * for the subdomains only, an address, a CIDR range, any of these but the range with `:port`, or `*` for all.
   */
  readonly noProxy?: string
  /** Of single upstream accounts, by their id, instead of all the above: a proxy for every host, or `direct` for none. */
  readonly accounts?: ReadonlyMap<string, string>
}

interface Exemption {
  readonly host: string
  readonly subdomainsOnly: boolean
  readonly port: string | undefined
}

/** Chooses the proxy for an upstream; made once from the settings. */
export class ProxyRules {
  readonly #http: string | undefined
  readonly #https: string | undefined
  readonly #ranges = new BlockList()
  readonly #exempt: Exemption[] = []
  /** Undefined: directly. */
  readonly #accounts = new Map<string, string | undefined>()
  #everything = false

  /** @throws UpstreamError when a proxy is not an HTTP address. */
  constructor(settings: ProxySettings = {}) {
    this.#http = readProxy('http_proxy', settings.httpProxy)
    this.#https = readProxy('https_proxy', settings.httpsProxy)
    for (const entry of (settings.noProxy ?? '').split(/[\s,]+/))
      if (entry !== '') this.#addExemption(entry.toLowerCase())
    for (const [id, proxy] of settings.accounts ?? [])
      this.#accounts.set(id, proxy === 'direct' ? undefined : readProxy(`the proxy of the account ${id}`, proxy))
  }

  /** The URL of the proxy for an account's calls to an origin, credentials included; undefined to connect directly. */
  proxyFor(origin: string, accountId?: string): string | undefined {
    if (accountId !== undefined && this.#accounts.has(accountId)) return this.#accounts.get(accountId)
    const url = new URL(origin)
    const proxy = url.protocol === 'https:' ? this.#https : this.#http
    return proxy === undefined || this.#isExempt(url) ? undefined : proxy
  }

  #addExemption(entry: string): void {
    if (entry === '*') this.#everything = true
    else if (!this.#addRange(entry)) this.#exempt.push(readExemption(entry))
  }

  #addRange(entry: string): boolean {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address)
    if (bits === undefined || family === 0 || !/^\d{1,3}$/.test(bits)) return false
    if (Number(bits) > (family === 4 ? 32 : 128)) return false
    this.#ranges.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
    return true
  }

  #isExempt(url: URL): boolean {
    if (this.#everything) return true
    const host = unbracketed(url.hostname).replace(/\.$/, '')
    const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
    const family = isIP(host)
    if (family !== 0 && this.#ranges.check(host, family === 4 ? 'ipv4' : 'ipv6')) return true
    return this.#exempt.some((exemption) => covers(exemption, host, port))
  }
}

function covers(exemption: Exemption, host: string, port: string): boolean {
  if (exemption.port !== undefined && exemption.port !== port) return false
  if (host === exemption.host) return !exemption.subdomainsOnly
  return isIP(exemption.host) === 0 && host.endsWith(`.${exemption.host}`)
}

function readExemption(entry: string): Exemption {
  const [, name = entry, port] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? []
  const host = unbracketed(name).replace(/^\*(?=\.)/, '')
  const subdomainsOnly = host.startsWith('.')
  return { host: canonicalAddress(subdomainsOnly ? host.slice(1) : host), subdomainsOnly, port }
}

function unbracketed(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}

/** IPv6 has many spellings of one address; URLs hold the shortest. */
function canonicalAddress(host: string): string {
  return isIP(host) === 6 ? unbracketed(new URL(`http://[${host}]`).hostname) : host
}

function readProxy(name: string, setting: string | undefined): string | undefined {
  const text = setting?.trim() ?? ''
  if (text === '') return undefined
  const address = text.includes('://') ? text : `http://${text}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return url.href
  throw new UpstreamError(
    'PROXY_INVALID',
    `${name} is not the address of an HTTP proxy; write it like http://proxy:3128`,
  )
}

/** A proxy's address as people may see it: without the password. */
export function shownProxy(proxy: string): string {
  const { protocol, host } = new URL(proxy)
  return `${protocol}//${host}`
}
