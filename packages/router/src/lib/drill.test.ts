import { describe, expect, it } from 'vitest'
import { Dice } from '../../../../test-kit/dice.ts'
import { Router } from './router.ts'
import { accountOf, FakeClock } from './testing.ts'
import { verdictOf } from './verdict.ts'

const MODEL = 'gpt-4o'

/** What an upstream account answers at a time: a status, and how long a 429 lasts. */
type Upstream = (at: number) => { readonly status: number; readonly retryAfterMs?: number }

interface Tally {
  served: number
  requests: number
  attempts: number
  readonly hits: Map<string, number>
}

/** A gateway in miniature: plans, attempts, fails over, retries within the budget; no time passes in between. */
class Drill {
  readonly clock = new FakeClock()
  readonly router: Router
  readonly upstreams: Map<string, Upstream>
  readonly #rounds: number

  /** @param rounds - how often a request goes through its candidates */
  constructor(upstreams: Record<string, Upstream>, rounds = 1) {
    this.upstreams = new Map(Object.entries(upstreams))
    this.#rounds = rounds
    const accounts = [...this.upstreams.keys()].map((id) => accountOf(id))
    this.router = new Router({ accounts, now: this.clock.now, random: new Dice(42).next })
  }

  /** Sends requests, one each `everyMs`. */
  run(requests: number, everyMs: number): Tally {
    const tally: Tally = { served: 0, requests, attempts: 0, hits: new Map() }
    for (let i = 0; i < requests; i += 1) {
      this.#request(tally)
      this.clock.advance(everyMs)
    }
    return tally
  }

  #request(tally: Tally): void {
    const plan = this.router.plan({ model: MODEL, dialect: 'openai-chat' })
    if (!plan.ok) return
    const tries = Array.from({ length: this.#rounds }, () => plan.candidates).flat()
    for (const [index, candidate] of tries.entries()) {
      const { id } = candidate.account
      if (index > 0 && !this.router.admits(candidate, MODEL)) continue
      if (index > 0 && !this.router.mayRetry(id)) continue
      tally.attempts += 1
      if (this.#attempt(id, tally)) {
        tally.served += 1
        return
      }
    }
  }

  #attempt(id: string, tally: Tally): boolean {
    tally.hits.set(id, (tally.hits.get(id) ?? 0) + 1)
    const answer = this.upstreams.get(id)?.(this.clock.ms) ?? { status: 500 }
    const { verdict, credential } = verdictOf(answer)
    this.router.begin(id, MODEL).end({ ...answer, verdict, credential, latencyMs: 1_000 })
    return verdict === 'success'
  }
}

const well: Upstream = () => ({ status: 200 })
const down: Upstream = () => ({ status: 503 })

describe('a drill', () => {
  it('serves every request while one account is down, trying that five times and then by probes', () => {
    const { served, hits } = new Drill({ a: down, b: well }).run(1_000, 20)
    expect(served).toBe(1_000)
    expect(hits.get('a')).toBeLessThanOrEqual(6)
  })

  it('sends nothing to a throttled account before its reset, and uses it again after', () => {
    const drill = new Drill({ a: () => ({ status: 429, retryAfterMs: 5_000 }), b: well })
    expect(drill.run(200, 25)).toMatchObject({ served: 200, attempts: 201 })
    drill.upstreams.set('a', well)
    drill.clock.advance(1_500)
    expect(drill.run(200, 25).hits.get('a')).toBeGreaterThan(50)
  })

  it('serves through an overload of all accounts', () => {
    const dice = new Dice(9)
    const flaky: Upstream = () => ({ status: dice.next() < 0.3 ? 529 : 200 })
    const drill = new Drill({ a: flaky, b: flaky, c: flaky }, 2)
    const { served, requests, attempts } = drill.run(500, 200)
    expect(served / requests).toBeGreaterThanOrEqual(0.995)
    expect(attempts / requests).toBeLessThanOrEqual(1.5)
  })

  it('adds a tenth to the load of an outage at most, and recovers with the accounts', () => {
    const drill = new Drill({ a: down, b: down, c: down })
    drill.run(500, 20)
    const during = drill.run(2_500, 20)
    expect(during.served).toBe(0)
    expect(during.attempts / during.requests).toBeLessThanOrEqual(1.1)
    for (const id of drill.upstreams.keys()) drill.upstreams.set(id, well)
    expect(drill.run(500, 20).served).toBe(500)
    expect(drill.run(3_000, 20).hits.size).toBe(3)
  })

  it('brings an account back within 36 s of its recovery', () => {
    const drill = new Drill({ a: down, b: well })
    drill.run(100, 20)
    drill.upstreams.set('a', well)
    drill.run(1_800, 20)
    expect(drill.router.health()[0]?.state).toBe('healthy')
  })
})
