import { Window } from './window.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

// Nothing says when a running request will end: clients are asked back soon, and not all at once.
const CONCURRENCY_RETRY_MS = 1000
const CONCURRENCY_JITTER_MS = 4000

/** What a gateway key may use. An absent member is no limit; 0 admits nothing. */
export interface RateLimit {
  readonly requestsPerMinute?: number
  readonly requestsPerHour?: number
  readonly requestsPerDay?: number
  /** Tokens of settled requests: a request is admitted while fewer than these are counted. */
  readonly tokensPerMinute?: number
  /** Requests running at one time. */
  readonly concurrency?: number
}

/** The limit that refused a request. */
export type LimitName =
  | 'requests-per-minute'
  | 'requests-per-hour'
  | 'requests-per-day'
  | 'tokens-per-minute'
  | 'concurrency'

/** A request admitted and running. */
export interface Lease {
  /** Counts tokens used, also those of a request that failed or was abandoned, and also after `release`. Calls add up. */
  settle(tokens: number): void
  /** The request has ended. Only the first call counts. */
  release(): void
}

/** How one limit stands. */
export interface LimitState {
  readonly name: Exclude<LimitName, 'concurrency'>
  readonly limit: number
  readonly remaining: number
  /** Until all of it is there again, in milliseconds. */
  readonly resetMs: number
}

/** What keys have used of windows that are not over, for the next process to go on with. Plain data; times are the limiter's clock's. */
export type SavedUse = Readonly<
  Record<string, Readonly<Record<string, { readonly startedAt: number; readonly count: number }>>>
>

/** Response headers about the limits: `ratelimit` and `ratelimit-policy`, with `retry-after` on a refusal. */
export type RateLimitHeaders = Readonly<Record<string, string>>

/** Whether a request may run. */
export type Admission =
  | {
      readonly ok: true
      readonly lease: Lease
      readonly headers: RateLimitHeaders
      /** After this request. */
      readonly windows: readonly LimitState[]
    }
  | {
      readonly ok: false
      /** When another try may succeed. */
      readonly retryAfterMs: number
      /** Of the windows that are full, the one that stays so longest; `concurrency` only when none is. */
      readonly limit: LimitName
      readonly message: string
      readonly headers: RateLimitHeaders
      readonly windows: readonly LimitState[]
    }

export interface RateLimiterOptions {
  /** Milliseconds, from any origin. Default: `Date.now`. */
  now?: () => number
  /** A number from 0 up to 1 that spreads the retries of clients refused for concurrency. Default: `Math.random`. */
  random?: () => number
}

const WINDOWED = [
  {
    name: 'requests-per-minute',
    member: 'requestsPerMinute',
    ms: MINUTE_MS,
    unit: 'requests per minute',
    perRequest: 1,
  },
  { name: 'requests-per-hour', member: 'requestsPerHour', ms: HOUR_MS, unit: 'requests per hour', perRequest: 1 },
  { name: 'requests-per-day', member: 'requestsPerDay', ms: DAY_MS, unit: 'requests per day', perRequest: 1 },
  { name: 'tokens-per-minute', member: 'tokensPerMinute', ms: MINUTE_MS, unit: 'tokens per minute', perRequest: 0 },
] as const satisfies readonly {
  name: LimitName
  member: keyof RateLimit
  ms: number
  unit: string
  perRequest: number
}[]

/** A limit of one key with what it has used, and what is told of it. */
interface Limited {
  readonly name: (typeof WINDOWED)[number]['name']
  readonly unit: string
  readonly perRequest: number
  readonly limit: number
  readonly used: Window
  /** What stands before the number of what is left, in the `ratelimit` field. */
  readonly label: string
}

/** A key's windows as its limit has them. */
interface Limits {
  readonly of: RateLimit
  readonly windows: readonly Limited[]
  /** The `ratelimit-policy` field. */
  readonly policy: string
}

function limitsOf(use: KeyUse, of: RateLimit): Limits {
  const windows = WINDOWED.flatMap(({ name, member, unit, perRequest }) => {
    const limit = of[member]
    return limit === undefined ? [] : [{ name, unit, perRequest, limit, used: use[member], label: `"${name}";r=` }]
  })
  const policy = WINDOWED.flatMap(({ name, member, ms }) =>
    of[member] === undefined ? [] : [`"${name}";q=${of[member]};w=${ms / 1000}`],
  ).join(', ')
  return { of, windows, policy }
}

