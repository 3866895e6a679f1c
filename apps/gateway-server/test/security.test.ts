import { hashKey } from '@llm-gateway/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readRuntime } from '../src/index.ts'
import {
  anthropicAccount,
  anthropicSecret,
  gatewayKey,
  openaiAccount,
  openaiSecret,
  startGateway,
  type TestGateway,
} from './harness.ts'
import { exchange, statusesOf } from './raw-client.ts'
import { bytes, type RawUpstream, startRawUpstream } from './raw-upstream.ts'

const json = { 'content-type': 'application/json' }
const reply =
  '{"id":"c","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}'
const adminSecret = 'admin-canary-0a9b8c7d6e5f'
const admin = gatewayKey({ permissions: ['admin'] })
const user = gatewayKey()
const disabled = gatewayKey({ permissions: ['admin'], status: 'disabled' })
const expired = gatewayKey({ permissions: ['admin'], expires_at: '2020-01-01T00:00:00Z' })
const site = 'https://chat.example.com'

let upstream: RawUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startRawUpstream(bytes(200, json, reply))
  gateway = await startGateway({
    accounts: [anthropicAccount(upstream.url), openaiAccount(upstream.url)],
    config: {
      server: { drain_timeout: 1, admin_key_hash: hashKey(adminSecret), cors: { origins: [site] } },
      gateway_keys: [user, admin, disabled, expired].map(({ section }) => section),
    },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream.close()
})
beforeEach(() => {
  upstream.answer(bytes(200, json, reply))
})

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
const body = { model: 'gpt-4o', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }

