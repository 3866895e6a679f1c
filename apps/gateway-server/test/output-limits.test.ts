import { capabilitiesOf } from '@llm-gateway/converter'
import { type Simulator, startSimulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { openaiAccount, type Pair, startGateway, startPair } from './harness.ts'

let simulator: Simulator
let pair: Pair
beforeAll(async () => {
  simulator = await startSimulator()
  pair = await startPair()
})
afterAll(async () => {
  await pair[Symbol.asyncDispose]()
  await simulator.close()
})

const messages = [{ role: 'user', content: '[[say hello]]' }]
const version = { 'anthropic-version': '2023-06-01' }

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  const all = { 'content-type': 'application/json', authorization: 'Bearer k', 'x-api-key': 'k', ...headers }
  return fetch(simulator.url + path, { method: 'POST', headers: all, body: JSON.stringify(body) })
}

/** What each dialect's provider says to a request for so many tokens. */
const asked = {
  anthropic: (model: string, tokens: number) => post('/v1/messages', { model, max_tokens: tokens, messages }, version),
  'openai-chat': (model: string, tokens: number) =>
    post('/v1/chat/completions', { model, max_completion_tokens: tokens, messages }),
  gemini: (model: string, tokens: number) =>
    post(
      `/v1beta/models/${model}:generateContent`,
      { contents: [{ parts: [{ text: '[[say hello]]' }] }], generationConfig: { maxOutputTokens: tokens } },
      { 'x-goog-api-key': 'k' },
    ),
}

describe('the longest answer, as the converter knows it and as a provider holds to it', () => {
  it.each([
    ['anthropic', 'claude-3-opus-20240229', 4096],
    ['anthropic', 'claude-3-5-haiku-latest', 8192],
    ['anthropic', 'claude-3-7-sonnet-latest', 64_000],
    ['anthropic', 'claude-opus-4-20250514', 32_000],
    ['anthropic', 'claude-opus-4-1', 32_000],
    ['anthropic', 'claude-sonnet-4-5', 64_000],
    ['anthropic', 'claude-haiku-4-5', 64_000],
    ['anthropic', 'claude-sonnet-4-6', 128_000],
    ['anthropic', 'claude-opus-4-8', 128_000],
    ['anthropic', 'claude-sonnet-5-5', 128_000],
    ['openai-chat', 'gpt-4o-2024-05-13', 4096],
    ['openai-chat', 'gpt-4-turbo', 4096],
    ['openai-chat', 'gpt-4', 8192],
    ['openai-chat', 'gpt-4o', 16_384],
    ['openai-chat', 'gpt-4o-mini', 16_384],
    ['openai-chat', 'gpt-4.1', 32_768],
    ['openai-chat', 'gpt-4.1-nano', 32_768],
    ['openai-chat', 'gpt-5-chat-latest', 16_384],
    ['openai-chat', 'o1-preview', 32_768],
    ['openai-chat', 'o3', 100_000],
    ['openai-chat', 'o4-mini', 100_000],
    ['openai-chat', 'gpt-5-mini', 128_000],
    ['openai-chat', 'gpt-5-pro', 272_000],
    ['openai-chat', 'gpt-5.4', 128_000],
    ['openai-chat', 'gpt-5.6-sol', 128_000],
    ['openai-chat', 'gpt-6-sol', 128_000],
    ['gemini', 'gemini-2.0-flash', 8192],
    ['gemini', 'gemini-2.5-pro', 65_536],
    ['gemini', 'gemini-3.1-pro-preview', 65_536],
  ] as const)('%s, %s: %i tokens', async (dialect, model, most) => {
    expect(capabilitiesOf(dialect, model).maxOutputTokens).toBe(most)
    expect((await asked[dialect](model, most)).status).toBe(200)
    expect((await asked[dialect](model, most + 1)).status).toBe(400)
  })
})

test('a coding agent that asks for more than the model gives is answered, and told', async () => {
  const body = { model: 'gpt-4o', max_tokens: 32_000, messages }
  const answer = await pair.gateway.fetch('/v1/messages', { headers: version, body })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('x-llm-gateway-losses')).toContain('max_tokens')
  expect(pair.openai.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 16_384 })
})

test('in its own dialect a request goes out as it is, and the provider says what it thinks of it', async () => {
  await using gateway = await startGateway({ accounts: [openaiAccount(pair.openai.url)] })
  const body = { model: 'gpt-4o', max_completion_tokens: 32_000, messages }
  const answer = await gateway.fetch('/v1/chat/completions', { body })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('supports at most 16384 completion tokens')
})
