export type { Issue, IssueCode } from './lib/issue.ts'
export type { LoadOptions, LoadResult } from './lib/load.ts'
export { loadConfig } from './lib/load.ts'
export type { RenderOptions } from './lib/report.ts'
export { renderIssues } from './lib/report.ts'
export type {
  AccountConfig,
  AccountDialect,
  AdminConfig,
  CorsConfig,
  DefaultBehavior,
  EntryStatus,
  EnvironmentConfig,
  GatewayConfig,
  KeyConfig,
  LegacyTokens,
  LimitConfig,
  LoggingConfig,
  LogLevel,
  Permission,
  RateLimitConfig,
  RouteConfig,
  RouteSetConfig,
  RoutingConfig,
  RoutingStrategy,
  ServerConfig,
  TimeoutConfig,
} from './lib/schema.ts'
export { KNOWN_PROVIDERS } from './lib/schema.ts'
export { configJsonSchema } from './lib/sections.ts'
