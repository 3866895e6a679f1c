import { expect, test } from 'vitest'
import { logIn, startBench, visit } from '../../test/kit.ts'
import { readCallbackText } from './callback-text.ts'
import { beginLogin, finishLogin } from './login.ts'
import { readTokens, tokenPath } from './token-set.ts'

test('a login ends with tokens in the store, bound to their profile, endpoint and upstream', async () => {
  const bench = await startBench()
  await logIn(bench)
  const stored = bench.store.records.get(tokenPath(bench.account.id))
  expect(readTokens(stored?.text ?? '', bench.account.id)).toEqual({
    profile: 'test',
    tokenUrl: bench.identity.tokenUrl,
    resource: bench.simulator.url,
    accessToken: expect.stringMatching(/^sim-at-/),
    refreshToken: expect.stringMatching(/^sim-rt-/),
    scope: 'chat models',
    lifetimeMs: 3_600_000,
    obtainedAt: bench.clock.wall,
  })
  expect([...bench.store.records.keys()]).toEqual(['oauth/upstream_1'])
})

test('asks by S256 with a verifier of 43 characters and a state that are new each time', async () => {
  const bench = await startBench()
  const [first, second] = [await beginLogin(bench.account, bench.login), await beginLogin(bench.account, bench.login)]
  const query = new URL(first.url).searchParams
  expect(query.get('code_challenge_method')).toBe('S256')
  expect(query.get('response_type')).toBe('code')
  expect(first.state).not.toBe(second.state)
  expect(query.get('code_challenge')).not.toBe(new URL(second.url).searchParams.get('code_challenge'))
  const pending = JSON.parse(bench.store.records.get('oauth-login/upstream_1')?.text ?? '{}')
  expect(pending.verifier).toMatch(/^[A-Za-z0-9_-]{43}$/)
})

test('the code comes as it is pasted from the page', async () => {
  const bench = await startBench()
  const begun = await beginLogin(bench.account, bench.login)
  const page = await (await fetch(begun.url)).text()
  const pasted = /<pre>(.*)<\/pre>/.exec(page)?.[1] ?? ''
  expect(pasted).toMatch(/^sim-code-.+#.{43}$/)
  const tokens = await finishLogin(bench.account, { parameters: readCallbackText(`  ${pasted}\n`) }, bench.login)
  expect(bench.identity.admits(tokens.accessToken)).toBe(true)
})

test.each<[string, string, (answer: URLSearchParams) => void]>([
  ['no state', 'LOGIN_UNKNOWN', (answer) => answer.delete('state')],
  ['a wrong state', 'LOGIN_UNKNOWN', (answer) => answer.set('state', 'x'.repeat(43))],
  ['a state cut short', 'LOGIN_UNKNOWN', (answer) => answer.set('state', (answer.get('state') ?? '').slice(1))],
  ['no code', 'LOGIN_INVALID', (answer) => answer.delete('code')],
  ['another issuer', 'LOGIN_INVALID', (answer) => answer.set('iss', 'https://evil.example')],
  ['a code that was not issued', 'INVALID_GRANT', (answer) => answer.set('code', 'sim-code-injected')],
  ['an error', 'LOGIN_DENIED', (answer) => answer.set('error', 'access_denied')],
])('an answer with %s is refused', async (_what, code, spoil) => {
  const bench = await startBench()
  const begun = await beginLogin(bench.account, bench.login)
  const parameters = await visit(begun.url)
  spoil(parameters)
  await expect(finishLogin(bench.account, { parameters }, bench.login)).rejects.toMatchObject({ code })
  expect(bench.store.records.has('oauth/upstream_1')).toBe(false)
})

test('an answer works once', async () => {
  const bench = await startBench()
  const begun = await beginLogin(bench.account, bench.login)
  const parameters = await visit(begun.url)
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => finishLogin(bench.account, { parameters }, bench.login)),
  )
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await expect(finishLogin(bench.account, { parameters }, bench.login)).rejects.toMatchObject({ code: 'LOGIN_UNKNOWN' })
  expect(bench.identity.counters).toMatchObject({ logins: 1, reuses: 0 })
})

