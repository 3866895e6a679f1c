import { createHash } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { type Simulator, startSimulator } from '../server.ts'

const verifier = 'v'.repeat(43)
const challenge = createHash('sha256').update(verifier).digest('base64url')
const redirect = 'http://127.0.0.1:9/callback'

async function started(now?: () => number): Promise<Simulator> {
  const simulator = await startSimulator({ ...(now && { now }) })
  onTestFinished(() => simulator.close())
  return simulator
}

function authorizeUrl({ identity }: Simulator, more: Record<string, string> = {}): string {
  const url = new URL(identity.authorizeUrl)
  const query = {
    response_type: 'code',
    client_id: 'c1',
    redirect_uri: redirect,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 's1',
    scope: 'chat',
    ...more,
  }
  for (const [name, value] of Object.entries(query)) if (value !== '') url.searchParams.set(name, value)
  return url.href
}

async function visit(simulator: Simulator, more: Record<string, string> = {}): Promise<URLSearchParams> {
  const response = await fetch(authorizeUrl(simulator, more), { redirect: 'manual' })
  return new URL(response.headers.get('location') ?? 'http://none').searchParams
}

interface Told {
  readonly status: number
  readonly body: Record<string, string>
}

async function trade({ identity }: Simulator, form: Record<string, string>): Promise<Told> {
  const response = await fetch(identity.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'c1', ...form }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

async function logIn(simulator: Simulator): Promise<Record<string, string>> {
  const code = (await visit(simulator)).get('code') ?? ''
  const grant = { grant_type: 'authorization_code', code, redirect_uri: redirect, code_verifier: verifier }
  return (await trade(simulator, grant)).body
}

const refresh = (token: string | undefined): Record<string, string> => ({
  grant_type: 'refresh_token',
  refresh_token: token ?? '',
})

test('gives tokens for a code and its verifier, once', async () => {
  const simulator = await started()
  const answer = await visit(simulator)
  expect(answer.get('state')).toBe('s1')
  expect(answer.get('iss')).toBe(simulator.url)
  const grant = {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: redirect,
    code_verifier: verifier,
  }
  const first = await trade(simulator, grant)
  expect(first).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 3600, scope: 'chat' } })
  expect(await trade(simulator, grant)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  expect(simulator.identity.admits(first.body.access_token ?? '')).toBe(false)
  expect(simulator.identity.counters).toMatchObject({ logins: 1, reuses: 1 })
})

test.each<[string, Record<string, string>]>([
  ['a plain challenge', { code_challenge: verifier, code_challenge_method: 'plain' }],
  ['no challenge', { code_challenge: '', code_challenge_method: '' }],
])('takes no login with %s', async (_what, more) => {
  expect((await visit(await started(), more)).get('error')).toBe('invalid_request')
})

test.each<[string, Record<string, string>, string]>([
  ['another verifier', { code_verifier: 'w'.repeat(43) }, 'invalid_grant'],
  ['a verifier that is too short', { code_verifier: 'v'.repeat(42) }, 'invalid_request'],
  ['another redirect', { redirect_uri: 'http://127.0.0.1:8/callback' }, 'invalid_grant'],
  ['another client', { client_id: 'c2' }, 'invalid_grant'],
])('trades no code with %s', async (_what, more, error) => {
  const simulator = await started()
  const code = (await visit(simulator)).get('code') ?? ''
  const grant = { grant_type: 'authorization_code', code, redirect_uri: redirect, code_verifier: verifier, ...more }
  expect((await trade(simulator, grant)).body.error).toBe(error)
})

test.each(['https://evil.example/callback', 'http://127.0.0.1.evil.example/', ''])(
  'sends no code to %j',
  async (redirect_uri) => {
    const simulator = await started()
    const response = await fetch(authorizeUrl(simulator, { redirect_uri }), { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  },
)

test('a refresh token works once; shown again it kills its family and no other', async () => {
  const simulator = await started()
  const [mine, other] = [await logIn(simulator), await logIn(simulator)]
  const next = (await trade(simulator, refresh(mine.refresh_token))).body
  expect(simulator.identity.admits(next.access_token ?? '')).toBe(true)
  expect((await trade(simulator, refresh(mine.refresh_token))).body.error).toBe('invalid_grant')
  expect((await trade(simulator, refresh(next.refresh_token))).body.error).toBe('invalid_grant')
  expect(simulator.identity.admits(next.access_token ?? '')).toBe(false)
  expect(simulator.identity.admits(other.access_token ?? '')).toBe(true)
  expect(simulator.identity.counters).toMatchObject({ refreshes: 1, reuses: 1 })
})

test('within the grace period an answer that got lost can be asked for again', async () => {
  const simulator = await started()
  simulator.identity.set({ graceMs: 60_000 })
  const mine = await logIn(simulator)
  await trade(simulator, refresh(mine.refresh_token))
  const again = (await trade(simulator, refresh(mine.refresh_token))).body
  const next = await trade(simulator, refresh(again.refresh_token))
  expect(next.status).toBe(200)
  expect((await trade(simulator, refresh(mine.refresh_token))).body.error).toBe('invalid_grant')
  expect(simulator.identity.counters).toMatchObject({ refreshes: 3, graced: 1, reuses: 1 })
})

test('its access tokens are let in as Bearer until they end', async () => {
  let at = 1_000_000
  const simulator = await started(() => at)
  const { access_token: token } = await logIn(simulator)
  const call = async (credential: string): Promise<number> => {
    const response = await fetch(`${simulator.url}/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential}`, 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ model: 'claude-opus-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }),
    })
    await response.arrayBuffer()
    return response.status
  }
  expect(await call(token ?? '')).toBe(200)
  expect(await call('sim-at-made-up')).toBe(401)
  at += 3_600_000
  expect(await call(token ?? '')).toBe(401)
})

test('a person may be asked, and may say no', async () => {
  const simulator = await started()
  simulator.identity.set({ approval: 'form' })
  const url = authorizeUrl(simulator)
  expect(await (await fetch(url)).text()).toContain('Allow')
  const decide = async (decision: string): Promise<URLSearchParams> => {
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ decision }), redirect: 'manual' })
    return new URL(response.headers.get('location') ?? 'http://none').searchParams
  }
  expect((await decide('no')).get('error')).toBe('access_denied')
  expect((await decide('yes')).get('code')).toMatch(/^sim-code-/)
})

test('can be set up and counted from outside', async () => {
  const simulator = await started()
  const control = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${simulator.url}/_simulator/${path}`, init)
  expect((await control('identity', { method: 'PUT', body: '{"outage":"error"}' })).status).toBe(200)
  expect((await trade(simulator, refresh('x'))).status).toBe(503)
  expect((await control('identity', { method: 'PUT', body: '{"outage":null}' })).status).toBe(200)
  expect((await trade(simulator, refresh('x'))).status).toBe(400)
  expect((await control('identity', { method: 'PUT', body: '{"rotation":"sometimes"}' })).status).toBe(400)
  expect(await (await control('identity')).json()).toMatchObject({ tokenRequests: 2, refusals: 1 })
})
