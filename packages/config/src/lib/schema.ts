/** What a gateway key may do: `read` lists models, `write` calls them, `admin` administers the gateway. */
export type Permission = 'read' | 'write' | 'admin'

/** Whether an entry takes part; a disabled one stays in the file and is never used. */
export type EntryStatus = 'active' | 'disabled'

/** How the router orders the upstream accounts that can serve a request. */
export type RoutingStrategy = 'health-first' | 'weighted' | 'round-robin'

/** What happens to a model that no route of the set matches. */
export type DefaultBehavior = 'passthrough' | 'reject'

/** Least severe message that is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** A wire protocol that an upstream account's endpoint can speak. */
export type AccountDialect = 'openai-chat' | 'openai-completions' | 'openai-responses' | 'anthropic' | 'gemini'

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

/** A gateway key: what a client authenticates to the gateway with. */
export interface KeyConfig {
  /** Unique among the keys, by habit `gw_…`. */
  id: string
  name: string
  /**
   * SHA-256 of the raw key: 64 lower-case hex digits. A file may hold other text here (a placeholder);
   * it loads with a warning, and no raw key ever matches it.
   */
  keyHash: string
  /** Default `read` and `write`. */
  permissions: Permission[]
  /** Default `active`. */
  status: EntryStatus
  rateLimit?: RateLimitConfig
  /** Models the key may use, by the client's name for them: exact or `prefix*`. Absent means all. */
  models?: string[]
  modelRoutes?: RouteSetConfig
  /** When the key stops working, in milliseconds since the epoch. */
  expiresAt?: number
  /** When the key was made, in milliseconds since the epoch. */
  createdAt?: number
}

/** Limits of one gateway key. An absent one, or a 0 in the file, is no limit. */
export interface RateLimitConfig {
  requestsPerMinute?: number
  requestsPerHour?: number
  requestsPerDay?: number
  tokensPerMinute?: number
  /** Requests in flight at once. */
  concurrency?: number
}

/** An upstream account: a provider, a credential and options. */
export interface AccountConfig {
  /** Unique among the accounts, by habit `upstream_…`. */
  id: string
  name: string
  /**
   * Where its credential comes from: the file, a login at the provider, or each client, who sends its own with its gateway key
   * in `x-llm-gateway-key`.
   */
  type: 'api-key' | 'oauth' | 'passthrough'
  /** One of {@link KNOWN_PROVIDERS}, or of the list the caller gave. */
  provider: string
  /** How often it is checked without a request, in milliseconds. Absent: as `routing` says. */
  healthCheckMs?: number
  /** The key itself, `file:PATH` or `enc:v1:…`; the last two are for the application to resolve. */
  apiKey?: string
  /** An `http:` or `https:` URL without trailing slash; absent means the provider's own. */
  baseUrl?: string
  /** Its own proxy instead of the environment's: a URL, `file:PATH` or `enc:v1:…` for one, or `direct`. */
  proxy?: string
  /** Default `active`. */
  status: EntryStatus
  /** Higher first; absent is 0. */
  priority?: number
  /** Share among equals under the `weighted` strategy; absent is 1. */
  weight?: number
  /** Upstream models the account serves: exact or `prefix*`. Absent means every model of its provider. */
  models?: string[]
  /** Dialects its endpoint speaks, most wanted first; absent means the provider's. */
  dialects?: AccountDialect[]
  /** With type oauth: the name of its profile, built in or under `oauth_profiles`; absent means its provider's. */
  oauthProfile?: string
  /** Provider-specific settings, passed on as they are. */
  options?: Record<string, unknown>
  /** What its models accept, where the converter's tables do not know or are wrong. */
  capabilities?: CapabilityConfig
  /** When the account was added, in milliseconds since the epoch. */
  createdAt?: number
  /** OAuth tokens that the older Go program kept in the file, for the application to move to its credential store. */
  legacyTokens?: LegacyTokens
}

