import { inSeconds, type KeyUse, type LimitName, type LimitState, type Limits } from './key-limits.ts'
import { addVendorHeaders, type HeaderVendor } from './vendor-headers.ts'

type Headers = Record<string, string | string[]>

/** A request admitted and running. */
export interface Lease {
  /** Counts tokens used, also those of a request that failed or was abandoned, and also after `release`. Calls add up. */
  settle(tokens: number): void
  /** The request has ended. Only the first call counts. */
  release(): void
}

/** How a key's limits stand. Windows and headers are as of when they are asked for. */
export interface Standing {
  readonly windows: readonly LimitState[]
  /**
   * Puts `ratelimit-policy` and `ratelimit` among others (draft-ietf-httpapi-ratelimit-headers), `retry-after` on a refusal, and
   * what a vendor's own API has, for SDKs that read only that. Whatever stands under these names is replaced.
   */
  addHeaders(headers: Headers, vendor?: HeaderVendor): void
}

/** A request that may run. */
export interface Admitted extends Standing {
  readonly ok: true
  readonly lease: Lease
}

/** A request that may not. */
export interface Refused extends Standing {
  readonly ok: false
  /** When another try may succeed. */
  readonly retryAfterMs: number
  /** Of the windows that are full, the one that stays so longest; `concurrency` only when none is. */
  readonly limit: LimitName
  readonly message: string
}

/** Whether a request may run. */
export type Admission = Admitted | Refused

/** One object for every request: it holds the lease as well. */
export class AdmittedRequest implements Admitted, Lease {
  readonly ok = true
  readonly #use: KeyUse
  readonly #limits: Limits
  readonly #now: () => number
  #released = false

  constructor(use: KeyUse, limits: Limits, now: () => number) {
    this.#use = use
    this.#limits = limits
    this.#now = now
    use.running += 1
  }

  get lease(): Lease {
    return this
  }

  get windows(): readonly LimitState[] {
    return statesOf(this.#limits, this.#now())
  }

  addHeaders(headers: Headers, vendor?: HeaderVendor): void {
    addLimits(headers, this.#limits, this.#now(), vendor)
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

export class RefusedRequest implements Refused {
  readonly ok = false
  readonly retryAfterMs: number
  readonly limit: LimitName
  readonly message: string
  readonly #retryAfter: string
  readonly #limits: Limits
  readonly #now: () => number

  constructor(
    { limit, retryAfterMs, phrase }: { limit: LimitName; retryAfterMs: number; phrase: string },
    limits: Limits,
    now: () => number,
  ) {
    this.retryAfterMs = retryAfterMs
    this.limit = limit
    this.#retryAfter = String(inSeconds(retryAfterMs))
    this.message = `this gateway key is limited to ${phrase}: try again in ${this.#retryAfter} s`
    this.#limits = limits
    this.#now = now
  }

  get windows(): readonly LimitState[] {
    return statesOf(this.#limits, this.#now())
  }

  addHeaders(headers: Headers, vendor?: HeaderVendor): void {
    addLimits(headers, this.#limits, this.#now(), vendor)
    headers['retry-after'] = this.#retryAfter
  }
}

/** For a key without limits. */
export const unlimited: Admission = {
  ok: true,
  lease: { settle: () => {}, release: () => {} },
  windows: [],
  addHeaders: () => {},
}

function statesOf({ windows }: Limits, now: number): LimitState[] {
  return windows.map((limited) => {
    limited.look(now)
    return limited.state
  })
}

function addLimits(headers: Headers, { windows, policy }: Limits, now: number, vendor: HeaderVendor | undefined): void {
  if (windows.length === 0) return
  let items = ''
  for (const limited of windows) {
    limited.look(now)
    items += items === '' ? limited.item : `, ${limited.item}`
  }
  headers['ratelimit-policy'] = policy
  headers.ratelimit = items
  if (vendor !== undefined) addVendorHeaders(headers, windows, vendor)
}
