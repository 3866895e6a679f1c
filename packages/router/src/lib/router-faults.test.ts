import { describe, expect, it } from 'vitest'
import type { AttemptEnd } from './health.ts'
import type { Candidate, Plan } from './plan.ts'
import { Router, type RouterOptions } from './router.ts'
import { accountOf, FakeClock, middle } from './testing.ts'

const MODEL = 'gpt-4o'

/** A router over accounts `a`, `b`... and a clock to move. */
class Bench {
  readonly clock = new FakeClock()
  readonly router: Router

  constructor(options: Partial<RouterOptions> = {}) {
    const accounts = [accountOf('a'), accountOf('b')]
    this.router = new Router({ accounts, strategy: 'round-robin', random: middle, ...options, now: this.clock.now })
  }

  plan(model: string = MODEL): Plan {
    return this.router.plan({ model, dialect: 'openai-chat' })
  }

  /** The planned accounts in order; a star marks a last resort, an exclamation mark a probe. */
  order(model: string = MODEL): string {
    const plan = this.plan(model)
    return plan.ok ? plan.candidates.map(mark).join(' ') : plan.reason
  }

  /** The planned accounts, in no order. */
  set(model: string = MODEL): string {
    return this.order(model).split(' ').sort().join(' ')
  }

  end(id: string, result: AttemptEnd, times = 1): void {
    for (let i = 0; i < times; i += 1) this.router.begin(id, MODEL).end(result)
  }
}

function mark({ account, lastResort, probe }: Candidate): string {
  return `${account.id}${lastResort === true ? '*' : ''}${probe === true ? '!' : ''}`
}

const failure: AttemptEnd = { verdict: 'failure', status: 503 }
const success: AttemptEnd = { verdict: 'success' }
const refused: AttemptEnd = { verdict: 'failure', status: 401, credential: true }
const overloaded: AttemptEnd = { verdict: 'failure', status: 529 }

describe('an account that keeps failing', () => {
  it('is left out from the fifth failure on', () => {
    const bench = new Bench()
    bench.end('a', failure, 4)
    expect(bench.set()).toBe('a b')
    bench.end('a', failure)
    expect(bench.order()).toBe('b')
  })

  it('is left out for the model it fails with only', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    expect(bench.set('gpt-5')).toBe('a b')
  })

  it('is not left out for what the client did wrong', () => {
    const bench = new Bench()
    bench.end('a', { verdict: 'neutral', status: 400 }, 100)
    expect(bench.set()).toBe('a b')
  })

  it('gets one probe when its rest is over, first and with the others as cover, and back after two', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.clock.advance(29_999)
    expect(bench.order()).toBe('b')
    bench.clock.advance(1)
    expect(bench.order()).toBe('a! b')
    bench.end('a', success)
    expect(bench.order()).toBe('a! b')
    bench.end('a', success)
    expect(bench.set()).toBe('a b')
  })

  it('gets no second probe while the first is planned or out', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.clock.advance(30_000)
    const orders = Array.from({ length: 50 }, () => bench.order())
    expect(orders.filter((order) => order === 'a! b')).toHaveLength(1)
    expect(orders.filter((order) => order === 'b')).toHaveLength(49)
    const probe = bench.router.begin('a', MODEL)
    expect(bench.order()).toBe('b')
    probe.end({ verdict: 'neutral', status: 400 })
    expect(bench.order()).toBe('a! b')
  })

  it('rests longer when the probe fails', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.clock.advance(30_000)
    expect(bench.order()).toBe('a! b')
    bench.end('a', failure)
    bench.clock.advance(59_999)
    expect(bench.order()).toBe('b')
    bench.clock.advance(1)
    expect(bench.order()).toBe('a! b')
  })

  it('is back before a long stream ends, where its probe has answered', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.clock.advance(30_000)
    for (let i = 0; i < 2; i += 1) {
      expect(bench.order()).toBe('a! b')
      bench.router.begin('a', MODEL).answered()
    }
    expect(bench.set()).toBe('a b')
  })

  it('is not back by an answer that broke off', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.clock.advance(30_000)
    bench.plan()
    const probe = bench.router.begin('a', MODEL)
    probe.answered()
    probe.end(failure)
    expect(bench.order()).toBe('b')
    expect(bench.router.health()[0]).toMatchObject({ state: 'open', until: bench.clock.ms + 60_000 })
  })

  it('counts an answered probe that ended well once', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.clock.advance(30_000)
    bench.plan()
    const probe = bench.router.begin('a', MODEL)
    probe.answered()
    probe.end(success)
    expect(bench.order()).toBe('a! b')
  })

  it('gets its probe below a preferred account only when it is needed', () => {
    const accounts = [accountOf('first', { priority: 1 }), accountOf('second')]
    const bench = new Bench({ accounts })
    bench.end('second', failure, 5)
    expect(bench.order()).toBe('first')
    bench.clock.advance(30_000)
    const plan = bench.plan()
    const cover = plan.ok ? plan.candidates[1] : undefined
    expect(cover?.account.id).toBe('second')
    if (cover === undefined) return
    expect(bench.router.admits(cover, MODEL)).toBe(true)
    bench.router.begin('second', MODEL)
    expect(bench.router.admits(cover, MODEL)).toBe(false)
  })
})

