import type { RoutedAccount } from './account.ts'

/** A clock that stands still until it is told to go on. */
export class FakeClock {
  ms: number
  readonly now: () => number = () => this.ms

  constructor(ms: number = 1_800_000_000_000) {
    this.ms = ms
  }

  advance(ms: number): void {
    this.ms += ms
  }
}

/** Dice that fall the same way for the same seed (mulberry32). */
export function seededDice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Dice that always show the middle: no jitter. */
export const middle = (): number => 0.5

/** An account of the provider `openai`, unless told otherwise. */
export function accountOf(id: string, rest: Partial<RoutedAccount> = {}): RoutedAccount {
  return { id, provider: 'openai', dialects: ['openai-chat'], ...rest }
}
