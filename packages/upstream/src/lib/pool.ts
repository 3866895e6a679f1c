import type { buildConnector, Dispatcher } from 'undici'
// Parts of undici: with what all of it brings (fetch, WebSocket, caches) it is a sixth of what the gateway's start costs.
import connectMethod from 'undici/lib/api/api-connect.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js'
import { type ConnectSettings, directConnector, proxiedConnector } from './connect.ts'
import type { Timeouts } from './timeouts.ts'

export interface PoolOptions extends ConnectSettings {
  readonly origin: string
  /** URL of the proxy, credentials included. */
  readonly proxy: string | undefined
  readonly connections: number
  readonly maxHeaderBytes: number
  readonly timeouts: Timeouts
}

/** Longest an unused connection is kept where no limit is set, in milliseconds. */
const idleForeverMs = 2 ** 31 - 1

/** The connections of one upstream account to one origin. */
export class AccountPool {
  readonly origin: string
  readonly host: string
  readonly proxy: string | undefined
  /** The limits of the latest call: a connection is opened under the limits of a call that waits for it. */
  timeouts: Timeouts
  /** True only while a connection that has never carried a call is handed to its first one. */
  fresh = false
  /** Calls that have begun and not settled. */
  calls = 0
  /** Open connections. */
  connections = 0
  readonly #dispatcher: Dispatcher

  constructor(options: PoolOptions) {
    this.origin = options.origin
    this.host = new URL(options.origin).host
    this.proxy = options.proxy
    this.timeouts = options.timeouts
    this.#dispatcher = options.proxy === undefined ? this.#direct(options) : this.#proxied(options, options.proxy)
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#dispatcher.dispatch(request, handler)
  }

  /** Takes no more calls; resolves when those under way have ended. */
  async close(): Promise<void> {
    await this.#dispatcher.close()
  }

  /** Cuts every call. */
  async destroy(): Promise<void> {
    await this.#dispatcher.destroy()
  }

  #direct(options: PoolOptions): Dispatcher {
    const connect = this.#tracked(directConnector(options, () => this.timeouts))
    return new Pool(options.origin, { ...poolSettings(options), connect })
  }

  #proxied(options: PoolOptions, proxy: string): Dispatcher {
    return new ProxyAgent({
      uri: proxy,
      allowH2: false,
      // All of undici would give every pool this method, by which the agent asks the proxy for a tunnel.
      clientFactory: (origin, settings) => Object.assign(new Pool(origin, settings), { connect: connectMethod }),
      // The limit around the whole way is proxiedConnector's; this one ends attempts that outlive it.
      connectTimeout: options.timeouts.connectMs,
      requestTls: options.ca === undefined ? {} : { ca: typeof options.ca === 'string' ? options.ca : [...options.ca] },
      factory: (origin, settings) => {
        const { connect } = settings as { connect: buildConnector.connector }
        return new Pool(origin, {
          ...poolSettings(options),
          connect: this.#tracked(proxiedConnector(connect, proxy, () => this.timeouts)),
        })
      },
    })
  }

  #tracked(connector: buildConnector.connector): buildConnector.connector {
    return (target, callback) => {
      connector(target, (...[error, socket]) => {
        if (error) {
          callback(error, null)
          return
        }
        this.connections++
        socket.once('close', () => {
          this.connections--
        })
        // undici writes the waiting request within this callback: that is how a call learns that its connection is new.
        this.fresh = true
        try {
          callback(null, socket)
        } finally {
          this.fresh = false
        }
      })
    }
  }
}

/** Every limit in time is the call's own (`Deadline`), so undici's are off. */
function poolSettings(options: PoolOptions): Pool.Options {
  const idle = options.timeouts.idleConnMs > 0 ? options.timeouts.idleConnMs : idleForeverMs
  return {
    connections: options.connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: idle,
    // A server that says how long it waits is believed up to our own limit, less undici's margin of two seconds.
    keepAliveMaxTimeout: idle,
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout: 0,
    bodyTimeout: 0,
  }
}
