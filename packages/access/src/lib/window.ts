/**
 * A count over a span of time that begins with the first thing counted and is followed by the next such span. Being fixed, it
 * costs two numbers however high the limit, and what it admits in one span is exact; two spans that touch can admit twice that.
 */
export class Window {
  readonly #lengthMs: number
  #startedAt = Number.NEGATIVE_INFINITY
  #count = 0

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs
  }

  /** The span `now` lies in, for another process to go on with; undefined when there is none. */
  saved(now: number): { readonly startedAt: number; readonly count: number } | undefined {
    return this.isOver(now) ? undefined : { startedAt: this.#startedAt, count: this.#count }
  }

  /** Goes on with a span that another process began. */
  resume({ startedAt, count }: { readonly startedAt: number; readonly count: number }): void {
    this.#startedAt = startedAt
    this.#count = count
  }

  /** What was counted in the span `now` lies in. */
  count(now: number): number {
    return this.isOver(now) ? 0 : this.#count
  }

  /** Until the count is zero again; the whole length when no span has begun. */
  remainingMs(now: number): number {
    return this.isOver(now) ? this.#lengthMs : this.#startedAt + this.#lengthMs - now
  }

  /** True after the span, before the first, and before the span's start: a clock set back must not stretch it. */
  isOver(now: number): boolean {
    return now - this.#startedAt >= this.#lengthMs || now < this.#startedAt
  }

  add(amount: number, now: number): void {
    if (this.isOver(now)) {
      this.#startedAt = now
      this.#count = 0
    }
    this.#count += amount
  }
}