describe('an upstream credential', () => {
  const secrets = [anthropicSecret, openaiSecret]
  const sse = { 'content-type': 'text/event-stream' }
  const told = `the key ${openaiSecret} and ${anthropicSecret} is wrong`
  const leaks = [
    { name: 'an error body', answer: bytes(400, json, JSON.stringify({ error: { message: told, type: 'x' } })) },
    { name: 'an error body that is no JSON', answer: bytes(500, {}, `<html>${told}</html>`) },
    { name: 'a refusal of the credential', answer: bytes(401, json, JSON.stringify({ error: { message: told } })) },
    { name: 'an error under 200', answer: bytes(200, json, JSON.stringify({ error: { message: told, code: 400 } })) },
    { name: 'a header', answer: bytes(400, { ...json, 'x-request-id': 'req', 'x-echo': told }, '{"error":{}}') },
    {
      name: 'an error event before content',
      answer: bytes(200, sse, `data: ${JSON.stringify({ error: { message: told } })}\n\n`),
    },
  ]

  test.each(leaks)('that the provider echoes in $name reaches neither client nor log', async ({ answer }) => {
    // An account each: what fails here must not change what happens there.
    await using own = await startGateway({ accounts: [anthropicAccount(upstream.url), openaiAccount(upstream.url)] })
    upstream.answer(answer)
    const seen: string[] = []
    for (const path of ['/v1/chat/completions', '/v1/messages']) {
      for (const stream of [false, true]) {
        const model = `gpt-${path.length}-${stream}`
        const response = await own.fetch(path, { body: { ...body, model, stream } })
        seen.push(JSON.stringify([...response.headers]), await response.text())
      }
    }
    seen.push(JSON.stringify(await own.status()), JSON.stringify(await own.stop()))
    for (const secret of secrets) expect(seen.join('\n')).not.toContain(secret)
    expect(seen.join('\n')).not.toContain(own.key)
    // The secret did reach the provider, or all this would prove nothing.
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${openaiSecret}`)
  })
})

describe('an upstream credential within a stream', () => {
  const chunk = 'data: {"choices":[{"index":0,"delta":{"content":"so"}}]}\n\n'
  const error = `data: ${JSON.stringify({ error: { message: `the key ${openaiSecret} is wrong`, type: 'server_error' } })}\n\n`

  test.each(['/v1/chat/completions', '/v1/messages'])('does not reach a client of %s', async (path) => {
    await using own = await startGateway({ accounts: [openaiAccount(upstream.url)] })
    let fail = (): void => {}
    upstream.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunk)
      fail = () => response.end(error)
    })
    // The head comes with the first content, so the error can only come after it.
    const response = await own.fetch(path, { body: { ...body, stream: true } })
    fail()
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text).toContain('so')
    expect(text).toContain('is wrong')
    expect(text + JSON.stringify(await own.stop())).not.toContain(openaiSecret)
  })
})

describe('browsers', () => {
  test('of a configured origin may call with the headers the SDKs send', async () => {
    const asked =
      'authorization,content-type,x-api-key,anthropic-version,anthropic-beta,x-stainless-os,x-stainless-retry-count'
    const preflight = await gateway.fetch('/v1/messages', {
      method: 'OPTIONS',
      headers: { origin: site, 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(site)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    const allowed = preflight.headers.get('access-control-allow-headers')?.split(', ') ?? []
    expect(allowed).toEqual(expect.arrayContaining(asked.split(',')))
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()

    const response = await gateway.fetch('/v1/chat/completions', {
      headers: { origin: site, ...bearer(user.raw) },
      body,
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe(site)
    expect(response.headers.get('vary')).toBe('Origin')
    expect(response.headers.get('access-control-expose-headers')).toContain('request-id')
    const refused = await gateway.fetch('/v1/chat/completions', { headers: { origin: site, ...bearer('no') }, body })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, site])
  })

  const strangers = [
    'null',
    'https://evil.example',
    `${site}.evil.example`,
    `https://evil-${new URL(site).host}`,
    'http://chat.example.com',
    `${site}:8443`,
    `${site}/`,
    'file://',
    'chrome-extension://abc',
  ]
  test.each(strangers)('of %s get nothing', async (origin) => {
    const preflight = await gateway.fetch('/v1/messages', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    const response = await gateway.fetch('/v1/chat/completions', { headers: { origin, ...bearer(user.raw) }, body })
    for (const { headers } of [preflight, response]) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  test('get nothing at all unless configured', async () => {
    await using own = await startGateway({ accounts: [openaiAccount(upstream.url)] })
    const response = await own.fetch('/v1/chat/completions', { headers: { origin: site }, body })
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
  })
})

describe('the admin API', () => {
  const token = (): string => readRuntime(gateway.home)?.token ?? ''
  const status = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${gateway.url}/admin/api/status`, { headers })

  test('opens to the local token, the admin secret and a key with admin', async () => {
    for (const credential of [token(), adminSecret, admin.raw]) {
      expect((await status(bearer(credential))).status).toBe(200)
    }
  })

  test('stays closed to everybody else', async () => {
    const wrong = ['', 'nobody', `${token()}x`, hashKey(adminSecret)]
    const refusals = await Promise.all([status({}), ...wrong.map((credential) => status(bearer(credential)))])
    expect(refusals.map((response) => response.status)).toEqual(refusals.map(() => 401))
    // One text for all: a guess learns nothing of how near it came.
    expect(new Set(await Promise.all(refusals.map((response) => response.text()))).size).toBe(1)
    expect((await fetch(`${gateway.url}/admin/api/reload`, { method: 'POST' })).status).toBe(401)
    expect((await fetch(`${gateway.url}/admin/api/status?key=${admin.raw}`)).status).toBe(401)
  })

  test('tells a key without admin which permission it lacks and how it is given, however often it asks', async () => {
    const id = String(user.section.id)
    for (let asked = 0; asked < 30; asked += 1) {
      const response = await status(bearer(user.raw))
      expect(response.status).toBe(403)
      expect(await response.json()).toEqual({
        error: {
          message: `the admin API needs the permission "admin", which this gateway key lacks: give it with llm-gateway apikey update ${id} --permissions=admin, or use a key that has it`,
        },
      })
    }
    // None of them was a guess: the next one is the first.
    expect((await status(bearer('nobody'))).status).toBe(401)
  })

  test.each([
    { name: 'disabled', key: disabled, message: 'this gateway key is disabled' },
    { name: 'expired', key: expired, message: 'this gateway key has expired' },
  ])('refuses a key that is $name as the model calls do, with admin or without', async ({ key, message }) => {
    const call = await gateway.fetch('/v1/chat/completions', { headers: bearer(key.raw), body })
    for (const response of [call, await status(bearer(key.raw))]) {
      expect(response.status).toBe(401)
      expect(await response.text()).toContain(message)
    }
  })

  test('never opens to a page of any origin, not even a configured one', async () => {
    for (const origin of [site, gateway.url, 'null']) {
      const response = await status({ ...bearer(token()), origin })
      expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('no web page')])
    }
    expect((await status({ ...bearer(token()), 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await status({ ...bearer('nobody'), origin: site })).status).toBe(401)
  })

  test('is not for calling models: a key with admin alone may not', async () => {
    const response = await gateway.fetch('/v1/chat/completions', { headers: bearer(adminSecret), body })
    expect(response.status).toBe(401)
  })

  test.each([
    '//admin/api/status',
    '/admin//api/status',
    '/ADMIN/api/status',
    '/admin/api/../api/status',
    '/%61dmin/api/status',
    '/admin/api/status/',
    '/v1/../admin/api/status',
  ])('is not reached around its guard by %s', async (path) => {
    const answer = await exchange(gateway.url, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    expect(statusesOf(answer)).toEqual([expect.toSatisfy((code: number) => code === 401 || code === 404)])
    expect(answer).not.toContain('configFile')
  })

  test('tells no secret', async () => {
    const text = await (await status(bearer(token()))).text()
    for (const secret of [
      anthropicSecret,
      openaiSecret,
      user.raw,
      admin.raw,
      adminSecret,
      token(),
      hashKey(user.raw),
    ]) {
      expect(text).not.toContain(secret)
    }
  })
})

describe('what a client sends does not become somebody else’s header or address', () => {
  const names = [
    'gpt-4o\r\nx-evil: 1',
    'gpt-4o\u0000',
    '../../admin',
    '%2e%2e/x',
    'gpt-4o?x=1',
    'gpt-4o#x',
    'gpt-\u{1f600}',
  ]
  test.each(names)('as the model %j', async (model) => {
    const before = upstream.requests.length
    const response = await gateway.fetch('/v1/chat/completions', {
      headers: bearer(user.raw),
      body: { ...body, model },
    })
    await response.text()
    for (const request of upstream.requests.slice(before)) {
      expect(request.target).toBe('/v1/chat/completions')
      expect(request.headers).not.toHaveProperty('x-evil')
      expect(JSON.parse(request.body.toString())).toMatchObject({ model })
    }
    expect([...response.headers.keys()]).not.toContain('x-evil')
  })

  test('as a deployment in an Azure upstream’s path', async () => {
    const account = { id: 'upstream_azure', name: 'azure', type: 'api-key', provider: 'azure', api_key: 'k' }
    const options = { api_version: '2024-10-21' }
    await using own = await startGateway({ accounts: [{ ...account, base_url: upstream.url, options }] })
    for (const model of ['..', '../../x', 'a/b', 'a?b#c', '%2e%2e']) {
      const before = upstream.requests.length
      await (await own.fetch('/v1/chat/completions', { body: { ...body, model } })).text()
      for (const { target } of upstream.requests.slice(before)) {
        expect(target).toBe(`/openai/deployments/${encodeURIComponent(model)}/chat/completions?api-version=2024-10-21`)
      }
    }
  })

  test('as a query', async () => {
    const response = await gateway.fetch('/v1/messages?beta=true&key=x&api-version=1&beta=a%0d%0ax-evil:1', {
      headers: bearer(user.raw),
      body: { ...body, model: 'claude-sonnet-5-5' },
    })
    await response.text()
    const { target = '', headers = {} } = upstream.requests.at(-1) ?? {}
    expect(target).not.toContain('key=')
    expect(target).not.toContain('api-version')
    expect(headers).not.toHaveProperty('x-evil')
  })

  test('as an address or a credential', async () => {
    const evil = await startRawUpstream(bytes(200, json, reply))
    const address = { base_url: evil.url, api_base: evil.url, api_key: 'mine', custom_host: evil.url }
    const response = await gateway.fetch(`/v1/chat/completions?base_url=${encodeURIComponent(evil.url)}`, {
      headers: { ...bearer(user.raw), 'x-forwarded-host': new URL(evil.url).host, 'x-base-url': evil.url },
      body: { ...body, ...address },
    })
    await response.text()
    expect(evil.requests).toEqual([])
    expect(upstream.requests.at(-1)?.headers).toMatchObject({ authorization: `Bearer ${openaiSecret}` })
    expect(upstream.requests.at(-1)?.headers).not.toHaveProperty('x-forwarded-host')
    await evil.close()
  })

  test('by naming our headers in Connection', async () => {
    const text = JSON.stringify(body)
    const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${user.raw}\r\ncontent-length: ${text.length}\r\nconnection: close, authorization, content-type, x-request-id\r\nx-request-id: mine\r\nte: trailers\r\nupgrade: h2c\r\nproxy-authorization: Basic eA==\r\n\r\n${text}`
    expect(statusesOf(await exchange(gateway.url, request))).toEqual([200])
    const { headers = {} } = upstream.requests.at(-1) ?? {}
    expect(headers.authorization).toBe(`Bearer ${openaiSecret}`)
    expect(headers['content-type']).toBe('application/json')
    for (const name of ['x-request-id', 'te', 'upgrade', 'proxy-authorization'])
      expect(headers).not.toHaveProperty(name)
  })
})

describe('requests that two servers could read differently', () => {
  const head = (lines: string): string =>
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${user.raw}\r\n${lines}\r\n\r\n`
  const text = JSON.stringify(body)
  const size = text.length.toString(16)
  const vectors = [
    {
      name: 'both lengths',
      bytes: `${head(`content-length: 4\r\ntransfer-encoding: chunked`)}${size}\r\n${text}\r\n0\r\n\r\n`,
    },
    { name: 'two content-lengths', bytes: `${head(`content-length: ${text.length}\r\ncontent-length: 4`)}${text}` },
    { name: 'a list of lengths', bytes: `${head(`content-length: 4, ${text.length}`)}${text}` },
    { name: 'a negative length', bytes: `${head('content-length: -1')}${text}` },
    { name: 'a signed length', bytes: `${head(`content-length: +${text.length}`)}${text}` },
    { name: 'a coding nobody knows', bytes: `${head('transfer-encoding: xchunked')}${size}\r\n${text}\r\n0\r\n\r\n` },
    { name: 'chunked twice', bytes: `${head('transfer-encoding: chunked, chunked')}${size}\r\n${text}\r\n0\r\n\r\n` },
    {
      name: 'chunked before identity',
      bytes: `${head('transfer-encoding: chunked, identity')}${size}\r\n${text}\r\n0\r\n\r\n`,
    },
    { name: 'a space before the colon', bytes: `${head(`content-length : ${text.length}`)}${text}` },
    {
      name: 'a folded header',
      bytes: `${head(`x-a: b\r\n content-length: ${text.length}\r\ntransfer-encoding:\r\n chunked`)}${text}`,
    },
    {
      name: 'a chunk size that is none',
      bytes: `${head('transfer-encoding: chunked')}0x${size}\r\n${text}\r\n0\r\n\r\n`,
    },
    { name: 'a bare line feed in the head', bytes: `${head(`x-a: b\ncontent-length: 4`)}${text}` },
    { name: 'a NUL in a header', bytes: `${head(`x-a: \u0000b\r\ncontent-length: ${text.length}`)}${text}` },
  ]

  test.each(vectors)('$name: refused, nothing sent on', async ({ bytes: sent }) => {
    const before = upstream.requests.length
    const smuggled = `GET /health HTTP/1.1\r\nhost: x\r\n\r\n`
    const answer = await exchange(gateway.url, sent + smuggled)
    const statuses = statusesOf(answer)
    expect(statuses).toHaveLength(1)
    expect(statuses[0]).toBeGreaterThanOrEqual(400)
    expect(statuses[0]).toBeLessThan(500)
    expect(upstream.requests).toHaveLength(before)
  })

  test('a body too large to read does not become the next request', async () => {
    const filler = 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(10)
    const sent = `${head(`content-length: ${64 * 1024 * 1024}`)}${filler}`
    const answer = await exchange(gateway.url, sent)
    expect(statusesOf(answer)).toEqual([413])
    expect(answer.toLowerCase()).toContain('connection: close')
  })
})
