export type {
  AccountConfig,
  AccountDialect,
  CapabilityConfig,
  LegacyTokens,
  OAuthProfileConfig,
} from './lib/account-config.ts'
export { KNOWN_PROVIDERS } from './lib/account-config.ts'
export { unknownOption } from './lib/checks.ts'
export { parseDuration } from './lib/durations.ts'
export type { AccountInput, EnvironmentName, KeyInput, Patch, RouteInput } from './lib/edit.ts'
export { ConfigEditor } from './lib/edit.ts'
export { editDistance } from './lib/edit-distance.ts'
export type { EntryStatus } from './lib/entry-status.ts'
export type { Environment } from './lib/env.ts'
export type { ConfigErrorCode } from './lib/error.ts'
export { ConfigError } from './lib/error.ts'
export { endpointFault, proxyFault } from './lib/fields.ts'
export type { ConfigFileOptions, EditResult, FileSnapshot } from './lib/file.ts'
export { ConfigFile } from './lib/file.ts'
export { bareHost, hostFault, isLoopback } from './lib/hosts.ts'
export type { DataPath, Issue, IssueCode } from './lib/issue.ts'
export type { BudgetConfig, KeyConfig, Permission, RateLimitConfig } from './lib/key-config.ts'
export type { LoadOptions, LoadResult } from './lib/load.ts'
export { loadConfig } from './lib/load.ts'
export { maskSecrets } from './lib/mask.ts'
export type { PathSources, Paths } from './lib/paths.ts'
export { isNamed, resolvePaths, userHome } from './lib/paths.ts'
export type { RenderOptions } from './lib/report.ts'
export { renderIssues } from './lib/report.ts'
export type { DefaultBehavior, RouteConfig, RouteSetConfig } from './lib/route-config.ts'
export type {
  ConversionConfig,
  EnvironmentConfig,
  GatewayConfig,
  LedgerConfig,
  LoggingConfig,
  LogLevel,
  PriceConfig,
  ResponsesConfig,
  RoutingConfig,
  RoutingStrategy,
} from './lib/schema.ts'
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
export type { AdminConfig, CorsConfig, LimitConfig, ServerConfig, TimeoutConfig } from './lib/server-config.ts'
export { defaultConfigText } from './lib/starter.ts'
export type { ConfigWatch, WatchOptions } from './lib/watch.ts'
export { watchConfig } from './lib/watch.ts'