test('a code that another client had issued, with its own verifier, is refused', async () => {
  const bench = await startBench()
  const other = await startBench()
  const mine = await beginLogin(bench.account, bench.login)
  const theirs = await beginLogin({ ...bench.account, id: 'upstream_2' }, { ...other.login, fetch: bench.login.fetch })
  const parameters = await visit(mine.url)
  parameters.set('code', (await visit(theirs.url)).get('code') ?? '')
  await expect(finishLogin(bench.account, { parameters }, bench.login)).rejects.toMatchObject({ code: 'INVALID_GRANT' })
})

test('a newer login of the account takes the place of an older one', async () => {
  const bench = await startBench()
  const older = await visit((await beginLogin(bench.account, bench.login)).url)
  const newer = await visit((await beginLogin(bench.account, bench.login)).url)
  await expect(finishLogin(bench.account, { parameters: older }, bench.login)).rejects.toMatchObject({
    code: 'LOGIN_UNKNOWN',
  })
  await expect(finishLogin(bench.account, { parameters: newer }, bench.login)).resolves.toBeDefined()
})

test.each([
  [10 * 60_000, true],
  [10 * 60_000 + 1, false],
])('an answer after %i ms: taken %s', async (ms, taken) => {
  const bench = await startBench()
  bench.identity.set({ codeLifetimeMs: 3_600_000 })
  const parameters = await visit((await beginLogin(bench.account, bench.login)).url)
  bench.clock.pass(ms)
  const finished = finishLogin(bench.account, { parameters }, bench.login)
  if (taken) await expect(finished).resolves.toBeDefined()
  else await expect(finished).rejects.toMatchObject({ code: 'LOGIN_EXPIRED' })
})

test('a code is not sent to a token endpoint that the configuration named only after the login began', async () => {
  const bench = await startBench()
  const parameters = await visit((await beginLogin(bench.account, bench.login)).url)
  const evil = await startBench()
  const moved = { ...bench.account, profile: { ...bench.account.profile, tokenUrl: evil.identity.tokenUrl } }
  await expect(finishLogin(moved, { parameters }, bench.login)).rejects.toMatchObject({ code: 'LOGIN_UNKNOWN' })
  expect(evil.identity.counters.tokenRequests).toBe(0)
})

test('a token endpoint that redirects gets no second request', async () => {
  const bench = await startBench()
  const parameters = await visit((await beginLogin(bench.account, bench.login)).url)
  const redirecting: typeof bench.login.fetch = async (_url, init) => {
    expect(init.redirect).toBe('manual')
    return new Response(undefined, { status: 307, headers: { location: 'http://127.0.0.1:9/' } })
  }
  const login = { ...bench.login, fetch: redirecting }
  await expect(finishLogin(bench.account, { parameters }, login)).rejects.toMatchObject({
    code: 'PROVIDER_ERROR',
    message: expect.stringContaining('answered 307'),
  })
})

test('an answer that is no token, and an id token that would not validate', async () => {
  const bench = await startBench()
  const answers = [
    new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    Response.json({ access_token: 't', token_type: 'bearer', id_token: 'not a token', expires_in: '60' }),
  ]
  const login = { ...bench.login, fetch: async () => answers.shift() ?? new Response() }
  const one = await visit((await beginLogin(bench.account, login)).url)
  await expect(finishLogin(bench.account, { parameters: one }, login)).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
  const two = await visit((await beginLogin(bench.account, login)).url)
  await expect(finishLogin(bench.account, { parameters: two }, login)).resolves.toMatchObject({
    accessToken: 't',
    lifetimeMs: 60_000,
  })
})

const token = { access_token: 'canary', token_type: 'bearer', expires_in: 60 }

