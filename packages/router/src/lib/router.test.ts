import { describe, expect, it } from 'vitest'
import { Router, type RouterOptions } from './router.ts'
import type { RouteSet } from './routes.ts'
import { accountOf, FakeClock, middle } from './testing.ts'

const request = { model: 'gpt-4o', dialect: 'openai-chat' }

function routerOf(options: Partial<RouterOptions> = {}): Router {
  const accounts = [accountOf('a'), accountOf('b')]
  return new Router({ accounts, now: new FakeClock().now, random: middle, ...options })
}

describe('Router.plan', () => {
  it('gives the model to send, the accounts and the rule', () => {
    const a = accountOf('a')
    const router = routerOf({
      accounts: [a],
      routes: { routes: [{ source: 'fast', target: 'gpt-4o-mini', provider: 'openai' }] },
    })
    expect(router.plan({ model: 'fast', dialect: 'openai-chat' })).toEqual({
      ok: true,
      model: 'gpt-4o-mini',
      candidates: [{ account: a, dialect: 'openai-chat' }],
      rule: 'global-route',
    })
  })

  it('speaks the dialect of the request where the account does, else the first of the account', () => {
    const router = routerOf({
      accounts: [
        accountOf('both', { dialects: ['openai-chat', 'openai-responses'] }),
        accountOf('one', { dialects: ['openai-chat'] }),
      ],
    })
    const plan = router.plan({ model: 'gpt-4o', dialect: 'openai-responses' })
    const spoken = plan.ok ? plan.candidates.map(({ account, dialect }) => `${account.id}: ${dialect}`).sort() : []
    expect(spoken).toEqual(['both: openai-responses', 'one: openai-chat'])
    const chat = router.plan({ model: 'gpt-4o', dialect: 'openai-chat' })
    expect(chat.ok && chat.candidates.every(({ dialect }) => dialect === 'openai-chat')).toBe(true)
  })

  it('refuses a model the key may not use, naming those it may', () => {
    const plan = routerOf().plan({ ...request, keyModels: ['claude-*', 'gpt-4'] })
    expect(plan).toEqual({
      ok: false,
      reason: 'model-not-allowed',
      message: 'this gateway key may not use model "gpt-4o"; it may use claude-*, gpt-4',
      served: ['gpt-4'],
    })
  })

  it('refuses everything to a key that may use nothing', () => {
    expect(routerOf().plan({ ...request, keyModels: [] })).toMatchObject({ ok: false, reason: 'model-not-allowed' })
  })

  it('matches what a key may use against the name the client gave, not the one sent upstream', () => {
    const keyRoutes: RouteSet = { routes: [{ source: 'fast', target: 'gpt-4o' }] }
    const router = routerOf()
    expect(router.plan({ model: 'fast', dialect: 'openai-chat', keyRoutes, keyModels: ['fast'] })).toMatchObject({
      ok: true,
      model: 'gpt-4o',
      rule: 'key-route',
    })
    expect(router.plan({ ...request, keyRoutes, keyModels: ['fast'] }).ok).toBe(false)
  })

  it('keeps the routes of one key from another', () => {
    const router = routerOf()
    const toMini: RouteSet = { routes: [{ source: 'gpt-4o', target: 'gpt-4o-mini' }] }
    const toFive: RouteSet = { routes: [{ source: 'gpt-4o', target: 'gpt-5' }] }
    for (let i = 0; i < 3; i += 1) {
      expect(router.plan({ ...request, keyRoutes: toMini })).toMatchObject({ model: 'gpt-4o-mini' })
      expect(router.plan({ ...request, keyRoutes: toFive })).toMatchObject({ model: 'gpt-5' })
      expect(router.plan(request)).toMatchObject({ model: 'gpt-4o', rule: 'model-name' })
    }
  })

  it('says what is served when the model is not', () => {
    const router = routerOf({
      accounts: [
        accountOf('a', { models: ['gpt-4o', 'gpt-5*'] }),
        accountOf('b', { provider: 'anthropic', dialects: ['anthropic'] }),
      ],
      routes: { routes: [{ source: 'fast', target: 'gpt-4o' }] },
    })
    expect(router.plan({ model: 'nope', dialect: 'openai-chat' })).toEqual({
      ok: false,
      reason: 'model-not-served',
      message:
        'model "nope" is not served here; served are fast, gpt-4o, gpt-5*; accounts without a model list serve anthropic',
      served: ['fast', 'gpt-4o'],
    })
  })

  it('names twenty models at most', () => {
    const models = Array.from({ length: 25 }, (_, i) => `m${i}`)
    const plan = routerOf({ accounts: [accountOf('a', { models })] }).plan({ model: 'nope', dialect: 'openai-chat' })
    expect(plan.ok ? '' : plan.message).toMatch(/m18, m19 and 5 more$/)
  })

  it('refuses a model name too long to be one', () => {
    const plan = routerOf({ accounts: [accountOf('a')] }).plan({ model: 'x'.repeat(257), dialect: 'openai-chat' })
    expect(plan).toMatchObject({ ok: false, reason: 'model-not-served' })
    expect(plan.ok ? '' : plan.message).toMatch(/^the model name is longer than 256 characters/)
  })

  it('says so where there is no account at all', () => {
    expect(routerOf({ accounts: [] }).plan(request)).toMatchObject({ ok: false, reason: 'no-account', served: [] })
  })

  it('shares the load of equals, for each model by itself', () => {
    const router = routerOf({ strategy: 'round-robin' })
    const first = (model: string): string | undefined => {
      const plan = router.plan({ model, dialect: 'openai-chat' })
      return plan.ok ? plan.candidates[0]?.account.id : undefined
    }
    const firsts: string[] = []
    for (let i = 0; i < 6; i += 1) {
      firsts.push(`${first('gpt-4o')}`)
      first('gpt-5')
    }
    expect(firsts.sort()).toEqual(['a', 'a', 'a', 'b', 'b', 'b'])
  })

  it('shares the load of equals among models asked for once each', () => {
    const router = routerOf()
    const firsts = Array.from({ length: 20 }, (_, i) => {
      const plan = router.plan({ model: `gpt-${i}`, dialect: 'openai-chat' })
      return plan.ok ? plan.candidates[0]?.account.id : undefined
    })
    expect(firsts.filter((id) => id === 'a')).toHaveLength(10)
  })
})

