import type { ThreadStore } from './anthropic/threads.ts'
import type { Clock } from './clock.ts'
import type { Ids } from './dice.ts'
import type { Faults } from './faults.ts'
import type { IdentityProvider } from './identity/identity-provider.ts'
import type { ResponseStore } from './openai-responses/store.ts'
import type { Records } from './record.ts'
import type { Scripts } from './script.ts'
import type { Seals } from './seal.ts'
import type { PromptCache } from './usage.ts'
import type { Variant } from './variant.ts'

/** How fast the model speaks. */
export interface Timing {
  /** Wait before an answer begins, in milliseconds. Default 0. */
  firstTokenMs: number
  /** Time each token takes, in milliseconds. Default 0: at once, though still event by event. */
  tokenMs: number
  /** Tokens in one stream event. Default 1. */
  chunkTokens: number
}

/** All a running simulator remembers. */
export interface State {
  clock: Clock
  ids: Ids
  identity: IdentityProvider
  seals: Seals
  cache: PromptCache
  scripts: Scripts
  faults: Faults
  records: Records
  responses: ResponseStore
  threads: ThreadStore
  timing: Timing
  /** Credentials that are let in; `undefined`: any. */
  keys: readonly string[] | undefined
  /** Models that exist; `undefined`: any. */
  models: readonly string[] | undefined
  /** The variant of chat streams; `undefined`: as the path says. */
  variant: Variant | undefined
}
