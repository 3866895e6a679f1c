const THROTTLE_DEFAULT_MS = 60_000
const THROTTLE_MIN_MS = 1_000
const THROTTLE_MAX_MS = 3_600_000
/** Accounts whose limits reset together wake apart, yet the reset told to clients stays within a second of the truth. */
const WAKE_JITTER = 0.2
const WAKE_JITTER_MAX_MS = 1_000

const OVERLOAD_DEFAULT_MS = 5_000
const OVERLOAD_MIN_MS = 1_000
/** An overload is the provider's and passes soon; resting every account on it would make an outage of a hiccup. */
export const OVERLOAD_MAX_MS = 10_000

type State =
  | { readonly kind: 'none' }
  | { readonly kind: 'throttled' | 'overloaded'; readonly since: number; readonly until: number }

const NONE: State = { kind: 'none' }

/** How long a 429 rests an account, in milliseconds: what the provider asks, within 1 s and 1 h; 60 s if it is silent. */
export function throttleMs(retryAfterMs: number | undefined, random: () => number): number {
  const ms = clamp(retryAfterMs, THROTTLE_DEFAULT_MS, THROTTLE_MIN_MS, THROTTLE_MAX_MS)
  return ms + Math.min(ms * WAKE_JITTER, WAKE_JITTER_MAX_MS) * random()
}

/** How long an overload (529) rests an account, in milliseconds: never above 10 s. */
export function overloadMs(retryAfterMs: number | undefined): number {
  return clamp(retryAfterMs, OVERLOAD_DEFAULT_MS, OVERLOAD_MIN_MS, OVERLOAD_MAX_MS)
}

/** The rest an account takes for one model after a 429 (until its reset) or an overload (briefly). */
export class Cooldown {
  #state: State = NONE

  /** Which rest is on. */
  standing(now: number): 'none' | 'throttled' | 'overloaded' {
    return this.#state.kind === 'none' || now >= this.#state.until ? 'none' : this.#state.kind
  }

  /** When the rest ends, ms since the epoch; 0 when there is none. */
  get until(): number {
    return this.#state.kind === 'none' ? 0 : this.#state.until
  }

  /** Rests for a 429. Of two answers the later reset holds: the earlier wake would only be refused again. */
  throttle(now: number, ms: number): void {
    const known = this.standing(now) === 'throttled' ? this.until : 0
    this.#state = { kind: 'throttled', since: now, until: Math.max(known, now + ms) }
  }

  /** Rests for an overload, unless a 429 already asks for more. */
  overload(now: number, ms: number): void {
    if (this.standing(now) === 'throttled') return
    this.#state = { kind: 'overloaded', since: now, until: now + ms }
  }

  /** An attempt begun at `startedAt` succeeded; one begun after the rest was imposed ends it. */
  success(startedAt: number): void {
    if (this.#state.kind !== 'none' && startedAt > this.#state.since) this.#state = NONE
  }
}

function clamp(value: number | undefined, fallback: number, min: number, max: number): number {
  if (value === undefined || Number.isNaN(value)) return fallback
  return Math.min(max, Math.max(min, value))
}