describe('Router.served', () => {
  const accounts = [
    accountOf('a', { models: ['gpt-4o', 'gpt-5*'] }),
    accountOf('b', { provider: 'anthropic', dialects: ['anthropic'] }),
  ]
  const routes: RouteSet = {
    routes: [
      { source: 'fast', target: 'claude-haiku' },
      { source: 'broken', account: 'gone' },
      { source: 'old', target: 'gpt-4o', enabled: false },
      { source: 'big-*', target: 'gpt-4o' },
    ],
  }

  it('lists the names of routes and accounts that lead somewhere, with their provider', () => {
    expect(routerOf({ accounts, routes }).served()).toEqual([
      { id: 'fast', provider: 'anthropic' },
      { id: 'gpt-4o', provider: 'openai' },
    ])
  })

  it('lists what the key may use, and what it names itself', () => {
    expect(routerOf({ accounts, routes }).served(['gpt-*', 'claude-opus-4'])).toEqual([
      { id: 'gpt-4o', provider: 'openai' },
      { id: 'claude-opus-4', provider: 'anthropic' },
    ])
  })

  it('lists the names of the routes of the key', () => {
    const keyRoutes: RouteSet = { routes: [{ source: 'mine', target: 'gpt-4o' }], defaultBehavior: 'reject' }
    expect(routerOf({ accounts, routes }).served(undefined, keyRoutes)).toEqual([{ id: 'mine', provider: 'openai' }])
  })

  it('is up to date after an update', () => {
    const router = routerOf({ accounts, routes })
    router.served()
    router.update({ accounts: [accountOf('a', { models: ['gpt-9'] })] })
    expect(router.served()).toEqual([{ id: 'gpt-9', provider: 'openai' }])
  })
})

describe('Router.update', () => {
  function failing(router: Router): Router {
    for (let i = 0; i < 5; i += 1) router.begin('a', 'gpt-4o').end({ verdict: 'failure', status: 500 })
    return router
  }

  const stateOf = (router: Router, id: string): string | undefined =>
    router.health().find((account) => account.id === id)?.state

  it('keeps the health of accounts that stay', () => {
    const router = failing(routerOf())
    const under = router.begin('a', 'gpt-4o')
    router.update({ accounts: [accountOf('a', { priority: 3 }), accountOf('c')] })
    expect(router.health()).toMatchObject([
      { id: 'a', state: 'open', failures: 5, inFlight: 1 },
      { id: 'c', state: 'healthy' },
    ])
    under.end({ verdict: 'neutral' })
    expect(router.health()[0]?.inFlight).toBe(0)
  })

  it('forgets accounts that go, and those that change provider', () => {
    const router = failing(routerOf())
    router.update({ accounts: [accountOf('b')] })
    router.update({ accounts: [accountOf('a'), accountOf('b')] })
    expect(stateOf(router, 'a')).toBe('healthy')
    failing(router).update({ accounts: [accountOf('a', { provider: 'azure' })] })
    expect(stateOf(router, 'a')).toBe('healthy')
  })

  it('plans by the new accounts, routes and strategy at once', () => {
    const router = routerOf()
    router.plan(request)
    router.update({ accounts: [accountOf('c')], routes: { routes: [{ source: '*', target: 'gpt-5' }] } })
    expect(router.plan(request)).toMatchObject({ model: 'gpt-5', candidates: [{ account: { id: 'c' } }] })
  })

  it('stays as it was when an account cannot be routed to', () => {
    const router = routerOf()
    expect(() => router.update({ accounts: [accountOf('x'), accountOf('x')] })).toThrow(
      new RangeError('two upstream accounts have the id "x"; give each its own'),
    )
    expect(() => router.update({ accounts: [accountOf('x', { dialects: [] })] })).toThrow(/speaks no dialect/)
    expect(() => router.update({ accounts: [accountOf('x', { weight: -1 })] })).toThrow(/has the weight -1/)
    expect(() => router.update({ accounts: [accountOf('x', { weight: Number.NaN })] })).toThrow(/has the weight NaN/)
    expect(() => router.update({ accounts: [accountOf('x', { priority: Infinity })] })).toThrow(/priority Infinity/)
    expect(router.health().map((account) => account.id)).toEqual(['a', 'b'])
  })

  it('takes the end of an attempt whose account is gone', () => {
    const router = routerOf()
    const attempt = router.begin('a', 'gpt-4o')
    router.update({ accounts: [accountOf('b')] })
    attempt.end({ verdict: 'failure' })
    const unknown = router.begin('a', 'gpt-4o')
    unknown.answered()
    unknown.end({ verdict: 'failure' })
    expect(router.health()).toMatchObject([{ id: 'b', requests: 0 }])
    expect(router.mayRetry('a')).toBe(false)
  })
})

