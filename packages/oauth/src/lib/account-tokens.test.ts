import { describe, expect, test } from 'vitest'
import { accountOf, type Bench, HOUR, logIn, startBench } from '../../test/kit.ts'
import { AccountTokens } from './account-tokens.ts'
import { keepLogin } from './login.ts'
import { readTokens, type TokenSet, tokenPath, writeTokens } from './token-set.ts'

/** A bench whose account is logged in, and its tokens in one process. */
async function loggedIn(): Promise<Bench & { readonly own: AccountTokens }> {
  const bench = await startBench()
  await logIn(bench)
  return { ...bench, own: new AccountTokens(bench.account, bench.tokens) }
}

function stored(bench: Bench): TokenSet {
  return readTokens(bench.store.records.get(tokenPath('upstream_1'))?.text ?? '', 'upstream_1')
}

describe('a token that is good', () => {
  test('is handed out without a promise and without a request', async () => {
    const bench = await loggedIn()
    await bench.own.authorize()
    expect(bench.own.authorize()).toMatchObject({ accessToken: stored(bench).accessToken })
    expect(bench.identity.counters.refreshes).toBe(0)
  })

  test('is renewed behind the requests when 5 minutes are left', async () => {
    const bench = await loggedIn()
    await bench.own.authorize()
    const before = stored(bench).accessToken
    bench.clock.pass(HOUR - 5 * 60_000 - 1)
    await bench.own.authorize()
    await bench.own.settled()
    expect(bench.identity.counters.refreshes).toBe(0)
    bench.clock.pass(2)
    expect(bench.own.authorize()).toMatchObject({ accessToken: before })
    await bench.own.settled()
    expect(bench.identity.counters.refreshes).toBe(1)
    expect(bench.own.authorize()).toMatchObject({ accessToken: stored(bench).accessToken })
    expect(stored(bench).accessToken).not.toBe(before)
  })
})

