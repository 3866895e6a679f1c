import { DEGRADED_ERROR_RATE, type Health } from '../health.ts'
import { byTierThenScore, type Choice, rotate, type Selector, tierEnd } from './selector.ts'

/** One failure in ten weighs as much as twice the latency. */
const ERROR_WEIGHT = 10
/** Puts the degraded behind all others, until those carry a thousand requests each. */
const DEGRADED_FACTOR = 1000
/** Within a quarter of the best, accounts are equals and take turns. */
const TOLERANCE = 1.25

/**
 * The healthiest and best performing first. An account costs its slowness against the fastest of its tier, times the
 * requests in flight per weight, times its failures. What is not known of an account counts for it.
 */
export class HealthFirst implements Selector {
  order(choices: Choice[], turn: number, now: number): void {
    for (let start = 0; start < choices.length; ) {
      const end = tierEnd(choices, start)
      scoreTier(choices, start, end, now)
      start = end
    }
    choices.sort(byTierThenScore)
    for (let start = 0; start < choices.length; ) {
      const end = tierEnd(choices, start)
      rotate(choices, start, endOfEquals(choices, start, end), turn)
      start = end
    }
  }
}

function scoreTier(choices: readonly Choice[], start: number, end: number, now: number): void {
  let latencyMs = Infinity
  let firstContentMs = Infinity
  for (let i = start; i < end; i += 1) {
    const health = choices[i]?.health
    latencyMs = Math.min(latencyMs, health?.latencyMs ?? Infinity)
    firstContentMs = Math.min(firstContentMs, health?.firstContentMs ?? Infinity)
  }
  for (let i = start; i < end; i += 1) {
    const choice = choices[i]
    if (choice !== undefined) choice.score = cost(choice, slowness(choice.health, latencyMs, firstContentMs, now), now)
  }
}

function cost({ account, health }: Choice, slow: number, now: number): number {
  const weight = account.weight ?? 1
  if (weight === 0) return Infinity
  const load = 1 + health.inFlight / weight
  const errorRate = health.errorRate(now)
  const degraded = errorRate >= DEGRADED_ERROR_RATE ? DEGRADED_FACTOR : 1
  return slow * load * (1 + ERROR_WEIGHT * errorRate) * degraded
}

/**
 * How many times slower than the fastest, 1 when it is the fastest or unknown. The time to the first content tells
 * more than the time to the end, which is mostly the length of the answer. A lead that is not confirmed fades, so a
 * slow account is tried again in time.
 */
function slowness(health: Health, latencyMs: number, firstContentMs: number, now: number): number {
  const ratio =
    health.firstContentMs === undefined
      ? (health.latencyMs ?? latencyMs) / latencyMs
      : health.firstContentMs / firstContentMs
  // The fastest; or nothing measured, or measured as nothing.
  if (!(ratio > 1 && ratio < Infinity)) return 1
  return 1 + (ratio - 1) * health.latencyConfidence(now)
}

function endOfEquals(choices: readonly Choice[], start: number, end: number): number {
  const limit = (choices[start]?.score ?? 0) * TOLERANCE
  let equals = start + 1
  while (equals < end && (choices[equals]?.score ?? Infinity) <= limit) equals += 1
  return equals
}