describe('Router.health', () => {
  it('tells what was seen of an account', () => {
    const clock = new FakeClock()
    const router = routerOf({ accounts: [accountOf('a')], now: clock.now })
    router.begin('a', 'gpt-4o').end({ verdict: 'success', latencyMs: 900, firstContentMs: 200 })
    clock.advance(1_000)
    router.begin('a', 'gpt-4o').end({ verdict: 'failure', status: 500, error: 'boom' })
    router.begin('a', 'gpt-4o')
    expect(router.health()).toEqual([
      {
        id: 'a',
        state: 'healthy',
        errorRate: expect.closeTo(0.1),
        latencyMs: 900,
        firstContentMs: 200,
        inFlight: 1,
        requests: 3,
        failures: 1,
        lastError: 'boom',
        lastErrorAt: clock.ms,
        lastSuccessAt: clock.ms - 1_000,
      },
    ])
  })

  it('names the worst state, when it ends, and the models it is about', () => {
    const clock = new FakeClock()
    const router = routerOf({ accounts: [accountOf('a')], now: clock.now })
    router.begin('a', 'slow').end({ verdict: 'failure', status: 529 })
    expect(router.health()[0]).toMatchObject({ state: 'degraded', until: clock.ms + 5_000 })
    router.begin('a', 'busy').end({ verdict: 'throttled', retryAfterMs: 20_000 })
    expect(router.health()[0]).toMatchObject({ state: 'throttled', until: clock.ms + 20_500 })
    for (let i = 0; i < 5; i += 1) router.begin('a', 'broken').end({ verdict: 'failure' })
    router.begin('a', 'fine').end({ verdict: 'success' })
    expect(router.health()[0]).toMatchObject({
      state: 'open',
      until: clock.ms + 30_000,
      models: [
        { model: 'slow', state: 'degraded', until: clock.ms + 5_000 },
        { model: 'busy', state: 'throttled', until: clock.ms + 20_500 },
        { model: 'broken', state: 'open', until: clock.ms + 30_000 },
      ],
    })
    clock.advance(30_000)
    expect(router.health()[0]).toMatchObject({ state: 'half-open', models: [{ model: 'broken', state: 'half-open' }] })
    router.begin('a', 'fine').end({ verdict: 'failure', status: 401, credential: true })
    expect(router.health()[0]).toMatchObject({ state: 'credential-failed', until: clock.ms + 60_000 })
    clock.advance(60_000)
    expect(router.health()[0]?.state).toBe('half-open')
  })

  it('calls an account degraded that fails often without a breaker opening', () => {
    const router = routerOf({ accounts: [accountOf('a')] })
    for (const model of ['x', 'y', 'z']) router.begin('a', model).end({ verdict: 'failure' })
    expect(router.health()[0]?.state).toBe('degraded')
  })

  it('counts an attempt that is ended twice once', () => {
    const router = routerOf({ accounts: [accountOf('a')] })
    const attempt = router.begin('a', 'gpt-4o')
    attempt.end({ verdict: 'failure' })
    attempt.end({ verdict: 'failure' })
    attempt.end({ verdict: 'success' })
    expect(router.health()[0]).toMatchObject({ inFlight: 0, requests: 1, failures: 1 })
  })

  it('remembers no more pairs of account and model than it may', () => {
    const router = routerOf({ accounts: [accountOf('a')], maxLanes: 3 })
    for (const model of ['m1', 'm2', 'm3', 'm4']) router.begin('a', model).end({ verdict: 'throttled' })
    expect(router.health()[0]?.models?.map(({ model }) => model)).toEqual(['m2', 'm3', 'm4'])
  })

  it('remembers nothing of models of which an attempt said nothing', () => {
    const router = routerOf({ accounts: [accountOf('a')], maxLanes: 1 })
    router.begin('a', 'real').end({ verdict: 'throttled' })
    for (let i = 0; i < 50; i += 1) router.begin('a', `made-up-${i}`).end({ verdict: 'neutral', status: 404 })
    expect(router.health()[0]?.models?.map(({ model }) => model)).toEqual(['real'])
  })
})
