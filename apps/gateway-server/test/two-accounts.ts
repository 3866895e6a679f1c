import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { onTestFinished } from 'vitest'
import { type Section, startGateway, type TestGateway } from './harness.ts'

/** Two providers of one kind with an account at each: what one of them keeps, the other has never heard of. */
export interface TwoAccounts {
  readonly first: Simulator
  readonly second: Simulator
  /** `upstream_first` at the first and `upstream_second` at the second. */
  readonly accounts: readonly Section[]
  /** Requests that came to the first and to the second. */
  asked(): readonly [first: number, second: number]
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts two simulators; `account` makes an account at one (`openaiAccount`, for instance). */
export async function startTwoAccounts(account: (url: string, more: Section) => Section): Promise<TwoAccounts> {
  // Of one seed, both would give the same ids, and each know the other's.
  const [first, second] = await Promise.all([startSimulator({ seed: 1 }), startSimulator({ seed: 2 })])
  return {
    first,
    second,
    accounts: [
      account(first.url, { id: 'upstream_first', name: 'first' }),
      account(second.url, { id: 'upstream_second', name: 'second' }),
    ],
    asked: () => [first.totals.requests, second.totals.requests],
    async [Symbol.asyncDispose]() {
      await Promise.all([first.close(), second.close()])
    },
  }
}

/**
 * A gateway, until the test is over, whose accounts take turns: what comes back to the account that keeps something does so
 * because the gateway knew of it, and not by chance.
 */
export async function startTurns(accounts: readonly Section[], config: Section = {}): Promise<TestGateway> {
  const gateway = await startGateway({ accounts, config: { routing: { strategy: 'round-robin' }, ...config } })
  onTestFinished(() => gateway[Symbol.asyncDispose]())
  return gateway
}
