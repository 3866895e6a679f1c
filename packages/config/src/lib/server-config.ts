/** Where the server listens and how it behaves towards clients. */
export interface ServerConfig {
  /** Address to bind. Default `127.0.0.1`. */
  host: string
  /** Port to bind, 0 for any free one. Default 3847. */
  port: number
  /** How long a client may take to send its whole request. Default 120 s. */
  timeoutMs: number
  /** How long open requests may run on after a stop was asked for. Default 30 s on loopback, 600 s elsewhere. */
  drainTimeoutMs: number
  /** Serves `GET /metrics` to administrators when true. Default false. */
  metrics: boolean
  /** Browser origins that may call the gateway; absent means none. */
  cors?: CorsConfig
  /** Opens the admin API and the console to whoever knows this secret; absent means keys with `admin` only. */
  admin?: AdminConfig
}

/** Browser origins that may call the gateway. */
export interface CorsConfig {
  /**
   * Exact origins (`https://chat.example.com`, `chrome-extension://…`), or `*` for all. Only a named one reaches from the public
   * network into a private one. The admin API is never open to a page.
   */
  origins: string[] | '*'
}

/** The secret of the admin API. */
export interface AdminConfig {
  /** SHA-256 of the secret: 64 lower-case hex digits. */
  keyHash: string
}

/** Deadlines of upstream calls, in milliseconds. */
export interface TimeoutConfig {
  /** A whole non-streamed call. Default 600 s. */
  requestMs: number
  /** Silence within a stream, never its total length. Default 300 s. */
  streamIdleMs: number
  /** The TCP connection. Default 10 s. */
  connectMs: number
  /** The TLS handshake. Default 10 s. */
  tlsMs: number
  /** How long an unused pooled socket stays open. Default 90 s. */
  idleConnMs: number
  /** The wait for a stream's head. Default 300 s. */
  responseMs: number
}

/** What the process holds at most. */
export interface LimitConfig {
  /** One request body. Default 32 MiB. */
  bodyBytes: number
  /** All request bodies held in memory together. Default 256 MiB. */
  bufferedBytes: number
  /** Requests in flight at once over all keys. Default 1000. */
  concurrency: number
}
