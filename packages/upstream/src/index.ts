export { defaultTimeouts, type Exchange, type Timeouts, type UpstreamCall, type UpstreamSink } from './lib/call.ts'
export { UpstreamError, type UpstreamErrorCode } from './lib/error.ts'
export type { UpstreamFailure } from './lib/failure.ts'
export type { HeaderMap } from './lib/headers.ts'
export type {
  CallContext,
  Operation,
  Provider,
  ProviderProfile,
  TargetContext,
  UpstreamAccount,
} from './lib/providers/provider.ts'