describe('O1: a token that has ended', () => {
  test('is renewed once for 500 callers', async () => {
    const bench = await loggedIn()
    bench.identity.set({ delayMs: 50 })
    bench.clock.pass(HOUR)
    const began = performance.now()
    const all = await Promise.all(Array.from({ length: 500 }, async () => bench.own.authorize()))
    expect(performance.now() - began).toBeLessThan(1_050)
    expect(new Set(all.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(bench.identity.admits(all[0]?.accessToken ?? '')).toBe(true)
    expect(bench.identity.counters).toMatchObject({ refreshes: 1, tokenRequests: 2, reuses: 0 })
  })

  test('is handed out only after its successor is durable', async () => {
    const bench = await loggedIn()
    bench.clock.pass(HOUR)
    let written = false
    bench.store.beforeWrite = async () => {
      await new Promise((resolve) => setTimeout(resolve, 30))
      written = true
    }
    await bench.own.authorize()
    expect(written).toBe(true)
  })

  test('whose provider gives no new refresh token keeps the old one', async () => {
    const bench = await loggedIn()
    const before = stored(bench)
    bench.clock.pass(HOUR)
    const fetch = async (): Promise<Response> =>
      Response.json({ access_token: 'new', token_type: 'Bearer', expires_in: 60 })
    await new AccountTokens(bench.account, { ...bench.tokens, fetch }).authorize()
    expect(stored(bench)).toMatchObject({ accessToken: 'new', refreshToken: before.refreshToken, scope: before.scope })
  })

  test('does not hold a caller longer than its patience, and is renewed all the same', async () => {
    const bench = await loggedIn()
    bench.identity.set({ delayMs: 120 })
    bench.clock.pass(HOUR)
    const own = new AccountTokens(bench.account, { ...bench.tokens, patienceMs: 20 })
    await expect(own.authorize()).rejects.toMatchObject({ code: 'REFRESH_PENDING' })
    await own.settled()
    expect(own.authorize()).toMatchObject({ accessToken: stored(bench).accessToken })
    expect(bench.identity.counters.refreshes).toBe(1)
  })
})

describe('O2, O3: other processes', () => {
  test('that renewed first are followed, without a request', async () => {
    const bench = await loggedIn()
    const other = new AccountTokens(bench.account, bench.tokens)
    await Promise.all([bench.own.authorize(), other.authorize()])
    bench.clock.pass(HOUR)
    const [mine, theirs] = await Promise.all([bench.own.authorize(), other.authorize()])
    expect(mine.accessToken).toBe(theirs.accessToken)
    expect(bench.identity.counters).toMatchObject({ refreshes: 1, reuses: 0 })
  })

  test('that rotated unseen do not cost the account: invalid_grant reads again, and never deletes', async () => {
    const bench = await loggedIn()
    for (let turn = 0; turn < 200; turn += 1) {
      const own = new AccountTokens(bench.account, bench.tokens)
      await own.authorize()
      bench.clock.pass(HOUR)
      // Another process, without our lock, puts its tokens there while our request is on its way.
      const fetch = async (): Promise<Response> => {
        await keepLogin(bench.account, { accessToken: `new-${turn}`, refreshToken: 'r', lifetimeMs: HOUR }, bench.login)
        return Response.json({ error: 'invalid_grant' }, { status: 400 })
      }
      const late = new AccountTokens(bench.account, { ...bench.tokens, fetch })
      await expect(late.authorize()).resolves.toMatchObject({ accessToken: `new-${turn}` })
      expect(stored(bench)).toMatchObject({ accessToken: `new-${turn}` })
      expect(stored(bench).problem).toBeUndefined()
    }
  })

  test('whose login came during our renewal win', async () => {
    const bench = await loggedIn()
    bench.clock.pass(HOUR)
    bench.store.beforeWrite = async () => {
      bench.store.beforeWrite = () => {}
      await keepLogin(bench.account, { accessToken: 'their login', lifetimeMs: HOUR }, bench.login)
    }
    await expect(bench.own.authorize()).resolves.toMatchObject({ accessToken: 'their login' })
    expect(stored(bench).accessToken).toBe('their login')
  })

  test('a lock that was lost sends no refresh token', async () => {
    const bench = await loggedIn()
    bench.clock.pass(HOUR)
    const lost = { signal: new AbortController().signal, stillHeld: async () => false }
    bench.store.lock = async (_path, section) => (await section(lost)) as never
    await expect(bench.own.authorize()).rejects.toMatchObject({ code: 'REFRESH_PENDING' })
    expect(bench.identity.counters.refreshes).toBe(0)
  })
})

describe('invalid_grant', () => {
  test('marks the account, keeps its tokens, and asks the provider no more', async () => {
    const bench = await loggedIn()
    await bench.own.authorize()
    bench.identity.revokeAll()
    bench.clock.pass(HOUR)
    await expect(bench.own.authorize()).rejects.toMatchObject({
      code: 'NEEDS_LOGIN',
      message: expect.stringContaining('llm-gateway oauth start upstream_1'),
    })
    expect(stored(bench)).toMatchObject({ refreshToken: expect.any(String), problem: { kind: 'refresh-refused' } })
    expect(bench.own.state).toMatchObject({ state: 'needs_login', refreshable: false })
    const asked = bench.identity.counters.tokenRequests
    for (let turn = 0; turn < 20; turn += 1) {
      await expect(bench.own.authorize()).rejects.toMatchObject({ code: 'NEEDS_LOGIN' })
      await expect(new AccountTokens(bench.account, bench.tokens).authorize()).rejects.toMatchObject({
        code: 'NEEDS_LOGIN',
      })
      bench.clock.pass(10_000)
    }
    expect(bench.identity.counters.tokenRequests).toBe(asked)
  })

  test('before the end of the access token lets that one serve on', async () => {
    const bench = await loggedIn()
    await bench.own.authorize()
    const { accessToken } = stored(bench)
    bench.identity.revokeAll()
    bench.clock.pass(HOUR - 60_000)
    await bench.own.renew().catch(() => {})
    expect(bench.own.authorize()).toMatchObject({ accessToken })
    expect(bench.own.state.state).toBe('needs_login')
  })

  test('ends with a login of another process, which is found', async () => {
    const bench = await loggedIn()
    bench.identity.revokeAll()
    bench.clock.pass(HOUR)
    await expect(bench.own.authorize()).rejects.toMatchObject({ code: 'NEEDS_LOGIN' })
    await logIn(bench)
    bench.clock.pass(2_001)
    await expect(bench.own.authorize()).resolves.toMatchObject({ accessToken: stored(bench).accessToken })
    expect(bench.own.state.state).toBe('authorized')
    expect(bench.own.state.problem).toBeUndefined()
  })
})

describe('O4: a provider that is down', () => {
  test.each(['error', 'reset'] as const)(
    '(%s) costs no request while the token is good, and is asked rarely',
    async (outage) => {
      const bench = await loggedIn()
      await bench.own.authorize()
      bench.identity.set({ outage })
      const before = bench.identity.counters.tokenRequests
      bench.clock.pass(HOUR - 5 * 60_000)
      for (let tick = 0; tick < 60 * 20; tick += 1) {
        bench.clock.pass(50)
        expect(bench.own.authorize()).toMatchObject({ accessToken: stored(bench).accessToken })
        await bench.own.settled()
      }
      const attempts = bench.identity.counters.tokenRequests - before
      expect(attempts).toBeGreaterThanOrEqual(3)
      expect(attempts).toBeLessThanOrEqual(6)
      expect(bench.own.state).toMatchObject({ state: 'authorized', problem: expect.stringContaining('token endpoint') })
      bench.identity.set({ outage: undefined })
      bench.clock.pass(60_000)
      await bench.own.renew()
      expect(bench.own.state).toMatchObject({ state: 'authorized' })
      expect(bench.own.state.problem).toBeUndefined()
    },
  )

  test('and a token that has ended fails at once between the attempts', async () => {
    const bench = await loggedIn()
    bench.identity.set({ outage: 'error' })
    bench.clock.pass(HOUR)
    for (let turn = 0; turn < 100; turn += 1) {
      await expect(bench.own.authorize()).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
    }
    expect(bench.identity.counters.tokenRequests).toBe(2)
    expect(bench.own.state.state).toBe('expired')
  })

  test('is left alone as long as it asks for', async () => {
    const bench = await loggedIn()
    await bench.own.authorize()
    bench.clock.pass(HOUR - 60_000)
    let asked = 0
    const fetch = async (): Promise<Response> => {
      asked += 1
      return Response.json({ error: 'slow' }, { status: 429, headers: { 'retry-after': '40' } })
    }
    const own = new AccountTokens(bench.account, { ...bench.tokens, fetch })
    await own.look()
    for (let second = 0; second < 39; second += 1) {
      await own.authorize()
      await own.settled()
      bench.clock.pass(1_000)
    }
    expect(asked).toBe(1)
  })
})

describe('O7: a machine’s clock that jumps', () => {
  test.each([10 * 60_000, -10 * 60_000])('by %i ms costs at most one renewal in each of 5 cycles', async (jump) => {
    const bench = await loggedIn()
    await bench.own.authorize()
    for (let cycle = 0; cycle < 5; cycle += 1) {
      const before = bench.identity.counters.refreshes
      bench.clock.wall += jump
      for (let minute = 0; minute < 54; minute += 1) {
        await bench.own.authorize()
        await bench.own.settled()
        bench.clock.pass(60_000)
      }
      expect(bench.identity.counters.refreshes - before).toBeLessThanOrEqual(1)
      bench.clock.pass(2 * 60_000)
      await bench.own.authorize()
      await bench.own.settled()
      expect(bench.identity.counters.refreshes - before).toBeLessThanOrEqual(2)
      expect(bench.identity.counters.refreshes - before).toBeGreaterThanOrEqual(1)
    }
  })

  test('never makes a token of another process good for longer than its life', async () => {
    const bench = await loggedIn()
    bench.clock.wall -= 24 * HOUR
    const own = new AccountTokens(bench.account, bench.tokens)
    await own.authorize()
    expect(own.renewAt).toBeLessThanOrEqual(bench.clock.mono + HOUR)
  })
})

describe('O8: an upstream that refuses a fresh token', () => {
  test('costs one renewal, one more try each, and then needs a login', async () => {
    const bench = await loggedIn()
    const attempt = async (): Promise<number> => {
      let tries = 0
      for (;;) {
        const token = await bench.own.authorize()
        tries += 1
        if (tries > 1 || !(await bench.own.refused(token.accessToken))) break
      }
      // The second try was refused too.
      await bench.own.refused((await Promise.resolve(bench.own.authorize()).catch(() => undefined))?.accessToken ?? '')
      return tries
    }
    const tries = await Promise.all(Array.from({ length: 50 }, attempt))
    expect(Math.max(...tries)).toBe(2)
    expect(bench.identity.counters.refreshes).toBe(1)
    await expect(bench.own.authorize()).rejects.toMatchObject({ code: 'NEEDS_LOGIN' })
    expect(bench.own.state).toMatchObject({ state: 'needs_login' })
    expect(stored(bench).problem?.kind).toBe('access-refused')
  })

  test('follows another process that has renewed it, without a request', async () => {
    const bench = await loggedIn()
    const { accessToken } = await bench.own.authorize()
    await new AccountTokens(bench.account, bench.tokens).force()
    expect(await bench.own.refused(accessToken)).toBe(true)
    expect(bench.identity.counters.refreshes).toBe(1)
    expect(bench.own.authorize()).toMatchObject({ accessToken: stored(bench).accessToken })
  })
})

describe('O9: an address that was changed', () => {
  test('a token endpoint gets no refresh token that was not its own', async () => {
    const bench = await loggedIn()
    const evil = await startBench()
    const moved = accountOf({ ...bench.profile, tokenUrl: evil.identity.tokenUrl }, bench.simulator.url)
    bench.clock.pass(HOUR)
    const own = new AccountTokens(moved, bench.tokens)
    await expect(own.authorize()).rejects.toMatchObject({
      code: 'NEEDS_LOGIN',
      message: expect.stringContaining('token_url'),
    })
    await expect(own.force()).rejects.toMatchObject({ code: 'NEEDS_LOGIN' })
    expect(evil.identity.counters.tokenRequests).toBe(0)
  })

  test('an upstream gets no access token that was not for it', async () => {
    const bench = await loggedIn()
    const own = new AccountTokens(accountOf(bench.profile, 'https://evil.example'), bench.tokens)
    await expect(own.authorize()).rejects.toMatchObject({
      code: 'NEEDS_LOGIN',
      message: expect.stringContaining('base_url'),
    })
  })

  test.each(['http://idp.example/token', 'ftp://idp.example/token', 'nonsense'])(
    '%s is no token endpoint',
    (tokenUrl) => {
      expect(() =>
        accountOf({ name: 'p', clientId: 'c', authorizeUrl: 'https://idp.example', tokenUrl }, 'https://a'),
      ).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }))
    },
  )
})

test('records that are not ours need a login', async () => {
  const bench = await startBench()
  for (const text of ['', '{}', '{"version":2}', 'null']) {
    await bench.store.write(tokenPath('upstream_1'), text, { ifVersion: 'any' })
    await expect(new AccountTokens(bench.account, bench.tokens).authorize()).rejects.toMatchObject({
      code: 'NEEDS_LOGIN',
    })
  }
})

test('a store that fails costs no request while the token is good', async () => {
  const bench = await loggedIn()
  await bench.own.authorize()
  bench.store.read = () => Promise.reject(new Error('the disk is gone'))
  bench.clock.pass(HOUR - 60_000)
  expect(bench.own.authorize()).toMatchObject({ profile: 'test' })
  await bench.own.settled()
  expect(bench.own.state.problem).toContain('the disk is gone')
})

test('what is told of tokens holds none', async () => {
  const bench = await loggedIn()
  await bench.own.authorize()
  const { accessToken, refreshToken = '' } = stored(bench)
  const told = JSON.stringify(bench.own.state)
  expect(told).not.toContain(accessToken)
  expect(told).not.toContain(refreshToken)
  expect(writeTokens(stored(bench))).toContain(refreshToken)
})
