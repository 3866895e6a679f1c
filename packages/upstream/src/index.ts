export type { Exchange, UpstreamCall, UpstreamSink } from './lib/call.ts'
export type { ConnectSettings } from './lib/connect.ts'
export { UpstreamError, type UpstreamErrorCode } from './lib/error.ts'
export { readErrorMessage } from './lib/error-message.ts'
export type { FailureKind, UpstreamFailure } from './lib/failure.ts'
export { type HeaderMap, replyHeaders } from './lib/headers.ts'
export { isVertex } from './lib/providers/google.ts'
export { profileOf, providers } from './lib/providers/index.ts'
export type {
  CallContext,
  Operation,
  Provider,
  ProviderProfile,
  TargetContext,
  UpstreamAccount,
} from './lib/providers/provider.ts'
export { ProxyRules, type ProxySettings } from './lib/proxy.ts'
export { type Quota, readQuota } from './lib/quota.ts'
export { redact } from './lib/redact.ts'
export { readRetryAfter } from './lib/retry-after.ts'
export { type PoolStats, UpstreamClient, type UpstreamClientChange, type UpstreamClientOptions } from './lib/send.ts'
export { credentialHeaders, type ResolvedCall, resolveCall } from './lib/target.ts'
export { defaultTimeouts, type Timeouts } from './lib/timeouts.ts'
export { speaks } from './lib/wire.ts'