/** A word for how much a model should think. */
export type EffortWord = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** What the models of an account accept, laid over what the converter knows of them by name. Absent means as it knows. */
export interface CapabilityConfig {
  /** Output limit sent where the dialect requires one and the client gave none. Tokens. */
  defaultMaxTokens?: number
  /** The longest answer; more is asked for as this. Tokens. */
  maxOutputTokens?: number
  /** Sampling parameters: all, temperature or top_p but not both, or none. */
  sampling?: 'full' | 'either' | 'none'
  maxTemperature?: number
  /** Instructions between turns. */
  systemTurns?: boolean
  /** Instructions as `developer` rather than `system`. */
  developerRole?: boolean
  /** A last assistant message is continued. */
  prefill?: boolean
  /** Effort words, weakest first. */
  efforts?: EffortWord[]
  thinking?: 'budget' | 'adaptive' | 'none'
  /** A schema for the answer. */
  structuredOutput?: boolean
  /** Most stop sequences. */
  maxStops?: number
  maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** `stream_options.include_usage`. */
  streamUsage?: boolean
  /** OpenAI's newer fields. */
  openaiExtensions?: boolean
  /** Tool calls at all. */
  tools?: boolean
  /** A tool choice that forces a call. */
  forcedTools?: boolean
  /** Members of a message in which reasoning may come back (Chat Completions). */
  reasoningMembers?: ('reasoning_content' | 'reasoning' | 'reasoning_details')[]
  /** Media beside text. */
  media?: ('image' | 'document' | 'audio')[]
}

/** An OAuth 2.0 provider, or what a built-in profile of this name lacks. */
export interface OAuthProfileConfig {
  name: string
  clientId?: string
  /** For confidential clients; as for `apiKey`, a reference or the secret itself. */
  clientSecret?: string
  /** Default `none` without a secret, else `post`. */
  clientAuthentication?: 'none' | 'post' | 'basic'
  /** Where a person logs in. */
  authorizeUrl?: string
  /** Where codes and refresh tokens are sent. */
  tokenUrl?: string
  /** Where the device flow begins. */
  deviceUrl?: string
  /** The `iss` a callback must bear if it bears one; absent means any on the origin of `authorizeUrl`. */
  issuer?: string
  scopes?: string[]
  /** Default `http://127.0.0.1/callback`; elsewhere than on loopback the person copies the code. */
  redirectUri?: string
  authorizeParameters?: Record<string, string>
  tokenParameters?: Record<string, string>
  /** The header that carries the token to the upstream. Default `authorization`. */
  header?: string
  /** What stands before the token in it. Default `Bearer `. */
  prefix?: string
  /** The only clients whose requests may be sent with these tokens; absent means any. */
  clients?: 'claude-code'[]
}

/** OAuth tokens found in a file of the older Go program. */
export interface LegacyTokens {
  accessToken?: string
  refreshToken?: string
  /** Milliseconds since the epoch. */
  expiresAt?: number
}

/** Model routes and what happens to a model that none of them matches. */
export interface RouteSetConfig {
  routes: RouteConfig[]
  /** Default `passthrough`. */
  defaultBehavior: DefaultBehavior
}

/** One model route: what a client's model name means. */
export interface RouteConfig {
  /** The client's model: exact, `prefix*` or `*`. */
  source: string
  /** The model sent upstream; absent means unchanged. */
  target?: string
  /** Only accounts of this provider. */
  provider?: string
  /** Only the account with this id. */
  account?: string
  /** Higher first; absent is 0. */
  priority?: number
  /** Default true. */
  enabled: boolean
  id?: string
  description?: string
}

/** How accounts are chosen. */
export interface RoutingConfig {
  /** Default `health-first`. */
  strategy: RoutingStrategy
  /** How often each account is checked without a request, in milliseconds. Absent: never. */
  healthCheckMs?: number
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

/** The providers a file may name unless the caller gives another list. */
export const KNOWN_PROVIDERS: readonly string[] = [
  'anthropic',
  'openai',
  'azure',
  'google',
  'openai-compatible',
  'simulator',
]

/** The OAuth profiles that need no entry under `oauth_profiles` to be named. */
export const KNOWN_OAUTH_PROFILES: readonly string[] = ['claude-code', 'generic']
