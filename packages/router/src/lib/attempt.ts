import type { AccountState } from './account-state.ts'
import { OVERLOAD_MAX_MS, overloadMs, throttleMs } from './cooldown.ts'
import type { AttemptEnd } from './health.ts'
import { type Lane, type Lanes, laneKey } from './lane.ts'

const OVERLOADED = 529
const FORBIDDEN = 403

/** One request on its way to an upstream account. */
export interface Attempt {
  /**
   * The first real content came. Optional: it lets an account that is being probed back before a long stream ends.
   */
  answered(): void
  /** The attempt is over. Called again it does nothing. */
  end(result: AttemptEnd): void
}

/** What an attempt reports to. */
export interface AttemptContext {
  readonly lanes: Lanes
  readonly now: () => number
  readonly random: () => number
}

/** An attempt that teaches the account's health, its breakers, cooldown and retry budget what became of it. */
export class TrackedAttempt implements Attempt {
  readonly #state: AccountState
  readonly #context: AttemptContext
  readonly #model: string
  readonly #laneKey: string
  readonly #startedAt: number
  readonly #credentialEpoch: number
  readonly #laneEpoch: number
  readonly #probesCredential: boolean
  readonly #probesLane: boolean
  readonly #paid: boolean
  #answered = false
  #ended = false

  constructor(state: AccountState, model: string, context: AttemptContext) {
    const now = context.now()
    this.#state = state
    this.#model = model
    this.#context = context
    this.#laneKey = laneKey(state.account.id, model)
    this.#startedAt = now
    const lane = context.lanes.get(this.#laneKey)
    this.#credentialEpoch = state.credential.epoch
    this.#laneEpoch = lane?.breaker.epoch ?? 0
    this.#probesCredential = state.credential.start(now)
    this.#probesLane = lane?.breaker.start(now) ?? false
    this.#paid = state.paidRetries > 0
    if (this.#paid) state.paidRetries -= 1
    state.health.begin()
  }

  answered(): void {
    // Only a probe's answer is news; for any other attempt the end tells whether it was an answer or half of one.
    const probes = this.#probesCredential || this.#probesLane
    if (!probes || this.#answered || this.#ended) return
    this.#answered = true
    const now = this.#context.now()
    this.#succeed(this.#lane(), now)
    this.#release()
  }

  end(result: AttemptEnd): void {
    if (this.#ended) return
    this.#ended = true
    const now = this.#context.now()
    this.#state.health.end(result, now)
    // Nothing is learnt of the lane from a neutral end, and a client must not fill the lanes with names it made up.
    if (result.verdict !== 'neutral') this.#settle(result, this.#lane(), now)
    this.#release()
    const useful = result.verdict === 'success' || result.verdict === 'neutral'
    if (this.#paid && useful) this.#state.budget.refund()
  }

  #settle(result: AttemptEnd, lane: Lane, now: number): void {
    switch (result.verdict) {
      case 'success':
        if (!this.#answered) this.#succeed(lane, now)
        return
      case 'throttled':
        lane.cooldown.throttle(now, throttleMs(result.retryAfterMs, this.#context.random))
        return
      case 'failure':
        if (result.credential === true) this.#refuse(result, lane, now)
        else this.#fail(result, lane, now)
        return
      case 'neutral':
    }
  }

  #succeed(lane: Lane, now: number): void {
    this.#state.credential.success(now, this.#credentialEpoch)
    lane.breaker.success(now, this.#laneEpoch)
    lane.cooldown.success(this.#startedAt)
  }

  /** A 403 may be about the one model; other refusals are about the whole account. */
  #refuse(result: AttemptEnd, lane: Lane, now: number): void {
    if (result.status === FORBIDDEN) lane.breaker.refuse(now, this.#laneEpoch)
    else this.#state.credential.refuse(now, this.#credentialEpoch)
  }

  #fail(result: AttemptEnd, lane: Lane, now: number): void {
    const overloaded = result.status === OVERLOADED
    if (overloaded || result.retryAfterMs !== undefined) lane.cooldown.overload(now, overloadMs(result.retryAfterMs))
    lane.breaker.failure(now, this.#laneEpoch, overloaded ? { maxOpenMs: OVERLOAD_MAX_MS } : {})
  }

  #release(): void {
    if (this.#probesCredential) this.#state.credential.release(this.#credentialEpoch)
    if (this.#probesLane) this.#context.lanes.get(this.#laneKey)?.breaker.release(this.#laneEpoch)
  }

  #lane(): Lane {
    return this.#context.lanes.touch(this.#laneKey, this.#state.account.id, this.#model)
  }
}

/** An attempt at an account that is gone from the configuration: nobody asks what became of it. */
export const untrackedAttempt: Attempt = {
  answered: () => {},
  end: () => {},
}
