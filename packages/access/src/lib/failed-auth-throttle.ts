import { Window } from './window.ts'

/** How many failures are borne, and of how many sources. */
export interface FailedAuthThrottleOptions {
  /** Milliseconds, from any origin. Default: `Date.now`. */
  now?: () => number
  /** Failures allowed within one window. Default: 20. */
  max?: number
  /** Length of a window, which a source's first failure begins. Default: 60,000. */
  windowMs?: number
  /** Sources remembered; beyond it the one whose window began first is forgotten. Default: 10,000. */
  maxSources?: number
}

/**
 * Counts failed authentications per source, such as a client's address, to answer guessing with 429 and keep it out of the logs.
 * Ask only after a credential was refused: a valid key is never turned away for what others behind the same address sent.
 *
 * @example
 * if (!authentication.ok) {
 *   if (throttle.blocked(address)) return refuse(429)
 *   throttle.record(address)
 *   return refuse(401)
 * }
 */
export class FailedAuthThrottle {
  readonly #now: () => number
  readonly #max: number
  readonly #windowMs: number
  readonly #maxSources: number
  // In the order their windows began: the first is the one to forget.
  readonly #failures = new Map<string, Window>()

  /** @throws RangeError when an option is not a positive number */
  constructor(options: FailedAuthThrottleOptions = {}) {
    this.#now = options.now ?? Date.now
    this.#max = positive('max', options.max ?? 20)
    this.#windowMs = positive('windowMs', options.windowMs ?? 60_000)
    this.#maxSources = positive('maxSources', options.maxSources ?? 10_000)
  }

  /** Whether the source has used up its failures for the present window. */
  blocked(source: string): boolean {
    return (this.#failures.get(source)?.count(this.#now()) ?? 0) >= this.#max
  }

  /** Counts one failure. */
  record(source: string): void {
    const now = this.#now()
    const present = this.#failures.get(source)
    if (present && !present.isOver(now)) present.add(1, now)
    else this.#begin(source, now)
  }

  /** How many sources are remembered. */
  get size(): number {
    return this.#failures.size
  }

  #begin(source: string, now: number): void {
    this.#failures.delete(source)
    if (this.#failures.size >= this.#maxSources) this.#forgetOldest()
    const begun = new Window(this.#windowMs)
    begun.add(1, now)
    this.#failures.set(source, begun)
  }

  #forgetOldest(): void {
    for (const source of this.#failures.keys()) {
      this.#failures.delete(source)
      return
    }
  }
}

function positive(name: string, value: number): number {
  if (value > 0) return value
  throw new RangeError(`${name} must be a positive number, not ${value}`)
}
