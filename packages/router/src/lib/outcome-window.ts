const BUCKETS = 10

/** Counts of the outcomes of the last stretch of time, in ten buckets, each forgotten as a whole. */
export class OutcomeWindow {
  readonly #bucketMs: number
  readonly #totals: number[] = new Array<number>(BUCKETS).fill(0)
  readonly #failures: number[] = new Array<number>(BUCKETS).fill(0)
  #newest = 0
  #total = 0
  #failed = 0

  /** @param spanMs - how far back the counts reach */
  constructor(spanMs: number) {
    this.#bucketMs = spanMs / BUCKETS
  }

  /** Outcomes in the window as of the last {@link record}. */
  get total(): number {
    return this.#total
  }

  /** Failures among them. */
  get failures(): number {
    return this.#failed
  }

  /** Counts an outcome. */
  record(now: number, failed: boolean): void {
    this.#advance(Math.floor(now / this.#bucketMs))
    const slot = this.#newest % BUCKETS
    this.#totals[slot] = (this.#totals[slot] ?? 0) + 1
    this.#total += 1
    if (!failed) return
    this.#failures[slot] = (this.#failures[slot] ?? 0) + 1
    this.#failed += 1
  }

  /** Forgets everything. */
  clear(): void {
    this.#totals.fill(0)
    this.#failures.fill(0)
    this.#total = 0
    this.#failed = 0
  }

  /** A clock set back counts into the newest bucket. */
  #advance(bucket: number): void {
    if (bucket - this.#newest >= BUCKETS) {
      this.clear()
      this.#newest = bucket
    }
    while (this.#newest < bucket) {
      this.#newest += 1
      const slot = this.#newest % BUCKETS
      this.#total -= this.#totals[slot] ?? 0
      this.#failed -= this.#failures[slot] ?? 0
      this.#totals[slot] = 0
      this.#failures[slot] = 0
    }
  }
}
