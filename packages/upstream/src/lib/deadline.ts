/** What a deadline calls. An object rather than a function: a call owns its deadline and would need a closure for each. */
export interface Expiring {
  expired(): void
}

/** Longest delay of a Node timer; a longer one would fire at once. */
const maxDelayMs = 2 ** 31 - 1

/**
 * One timer that stands for whichever limit holds at present.
 *
 * undici's own timeouts tick twice a second, too coarse for limits of a few seconds, and count from the moment a request is
 * written, so that waiting for a connection would escape them. Node's timers cost a list insertion each.
 */
export class Deadline {
  readonly #owner: Expiring
  #timer: NodeJS.Timeout | undefined

  constructor(owner: Expiring) {
    this.#owner = owner
  }

  /** Sets the limit, in place of any earlier one. 0 or less means none. */
  start(ms: number): void {
    this.stop()
    if (ms > 0) this.#timer = setTimeout(expire, Math.min(ms, maxDelayMs), this.#owner)
  }

  /** Begins the present limit anew. */
  restart(): void {
    this.#timer?.refresh()
  }

  stop(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

function expire(owner: Expiring): void {
  owner.expired()
}
