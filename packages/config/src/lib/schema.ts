import type { AccountConfig, OAuthProfileConfig } from './account-config.ts'
import type { KeyConfig } from './key-config.ts'
import type { RouteSetConfig } from './route-config.ts'
import type { LimitConfig, ServerConfig, TimeoutConfig } from './server-config.ts'

/** How the router orders the upstream accounts that can serve a request. */
export type RoutingStrategy = 'health-first' | 'weighted' | 'round-robin'

/** Least severe message that is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** The whole configuration, validated, with defaults filled in and `${VAR}` references resolved. */
export interface GatewayConfig {
  server: ServerConfig
  timeouts: TimeoutConfig
  keys: KeyConfig[]
  accounts: AccountConfig[]
  /** Routes for every gateway key; a key's own routes win over them. */
  routes: RouteSetConfig
  routing: RoutingConfig
  limits: LimitConfig
  responses: ResponsesConfig
  conversion: ConversionConfig
  ledger: LedgerConfig
  /** What models cost, before the prices that come with the gateway; the first that fits counts. */
  prices: PriceConfig[]
  logging: LoggingConfig
  environment: EnvironmentConfig
  /** OAuth 2.0 providers of the operator's, and what built-in profiles lack. */
  oauthProfiles: OAuthProfileConfig[]
}

/** How accounts are chosen. */
export interface RoutingConfig {
  /** Default `health-first`. */
  strategy: RoutingStrategy
  /** How often each account is checked without a request, in milliseconds. Absent: never. */
  healthCheckMs?: number
}

/** What becomes of requests whose account speaks another dialect than their client. */
export interface ConversionConfig {
  /** Refuse a request rather than lose, approximate or invent anything of it. Default false. */
  strict: boolean
}

/** What the gateway keeps of the Responses API, so that requests can go on from a `previous_response_id` at any upstream. */
export interface ResponsesConfig {
  /** Default `off`: what a response holds stays with the provider that made it. */
  store: 'memory' | 'off'
  /** Responses kept for each gateway key. Default 1000. */
  maxEntries: number
  /** All of them together. Default 64 MiB. */
  maxBytes: number
  /** How long one is kept after it was last used. Default 24 h. */
  ttlMs: number
}

/** Where it is kept what requests used and cost. */
export interface LedgerConfig {
  /** Default true. */
  enabled: boolean
  /** An SQLite file, relative to the home directory. Default `ledger.db`. */
  file: string
  /** Days that single requests are kept; sums by day are kept for good. Default 90. */
  retentionDays: number
}

/** A price in US dollars for a million tokens; a kind without one costs what the kind it is part of does. */
export interface PriceConfig {
  /** As sent upstream: exact, `prefix*` or `*`. */
  model: string
  /** Only of the account with this id. */
  account?: string
  /** Only of accounts of this provider. */
  provider?: string
  input: number
  output: number
  cacheRead?: number
  cacheWrite?: number
  /** Written to the cache for an hour. */
  cacheWrite1h?: number
  reasoning?: number
}

/** What is logged, and how. */
export interface LoggingConfig {
  /** Default `info`. */
  level: LogLevel
  /** Absent: text where a person reads it (on a terminal), else `json`. */
  format?: 'json' | 'text'
  /** File to append to; absent means standard error. */
  file?: string
}

/**
 * The proxy between the gateway and its providers; an empty string in the file is the same as no key. A proxy is a URL, or
 * `file:PATH` or `enc:v1:…` for the application to resolve.
 */
export interface EnvironmentConfig {
  httpProxy?: string
  httpsProxy?: string
  /** Hosts reached directly, comma-separated. */
  noProxy?: string
}
