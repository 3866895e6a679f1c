import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anthropicAccount, gatewayKey, openaiAccount, startGateway, type TestGateway } from './harness.ts'
import { logIn, oauthAccount, profileSection } from './oauth-kit.ts'

/** What Claude Code 2.1.330 sends of itself, but for its credential. */
const claudeCode = {
  accept: 'application/json',
  'user-agent': 'claude-cli/2.1.330 (external, sdk-cli)',
  'x-claude-code-session-id': '85d15a89-410a-4a2d-9f1d-b30dd70d3338',
  'x-stainless-arch': 'x64',
  'x-stainless-lang': 'js',
  'x-stainless-os': 'Linux',
  'x-stainless-package-version': '0.128.0',
  'x-stainless-retry-count': '0',
  'x-stainless-runtime': 'node',
  'x-stainless-runtime-version': 'v26.12.1',
  'x-stainless-timeout': '600',
  'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27',
  'anthropic-dangerous-direct-browser-access': 'true',
  'anthropic-version': '2023-06-01',
  'x-app': 'cli',
}
// Odd spacing on purpose: the bytes must arrive as they were.
const bytes =
  '{ "model":"claude-opus-5-5",  "max_tokens": 9,"stream":true, "messages":[{"role":"user","content":"hi"}]}'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

describe('an account of the Claude Code profile', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({
      accounts: [oauthAccount(simulator.url)],
      config: { oauth_profiles: { 'claude-code': profileSection(simulator) } },
    })
    await logIn(gateway)
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  test('serves Claude Code, byte for byte and under its own headers', async () => {
    const response = await gateway.fetch('/v1/messages?beta=true', { headers: claudeCode, body: bytes })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('message_stop')
    const sent = simulator.requests.at(-1)
    expect(sent?.body).toEqual(JSON.parse(bytes))
    expect(sent?.bodyBytes).toBe(bytes.length)
    expect(sent?.query).toBe('beta=true')
    const { authorization, host, connection, 'content-length': length, ...headers } = sent?.headers ?? {}
    expect(authorization).toMatch(/^Bearer sim-at-/)
    // What `fetch` adds of its own is the client's as well.
    const ofFetch = { 'accept-language': '*', 'sec-fetch-mode': 'cors', 'content-type': 'application/json' }
    expect(headers).toEqual({ ...claudeCode, ...ofFetch, 'accept-encoding': 'identity' })
  })

  test('counts tokens for Claude Code', async () => {
    const { stream: _stream, max_tokens: _max, ...count } = JSON.parse(bytes) as Record<string, unknown>
    const response = await gateway.fetch('/v1/messages/count_tokens?beta=true', { headers: claudeCode, body: count })
    expect(await response.json()).toEqual({ input_tokens: expect.any(Number) })
    expect(simulator.requests.at(-1)?.path).toBe('/v1/messages/count_tokens')
  })

  test.each<[string, string, object, object]>([
    [
      'curl in Anthropic’s API',
      '/v1/messages',
      { 'anthropic-version': '2023-06-01', 'user-agent': 'curl/8.5.0' },
      JSON.parse(bytes),
    ],
    [
      'curl in OpenAI’s API',
      '/v1/chat/completions',
      { 'user-agent': 'curl/8.5.0' },
      { model: 'claude-opus-5-5', messages: [{ role: 'user', content: 'hi' }] },
    ],
    [
      'Claude Code’s headers in OpenAI’s API',
      '/v1/chat/completions',
      claudeCode,
      { model: 'claude-opus-5-5', messages: [{ role: 'user', content: 'hi' }] },
    ],
  ])('refuses %s with a 403 that explains', async (_what, path, headers, body) => {
    const before = simulator.requests.length
    const response = await gateway.fetch(path, { headers: { ...headers }, body })
    const answer = (await response.json()) as { type?: string; error: { type: string; message: string } }
    expect(response.status).toBe(403)
    expect(response.headers.get('x-llm-gateway-error-source')).toBe('gateway')
    expect(answer.error.message).toMatch(/is a Claude Code login, .* serves requests of Claude Code itself only/)
    if (path === '/v1/messages') expect(answer).toMatchObject({ type: 'error', error: { type: 'permission_error' } })
    expect(simulator.requests.length).toBe(before)
  })

  test('is asked nothing on the gateway’s own account', async () => {
    const before = simulator.totals.requests
    const response = await gateway.fetch('/v1/models?limit=1000', { headers: claudeCode })
    expect(await response.json()).toMatchObject({ data: [] })
    expect(simulator.totals.requests).toBe(before)
  })
})

