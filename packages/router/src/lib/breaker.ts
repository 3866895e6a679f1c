import { OutcomeWindow } from './outcome-window.ts'

const CONSECUTIVE_FAILURES = 5
const WINDOW_MS = 30_000
const WINDOW_OUTCOMES = 20
const WINDOW_FAILURE_RATE = 0.5
const OPEN_MS = 30_000
const OPEN_MAX_MS = 300_000
const OPEN_JITTER = 0.2
const CREDENTIAL_OPEN_MS = 60_000
const CLOSE_AFTER_SUCCESSES = 2
/** A probe that has said nothing for this long, or was planned and never sent, no longer keeps another from going. */
const PROBE_HOLD_MS = 30_000

/** Why a breaker opened. */
export type BreakerCause = 'failures' | 'credential'

/** `due`: rest is over, one probe may go. `probing`: the probe is out. */
export type BreakerStanding = 'closed' | 'open' | 'due' | 'probing'

interface Closed {
  readonly kind: 'closed'
  consecutiveFailures: number
}
interface Open {
  readonly kind: 'open'
  readonly until: number
  /** Openings in a row without a close between; the rest grows with them. */
  readonly times: number
  readonly cause: BreakerCause
}
interface HalfOpen {
  readonly kind: 'half-open'
  readonly times: number
  readonly cause: BreakerCause
  successes: number
  /** `claimed`: promised to a planned request that has not started. `out`: on its way. */
  probe: 'none' | 'claimed' | 'out'
  probeHeldUntil: number
}

/** Options of a {@link Breaker}. */
export interface BreakerOptions {
  /** A number in [0, 1): spreads the ends of the rests. */
  readonly random: () => number
  /** Successes that close it again. Default 2. */
  readonly closeAfter?: number
}

/**
 * Keeps requests from what fails. It opens at 5 failures in a row, or at half of at least 20 outcomes within 30 s;
 * rests 30 s, 60 s... 300 s, each ±20 %; then lets one probe through at a time, and closes after two successes.
 *
 * Each opening begins a new epoch. An attempt tells its outcome with the epoch it started in; one from an earlier
 * epoch says nothing of the present and is ignored.
 */
export class Breaker {
  readonly #random: () => number
  readonly #closeAfter: number
  readonly #window = new OutcomeWindow(WINDOW_MS)
  #state: Closed | Open | HalfOpen = { kind: 'closed', consecutiveFailures: 0 }
  #epoch = 0

  constructor(options: BreakerOptions) {
    this.#random = options.random
    this.#closeAfter = options.closeAfter ?? CLOSE_AFTER_SUCCESSES
  }

  /** How often it has opened. */
  get epoch(): number {
    return this.#epoch
  }

  /** Why it is not closed. */
  get cause(): BreakerCause | undefined {
    return this.#state.kind === 'closed' ? undefined : this.#state.cause
  }

  /** When its rest, or its probe's hold, ends; ms since the epoch, 0 when neither is on. */
  get until(): number {
    if (this.#state.kind === 'open') return this.#state.until
    return this.#state.kind === 'half-open' ? this.#state.probeHeldUntil : 0
  }

  standing(now: number): BreakerStanding {
    const state = this.#state
    if (state.kind === 'closed') return 'closed'
    if (state.kind === 'open') return now < state.until ? 'open' : 'due'
    return state.probe === 'none' || now >= state.probeHeldUntil ? 'due' : 'probing'
  }

  /** Keeps the probe that is due for one request, which is yet to start. Does nothing where none is due. */
  claim(now: number): void {
    const state = this.#state
    if (state.kind !== 'closed' && this.standing(now) === 'due') this.#hold(state, now, 'claimed')
  }

  /** An attempt starts; true when it is the probe, which {@link release} then ends. */
  start(now: number): boolean {
    const state = this.#state
    if (state.kind === 'closed') return false
    const claimed = state.kind === 'half-open' && state.probe === 'claimed'
    if (!claimed && this.standing(now) !== 'due') return false
    this.#hold(state, now, 'out')
    return true
  }

  /** The probe is over, whatever it found. */
  release(epoch: number): void {
    if (epoch !== this.#epoch || this.#state.kind !== 'half-open') return
    this.#state.probe = 'none'
    this.#state.probeHeldUntil = 0
  }

  /** An attempt succeeded. One sent in spite of an open breaker is as good a sign as a probe. */
  success(now: number, epoch: number): void {
    const state = this.#state
    if (epoch !== this.#epoch) return
    if (state.kind === 'closed') {
      state.consecutiveFailures = 0
      this.#window.record(now, false)
      return
    }
    const half = this.#halfOpen(state)
    half.successes += 1
    if (half.successes >= this.#closeAfter) this.#close()
  }

  /** An attempt failed. While open this changes nothing: requests sent as a last resort do not lengthen the rest. */
  failure(now: number, epoch: number, options: { readonly maxOpenMs?: number } = {}): void {
    const state = this.#state
    if (epoch !== this.#epoch || state.kind === 'open') return
    if (state.kind === 'closed' && !this.#tips(state, now)) return
    const times = state.kind === 'half-open' ? state.times + 1 : 1
    const restMs = Math.min(OPEN_MS * times, OPEN_MAX_MS) * (1 + OPEN_JITTER * (2 * this.#random() - 1))
    this.#open({ until: now + Math.min(restMs, options.maxOpenMs ?? Infinity), times, cause: 'failures' })
  }

  /** The credential was refused: opens at once, for 60 s each time. */
  refuse(now: number, epoch: number): void {
    if (epoch !== this.#epoch || this.#state.kind === 'open') return
    this.#open({ until: now + CREDENTIAL_OPEN_MS, times: 1, cause: 'credential' })
  }

  #tips(state: Closed, now: number): boolean {
    state.consecutiveFailures += 1
    this.#window.record(now, true)
    const { total, failures } = this.#window
    return (
      state.consecutiveFailures >= CONSECUTIVE_FAILURES ||
      (total >= WINDOW_OUTCOMES && failures >= total * WINDOW_FAILURE_RATE)
    )
  }

  #open(next: Omit<Open, 'kind'>): void {
    this.#epoch += 1
    this.#state = { kind: 'open', ...next }
  }

  #close(): void {
    this.#window.clear()
    this.#state = { kind: 'closed', consecutiveFailures: 0 }
  }

  #hold(state: Open | HalfOpen, now: number, probe: 'claimed' | 'out'): void {
    const half = this.#halfOpen(state)
    half.probe = probe
    half.probeHeldUntil = now + PROBE_HOLD_MS
  }

  #halfOpen(state: Open | HalfOpen): HalfOpen {
    if (state.kind === 'half-open') return state
    const { times, cause } = state
    const half: HalfOpen = { kind: 'half-open', times, cause, successes: 0, probe: 'none', probeHeldUntil: 0 }
    this.#state = half
    return half
  }
}
