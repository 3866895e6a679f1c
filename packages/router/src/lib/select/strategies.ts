import { HealthFirst } from './health-first.ts'
import { RoundRobin } from './round-robin.ts'
import type { Selector, StrategyName } from './selector.ts'
import { Weighted } from './weighted.ts'

/** Makes the selector of a strategy. */
export function createSelector(strategy: StrategyName, random: () => number): Selector {
  switch (strategy) {
    case 'health-first':
      return new HealthFirst()
    case 'weighted':
      return new Weighted(random)
    case 'round-robin':
      return new RoundRobin()
  }
}
