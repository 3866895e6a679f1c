import { describe, expect, it } from 'vitest'
import { type AttemptEnd, Health } from '../health.ts'
import { accountOf } from '../testing.ts'
import { selectorContract } from './contract.ts'
import { HealthFirst } from './health-first.ts'
import type { Choice } from './selector.ts'

const T = 1_800_000_000_000

function choice(id: string, setup: { ends?: AttemptEnd[]; inFlight?: number; weight?: number } = {}): Choice {
  const health = new Health()
  for (const end of setup.ends ?? []) {
    health.begin()
    health.end(end, T)
  }
  for (let i = 0; i < (setup.inFlight ?? 0); i += 1) health.begin()
  const account = accountOf(id, setup.weight === undefined ? {} : { weight: setup.weight })
  return { account, health, tier: 0, score: 0 }
}

function order(choices: Choice[], turn = 0, now: number = T): string {
  new HealthFirst().order(choices, turn, now)
  return choices.map((entry) => entry.account.id).join(' ')
}

const ok: AttemptEnd = { verdict: 'success', latencyMs: 1_000 }
const failure: AttemptEnd = { verdict: 'failure' }
const answered = (latencyMs: number, firstContentMs?: number): AttemptEnd =>
  firstContentMs === undefined ? { verdict: 'success', latencyMs } : { verdict: 'success', latencyMs, firstContentMs }

describe('HealthFirst keeps the contract', () => {
  it.each(selectorContract)('$name', (law) => {
    expect(law.breach(new HealthFirst())).toBeUndefined()
  })
})

describe('HealthFirst', () => {
  it('prefers the account that fails less', () => {
    for (let turn = 0; turn < 4; turn += 1) {
      expect(order([choice('flaky', { ends: [ok, failure] }), choice('sound', { ends: [ok, ok] })], turn)).toBe(
        'sound flaky',
      )
    }
  })

  it('prefers a slow and busy account to a degraded one', () => {
    const slow = choice('slow', { ends: [answered(20_000)], inFlight: 20 })
    const failing = choice('failing', { ends: [answered(1_000), failure, failure, failure] })
    expect(order([failing, slow])).toBe('slow failing')
  })

  it('tries a degraded account again once its failures have faded', () => {
    const failing = choice('failing', { ends: [ok, failure, failure, failure] })
    const sound = choice('sound', { ends: [ok] })
    expect(order([failing, sound], 0, T + 60_000)).toBe('sound failing')
    expect(order([failing, sound], 1, T + 600_000)).toBe('failing sound')
  })

  it('prefers the account that answers faster', () => {
    expect(order([choice('slow', { ends: [answered(2_000)] }), choice('fast', { ends: [answered(1_000)] })], 1)).toBe(
      'fast slow',
    )
  })

  it('judges streams by the time to their first content, not by their length', () => {
    const long = choice('long', { ends: [answered(60_000, 300)] })
    const short = choice('short', { ends: [answered(2_000, 900)] })
    expect(order([short, long], 1)).toBe('long short')
  })

  it('tries a slow account again once its slowness is old news', () => {
    const slow = (): Choice => choice('slow', { ends: [answered(2_000)] })
    const fast = (): Choice => choice('fast', { ends: [answered(1_000)] })
    expect(order([fast(), slow()], 1, T + 60_000)).toBe('fast slow')
    expect(order([fast(), slow()], 1, T + 180_000)).toBe('slow fast')
  })

  it('prefers the account with fewer requests in flight', () => {
    expect(order([choice('busy', { inFlight: 3 }), choice('idle', { inFlight: 1 })], 1)).toBe('idle busy')
  })

  it('lets an account of more weight carry more', () => {
    const large = choice('large', { inFlight: 6, weight: 4 })
    expect(order([choice('small', { inFlight: 4 }), large], 1)).toBe('large small')
  })

  it('takes turns among accounts within a quarter of the best', () => {
    const near = (): Choice[] => [
      choice('far', { ends: [answered(1_300)] }),
      choice('best', { ends: [answered(1_000)] }),
      choice('near', { ends: [answered(1_240)] }),
    ]
    expect([0, 1, 2].map((turn) => order(near(), turn))).toEqual(['best near far', 'near best far', 'best near far'])
  })

  it('counts an unknown account as good as the best', () => {
    const pair = (): Choice[] => [choice('known', { ends: [ok] }), choice('unknown')]
    expect([0, 1].map((turn) => order(pair(), turn))).toEqual(['known unknown', 'unknown known'])
  })

  it('keeps an account of weight 0 for last, however well it is', () => {
    const spare = choice('spare', { weight: 0 })
    expect(order([spare, choice('weak', { ends: [failure, failure, failure] })], 1)).toBe('weak spare')
  })

  it('orders accounts whose latency was measured as nothing', () => {
    const pair = [choice('zero', { ends: [answered(0)] }), choice('some', { ends: [answered(5)] })]
    expect(order(pair).split(' ').sort()).toEqual(['some', 'zero'])
  })
})