test.each<[string, Response, object]>([
  [
    'a page',
    new Response('<p>canary', { headers: { 'content-type': 'text/html' } }),
    { message: /text\/html that is no/ },
  ],
  ['too much', Response.json({ ...token, scope: 'x'.repeat(1024 * 1024) }), { message: /answered more than 1 MiB/ }],
  ['too much of an error', new Response('x'.repeat(2 ** 21), { status: 503 }), { message: /answered 503/ }],
  ['nothing', new Response(''), { message: /no JSON object/ }],
  ['a list', Response.json([token]), { message: /no JSON object/ }],
  ['no access_token', Response.json({ token_type: 'bearer' }), { message: /no access_token/ }],
  ['a token of two lines', Response.json({ ...token, access_token: 'canary\r\nx: y' }), { message: /no header can/ }],
  ['no token_type', Response.json({ ...token, token_type: undefined }), { message: /without a token_type/ }],
  ['another token_type', Response.json({ ...token, token_type: 'mac' }), { message: /other than Bearer/ }],
  ['a time before now', Response.json({ ...token, expires_in: -1 }), { message: /no time to live/ }],
  ['invalid_grant with 200', Response.json({ error: 'invalid_grant' }), { code: 'INVALID_GRANT', message: /\(200\)/ }],
  ['another error with 200', Response.json({ error: 'bad_code' }), { providerCode: 'bad_code', message: /bad_code/ }],
])('an answer that is no token is told by what is wrong with it: %s', async (_what, answer, told) => {
  const bench = await startBench()
  const login = { ...bench.login, fetch: async () => answer }
  const parameters = await visit((await beginLogin(bench.account, login)).url)
  const failed: unknown = await finishLogin(bench.account, { parameters }, login).catch((cause: unknown) => cause)
  const matchers = Object.entries(told).map(([name, value]) => [
    name,
    value instanceof RegExp ? expect.stringMatching(value) : value,
  ])
  expect(failed).toMatchObject({ code: 'PROVIDER_ERROR', ...Object.fromEntries(matchers) })
  expect(String((failed as Error).message)).not.toContain('canary')
})

test('a token for longer than there are dates is one for a hundred years', async () => {
  const bench = await startBench()
  const login = { ...bench.login, fetch: async () => Response.json({ ...token, expires_in: 1e15 }) }
  const parameters = await visit((await beginLogin(bench.account, login)).url)
  const { lifetimeMs } = await finishLogin(bench.account, { parameters }, login)
  expect(lifetimeMs).toBe(36_500 * 86_400_000)
})

test('errors hold neither code nor token nor verifier', async () => {
  const bench = await startBench()
  const parameters = await visit((await beginLogin(bench.account, bench.login)).url)
  const echo = async (_url: string, init: { body?: string | undefined }): Promise<Response> =>
    Response.json({ error: 'invalid_grant', error_description: init.body }, { status: 400 })
  const failed = await finishLogin(bench.account, { parameters }, { ...bench.login, fetch: echo }).catch(
    (cause: unknown) => cause,
  )
  const { inspect } = await import('node:util')
  const shown = inspect(failed, { depth: null, showHidden: true })
  expect(shown).toContain('INVALID_GRANT')
  expect(shown).not.toContain(parameters.get('code'))
})

test.each([
  ['abc#def', 'abc', 'def'],
  ['abc&scope=x#def', 'abc', 'def'],
  ['http://127.0.0.1:9/callback?code=abc&state=def', 'abc', 'def'],
  ['?code=abc&state=def', 'abc', 'def'],
  ['code=a%2Fb&state=def', 'a/b', 'def'],
])('reads %j', (text, code, state) => {
  const parameters = readCallbackText(text)
  expect([parameters.get('code'), parameters.get('state')]).toEqual([code, state])
})

test.each([
  ['', 'LOGIN_INVALID'],
  ['#state', 'LOGIN_INVALID'],
  ['two words', 'LOGIN_INVALID'],
  ['only-a-code', 'LOGIN_UNKNOWN'],
  ['only-a-code#', 'LOGIN_UNKNOWN'],
])('refuses %j', (text, code) => {
  expect(() => readCallbackText(text)).toThrow(expect.objectContaining({ code }))
})
