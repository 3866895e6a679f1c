import type { GatewayKey, KeyRing } from '@llm-gateway/access'
import type { CapabilityOverrides } from '@llm-gateway/converter'
import type { RouteSet } from '@llm-gateway/router'
import type { Timeouts, UpstreamAccount } from '@llm-gateway/upstream'
import type { StoreLimits } from './stored/store.ts'

/** A gateway key as the gateway reads it. */
export interface Client extends GatewayKey {
  readonly modelRoutes?: RouteSet
}

/**
 * The kinds of request that some accounts are kept for: `claude-code` are those that come from Claude Code itself,
 * `own-credential` those whose client brings its own credential for the provider.
 */
export type Audience = 'claude-code' | 'own-credential'

/** An upstream account as the gateway uses it; routing knows the same account under the same id. */
export interface Account extends UpstreamAccount {
  readonly name: string
  /** The configuration names no models for it: what its provider lists is served. */
  readonly listsModels?: boolean
  /** Serves only requests of this kind, and these as they are. Routing must know it too. */
  readonly audience?: Audience
  /** What the operator knows of the models behind this account beyond the built-in table. */
  readonly capabilities?: CapabilityOverrides
}

/** What one gateway takes at the most. */
export interface Limits {
  /** One request body, in bytes. */
  readonly bodyBytes: number
  /** All request bodies held at once, in bytes. */
  readonly bufferedBytes: number
  /** Requests in flight at once, over all keys. */
  readonly concurrency: number
}

/** Everything a reload changes. Each request keeps the state it began with. */
export interface GatewayState {
  readonly keys: KeyRing<Client>
  readonly accounts: ReadonlyMap<string, Account>
  readonly timeouts: Timeouts
  readonly limits: Limits
  /** Keeps responses that requests may go on from; absent: none are kept. */
  readonly responses?: StoreLimits
  /**
   * Lets what a provider sealed (thinking signatures, encrypted reasoning) travel with clients of other dialects and back to it.
   * Processes that serve the same clients need the same key. Absent: such seals are withheld and reported.
   */
  readonly sealKey?: string
  /** Refuse a request rather than lose, approximate or invent anything of it. */
  readonly strict: boolean
}
