export type { AccountInput, EnvironmentName, KeyInput, Patch, RouteInput } from './lib/edit.ts'
export { ConfigEditor } from './lib/edit.ts'
export type { Environment } from './lib/env.ts'
export type { ConfigErrorCode } from './lib/error.ts'
export { ConfigError } from './lib/error.ts'
export type { ConfigFileOptions, EditResult, FileSnapshot } from './lib/file.ts'
export { ConfigFile } from './lib/file.ts'
export { isLoopback } from './lib/hosts.ts'
export type { DataPath, Issue, IssueCode } from './lib/issue.ts'
export type { LoadOptions, LoadResult } from './lib/load.ts'
export { loadConfig } from './lib/load.ts'
export { maskSecrets } from './lib/mask.ts'
export type { PathSources, Paths } from './lib/paths.ts'
export { resolvePaths } from './lib/paths.ts'
export type { RenderOptions } from './lib/report.ts'
export { renderIssues } from './lib/report.ts'
export type { SaveOptions } from './lib/save.ts'
export { saveAtomically } from './lib/save.ts'
export type {
  AccountConfig,
  AccountDialect,
  AdminConfig,
  CapabilityConfig,
  ConversionConfig,
  CorsConfig,
  DefaultBehavior,
  EntryStatus,
  EnvironmentConfig,
  GatewayConfig,
  KeyConfig,
  LedgerConfig,
  LegacyTokens,
  LimitConfig,
  LoggingConfig,
  LogLevel,
  OAuthProfileConfig,
  Permission,
  PriceConfig,
  RateLimitConfig,
  ResponsesConfig,
  RouteConfig,
  RouteSetConfig,
  RoutingConfig,
  RoutingStrategy,
  ServerConfig,
  TimeoutConfig,
} from './lib/schema.ts'
export { KNOWN_OAUTH_PROFILES, KNOWN_PROVIDERS } from './lib/schema.ts'
export {
  accountProxyRecord,
  hasLogin,
  isSecretName,
  optionRecord,
  profileRecord,
  proxyRecord,
  type SecretPlace,
} from './lib/secret-places.ts'
export { configJsonSchema } from './lib/sections.ts'
export { defaultConfigText } from './lib/starter.ts'
export type { ConfigWatch, WatchOptions } from './lib/watch.ts'
export { watchConfig } from './lib/watch.ts'
