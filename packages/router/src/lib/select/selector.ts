import type { RoutedAccount } from '../account.ts'
import type { Health } from '../health.ts'

/** How usable accounts are ordered. */
export type StrategyName = 'health-first' | 'weighted' | 'round-robin'

/** One account a selector orders. */
export interface Choice {
  readonly account: RoutedAccount
  readonly health: Health
  /** Accounts of a lower tier come first, whatever the strategy. */
  readonly tier: number
  /** Scratch space of the selector while it orders. */
  score: number
}

/** A strategy: what comes first within a tier. */
export interface Selector {
  /**
   * Orders the choices in place, best first. They come sorted by tier and stay so.
   *
   * @param turn - counts the requests for this model: equals take turns by it
   */
  order(choices: Choice[], turn: number, now: number): void
}

/** By tier, then by score, the lower first. Equal ones keep their order. */
export function byTierThenScore(a: Choice, b: Choice): number {
  if (a.tier !== b.tier) return a.tier - b.tier
  // Infinite scores are equal, and their difference is not a number.
  return a.score === b.score ? 0 : a.score - b.score
}

/** One past the last choice of the tier that begins at `start`. */
export function tierEnd(choices: readonly Choice[], start: number): number {
  const tier = choices[start]?.tier
  let end = start + 1
  while (end < choices.length && choices[end]?.tier === tier) end += 1
  return end
}

/** Turns the choices from `start` to `end` so that another comes first each turn. */
export function rotate(choices: Choice[], start: number, end: number, turn: number): void {
  const by = turn % (end - start)
  if (by === 0) return
  // In place and without spreading: every request comes through here.
  const head = choices.slice(start, start + by)
  choices.copyWithin(start, start + by, end)
  for (const [index, choice] of head.entries()) choices[end - by + index] = choice
}