/** What one gateway key has used. */
class KeyUse {
  readonly requestsPerMinute: Window = new Window(MINUTE_MS)
  readonly requestsPerHour: Window = new Window(HOUR_MS)
  readonly requestsPerDay: Window = new Window(DAY_MS)
  readonly tokensPerMinute: Window = new Window(MINUTE_MS)
  running = 0
  #limits: Limits | undefined

  /** Put together anew only when the limit is another. */
  under(limit: RateLimit): Limits {
    if (this.#limits?.of !== limit) this.#limits = limitsOf(this, limit)
    return this.#limits
  }

  isIdle(now: number): boolean {
    return this.running === 0 && WINDOWED.every(({ member }) => this[member].isOver(now))
  }
}

class KeyLease implements Lease {
  readonly #use: KeyUse
  readonly #now: () => number
  #released = false

  constructor(use: KeyUse, now: () => number) {
    this.#use = use
    this.#now = now
    use.running += 1
  }

  settle(tokens: number): void {
    // Usage an upstream reports is untrusted: a negative or missing number must not give quota back or spoil the count.
    if (tokens > 0 && Number.isFinite(tokens)) this.#use.tokensPerMinute.add(tokens, this.#now())
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    this.#use.running -= 1
  }
}

const NO_LIMIT: Admission = { ok: true, lease: { settle: () => {}, release: () => {} }, headers: {}, windows: [] }

/**
 * Holds each gateway key to its {@link RateLimit}, in this process. Windows are fixed and begin with the first request in
 * them; every limit is checked before any is charged, and a refused request is charged to none. Since {@link RateLimiter.admit}
 * is synchronous, however many requests come at once a window admits exactly its limit.
 *
 * @example
 * const admission = limiter.admit(key.id, key.rateLimit)
 * if (!admission.ok) return refuse(429, admission.message, admission.headers)
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
    if (!limit) return NO_LIMIT
    const now = this.#now()
    const use = this.#uses.get(keyId) ?? this.#begin(keyId, now)
    const limits = use.under(limit)
    const refusal = this.#refusal(use, limits, now)
    if (refusal) return refusal
    for (const { perRequest, used } of limits.windows) if (perRequest > 0) used.add(perRequest, now)
    this.#changes++
    return { ok: true, lease: new KeyLease(use, this.#now), ...told(limits, now) }
  }

  /** Grows with every admission: while it stands still there is nothing new to save. */
  get changes(): number {
    return this.#changes
  }

  /** What was used of windows that are not over. */
  save(): SavedUse {
    const now = this.#now()
    const keys = [...this.#uses].flatMap(([keyId, use]) => {
      const windows = WINDOWED.flatMap(({ member }) => {
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
      for (const { member } of WINDOWED) {
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
    if (!longest) return undefined
    const seconds = inSeconds(longest.retryAfterMs)
    const { windows, headers } = told(limits, now)
    return {
      ok: false,
      retryAfterMs: longest.retryAfterMs,
      limit: longest.limit,
      message: `this gateway key is limited to ${longest.phrase}: try again in ${seconds} s`,
      headers: { ...headers, 'retry-after': String(seconds) },
      windows,
    }
  }
}

/** How limits stand, and the fields of draft-ietf-httpapi-ratelimit-headers; upstreams' own `x-ratelimit-*` stay theirs. */
function told(limits: Limits, now: number): { readonly windows: LimitState[]; readonly headers: RateLimitHeaders } {
  const windows: LimitState[] = []
  let text = ''
  for (const { name, limit, used, label } of limits.windows) {
    const remaining = Math.max(0, Math.floor(limit - used.count(now)))
    const resetMs = used.remainingMs(now)
    windows.push({ name, limit, remaining, resetMs })
    text += `${text === '' ? '' : ', '}${label}${remaining};t=${inSeconds(resetMs)}`
  }
  return { windows, headers: text === '' ? {} : { 'ratelimit-policy': limits.policy, ratelimit: text } }
}

/** Rounded up, and never "now": a client must not come back before the window has ended. */
function inSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}
