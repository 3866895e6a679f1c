import { type Admission, AdmittedRequest, RefusedRequest, unlimited } from './admission.ts'
import { KeyUse, type LimitName, type Limits, limitKinds, type RateLimit } from './key-limits.ts'

// Nothing says when a running request will end: clients are asked back soon, and not all at once.
const CONCURRENCY_RETRY_MS = 1000
const CONCURRENCY_JITTER_MS = 4000

/** What keys have used of windows that are not over, for the next process to go on with. Plain data; times are the limiter's clock's. */
export type SavedUse = Readonly<
  Record<string, Readonly<Record<string, { readonly startedAt: number; readonly count: number }>>>
>

/** The clock and the dice of a limiter, for tests. */
export interface RateLimiterOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  now?: () => number
  /** A number from 0 up to 1 that spreads the retries of clients refused for concurrency. Default: `Math.random`. */
  random?: () => number
}

/**
 * Holds each gateway key to its {@link RateLimit}, in this process. Windows are fixed and begin with the first request in
 * them; every limit is checked before any is charged, and a refused request is charged to none. Since {@link RateLimiter.admit}
 * is synchronous, however many requests come at once a window admits exactly its limit.
 *
 * @example
 * const admission = limiter.admit(key.id, key.rateLimit)
 * admission.addHeaders(headers, 'openai')
 * if (!admission.ok) return refuse(429, admission.message, headers)
 * try { admission.lease.settle((await call()).totalTokens) } finally { admission.lease.release() }
 */
export class RateLimiter {
  readonly #now: () => number
  readonly #random: () => number
  readonly #uses = new Map<string, KeyUse>()
  #changes = 0
  // Goes round the keys, two steps for each key added, so that idle ones leave without there ever being a long sweep.
  #hand: Iterator<[string, KeyUse]> = this.#uses.entries()

  constructor(options: RateLimiterOptions = {}) {
    this.#now = options.now ?? Date.now
    this.#random = options.random ?? Math.random
  }

  /** Asks for one request. The limit may differ from call to call: what was used stands, and is held against the new one. */
  admit(keyId: string, limit: RateLimit | undefined): Admission {
    if (!limit) return unlimited
    const now = this.#now()
    const use = this.#uses.get(keyId) ?? this.#begin(keyId, now)
    const limits = use.under(limit)
    const refusal = this.#refusal(use, limits, now)
    if (refusal) return refusal
    for (const { perRequest, used } of limits.windows) if (perRequest > 0) used.add(perRequest, now)
    this.#changes++
    return new AdmittedRequest(use, limits, this.#now)
  }

  /** Grows with every admission: while it stands still there is nothing new to save. */
  get changes(): number {
    return this.#changes
  }

  /** What was used of windows that are not over. */
  save(): SavedUse {
    const now = this.#now()
    const keys = [...this.#uses].flatMap(([keyId, use]) => {
      const windows = limitKinds.flatMap(({ member }) => {
        const saved = use[member].saved(now)
        return saved ? [[member, saved] as const] : []
      })
      return windows.length > 0 ? [[keyId, Object.fromEntries(windows)] as const] : []
    })
    return Object.fromEntries(keys)
  }

  /** Goes on from what another limiter saved. Windows that are over by now, and what is no such data, count for nothing. */
  restore(saved: SavedUse): void {
    const now = this.#now()
    for (const [keyId, windows] of Object.entries(saved)) {
      const use = this.#uses.get(keyId) ?? this.#begin(keyId, now)
      for (const { member } of limitKinds) {
        const { startedAt, count } = windows[member] ?? {}
        if (Number.isFinite(startedAt) && Number.isFinite(count)) {
          use[member].resume({ startedAt: Number(startedAt), count: Number(count) })
        }
      }
    }
  }

  /** How many keys are remembered. Idle ones leave as others come. */
  get size(): number {
    return this.#uses.size
  }

  #begin(keyId: string, now: number): KeyUse {
    this.#dropIdle(now)
    this.#dropIdle(now)
    const use = new KeyUse()
    this.#uses.set(keyId, use)
    return use
  }

  #dropIdle(now: number): void {
    const next = this.#hand.next()
    if (next.done) {
      this.#hand = this.#uses.entries()
      return
    }
    const [keyId, use] = next.value
    if (use.isIdle(now)) this.#uses.delete(keyId)
  }

  #refusal(use: KeyUse, limits: Limits, now: number): Admission | undefined {
    const { concurrency } = limits.of
    let longest: { limit: LimitName; retryAfterMs: number; phrase: string } | undefined
    for (const { name, unit, limit, used } of limits.windows) {
      if (used.count(now) < limit) continue
      const retryAfterMs = used.remainingMs(now)
      if (longest && longest.retryAfterMs >= retryAfterMs) continue
      longest = { limit: name, retryAfterMs, phrase: `${limit} ${unit}` }
    }
    if (!longest && concurrency !== undefined && use.running >= concurrency) {
      const retryAfterMs = CONCURRENCY_RETRY_MS + Math.floor(this.#random() * CONCURRENCY_JITTER_MS)
      longest = { limit: 'concurrency', retryAfterMs, phrase: `${concurrency} requests at one time` }
    }
    return longest && new RefusedRequest(longest, limits, this.#now)
  }
}
