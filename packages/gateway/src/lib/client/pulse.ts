import type { Call } from '../call.ts'

/** How long silence and stalling towards a client are borne. */
export interface PulseOptions {
  /** Silence towards the client after which a stream gets a sign of life, in milliseconds. */
  readonly keepAliveMs: number
  /** How long a client may take nothing before it is given up, in milliseconds. */
  readonly writeStallMs: number
  readonly now: () => number
}

/**
 * One timer for every open call: proxies between us and the client cut what is silent for a minute, and a client that stopped
 * reading must not hold an upstream for ever.
 */
export class Pulse {
  readonly #options: PulseOptions
  readonly #calls: Iterable<Call>
  readonly #timer: NodeJS.Timeout

  constructor(calls: Iterable<Call>, options: PulseOptions) {
    this.#calls = calls
    this.#options = options
    this.#timer = setInterval(() => this.beat(), Math.max(50, Math.min(5_000, options.keepAliveMs / 3)))
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  beat(): void {
    const { keepAliveMs, writeStallMs, now } = this.#options
    const at = now()
    for (const call of this.#calls) {
      const { answer } = call
      if (answer.over) continue
      if (answer.stalledAt !== undefined) {
        if (at - answer.stalledAt > writeStallMs) giveUp(call)
      } else if (call.stream && call.plan && at - answer.lastWriteAt >= keepAliveMs) {
        answer.beginStream()
        answer.keepAlive(call.dialect)
      }
    }
  }
}

function giveUp(call: Call): void {
  call.clientLeft = true
  call.running?.cancel('the client reads nothing')
  call.answer.destroy()
}