describe('when every account is open', () => {
  it('uses them all, the one that closes soonest first', () => {
    const bench = new Bench({ accounts: ['a', 'b', 'c'].map((id) => accountOf(id)) })
    bench.end('b', failure, 5)
    bench.clock.advance(1_000)
    bench.end('c', failure, 5)
    bench.clock.advance(1_000)
    bench.end('a', failure, 5)
    expect(bench.order()).toBe('b* c* a*')
  })

  it('never leaves a single account out', () => {
    const bench = new Bench({ accounts: [accountOf('only')] })
    bench.end('only', failure, 50)
    expect(bench.order()).toBe('only*')
  })

  it('covers a probe by those still open', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.clock.advance(10_000)
    bench.end('b', failure, 5)
    bench.clock.advance(20_000)
    expect(bench.order()).toBe('a! b*')
  })

  it('recovers by what succeeds as a last resort', () => {
    const bench = new Bench({ accounts: [accountOf('only')] })
    bench.end('only', failure, 5)
    bench.end('only', success, 2)
    expect(bench.order()).toBe('only')
  })

  it('tries them before those whose credential is refused, and leaves these alone', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.end('b', refused)
    expect(bench.order()).toBe('a*')
  })
})

describe('an account that is throttled', () => {
  it('gets nothing until its reset', () => {
    const bench = new Bench()
    bench.end('a', { verdict: 'throttled', retryAfterMs: 5_000 })
    bench.clock.advance(5_499)
    expect(bench.order()).toBe('b')
    bench.clock.advance(1)
    expect(bench.set()).toBe('a b')
  })

  it('rests 60 s where the provider names no time', () => {
    const bench = new Bench()
    bench.end('a', { verdict: 'throttled' })
    bench.clock.advance(60_499)
    expect(bench.order()).toBe('b')
    bench.clock.advance(1)
    expect(bench.set()).toBe('a b')
  })

  it('is neither failing nor opened by it', () => {
    const bench = new Bench()
    bench.end('a', { verdict: 'throttled', retryAfterMs: 1_000 }, 100)
    expect(bench.router.health()[0]).toMatchObject({ state: 'throttled', errorRate: 0, failures: 0 })
  })

  it('is told to the client with the soonest reset when all are', () => {
    const bench = new Bench()
    bench.end('a', { verdict: 'throttled', retryAfterMs: 90_000 })
    bench.end('b', { verdict: 'throttled', retryAfterMs: 12_000 })
    bench.clock.advance(2_000)
    expect(bench.plan()).toEqual({
      ok: false,
      reason: 'all-throttled',
      message: 'every upstream account for model "gpt-4o" is rate-limited; try again in 11 s',
      served: [],
      retryAfterMs: 10_500,
    })
  })

  it('is waited for rather than an account whose credential is refused', () => {
    const bench = new Bench()
    bench.end('a', { verdict: 'throttled' })
    bench.end('b', refused)
    expect(bench.order()).toBe('all-throttled')
  })

  it('leaves the request to an open account', () => {
    const bench = new Bench()
    bench.end('a', { verdict: 'throttled' })
    bench.end('b', failure, 5)
    expect(bench.order()).toBe('b*')
  })
})

describe('an account that is overloaded', () => {
  it('stands behind the others for five seconds, or as asked up to ten', () => {
    const bench = new Bench()
    bench.end('a', overloaded)
    expect(bench.order()).toBe('b a*')
    bench.clock.advance(5_000)
    expect(bench.set()).toBe('a b')
    bench.end('a', { ...overloaded, retryAfterMs: 60_000 })
    bench.clock.advance(9_999)
    expect(bench.order()).toBe('b a*')
    bench.clock.advance(1)
    expect(bench.set()).toBe('a b')
  })

  it('is still used when all are', () => {
    const bench = new Bench()
    bench.end('a', overloaded)
    bench.clock.advance(1)
    bench.end('b', overloaded)
    expect(bench.order()).toBe('a* b*')
  })

  it('is out no longer than ten seconds even when it opens', () => {
    const bench = new Bench()
    bench.end('a', overloaded, 5)
    expect(bench.order()).toBe('b')
    bench.clock.advance(10_000)
    expect(bench.order()).toBe('a! b')
  })

  it('stands among the others again once it has served a request in spite of it', () => {
    const bench = new Bench()
    const before = bench.router.begin('a', MODEL)
    bench.end('a', overloaded)
    bench.clock.advance(1)
    before.end(success)
    expect(bench.order()).toBe('b a*')
    bench.end('a', success)
    expect(bench.set()).toBe('a b')
  })

  it('is taken for overloaded by any failure that asks for time', () => {
    const bench = new Bench()
    bench.end('a', { verdict: 'failure', status: 503, retryAfterMs: 3_000 })
    expect(bench.order()).toBe('b a*')
    bench.clock.advance(3_000)
    expect(bench.set()).toBe('a b')
  })
})

