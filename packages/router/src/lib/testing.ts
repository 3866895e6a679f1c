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

/** Dice that always show the middle: no jitter. */
export const middle = (): number => 0.5

/** An account of the provider `openai`, unless told otherwise. */
export function accountOf(id: string, rest: Partial<RoutedAccount> = {}): RoutedAccount {
  return { id, provider: 'openai', dialects: ['openai-chat'], ...rest }
}
