import { request as httpRequest } from 'node:http'
import { hashKey } from '@llm-gateway/access'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRuntime } from '../src/index.ts'
import { anthropicAccount, gatewayKey, openaiAccount, startGateway, type TestGateway } from './harness.ts'

const keys = {
  good: gatewayKey(),
  disabled: gatewayKey({ status: 'disabled' }),
  expired: gatewayKey({ expires_at: '2020-01-01T00:00:00Z' }),
  reader: gatewayKey({ permissions: ['read'] }),
  writer: gatewayKey({ permissions: ['write'] }),
  admin: gatewayKey({ permissions: ['admin'] }),
  narrow: gatewayKey({ models: ['gpt-4o'] }),
}
const bodyLimit = 64 * 1024

let simulator: Simulator
let gateway: TestGateway
beforeAll(async () => {
  simulator = await startSimulator()
  gateway = await startGateway({
    accounts: [anthropicAccount(simulator.url), openaiAccount(simulator.url)],
    config: {
      server: { drain_timeout: 1, body_limit: bodyLimit },
      gateway_keys: Object.values(keys).map(({ section }) => section),
    },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await simulator.close()
})

interface Case {
  readonly name: string
  readonly status: number
  /** Says which thing is wrong, and how to right it. */
  readonly message: RegExp
  readonly key?: keyof typeof keys | 'none' | 'unknown' | 'mistyped'
  readonly method?: string
  /** Instead of both model endpoints. */
  readonly path?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** No content-length. */
  readonly chunked?: boolean
  readonly param?: string
}

const messages = '[{"role":"user","content":"hi"}]'
const valid = `{"model":"gpt-4o","max_tokens":10,"messages":${messages}}`
const nested = (depth: number): string =>
  `{"model":"gpt-4o","messages":[],"x":${'['.repeat(depth)}${']'.repeat(depth)}}`

const cases: readonly Case[] = [
  { name: 'no key', status: 401, message: /key/, key: 'none' },
  { name: 'an unknown key', status: 401, message: /key/, key: 'unknown' },
  { name: 'a mistyped key', status: 401, message: /key/, key: 'mistyped' },
  { name: 'a disabled key', status: 401, message: /disabled/, key: 'disabled' },
  { name: 'an expired key', status: 401, message: /expired/, key: 'expired' },
  { name: 'a key that may only read', status: 403, message: /permission "write"/, key: 'reader' },
  {
    name: 'a model outside the key’s models',
    status: 403,
    message: /"gpt-4o-mini".*gpt-4o/,
    key: 'narrow',
    body: valid.replace('gpt-4o', 'gpt-4o-mini'),
  },
  { name: 'an empty body', status: 400, message: /^the request body is empty$/, body: '' },
  { name: 'no JSON', status: 400, message: /not valid JSON/, body: 'model=gpt-4o' },
  { name: 'JSON cut short', status: 400, message: /JSON/, body: valid.slice(0, -2) },
  { name: 'something behind the JSON', status: 400, message: /JSON/, body: `${valid} {}` },
  { name: 'an array', status: 400, message: /^the request body must be a JSON object, not an array$/, body: '[]' },
  {
    name: 'a string',
    status: 400,
    message: /^the request body must be a JSON object, not a string$/,
    body: '"gpt-4o"',
  },
  { name: 'no model', status: 400, message: /model is required/, body: `{"messages":${messages}}`, param: 'model' },
  {
    name: 'an empty model',
    status: 400,
    message: /model is required/,
    body: `{"model":"","messages":${messages}}`,
    param: 'model',
  },
  {
    name: 'a blank model',
    status: 400,
    message: /model is required/,
    body: `{"model":" \\t","messages":${messages}}`,
    param: 'model',
  },
  {
    name: 'a model that is a number',
    status: 400,
    message: /model.*string/,
    body: `{"model":4,"messages":${messages}}`,
    param: 'model',
  },
  {
    name: 'two models',
    status: 400,
    message: /model.*(twice|more than once|duplicate)/i,
    body: `{"model":"gpt-4o","messages":${messages},"model":"gpt-4o-mini"}`,
  },
  {
    name: 'stream that is a string',
    status: 400,
    message: /stream.*(boolean|true or false)/,
    body: `{"model":"gpt-4o","stream":"yes","messages":${messages}}`,
    param: 'stream',
  },
  {
    name: 'no messages',
    status: 400,
    message: /messages is required/,
    body: '{"model":"gpt-4o"}',
    param: 'messages',
  },
  {
    name: 'messages that are text',
    status: 400,
    message: /messages must be an array/,
    body: '{"model":"gpt-4o","messages":"hi"}',
    param: 'messages',
  },
  { name: 'a million brackets', status: 413, message: /larger than/, body: nested(1_000_000) },
  {
    name: 'deep nesting',
    status: 400,
    message: /nested deeper than 128 levels/,
    body: nested(20_000),
    param: 'x[0][0][0][0][0]…',
  },
  {
    name: 'a list of more objects than a conversation has',
    status: 400,
    message: /more than 10000 objects.*messages\[10000\]/,
    body: `{"model":"gpt-4o","max_tokens":10,"messages":[${Array(10_001).fill('{}').join(',')}]}`,
    param: 'messages[10000]',
  },
  {
    name: 'JSON that ends within a message',
    status: 400,
    message: /JSON.*messages\[0\]\.content/,
    body: '{"model":"gpt-4o","messages":[{"role":"user","content":}]}',
    param: 'messages[0].content',
  },
  {
    name: 'a model nobody serves',
    status: 404,
    message: /"llama-9" is not served/,
    body: valid.replace('gpt-4o', 'llama-9'),
  },
  { name: 'a body over the limit', status: 413, message: /larger than 65536 bytes/, body: 'x'.repeat(bodyLimit + 1) },
  {
    name: 'a body over the limit, in chunks',
    status: 413,
    message: /larger than 65536 bytes/,
    body: 'x'.repeat(bodyLimit + 1),
    chunked: true,
  },
  {
    name: 'a compressed body',
    status: 415,
    message: /must not be compressed.*gzip/,
    headers: { 'content-encoding': 'gzip' },
    body: Buffer.from([0x1f, 0x8b, 8, 0]),
  },
  { name: 'the wrong method', status: 405, message: /POST, not GET/, method: 'GET' },
  { name: 'another wrong method', status: 405, message: /POST, not DELETE/, method: 'DELETE' },
]

const elsewhere: readonly Case[] = [
  {
    name: 'an unknown path',
    path: '/v2/chat/completions',
    status: 404,
    message: /\/v2\/chat\/completions/,
    body: valid,
  },
  { name: '/v1 twice', path: '/v1/v1/messages', status: 404, message: /base URL.*\/v1/, body: valid },
  { name: 'no /v1', path: '/chat/completions', status: 404, message: /base URL.* should end in \/v1$/, body: valid },
  { name: 'a slash too many', path: '//v1/messages', status: 404, message: /it is \/v1\/messages/, body: valid },
  { name: 'the wrong method for models', path: '/v1/models', status: 405, message: /GET, not POST/, body: valid },
  { name: 'models without a key', path: '/v1/models', method: 'GET', status: 401, message: /key/, key: 'none' },
  {
    name: 'models with a key that may only write',
    path: '/v1/models',
    method: 'GET',
    status: 403,
    message: /"read"/,
    key: 'writer',
  },
  { name: 'a model that is not there', path: '/v1/models/llama-9', method: 'GET', status: 404, message: /llama-9/ },
  {
    name: 'counting nothing',
    path: '/v1/messages/count_tokens',
    status: 400,
    message: /model is required/,
    body: '{}',
  },
]

const dialects = [
  { dialect: 'openai', path: '/v1/chat/completions', headers: {} },
  { dialect: 'anthropic', path: '/v1/messages', headers: { 'anthropic-version': '2023-06-01' } },
]

describe.each(dialects)('$dialect', ({ dialect, path, headers }) => {
  test.each([...cases, ...elsewhere])('$name: $status', async (one) => {
    const answer = await send({ ...one, path: one.path ?? path, headers: { ...headers, ...one.headers } })
    expect(answer.text).not.toBe('')
    const body = JSON.parse(answer.text) as { error: { message: string; type: string; param?: string } }
    expect({ status: answer.status, message: body.error.message }).toEqual({
      status: one.status,
      message: expect.stringMatching(one.message),
    })
    expect(typeof body.error.type).toBe('string')
    if (dialect === 'anthropic' || one.path?.includes('messages/')) {
      expect(body).toMatchObject({ type: 'error', request_id: answer.headers['request-id'] })
    } else {
      expect(Object.keys(body)).toEqual(['error'])
      expect(Object.keys(body.error)).toEqual(expect.arrayContaining(['message', 'type', 'param', 'code']))
      if (one.param !== undefined) expect(body.error.param).toBe(one.param)
    }
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    expect(answer.headers['request-id']).toMatch(/^req_/)
    expect(answer.headers['x-llm-gateway-error-source']).toBe('gateway')
    expect(answer.text).not.toContain(keys.good.raw)
  })
})

test('nothing of all this reached a provider', () => {
  expect(simulator.requests.filter(({ path }) => path !== '/v1/models')).toEqual([])
})

test('guessing keys is throttled, and does not lock out who has one', async () => {
  const own = await startGateway({ accounts: [openaiAccount(simulator.url)] })
  const guess = (): Promise<Response> =>
    own.fetch('/v1/chat/completions', { body: valid, headers: { authorization: 'Bearer llmgw_guess' } })
  for (let count = 0; count < 20; count++) expect((await guess()).status).toBe(401)
  const blocked = await guess()
  expect(blocked.status).toBe(429)
  expect(blocked.headers.get('retry-after')).toBe('60')
  expect((await own.fetch('/v1/chat/completions', { body: valid })).status).toBe(200)
  await own[Symbol.asyncDispose]()
})

test('guesses at the admin API and at metrics count with those at the model calls', async () => {
  const own = await startGateway({
    accounts: [openaiAccount(simulator.url)],
    config: {
      server: { metrics: true, admin_key_hash: hashKey('the admin secret') },
      gateway_keys: [keys.good.section, keys.admin.section],
    },
  })
  const ask = (path: string, key?: string): Promise<Response> =>
    fetch(own.url + path, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })
  const paths = ['/admin/api/status', '/metrics', '/v1/models', '/admin/api/nowhere']
  // Nobody's guesses: to ask without a credential, or with a key that may do less.
  for (let count = 0; count < 30; count++) {
    expect((await ask('/admin/api/status')).status).toBe(401)
    expect((await ask('/admin/api/status', keys.good.raw)).status).toBe(403)
  }
  for (let count = 0; count < 20; count++)
    expect((await ask(paths[count % 4] ?? '', `guess-${count}`)).status).toBe(401)
  for (const path of paths) {
    const blocked = await ask(path, 'one more')
    expect([path, blocked.status, blocked.headers.get('retry-after')]).toEqual([path, 429, '60'])
  }
  const token = readRuntime(own.home)?.token ?? ''
  for (const key of ['the admin secret', keys.admin.raw, token]) {
    expect((await ask('/admin/api/status', key)).status).toBe(200)
    expect((await ask('/metrics', key)).status).toBe(200)
  }
  await own[Symbol.asyncDispose]()
})

test('the provider’s own 400 for what it understands better passes with its words', async () => {
  const response = await gateway.fetch('/v1/chat/completions', {
    headers: { authorization: `Bearer ${keys.good.raw}` },
    body: { model: 'gpt-4o', messages: [{ role: 'nobody', content: 'hi' }] },
  })
  expect(response.status).toBe(400)
  expect(response.headers.get('x-llm-gateway-error-source')).toBe('upstream')
  const body = (await response.json()) as { error: { message: string; param: string } }
  expect(body.error.message).toContain("Invalid value: 'nobody'")
  expect(body.error.param).toBe('messages[0].role')
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Raw, because fetch refuses to send some of these. Each on a connection of its own, since some end theirs. */
function send({ key = 'good', method = 'POST', path = '', headers, body = valid, chunked }: Case): Promise<Answer> {
  const credential = { none: undefined, unknown: 'sk-unknown', mistyped: `${keys.good.raw}x` }
  const raw = key in credential ? credential[key as keyof typeof credential] : keys[key as keyof typeof keys].raw
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body)
    const sending = httpRequest(gateway.url + path, {
      method,
      agent: false,
      headers: {
        'content-type': 'application/json',
        ...(raw !== undefined && { authorization: `Bearer ${raw}` }),
        ...(method === 'POST' && !chunked && { 'content-length': bytes.length }),
        ...headers,
      },
    })
    let answered = false
    sending.on('response', (response) => {
      answered = true
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(pieces).toString() })
      })
    })
    // A server that has answered may close while we still send.
    sending.on('error', (error) => answered || reject(error))
    if (method === 'POST') sending.write(bytes)
    sending.end()
  })
}
