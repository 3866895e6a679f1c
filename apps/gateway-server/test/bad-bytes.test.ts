import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EveryDialect, startEveryDialect } from './every-dialect.ts'

let every: EveryDialect
beforeAll(async () => {
  every = await startEveryDialect()
})
afterAll(() => every[Symbol.asyncDispose]())

const paths = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/responses',
  '/v1/embeddings',
  '/v1/messages',
  '/v1/messages/count_tokens',
  '/v1beta/models/gemini-2.5-flash:generateContent',
  '/v1beta/models/gemini-2.5-flash:embedContent',
]
const deep = 20_000
const bodies: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['a NUL', '{"model":"gpt-4o\u0000"}'],
  ['a NUL between', '{\u0000"model":"gpt-4o"}'],
  ['a lone byte of UTF-8', Buffer.from([0x7b, 0x22, 0x6d, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['a key twice', '{"model":"a","model":"b"}'],
  ['deep nesting', `{"x":${'['.repeat(deep)}${']'.repeat(deep)}}`],
  ['NaN', '{"temperature":NaN}'],
  ['a comment', '{/* hi */}'],
  ['null', 'null'],
  ['a number', '3'],
  ['an array', '[{"model":"gpt-4o"}]'],
]

test.each(paths.flatMap((path) => bodies.map(([name, body]) => [path, name, body] as const)))(
  '%s refuses %s with 400 in good time',
  async (path, _name, body) => {
    const response = await fetch(every.gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${every.gateway.key}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
    expect([response.status, response.headers.get('x-llm-gateway-error-source')]).toEqual([400, 'gateway'])
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(/\S/)
    expect(every.simulator.requests).toEqual([])
  },
)

const chat = '{"model":"gpt-4o","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'

test.each([
  ['a key twice', chat.replace('}]}', '}],"model":"gpt-4o-mini"}'), /model.*(twice|more than once|duplicate)/i],
  ['a NUL within a text', chat.replace('hi', 'h\u0000i'), /JSON|control/i],
  ['something behind', `${chat}{}`, /JSON/],
  ['a byte order mark', `\ufeff${chat}`, /byte order mark/],
  ['a byte that is no UTF-8', Buffer.from(chat.replace('hi', '\u00ff'), 'latin1'), /not UTF-8/],
])('an otherwise good body with %s is refused for that', async (_name, body, message) => {
  for (const path of ['/v1/chat/completions', '/v1/messages']) {
    const response = await fetch(every.gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${every.gateway.key}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
    const { error } = (await response.json()) as { error: { message: string } }
    expect([response.status, error.message]).toEqual([400, expect.stringMatching(message)])
  }
  expect(every.simulator.requests).toEqual([])
})
