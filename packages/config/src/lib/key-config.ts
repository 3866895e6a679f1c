import type { EntryStatus } from './entry-status.ts'
import type { RouteSetConfig } from './route-config.ts'

/** What a gateway key may do: `read` lists models, `write` calls them, `admin` administers the gateway. */
export type Permission = 'read' | 'write' | 'admin'

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
  budget?: BudgetConfig
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

/** What one gateway key may spend, in US dollars by the ledger's prices. Days and months are those of UTC. */
export interface BudgetConfig {
  usdPerDay?: number
  usdPerMonth?: number
}