describe('an account whose credential is refused', () => {
  it('is out for all its models, for 60 s, then gets one probe', () => {
    const bench = new Bench()
    bench.end('a', refused)
    expect(bench.order()).toBe('b')
    expect(bench.order('gpt-5')).toBe('b')
    bench.clock.advance(60_000)
    expect(bench.order('gpt-5')).toBe('a! b')
    expect(bench.order('gpt-5')).toBe('b')
    expect(bench.order()).toBe('b')
    bench.router.begin('a', 'gpt-5').end(success)
    expect(bench.set()).toBe('a b')
  })

  it('is out for 60 s more when the probe is refused', () => {
    const bench = new Bench()
    bench.end('a', refused)
    bench.clock.advance(60_000)
    bench.plan()
    bench.end('a', refused)
    bench.clock.advance(59_999)
    expect(bench.order()).toBe('b')
    bench.clock.advance(1)
    expect(bench.order()).toBe('a! b')
  })

  it('is out for the one model where that is forbidden', () => {
    const bench = new Bench()
    bench.end('a', { ...refused, status: 403 })
    expect(bench.order()).toBe('b')
    expect(bench.set('gpt-5')).toBe('a b')
    expect(bench.router.health()[0]).toMatchObject({ state: 'credential-failed', until: bench.clock.ms + 60_000 })
  })

  it('is used when nothing else is left', () => {
    const bench = new Bench()
    bench.end('b', refused)
    bench.clock.advance(1)
    bench.end('a', refused)
    expect(bench.order()).toBe('b* a*')
  })

  it('is back at once when it is forgotten', () => {
    const bench = new Bench()
    bench.end('a', refused)
    bench.end('b', failure, 5)
    bench.router.forget('a')
    bench.router.forget('nobody')
    expect(bench.order()).toBe('a')
    expect(bench.router.health()).toMatchObject([{ state: 'healthy', requests: 0 }, { state: 'open' }])
  })
})

describe('Router.admits', () => {
  const candidatesOf = (bench: Bench): readonly Candidate[] => {
    const plan = bench.plan()
    return plan.ok ? plan.candidates : []
  }

  it('passes over what was throttled, opened, refused or removed after the plan', () => {
    const bench = new Bench({ accounts: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => accountOf(id)) })
    const candidates = candidatesOf(bench)
    bench.end('a', { verdict: 'throttled' })
    bench.end('b', failure, 5)
    bench.end('c', refused)
    bench.end('d', overloaded)
    bench.router.update({ accounts: ['a', 'b', 'c', 'd', 'e'].map((id) => accountOf(id)) })
    const admitted = candidates.filter((candidate) => bench.router.admits(candidate, MODEL)).map(mark)
    expect(admitted.sort()).toEqual(['d', 'e'])
  })

  it('admits the probe that the plan is', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.clock.advance(30_000)
    const [probe] = candidatesOf(bench)
    expect(probe && mark(probe)).toBe('a!')
    expect(probe && bench.router.admits(probe, MODEL)).toBe(true)
  })

  it('admits a last resort unless it was throttled', () => {
    const bench = new Bench()
    bench.end('a', failure, 5)
    bench.end('b', failure, 5)
    const candidates = candidatesOf(bench)
    bench.end('a', { verdict: 'throttled' })
    expect(candidates.filter((candidate) => bench.router.admits(candidate, MODEL)).map(mark)).toEqual(['b*'])
  })
})

describe('Router.mayRetry', () => {
  const retries = (bench: Bench, id: string, tries: number): number =>
    Array.from({ length: tries }, () => bench.router.mayRetry(id)).filter(Boolean).length

  it('lets any number of requests fail over to a healthy account', () => {
    expect(retries(new Bench(), 'b', 500)).toBe(500)
  })

  it('lets ten retries go to a failing account, then one for ten requests', () => {
    const bench = new Bench({ accounts: [accountOf('a')] })
    bench.end('a', failure, 3)
    expect(retries(bench, 'a', 50)).toBe(10)
    for (let i = 0; i < 30; i += 1) bench.plan()
    expect(retries(bench, 'a', 50)).toBe(3)
  })

  it('counts the retries of each account by themselves', () => {
    const bench = new Bench()
    bench.end('a', failure, 3)
    bench.end('b', failure, 3)
    expect(retries(bench, 'a', 50)).toBe(10)
    expect(retries(bench, 'b', 50)).toBe(10)
  })

  it('gives back what a retry cost that did not fail', () => {
    const bench = new Bench({ accounts: [accountOf('a')] })
    bench.end('a', failure, 5)
    expect(retries(bench, 'a', 50)).toBe(10)
    bench.end('a', success)
    bench.end('a', { verdict: 'neutral' })
    bench.end('a', failure, 8)
    bench.end('a', success)
    expect(retries(bench, 'a', 50)).toBe(2)
  })
})
