import { byTierThenScore, type Choice, type Selector } from './selector.ts'

/**
 * At random, in proportion to the weights: each draws an exponential time whose rate is its weight, the soonest is
 * first (Efraimidis and Spirakis 2006), and the rest are a fair weighted draw among those left.
 */
export class Weighted implements Selector {
  readonly #random: () => number

  /** @param random - a number in [0, 1) */
  constructor(random: () => number) {
    this.#random = random
  }

  order(choices: Choice[]): void {
    for (const choice of choices) {
      const weight = choice.account.weight ?? 1
      choice.score = weight === 0 ? Infinity : -Math.log(1 - this.#random()) / weight
    }
    choices.sort(byTierThenScore)
  }
}
