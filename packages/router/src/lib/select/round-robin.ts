import { type Choice, rotate, type Selector, tierEnd } from './selector.ts'

/** Every account of a tier in its turn. */
export class RoundRobin implements Selector {
  order(choices: Choice[], turn: number): void {
    for (let start = 0; start < choices.length; ) {
      const end = tierEnd(choices, start)
      rotate(choices, start, end, turn)
      start = end
    }
  }
}
