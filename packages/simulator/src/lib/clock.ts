import { setTimeout as delay } from 'node:timers/promises'

/** Time as the simulator sees it; tests pass their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now: () => number
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal, ref: false }).catch(() => undefined),
}

/** Resolves when `signal` aborts: how a hanging provider waits for its client to leave. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
