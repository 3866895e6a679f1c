import { z } from 'zod'
import {
  type Defined,
  defined,
  duration,
  endpointUrl,
  flag,
  integer,
  legacy,
  legacySeconds,
  modelPattern,
  optionalText,
  proxyUrl,
  section,
  sha256,
  share,
  size,
  text,
  timestamp,
} from './fields.ts'
import { isLoopback } from './hosts.ts'
import { modernAccount, modernProvider } from './legacy.ts'
import { oauthProfilesSection } from './oauth-profiles.ts'
import type {
  AccountConfig,
  CapabilityConfig,
  CorsConfig,
  EnvironmentConfig,
  GatewayConfig,
  KeyConfig,
  LedgerConfig,
  LimitConfig,
  LoggingConfig,
  PriceConfig,
  RateLimitConfig,
  ResponsesConfig,
  RouteConfig,
  RouteSetConfig,
  RoutingConfig,
  ServerConfig,
  TimeoutConfig,
} from './schema.ts'

/** Limits a section may leave out; from what inference requests are, and what one process can hold. */
const DEFAULT_BODY_BYTES = 32 * 2 ** 20
const DEFAULT_BUFFERED_BYTES = 256 * 2 ** 20
const DEFAULT_CONCURRENCY = 1000

const cors: z.ZodType<CorsConfig> = section({
  origins: z.union(
    [z.literal('*'), z.array(z.string().regex(/^https?:\/\/[^/*]+$/, 'must be an origin: scheme and host'))],
    {
      error: 'must be "*" or a list of origins such as https://chat.example.com',
    },
  ),
})

const serverSection: z.ZodType<{ server: ServerConfig; limits: LimitConfig }> = section({
  host: optionalText,
  port: integer(0, 65_535).optional(),
  timeout: duration.optional(),
  drain_timeout: duration.optional(),
  body_limit: size.optional(),
  buffer_limit: size.optional(),
  concurrency: integer(1).optional(),
  metrics: flag.optional(),
  cors: cors.optional(),
  admin_key_hash: sha256.optional(),
  timeout_seconds: legacy(legacySeconds),
  web: legacy(z.unknown()),
}).transform((raw) => {
  const host = raw.host ?? '127.0.0.1'
  const server = defined({
    host,
    port: raw.port ?? 3847,
    timeoutMs: raw.timeout ?? raw.timeout_seconds ?? 120_000,
    // On a desktop a stop must not take long; a server's streams are worth waiting for.
    drainTimeoutMs: raw.drain_timeout ?? (isLoopback(host) ? 30_000 : 600_000),
    metrics: raw.metrics ?? false,
    cors: raw.cors,
    admin: raw.admin_key_hash === undefined ? undefined : { keyHash: raw.admin_key_hash },
  })
  const limits = {
    bodyBytes: raw.body_limit ?? DEFAULT_BODY_BYTES,
    bufferedBytes: raw.buffer_limit ?? Math.max(DEFAULT_BUFFERED_BYTES, raw.body_limit ?? 0),
    concurrency: raw.concurrency ?? DEFAULT_CONCURRENCY,
  }
  return { server, limits }
})

const proxySection: z.ZodType<TimeoutConfig> = section({
  request_timeout: duration.optional(),
  stream_timeout: duration.optional(),
  connect_timeout: duration.optional(),
  tls_timeout: duration.optional(),
  idle_conn_timeout: duration.optional(),
  response_timeout: duration.optional(),
  request_timeout_seconds: legacy(legacySeconds),
  stream_timeout_seconds: legacy(legacySeconds),
  connect_timeout_seconds: legacy(legacySeconds),
  tls_timeout_seconds: legacy(legacySeconds),
  idle_conn_timeout_seconds: legacy(legacySeconds),
  response_timeout_seconds: legacy(legacySeconds),
}).transform((raw) => ({
  requestMs: raw.request_timeout ?? raw.request_timeout_seconds ?? 600_000,
  streamIdleMs: raw.stream_timeout ?? raw.stream_timeout_seconds ?? 300_000,
  connectMs: raw.connect_timeout ?? raw.connect_timeout_seconds ?? 10_000,
  tlsMs: raw.tls_timeout ?? raw.tls_timeout_seconds ?? 10_000,
  idleConnMs: raw.idle_conn_timeout ?? raw.idle_conn_timeout_seconds ?? 90_000,
  responseMs: raw.response_timeout ?? raw.response_timeout_seconds ?? 300_000,
}))

const route: z.ZodType<RouteConfig> = section({
  source_model: modelPattern.optional(),
  source: modelPattern.optional(),
  model: modelPattern.optional(),
  target_model: optionalText,
  target: optionalText,
  target_provider: optionalText,
  provider: optionalText,
  account: optionalText,
  priority: integer(Number.MIN_SAFE_INTEGER).optional(),
  enabled: flag.optional(),
  id: optionalText,
  description: optionalText,
}).transform((raw, context) => {
  const source = raw.source_model ?? raw.source ?? raw.model
  if (source === undefined) {
    const message = 'a route needs "source_model": a model name, prefix* or *'
    context.issues.push({ code: 'custom', message, input: raw, params: { code: 'missing-key' } })
    return z.NEVER
  }
  const provider = raw.target_provider ?? raw.provider
  return defined({
    source,
    target: raw.target_model ?? raw.target,
    provider: provider === undefined ? undefined : modernProvider(provider),
    account: raw.account,
    priority: raw.priority,
    enabled: raw.enabled ?? true,
    id: raw.id,
    description: raw.description,
  })
})

const routeMap: z.ZodType<RouteSetConfig> = section({
  routes: z.array(route).optional(),
  default_behavior: z.enum(['passthrough', 'reject', '']).optional(),
  enable_logging: legacy(z.unknown()),
}).transform((raw) => ({
  routes: raw.routes ?? [],
  defaultBehavior: raw.default_behavior === 'reject' ? ('reject' as const) : ('passthrough' as const),
}))

const routeSet: z.ZodType<RouteSetConfig> = z
  .union([z.array(route), routeMap], { error: 'must be a list of routes, or a section with "routes"' })
  .transform((raw) => (Array.isArray(raw) ? { routes: raw, defaultBehavior: 'passthrough' as const } : raw))

const limit = integer(0).optional()

/** No limit is written as 0 in files of the older program, which had no other way. */
function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value
}

const rateLimit: z.ZodType<RateLimitConfig> = section({
  requests_per_minute: limit,
  requests_per_hour: limit,
  requests_per_day: limit,
  tokens_per_minute: limit,
  concurrency: limit,
}).transform((raw) =>
  defined({
    requestsPerMinute: positive(raw.requests_per_minute),
    requestsPerHour: positive(raw.requests_per_hour),
    requestsPerDay: positive(raw.requests_per_day),
    tokensPerMinute: positive(raw.tokens_per_minute),
    concurrency: positive(raw.concurrency),
  }),
)

const key: z.ZodType<KeyConfig> = section({
  id: text,
  name: text,
  key_hash: text,
  permissions: z
    .array(z.enum(['read', 'write', 'admin']))
    .min(1, 'must name at least one permission')
    .optional(),
  status: z.enum(['active', 'disabled']).optional(),
  rate_limit: rateLimit.optional(),
  models: z.array(modelPattern).optional(),
  model_routes: routeSet.optional(),
  expires_at: timestamp.optional(),
  created_at: timestamp.optional(),
  updated_at: legacy(z.unknown()),
  usage: legacy(z.unknown()),
}).transform((raw) =>
  defined({
    id: raw.id,
    name: raw.name,
    keyHash: raw.key_hash.toLowerCase(),
    permissions: raw.permissions ?? (['read', 'write'] satisfies KeyConfig['permissions']),
    status: raw.status ?? ('active' as const),
    rateLimit: raw.rate_limit,
    models: raw.models,
    modelRoutes: raw.model_routes,
    expiresAt: raw.expires_at,
    createdAt: raw.created_at,
  }),
)

const dialect = z.enum(['openai-chat', 'openai-completions', 'openai-responses', 'anthropic', 'gemini'])

const effortWord = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])

const capabilities: z.ZodType<CapabilityConfig> = section({
  default_max_tokens: integer(1).optional(),
  max_output_tokens: integer(1).optional(),
  sampling: z.enum(['full', 'either', 'none']).optional(),
  max_temperature: share.optional(),
  system_turns: flag.optional(),
  developer_role: flag.optional(),
  prefill: flag.optional(),
  efforts: z.array(effortWord).optional(),
  thinking: z.enum(['budget', 'adaptive', 'none']).optional(),
  structured_output: flag.optional(),
  max_stops: integer(0).optional(),
  max_tokens_field: z.enum(['max_tokens', 'max_completion_tokens']).optional(),
  stream_usage: flag.optional(),
  openai_extensions: flag.optional(),
  tools: flag.optional(),
  forced_tools: flag.optional(),
  media: z.array(z.enum(['image', 'document', 'audio'])).optional(),
}).transform((raw) =>
  defined({
    defaultMaxTokens: raw.default_max_tokens,
    maxOutputTokens: raw.max_output_tokens,
    sampling: raw.sampling,
    maxTemperature: raw.max_temperature,
    systemTurns: raw.system_turns,
    developerRole: raw.developer_role,
    prefill: raw.prefill,
    efforts: raw.efforts,
    thinking: raw.thinking,
    structuredOutput: raw.structured_output,
    maxStops: raw.max_stops,
    maxTokensField: raw.max_tokens_field,
    streamUsage: raw.stream_usage,
    openaiExtensions: raw.openai_extensions,
    tools: raw.tools,
    forcedTools: raw.forced_tools,
    media: raw.media,
  }),
)

const account: z.ZodType<AccountConfig> = section({
  id: text,
  name: text,
  type: z.enum(['api-key', 'oauth', 'passthrough']),
  provider: text,
  api_key: optionalText,
  base_url: endpointUrl,
  status: z.enum(['active', 'disabled', 'error']).optional(),
  priority: integer(Number.MIN_SAFE_INTEGER).optional(),
  weight: share.optional(),
  models: z.array(modelPattern).optional(),
  dialects: z.array(dialect).min(1, 'must name at least one dialect').optional(),
  oauth_profile: optionalText,
  options: z.record(z.string(), z.unknown()).optional(),
  capabilities: capabilities.optional(),
  created_at: timestamp.optional(),
  updated_at: legacy(z.unknown()),
  usage: legacy(z.unknown()),
  last_health_check: legacy(z.unknown()),
  health_status: legacy(z.unknown()),
  client_id: legacy(z.unknown()),
  client_secret: legacy(z.unknown()),
  access_token: legacy(optionalText),
  refresh_token: legacy(optionalText),
  resource_url: legacy(optionalText),
  expires_at: legacy(timestamp),
}).transform((raw) => {
  const tokens = defined({ accessToken: raw.access_token, refreshToken: raw.refresh_token, expiresAt: raw.expires_at })
  const read: Defined<AccountConfig & { resourceUrl: string | undefined }> = defined({
    id: raw.id,
    name: raw.name,
    type: raw.type,
    provider: raw.provider,
    apiKey: raw.api_key,
    baseUrl: raw.base_url,
    // The older program wrote "error" for an account that had failed; health is measured anew here.
    status: raw.status === 'disabled' ? ('disabled' as const) : ('active' as const),
    priority: raw.priority,
    weight: raw.weight,
    models: raw.models,
    dialects: raw.dialects,
    oauthProfile: raw.oauth_profile,
    options: raw.options,
    capabilities: raw.capabilities,
    createdAt: raw.created_at,
    legacyTokens: (tokens.accessToken ?? tokens.refreshToken) ? tokens : undefined,
    resourceUrl: raw.resource_url,
  })
  return modernAccount(read)
})

const routingSection: z.ZodType<RoutingConfig> = section({
  strategy: z.enum(['health-first', 'weighted', 'round-robin']).optional(),
}).transform((raw) => ({ strategy: raw.strategy ?? ('health-first' as const) }))

const responsesSection: z.ZodType<ResponsesConfig> = section({
  store: z.enum(['memory', 'off']).optional(),
  max_entries: integer(1).optional(),
  max_size: size.optional(),
  ttl: duration.optional(),
}).transform((raw) => ({
  store: raw.store ?? ('off' as const),
  maxEntries: raw.max_entries ?? 1000,
  maxBytes: raw.max_size ?? 64 * 2 ** 20,
  ttlMs: raw.ttl ?? 24 * 3_600_000,
}))

const ledgerSection: z.ZodType<LedgerConfig> = section({
  enabled: flag.optional(),
  file: optionalText,
  retention_days: integer(1, 36_500).optional(),
}).transform((raw) => ({
  enabled: raw.enabled ?? true,
  file: raw.file ?? 'ledger.db',
  retentionDays: raw.retention_days ?? 90,
}))

const price: z.ZodType<PriceConfig> = section({
  model: modelPattern,
  account: optionalText,
  provider: optionalText,
  input: share,
  output: share,
  cache_read: share.optional(),
  cache_write: share.optional(),
  cache_write_1h: share.optional(),
  reasoning: share.optional(),
}).transform((raw) =>
  defined({
    model: raw.model,
    account: raw.account,
    provider: raw.provider,
    input: raw.input,
    output: raw.output,
    cacheRead: raw.cache_read,
    cacheWrite: raw.cache_write,
    cacheWrite1h: raw.cache_write_1h,
    reasoning: raw.reasoning,
  }),
)

const loggingSection: z.ZodType<LoggingConfig> = section({
  level: z.enum(['debug', 'info', 'warn', 'warning', 'error']).optional(),
  format: z.enum(['json', 'text']).optional(),
  file: optionalText,
}).transform((raw) =>
  defined({
    level: raw.level === 'warning' ? ('warn' as const) : (raw.level ?? ('info' as const)),
    format: raw.format,
    file: raw.file,
  }),
)

const environmentSection: z.ZodType<EnvironmentConfig> = section({
  http_proxy: proxyUrl,
  https_proxy: proxyUrl,
  no_proxy: optionalText,
}).transform((raw) => defined({ httpProxy: raw.http_proxy, httpsProxy: raw.https_proxy, noProxy: raw.no_proxy }))

/** The whole file: what YAML holds in, {@link GatewayConfig} out. */
export const fileSchema: z.ZodType<GatewayConfig> = section({
  server: serverSection.prefault({}),
  proxy: proxySection.prefault({}),
  gateway_keys: z.array(key).prefault([]),
  upstream_accounts: z.array(account).prefault([]),
  model_routes: routeSet.prefault([]),
  routing: routingSection.prefault({}),
  responses: responsesSection.prefault({}),
  ledger: ledgerSection.prefault({}),
  prices: z.array(price).prefault([]),
  logging: loggingSection.prefault({}),
  environment: environmentSection.prefault({}),
  oauth_profiles: oauthProfilesSection.prefault({}),
}).transform((raw) => ({
  server: raw.server.server,
  limits: raw.server.limits,
  timeouts: raw.proxy,
  keys: raw.gateway_keys,
  accounts: raw.upstream_accounts,
  routes: raw.model_routes,
  routing: raw.routing,
  responses: raw.responses,
  ledger: raw.ledger,
  prices: raw.prices,
  logging: raw.logging,
  environment: raw.environment,
  oauthProfiles: raw.oauth_profiles,
}))

/** The JSON Schema of the file, for editors: `# yaml-language-server: $schema=…`. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(fileSchema, { io: 'input', unrepresentable: 'any' }), title: 'LLM Gateway configuration' }
}
