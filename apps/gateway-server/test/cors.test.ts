import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai/web'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openaiAccount, startGateway, type TestGateway } from './harness.ts'
import { bytes, type RawUpstream, startRawUpstream } from './raw-upstream.ts'

const site = 'https://chat.example.com'
const json = { 'content-type': 'application/json' }
const reply =
  '{"id":"c","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}'
const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }

let upstream: RawUpstream
let named: TestGateway
let open: TestGateway
beforeAll(async () => {
  upstream = await startRawUpstream(bytes(200, { ...json, 'x-ratelimit-limit-requests': '9' }, reply))
  const start = (origins: string[] | '*'): Promise<TestGateway> =>
    startGateway({
      accounts: [openaiAccount(upstream.url)],
      config: { server: { drain_timeout: 1, cors: { origins } } },
    })
  named = await start([site, 'HTTPS://Other.Example.com:443', 'tauri://localhost', 'http://localhost:3000'])
  open = await start('*')
})
afterAll(async () => {
  await named[Symbol.asyncDispose]()
  await open[Symbol.asyncDispose]()
  await upstream.close()
})

const preflight = (gateway: TestGateway, path: string, headers: Record<string, string>): Promise<Response> =>
  gateway.fetch(path, { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST', ...headers } })
const grants = ({ headers }: Response): string[] =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'))
const listOf = (response: Response, name: string): string[] => response.headers.get(name)?.split(', ') ?? []

describe('an origin', () => {
  const origins = [site, 'https://other.example.com', 'tauri://localhost', 'http://localhost:3000']
  test.each(origins)('%s that the configuration names may call, and is told apart by caches', async (origin) => {
    const asked = await preflight(named, '/v1/chat/completions', { origin })
    const answer = await named.fetch('/v1/chat/completions', { headers: { origin }, body })
    expect([asked.status, answer.status]).toEqual([204, 200])
    for (const response of [asked, answer]) {
      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
      expect(response.headers.get('vary')).toBe('Origin')
    }
  })

  const strangers = [
    'null',
    'https://evil.example',
    `${site}.evil.example`,
    `https://evil-${new URL(site).host}`,
    'https://chat.example.co',
    'https://chat.example.comm',
    'https://chat-example.com',
    'https://sub.chat.example.com',
    'https://example.com',
    'http://chat.example.com',
    'HTTPS://CHAT.EXAMPLE.COM',
    'https://Chat.example.com',
    `${site}:443`,
    `${site}:8443`,
    `${site}/`,
    `${site}?`,
    `${site} https://evil.example`,
    `${site},https://evil.example`,
    `${site}@evil.example`,
    ` ${site}x`,
    'http://localhost',
    'http://localhost:3001',
    'http://127.0.0.1:3000',
    'tauri://localhost.evil',
    'tauri://',
    'file://',
    'chrome-extension://abc',
    '*',
    '',
  ]
  test.each(strangers)('%j that it does not name gets nothing', async (origin) => {
    const asked = await preflight(named, '/v1/messages', { origin, 'access-control-request-private-network': 'true' })
    const answer = await named.fetch('/v1/chat/completions', { headers: { origin }, body })
    const refused = await named.fetch('/v1/chat/completions', { headers: { origin, authorization: 'Bearer no' }, body })
    const nowhere = await named.fetch('/v1/nothing', { headers: { origin }, body })
    for (const response of [asked, answer, refused, nowhere]) {
      expect(grants(response)).toEqual([])
      expect(response.headers.get('vary')).toBe('Origin')
    }
  })

  test('gets no answer of the admin API, of the console or of health that a page could read, named or not', async () => {
    for (const gateway of [named, open]) {
      for (const path of ['/admin/api/status', '/admin/api/reload', '/admin', '/ui', '/health', '/', '/metrics']) {
        for (const method of ['OPTIONS', 'GET', 'POST']) {
          const headers = { origin: site, 'access-control-request-method': 'POST' }
          const response = await gateway.fetch(path, { method, headers })
          expect([path, method, grants(response)]).toEqual([path, method, []])
        }
      }
    }
  })

  test('of any page gets a star where the configuration says so, which no cookie goes with', async () => {
    const asked = await preflight(open, '/v1/messages', { origin: 'https://any.example' })
    expect(asked.headers.get('access-control-allow-origin')).toBe('*')
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
  })
})

describe('a page on the public network', () => {
  const headers = { origin: site, 'access-control-request-private-network': 'true' }

  test('reaches a gateway on a private one where it is named, and not by the star', async () => {
    const allowed = await preflight(named, '/v1/messages', headers)
    expect(allowed.headers.get('access-control-allow-private-network')).toBe('true')
    const starred = await preflight(open, '/v1/messages', headers)
    expect(starred.headers.get('access-control-allow-private-network')).toBeNull()
    const unasked = await preflight(named, '/v1/messages', { origin: site })
    expect(unasked.headers.get('access-control-allow-private-network')).toBeNull()
  })
})

test.each([
  ['/v1/chat/completions', 'POST'],
  ['/v1/messages?beta=true', 'POST'],
  ['/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse', 'POST'],
  ['/v1/models', 'GET'],
  ['/v1/responses/resp_1', 'GET, DELETE'],
  ['/v1/nothing', 'GET, POST, DELETE'],
])('a preflight of %s allows %s', async (path, methods) => {
  const asked = await preflight(named, path, { origin: site })
  expect(asked.headers.get('access-control-allow-methods')).toBe(methods)
})

test('headers of no SDK are not allowed, however many are asked for', async () => {
  const names = [
    'x-forwarded-for',
    'cookie',
    'x-evil',
    'x-stainless-',
    'x-stainless-a:b',
    'openai',
    'proxy-authorization',
  ]
  const many = Array.from({ length: 500 }, (_, index) => `anthropic-${index}`)
  const asked = await preflight(named, '/v1/messages', {
    origin: site,
    'access-control-request-headers': [...names, ...many].join(','),
  })
  const allowed = listOf(asked, 'access-control-allow-headers')
  for (const name of names) expect(allowed).not.toContain(name)
  expect(allowed.length).toBeLessThan(70)
})

/** What an SDK sends, by letting it send. */
async function sentBy(call: (fetch: typeof globalThis.fetch) => Promise<unknown>): Promise<string[]> {
  const names = new Set<string>()
  const spy: typeof globalThis.fetch = (input, init) => {
    for (const name of new Headers(input instanceof Request ? input.headers : init?.headers).keys()) names.add(name)
    return Promise.resolve(new Response('{}', { status: 400, headers: json }))
  }
  await call(spy).catch(() => {})
  return [...names]
}

describe('the headers that a browser asks for on behalf of', () => {
  const dangerouslyAllowBrowser = true
  const messages = [{ role: 'user' as const, content: 'hi' }]
  const calls = {
    openai: (fetch: typeof globalThis.fetch) =>
      new OpenAI({
        apiKey: 'k',
        organization: 'o',
        project: 'p',
        dangerouslyAllowBrowser,
        fetch,
        maxRetries: 1,
      }).chat.completions.create({ model: 'm', messages }, { idempotencyKey: 'i', timeout: 1000 }),
    'openai, streaming with its helper': (fetch: typeof globalThis.fetch) =>
      new OpenAI({ apiKey: 'k', dangerouslyAllowBrowser, fetch, maxRetries: 0 }).chat.completions
        .stream({ model: 'm', messages })
        .finalMessage(),
    anthropic: (fetch: typeof globalThis.fetch) =>
      new Anthropic({ apiKey: 'k', dangerouslyAllowBrowser, fetch, maxRetries: 1 }).beta.messages.create(
        { model: 'm', max_tokens: 9, messages, betas: ['x-1'] },
        { timeout: 1000 },
      ),
    'anthropic, streaming with its helper': (fetch: typeof globalThis.fetch) =>
      new Anthropic({ authToken: 'k', apiKey: null, dangerouslyAllowBrowser, fetch, maxRetries: 0 }).messages
        .stream({ model: 'm', max_tokens: 9, messages })
        .finalMessage(),
    google: async (fetch: typeof globalThis.fetch) => {
      // This SDK has no option for it.
      const before = globalThis.fetch
      globalThis.fetch = fetch
      try {
        const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { timeout: 1000 } })
        await client.models.generateContent({ model: 'm', contents: 'hi' })
      } finally {
        globalThis.fetch = before
      }
    },
  }

  test.each(Object.entries(calls))('%s are all allowed', async (_name, call) => {
    const names = await sentBy(call)
    expect(names.length).toBeGreaterThan(3)
    const asked = await preflight(named, '/v1/messages', {
      origin: site,
      'access-control-request-headers': names.sort().join(','),
    })
    expect(listOf(asked, 'access-control-allow-headers')).toEqual(expect.arrayContaining(names.filter(isNotSafelisted)))
  })
})

/** Every page may send these without asking (fetch.spec.whatwg.org, "CORS-safelisted request-header"). */
function isNotSafelisted(name: string): boolean {
  return !['accept', 'accept-language', 'content-language'].includes(name)
}

test('a page may read every header of an answer, those of limits named for browsers that know no star', async () => {
  const answer = await named.fetch('/v1/chat/completions', { headers: { origin: site }, body })
  const exposed = listOf(answer, 'access-control-expose-headers')
  const read = ['*', 'request-id', 'retry-after', 'ratelimit', 'ratelimit-policy', 'x-llm-gateway-upstream']
  const limits = [
    'x-ratelimit-limit-requests',
    'x-ratelimit-reset-tokens',
    'anthropic-ratelimit-input-tokens-remaining',
  ]
  expect(exposed).toEqual(expect.arrayContaining([...read, ...limits]))
  const own = [...answer.headers.keys()].filter(
    (name) => name.startsWith('x-llm-gateway-') || name.includes('ratelimit'),
  )
  expect(own).toContain('x-ratelimit-limit-requests')
  expect(exposed).toEqual(expect.arrayContaining(own))
})
