/** What a gateway key may spend, in US dollars. Days and months are those of UTC. */
export interface Budget {
  readonly usdPerDay?: number
  readonly usdPerMonth?: number
}

/** Why a key may spend no more for now. */
export interface BudgetRefusal {
  readonly ok: false
  readonly limit: keyof Budget
  /** When the next day or month begins. */
  readonly retryAfterMs: number
  /** For people. */
  readonly message: string
}

/** What is held of a key's budget for one request, until it is known what that costs. */
export interface Hold {
  readonly ok: true
  /** The estimate counts no more. Whoever knows the cost counts it right after. Only the first call does anything. */
  release(): void
}

/** What a key has spent, in billionths of a US dollar. */
export interface Spent {
  readonly dayNanoUsd: number
  readonly monthNanoUsd: number
}

export interface BudgetsOptions {
  /** Milliseconds since the epoch. Default: `Date.now`. */
  now?: () => number
}

const NANO = 1e9
const DAY_MS = 86_400_000

/** What was spent in the present day or month. */
class Tally {
  #start: number
  #nanoUsd = 0
  /** The one before, for a clock that is set back into it. */
  #beforeStart = Number.NEGATIVE_INFINITY
  #beforeNanoUsd = 0

  /** @param start when the day or month began, in milliseconds since the epoch */
  constructor(start: number) {
    this.#start = start
  }

  get nanoUsd(): number {
    return this.#nanoUsd
  }

  add(nanoUsd: number): void {
    this.#nanoUsd += nanoUsd
  }

  /** Begins anew with a later day or month. In an earlier one, all counts that was dated in it or later: it cannot have been later. */
  moveTo(start: number): void {
    if (start === this.#start) return
    if (start > this.#start) {
      this.#beforeStart = this.#start
      this.#beforeNanoUsd = this.#nanoUsd
      this.#nanoUsd = 0
    } else {
      if (this.#beforeStart >= start) this.#nanoUsd += this.#beforeNanoUsd
      this.#beforeStart = Number.NEGATIVE_INFINITY
    }
    this.#start = start
  }
}

/** What one key has spent in the present day and month, and what its open requests may still cost. */
interface Purse {
  readonly day: Tally
  readonly month: Tally
  heldNanoUsd: number
}

class Estimate implements Hold {
  readonly ok = true
  readonly #purse: Purse
  #nanoUsd: number

  constructor(purse: Purse, nanoUsd: number) {
    this.#purse = purse
    this.#nanoUsd = nanoUsd
    purse.heldNanoUsd += nanoUsd
  }

  release(): void {
    this.#purse.heldNanoUsd -= this.#nanoUsd
    this.#nanoUsd = 0
  }
}

/**
 * Holds gateway keys to what they may spend. What a request costs is known when it is over, so an estimate of it is held from its
 * start: a key is refused once what it has spent and what its open requests may cost reach its budget. So a budget is passed by no
 * more than the last request that was let in, and by what estimates fell short of. What is held goes with its request: it lies in
 * no table here.
 *
 * @example
 * const reserved = budgets.reserve('gw_1', { usdPerDay: 5 }, 2_000_000)
 * if (!reserved.ok) return answer(402, reserved.message)
 * let cost = 0
 * try {
 *   cost = costOf(await call())
 * } finally {
 *   reserved.release()
 *   budgets.spend('gw_1', cost)
 * }
 */
export class Budgets {
  readonly #now: () => number
  readonly #purses = new Map<string, Purse>()

  constructor({ now = Date.now }: BudgetsOptions = {}) {
    this.#now = now
  }

  /** Why a key may spend no more for now; undefined while it may. */
  check(key: string, budget: Budget): BudgetRefusal | undefined {
    const now = this.#now()
    const purse = this.#purse(key, now)
    const over = (spent: number, usd: number | undefined): boolean =>
      usd !== undefined && spent + purse.heldNanoUsd >= usd * NANO
    // The month first: it is what keeps the key out longer.
    if (over(purse.month.nanoUsd, budget.usdPerMonth)) return refusal('usdPerMonth', budget, nextMonth(now) - now)
    if (over(purse.day.nanoUsd, budget.usdPerDay)) return refusal('usdPerDay', budget, nextDay(now) - now)
    return undefined
  }

  /**
   * Lets a request in and holds what it may cost, or tells why not. However the request ends, its hold must be released.
   *
   * @param nanoUsd an estimate, in billionths of a US dollar
   */
  reserve(key: string, budget: Budget, nanoUsd: number): Hold | BudgetRefusal {
    return this.check(key, budget) ?? new Estimate(this.#purse(key, this.#now()), nanoUsd)
  }

  /**
   * Counts what a request has cost, also one for which nothing was held: its key may be given a budget before the day is over.
   *
   * @param nanoUsd in billionths of a US dollar; 0 where nobody knows
   */
  spend(key: string, nanoUsd: number): void {
    if (nanoUsd === 0) return
    const { day, month } = this.#purse(key, this.#now())
    day.add(nanoUsd)
    month.add(nanoUsd)
  }

  /** Takes up what a key had spent before this process. */
  restore(key: string, { dayNanoUsd, monthNanoUsd }: Spent): void {
    const { day, month } = this.#purse(key, this.#now())
    day.add(dayNanoUsd)
    month.add(monthNanoUsd)
  }

  spent(key: string): Spent {
    const { day, month } = this.#purse(key, this.#now())
    return { dayNanoUsd: day.nanoUsd, monthNanoUsd: month.nanoUsd }
  }

  #purse(key: string, now: number): Purse {
    const day = startOfDay(now)
    const month = startOfMonth(now)
    let purse = this.#purses.get(key)
    if (purse === undefined) {
      purse = { day: new Tally(day), month: new Tally(month), heldNanoUsd: 0 }
      this.#purses.set(key, purse)
    }
    purse.day.moveTo(day)
    purse.month.moveTo(month)
    return purse
  }
}

/** When the day began, in milliseconds since the epoch. */
export function startOfDay(now: number): number {
  return Math.floor(now / DAY_MS) * DAY_MS
}

/** When the month began, in milliseconds since the epoch. */
export function startOfMonth(now: number): number {
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
}

function nextDay(now: number): number {
  return startOfDay(now) + DAY_MS
}

function nextMonth(now: number): number {
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

function refusal(limit: keyof Budget, budget: Budget, retryAfterMs: number): BudgetRefusal {
  const period = limit === 'usdPerDay' ? 'day' : 'month'
  const message = `this gateway key has used up its budget of $${budget[limit]} a ${period}; the next ${period} (UTC) begins in ${spanText(retryAfterMs)}`
  return { ok: false, limit, retryAfterMs, message }
}

function spanText(ms: number): string {
  const hours = ms / 3_600_000
  if (hours >= 48) return `${Math.ceil(hours / 24)} days`
  return hours >= 2 ? `${Math.ceil(hours)} hours` : `${Math.max(1, Math.ceil(ms / 60_000))} minutes`
}
