import { BoundedMap } from './bounded-map.ts'
import { Breaker } from './breaker.ts'
import { Cooldown } from './cooldown.ts'

/**
 * Whether a request may go to an account for a model.
 * - `usable`: yes
 * - `due`: yes, one, as the probe
 * - `overloaded`: after every usable one
 * - `open`: only when none is usable
 * - `credential-failed`: only when nothing else is left
 * - `throttled`: no, not before its reset
 */
export type Standing = 'usable' | 'due' | 'overloaded' | 'open' | 'credential-failed' | 'throttled'

/** An upstream account as it serves one model: what fails or is throttled there may be fine for another model. */
export class Lane {
  readonly accountId: string
  readonly model: string
  readonly breaker: Breaker
  readonly cooldown: Cooldown = new Cooldown()

  constructor(accountId: string, model: string, random: () => number) {
    this.accountId = accountId
    this.model = model
    this.breaker = new Breaker({ random })
  }
}

/** Where an account stands for a model; `credential` is the account's own breaker. */
export function standingOf(credential: Breaker, lane: Lane | undefined, now: number): Standing {
  const rest = lane === undefined ? 'none' : lane.cooldown.standing(now)
  if (rest === 'throttled') return 'throttled'
  const account = credential.standing(now)
  if (account === 'open' || account === 'probing') return 'credential-failed'
  const breaker = lane === undefined ? 'closed' : lane.breaker.standing(now)
  if (breaker === 'open' || breaker === 'probing') {
    return lane?.breaker.cause === 'credential' ? 'credential-failed' : 'open'
  }
  if (rest === 'overloaded') return 'overloaded'
  return account === 'due' || breaker === 'due' ? 'due' : 'usable'
}

/** When the standing may change by itself, ms since the epoch; 0 for one without an end. */
export function standingEnds(credential: Breaker, lane: Lane | undefined): number {
  return Math.max(credential.until, lane?.breaker.until ?? 0, lane?.cooldown.until ?? 0)
}

/** The lanes in use, the longest unused forgotten first. */
export class Lanes {
  readonly #random: () => number
  readonly #lanes: BoundedMap<Lane>

  /**
   * @param limit - lanes kept at most
   * @param random - a number in [0, 1)
   */
  constructor(limit: number, random: () => number) {
    this.#lanes = new BoundedMap(limit)
    this.#random = random
  }

  get size(): number {
    return this.#lanes.size
  }

  get(key: string): Lane | undefined {
    return this.#lanes.get(key)
  }

  /** The lane of the account for the model, made if need be; it becomes the last to be forgotten. */
  touch(key: string, accountId: string, model: string): Lane {
    const lane = this.#lanes.get(key) ?? new Lane(accountId, model, this.#random)
    this.#lanes.set(key, lane)
    return lane
  }

  /** The account's lanes for the models that are not simply usable or once were not. */
  of(accountId: string): Lane[] {
    const lanes: Lane[] = []
    for (const [, lane] of this.#lanes.entries()) if (lane.accountId === accountId) lanes.push(lane)
    return lanes
  }

  /** Forgets the lanes of the accounts that are not kept. */
  prune(keeps: (accountId: string) => boolean): void {
    for (const [key, lane] of this.#lanes.entries()) if (!keeps(lane.accountId)) this.#lanes.delete(key)
  }
}

/** The key of a lane. Ids come from configuration and hold no NUL. */
export function laneKey(accountId: string, model: string): string {
  return `${accountId}\u0000${model}`
}
