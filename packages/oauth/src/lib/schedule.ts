/** A token is renewed when this share of its life is left, or this time where that is less. */
const EARLY_SHARE = 0.1
const EARLY_MS = 5 * 60_000
/** Spreads renewals, so that processes and accounts do not all ask at once. */
const JITTER_MS = 60_000
/** So shortly before its end a token may be refused on arrival. */
const LAST_SHARE = 0.02
const LAST_MS = 5_000

const RETRY_BASE_MS = 2_000
const RETRY_MAX_MS = 5 * 60_000

/** When to renew a token and when to stop using it, as moments of the monotonic clock; infinite for one without an end. */
export interface TokenSchedule {
  readonly renewAt: number
  readonly endsAt: number
}

/**
 * @param leftMs what is left of the token's life
 * @param lifetimeMs all of its life
 * @param now on the monotonic clock
 * @param dice a number in [0, 1)
 */
export function scheduleOf(leftMs: number, lifetimeMs: number, now: number, dice: number): TokenSchedule {
  const early = Math.min(EARLY_MS, lifetimeMs * EARLY_SHARE)
  const jitter = dice * Math.min(JITTER_MS, lifetimeMs * EARLY_SHARE)
  const last = Math.min(LAST_MS, lifetimeMs * LAST_SHARE)
  return { renewAt: now + leftMs - early - jitter, endsAt: now + leftMs - last }
}

/**
 * How long to wait after so many failed renewals in a row: 2 s, doubled each time up to 5 minutes, and up to half as much again by
 * chance. In the first minute that makes five attempts at the most.
 */
export function retryDelayMs(failures: number, dice: number): number {
  const base = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.max(0, failures - 1))
  return base * (1 + dice / 2)
}