test('the account is no candidate for other clients while another serves them', async () => {
  const other = await startSimulator()
  const accounts = [oauthAccount(simulator.url, { priority: 9, models: ['claude*'] }), anthropicAccount(other.url)]
  const config = { oauth_profiles: { 'claude-code': profileSection(simulator) } }
  await using gateway = await startGateway({ accounts, config })
  await logIn(gateway)
  const served = async (headers: Record<string, string>): Promise<string | null> => {
    const response = await gateway.fetch('/v1/messages', { headers, body: bytes })
    await response.text()
    return response.headers.get('x-llm-gateway-upstream')
  }
  for (let turn = 0; turn < 3; turn += 1) {
    expect(await served({ 'anthropic-version': '2023-06-01' })).toBe('upstream_anthropic')
  }
  expect(await served(claudeCode)).toBe('upstream_oauth')
  // A failure of the account fails over for Claude Code, and never the other way.
  simulator.identity.revokeAll()
  expect(await served(claudeCode)).toBe('upstream_anthropic')
  await other.close()
})

test('a model route that renames the model does not lead to the account', async () => {
  const config = {
    oauth_profiles: { 'claude-code': profileSection(simulator) },
    model_routes: [{ source_model: 'fast', target_model: 'claude-opus-5-5' }],
  }
  await using gateway = await startGateway({ accounts: [oauthAccount(simulator.url)], config })
  await logIn(gateway)
  const body = bytes.replace('claude-opus-5-5', 'fast')
  const response = await gateway.fetch('/v1/messages', { headers: claudeCode, body })
  expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('only as they are')])
})

describe('an account that passes on the client’s own credential', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({
      accounts: [
        { id: 'own', name: 'own', type: 'passthrough', provider: 'anthropic', base_url: simulator.url },
        openaiAccount(simulator.url),
      ],
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const send = (headers: Record<string, string>, body = bytes): Promise<Response> =>
    fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...headers },
      body,
    })

  test.each([[{ authorization: 'Bearer sk-ant-oat01-mine' }], [{ 'x-api-key': 'sk-ant-api03-mine' }]])(
    'sends %j to the provider, and the gateway key nowhere',
    async (credential) => {
      const response = await send({ 'x-llm-gateway-key': gateway.key, ...credential })
      expect(response.status).toBe(200)
      await response.text()
      const sent = simulator.requests.at(-1)?.headers ?? {}
      expect(sent).toMatchObject(credential)
      expect(JSON.stringify(sent)).not.toContain(gateway.key)
    },
  )

  test.each<[string, (key: string) => Record<string, string>]>([
    ['the gateway key alone, where SDKs put keys', (key) => ({ 'x-api-key': key })],
    ['the gateway key in its own header alone', (key) => ({ 'x-llm-gateway-key': key })],
    ['the gateway key twice', (key) => ({ 'x-llm-gateway-key': key, authorization: `Bearer ${key}` })],
  ])('tells who sends %s what is missing', async (_what, headers) => {
    const before = simulator.requests.length
    const response = await send(headers(gateway.key))
    expect([response.status, await response.text()]).toEqual([401, expect.stringContaining('x-llm-gateway-key')])
    expect(simulator.requests.length).toBe(before)
  })

  test('the gateway key still counts', async () => {
    expect((await send({ 'x-llm-gateway-key': 'gw_made_up', 'x-api-key': 'sk-ant-mine' })).status).toBe(401)
    expect((await send({ 'x-api-key': 'sk-ant-mine' })).status).toBe(401)
  })

  test('one client’s bad token is its own business: it gets the provider’s words, and no other is kept out', async () => {
    const off = simulator.fault({ kind: 'status', status: 401, key: 'sk-ant-bad', message: 'invalid x-api-key' })
    for (let turn = 0; turn < 8; turn += 1) {
      const response = await send({ 'x-llm-gateway-key': gateway.key, 'x-api-key': 'sk-ant-bad' })
      expect([response.status, response.headers.get('x-llm-gateway-error-source')]).toEqual([401, 'upstream'])
      expect(await response.text()).toContain('invalid x-api-key')
    }
    off()
    const response = await send({ 'x-llm-gateway-key': gateway.key, 'x-api-key': 'sk-ant-good' })
    expect(response.status).toBe(200)
    await response.text()
    const { accounts } = (await gateway.status()) as { accounts: { id: string; state: string }[] }
    expect(accounts.find(({ id }) => id === 'own')?.state).toBe('healthy')
  })
})

test('who brings a credential is not served at the operator’s cost, and who brings none not at another’s', async () => {
  const paid = await startSimulator()
  const own = {
    id: 'own',
    name: 'own',
    type: 'passthrough',
    provider: 'anthropic',
    base_url: simulator.url,
    priority: -5,
  }
  const second = gatewayKey()
  await using gateway = await startGateway({
    accounts: [own, anthropicAccount(paid.url)],
    config: { gateway_keys: [second.section] },
  })
  const served = async (headers: Record<string, string>): Promise<string | null> => {
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...headers },
      body: bytes,
    })
    await response.text()
    return response.headers.get('x-llm-gateway-upstream')
  }
  expect(await served({ 'x-llm-gateway-key': second.raw, 'x-api-key': 'sk-ant-mine' })).toBe('own')
  expect(await served({ 'x-api-key': second.raw })).toBe('upstream_anthropic')
  await paid.close()
})
