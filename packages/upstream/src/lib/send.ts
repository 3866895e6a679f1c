import type { Exchange, UpstreamCall, UpstreamSink } from './call.ts'
import type { ConnectSettings } from './connect.ts'
import { CallExchange } from './exchange.ts'
import type { UpstreamFailure } from './failure.ts'
import { AccountPool } from './pool.ts'
import { ProxyRules, type ProxySettings } from './proxy.ts'
import { defaultTimeouts, type Timeouts } from './timeouts.ts'

/** The bounds, limits in time and ways of a client. */
export interface UpstreamClientOptions extends ConnectSettings {
  readonly proxy?: ProxySettings
  /** For calls that bring none of their own; default `defaultTimeouts`. */
  readonly timeouts?: Timeouts
  /** Connections per upstream account and origin at the most; default 256. */
  readonly connections?: number
  /** Calls per upstream account and origin that may wait for a connection; one more fails at once. Default 256. */
  readonly waiting?: number
  /** Longest body of an answer that is not a stream; default 64 MiB. */
  readonly maxBodyBytes?: number
  /** Longest head of an answer; default 32 KiB. */
  readonly maxHeaderBytes?: number
}

/** What can be changed while calls are under way; what is absent stays. */
export interface UpstreamClientChange {
  readonly proxy?: ProxySettings
  readonly timeouts?: Timeouts
  /** Connections per upstream account and origin at the most. */
  readonly connections?: number
  /** Every account there is: the connections of all others are closed when their calls have ended. */
  readonly accounts?: Iterable<string>
}

/** One account's connections to one origin. */
export interface PoolStats {
  readonly accountId: string
  readonly origin: string
  readonly proxied: boolean
  /** Calls under way, waiting ones included. */
  readonly calls: number
  /** Open connections, idle ones included. */
  readonly connections: number
}

/**
 * Sends requests to providers over pooled connections. A connection belongs to one upstream account and one origin, so that no
 * credential can travel over another's.
 *
 * @example
 * const client = new UpstreamClient()
 * const exchange = client.send({ accountId: 'a1', origin, path, headers, body, stream: true }, sink)
 */
export class UpstreamClient {
  #options: Required<Omit<UpstreamClientOptions, 'proxy' | 'timeouts' | keyof ConnectSettings>> & ConnectSettings
  readonly #pools = new Map<string, Map<string, AccountPool>>()
  /** Closed to new calls, with calls still under way. */
  readonly #retired = new Set<AccountPool>()
  #timeouts: Timeouts
  #rules: ProxyRules
  #closed = false

  /** @throws UpstreamError when a proxy setting is not an address. */
  constructor(options: UpstreamClientOptions = {}) {
    const { proxy, timeouts = defaultTimeouts, ...rest } = options
    this.#options = {
      connections: 256,
      waiting: 256,
      maxBodyBytes: 64 * 1024 * 1024,
      maxHeaderBytes: 32 * 1024,
      ...rest,
    }
    this.#timeouts = timeouts
    this.#rules = new ProxyRules(proxy)
  }

  /**
   * Sends a call. No callback of the sink runs before this has returned.
   *
   * @throws TypeError when `origin` is not a URL; every other trouble is a failure told to the sink.
   */
  send(call: UpstreamCall, sink: UpstreamSink): Exchange {
    const timeouts = call.timeouts ?? this.#timeouts
    const pool = this.#poolFor(call.accountId, call.origin, timeouts)
    const exchange = new CallExchange(pool, call, sink, timeouts, this.#options.maxBodyBytes)
    exchange.begin(this.#refusal(pool))
    return exchange
  }

  /**
   * Changes settings for the calls to come. Calls under way end as they began.
   *
   * @throws UpstreamError when a proxy setting is not an address; nothing is changed then.
   */
  configure(change: UpstreamClientChange): void {
    if (change.proxy) this.#rules = new ProxyRules(change.proxy)
    if (change.timeouts) this.#timeouts = change.timeouts
    const { connections = this.#options.connections } = change
    // A pool's bound is fixed when it is made.
    const rebound = connections !== this.#options.connections
    this.#options = { ...this.#options, connections }
    const accounts = change.accounts && new Set(change.accounts)
    for (const [accountId, pools] of this.#pools) {
      for (const pool of pools.values()) {
        const gone = accounts !== undefined && !accounts.has(accountId)
        // One that is made anew at the next call, or that is of an address the account has no more.
        const idle = pool.calls === 0 && pool.connections === 0
        if (gone || idle || rebound || this.#rules.proxyFor(pool.origin, accountId) !== pool.proxy)
          this.#retire(accountId, pool)
      }
    }
  }

  /** What is connected at present. */
  stats(): readonly PoolStats[] {
    return [...this.#pools].flatMap(([accountId, pools]) =>
      [...pools.values()].map(({ origin, proxy, calls, connections }) => ({
        accountId,
        origin,
        proxied: proxy !== undefined,
        calls,
        connections,
      })),
    )
  }

  /** Takes no more calls; resolves when those under way have ended. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#all().map((pool) => pool.close()))
  }

  /** Takes no more calls and cuts those under way: their sinks get a failure of the kind `closed`. */
  destroy(): void {
    this.#closed = true
    for (const pool of this.#all()) void pool.destroy()
  }

  #all(): AccountPool[] {
    return [...[...this.#pools.values()].flatMap((pools) => [...pools.values()]), ...this.#retired]
  }

  #poolFor(accountId: string, origin: string, timeouts: Timeouts): AccountPool {
    const known = this.#pools.get(accountId)?.get(origin)
    if (known) {
      if (known.timeouts === timeouts) return known
      // How long idle connections live is fixed when a pool is made.
      if (known.timeouts.idleConnMs === timeouts.idleConnMs) {
        known.timeouts = timeouts
        return known
      }
      this.#retire(accountId, known)
    }
    const pool = new AccountPool({ ...this.#options, origin, proxy: this.#rules.proxyFor(origin, accountId), timeouts })
    const pools = this.#pools.get(accountId) ?? new Map<string, AccountPool>()
    this.#pools.set(accountId, pools.set(origin, pool))
    return pool
  }

  #retire(accountId: string, pool: AccountPool): void {
    const pools = this.#pools.get(accountId)
    pools?.delete(pool.origin)
    if (pools?.size === 0) this.#pools.delete(accountId)
    this.#retired.add(pool)
    void pool.close().finally(() => this.#retired.delete(pool))
  }

  #refusal(pool: AccountPool): UpstreamFailure | undefined {
    if (this.#closed) {
      return { kind: 'closed', phase: 'connect', code: 'CLIENT_CLOSED', message: 'the upstream client is closed' }
    }
    if (pool.calls < this.#options.connections + this.#options.waiting) return undefined
    const message = `${pool.calls} calls to ${pool.host} are under way for this account; try again later`
    return { kind: 'connect', phase: 'connect', code: 'POOL_FULL', message }
  }
}
