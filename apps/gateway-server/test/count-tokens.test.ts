import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Pair, startPair } from './harness.ts'

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(async () => {
  await pair[Symbol.asyncDispose]()
})

const messages = [{ role: 'user' as const, content: 'How many tokens are these words here?' }]

test('an Anthropic upstream counts itself', async () => {
  const model = 'claude-sonnet-5-5'
  const { data, response } = await pair.gateway.anthropic().messages.countTokens({ model, messages }).withResponse()
  expect(response.headers.get('x-llm-gateway-token-count')).toBe('provider')
  expect(response.headers.get('x-llm-gateway-upstream')).toBe('upstream_anthropic')
  expect(pair.anthropic.requests.at(-1)?.path).toBe('/v1/messages/count_tokens')
  // The count is that of the same request when it is asked in earnest.
  const reply = await pair.gateway.anthropic().messages.create({ model, max_tokens: 10, messages })
  expect(data.input_tokens).toBe(reply.usage.input_tokens)
})

test('for any other upstream the count is estimated, and says so', async () => {
  const asked = pair.openai.totals.requests
  const client = pair.gateway.anthropic()
  const { data, response } = await client.messages.countTokens({ model: 'gpt-4o', messages }).withResponse()
  expect(response.headers.get('x-llm-gateway-token-count')).toBe('estimated')
  expect(data.input_tokens).toBeGreaterThan(5)
  const more = await client.messages.countTokens({
    model: 'gpt-4o',
    system: 'A long instruction. '.repeat(50),
    messages,
  })
  expect(more.input_tokens).toBeGreaterThan(data.input_tokens + 100)
  expect(pair.openai.totals.requests).toBe(asked)
})

test('what the provider refuses to count comes with its words', async () => {
  const response = await pair.gateway.fetch('/v1/messages/count_tokens', {
    headers: { 'anthropic-version': '2023-06-01' },
    body: { model: 'claude-sonnet-5-5', messages: [{ role: 'wizard', content: 'hi' }] },
  })
  expect(response.status).toBe(400)
  expect(response.headers.get('x-llm-gateway-error-source')).toBe('upstream')
  expect(await response.text()).toContain('messages.0.role')
})
