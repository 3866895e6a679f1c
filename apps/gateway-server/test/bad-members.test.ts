import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EveryDialect, startEveryDialect } from './every-dialect.ts'

let every: EveryDialect
beforeAll(async () => {
  every = await startEveryDialect()
})
afterAll(() => every[Symbol.asyncDispose]())

const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }
const endpoints = {
  '/v1/chat/completions': chat,
  '/v1/completions': { model: 'gpt-3.5-turbo-instruct', prompt: 'hi' },
  '/v1/responses': { model: 'gpt-4o', input: 'hi' },
  '/v1/responses/input_tokens': { model: 'gpt-4o', input: 'hi' },
  '/v1/messages': { ...chat, max_tokens: 9 },
  '/v1/messages/count_tokens': chat,
  '/v1beta/models/gemini-2.5-flash:generateContent': { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
  '/v1beta/models/gemini-2.5-flash:countTokens': { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
  '/openai/deployments/gpt-4o/chat/completions': { messages: chat.messages },
}

/** The member that carries the conversation, by what is wrong with it. */
const conversation = { messages: [5, 'hi', {}, []], input: [5, true, {}], prompt: [5, false], contents: [5, true, []] }

const cases = Object.entries(endpoints).flatMap(([path, body]) => [
  ...Object.entries(conversation).flatMap(([name, values]) =>
    name in body ? values.map((value) => [path, name, { ...body, [name]: value }] as const) : [],
  ),
  ...(path.includes('gemini')
    ? []
    : [
        [path, 'temperature', { ...body, temperature: 'hot' }] as const,
        [path, 'top_p', { ...body, top_p: [1] }] as const,
        [path, 'max_tokens', { ...body, max_tokens: '9' }] as const,
        [path, 'tools', { ...body, tools: { name: 'f' } }] as const,
        [path, 'stream', { ...body, stream: 1 }] as const,
      ]),
])

test.each(cases)('%s refuses a wrong %s by its name, before it is paid for: %j', async (path, name, body) => {
  const before = every.simulator.requests.length
  const response = await every.gateway.fetch(path, { body })
  const { error } = (await response.json()) as { error: { message: string } }
  expect([response.status, error.message]).toEqual([400, expect.stringMatching(new RegExp(`^${name} must`))])
  expect(response.headers.get('x-llm-gateway-error-source')).toBe('gateway')
  expect(every.simulator.requests.length).toBe(before)
})

test.each(Object.entries(endpoints))(
  '%s takes what is right, nulls of optional members included',
  async (path, body) => {
    const more =
      path.includes('gemini') || path.includes('count') || path.includes('input_tokens') || path === '/v1/messages'
    const response = await every.gateway.fetch(path, {
      body: more ? body : { ...body, temperature: null, tools: undefined },
    })
    expect([path, response.status]).toEqual([path, 200])
  },
)
