/** Tokens an account holds at most, and at the start. */
const CAP = 10
/** What each request brings: retries settle at a tenth of the requests. */
const PER_REQUEST = 0.1

/**
 * Keeps retries from multiplying an outage: each costs a token, each request brings a tenth of one. A retry that
 * succeeded gets its token back, since it was no waste.
 */
export class RetryBudget {
  #tokens = CAP

  /** A request arrived. */
  deposit(): void {
    this.#tokens = Math.min(CAP, this.#tokens + PER_REQUEST)
  }

  /** Pays for a retry; false when it cannot be afforded. */
  spend(): boolean {
    // Ten deposits of 0.1 add up to a hair below 1.
    if (this.#tokens < 1 - 1e-9) return false
    this.#tokens -= 1
    return true
  }

  /** Gives back what a useful retry cost. */
  refund(): void {
    this.#tokens = Math.min(CAP, this.#tokens + 1)
  }
}
