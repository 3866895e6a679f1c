export type { Admission, Admitted, Lease, Refused, Standing } from './lib/admission.ts'
export {
  type Budget,
  type BudgetRefusal,
  Budgets,
  type BudgetsOptions,
  type Hold,
  type Spent,
  startOfDay,
  startOfMonth,
} from './lib/budgets.ts'
export { type CredentialHeaders, credentialFrom } from './lib/credential-from.ts'
export { FailedAuthThrottle, type FailedAuthThrottleOptions } from './lib/failed-auth-throttle.ts'
export { type GatewayKey, hashKey, type MintedKey, mintGatewayKey } from './lib/gateway-key.ts'
export type { LimitName, LimitState, RateLimit } from './lib/key-limits.ts'
export { type Authentication, KeyRing, type KeyRingOptions, type Refusal } from './lib/key-ring.ts'
export { allows, type Permission } from './lib/permission.ts'
export { RateLimiter, type RateLimiterOptions, type SavedUse } from './lib/rate-limiter.ts'
export type { HeaderVendor } from './lib/vendor-headers.ts'
