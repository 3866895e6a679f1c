import type { AccountHealth } from '@llm-gateway/router'

/**
 * A clock that goes on where it was when the system's is set back: what rests for half a minute would else rest until the time it
 * was set back to comes again. It goes forward with the system's clock, also over the sleep of a machine, which a monotonic clock
 * leaves out.
 */
export class ForwardClock {
  readonly #wall: () => number
  #last = Number.NEGATIVE_INFINITY
  #ahead = 0

  /** @param wall milliseconds since the epoch. Default: `Date.now` */
  constructor(wall: () => number = Date.now) {
    this.#wall = wall
  }

  /** Milliseconds since the epoch, and how often the clock was set back on top of it. */
  readonly now = (): number => {
    const wall = this.#wall()
    if (wall + this.#ahead < this.#last) this.#ahead = this.#last - wall
    this.#last = wall + this.#ahead
    return this.#last
  }

  /** What the system's clock says by now of a moment of this one; undefined stays so. */
  wallTime<Moment extends number | undefined>(moment: Moment): Moment {
    return (moment === undefined ? moment : moment - this.#ahead) as Moment
  }
}

/** An account's health as people and programs are told it: by the system's clock. */
export function healthByWall(health: AccountHealth, clock: ForwardClock): AccountHealth {
  const { lastErrorAt, lastSuccessAt, until, models } = health
  return {
    ...health,
    ...(lastErrorAt !== undefined && { lastErrorAt: clock.wallTime(lastErrorAt) }),
    ...(lastSuccessAt !== undefined && { lastSuccessAt: clock.wallTime(lastSuccessAt) }),
    ...(until !== undefined && { until: clock.wallTime(until) }),
    ...(models && {
      models: models.map((model) =>
        model.until === undefined ? model : { ...model, until: clock.wallTime(model.until) },
      ),
    }),
  }
}
