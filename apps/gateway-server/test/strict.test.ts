import { readFileSync } from 'node:fs'
import type { Simulator } from '@llm-gateway/simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  anthropicAccount,
  openaiAccount,
  type Pair,
  startGateway,
  startPair,
  type TestGateway,
  until,
} from './harness.ts'

let pair: Pair
let gateway: TestGateway
beforeAll(async () => {
  pair = await startPair()
  gateway = await startGateway({
    accounts: [anthropicAccount(pair.anthropic.url), openaiAccount(pair.openai.url)],
    config: { conversion: { strict: true } },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await pair[Symbol.asyncDispose]()
})

const messages = [{ role: 'user', content: '[[say hello]]' }]
const lossy = { model: 'claude-haiku-4-5', max_tokens: 50, messages, seed: 7, logit_bias: { 5: 1 } }

function asked(simulator: Simulator): number {
  return simulator.totals.requests
}

test('chat: a request that cannot be carried whole is refused, every path named, and nobody asked', async () => {
  const before = asked(pair.anthropic)
  const response = await gateway.fetch('/v1/chat/completions', { body: lossy })
  const { error } = (await response.json()) as { error: { message: string; type: string } }
  expect([response.status, error.type]).toEqual([400, 'invalid_request_error'])
  expect(error.message).toMatch(/strict/)
  expect(error.message).toMatch(/seed \(dropped/)
  expect(error.message).toMatch(/logit_bias \(dropped/)
  expect(response.headers.get('x-llm-gateway-error-source')).toBe('gateway')
  expect(asked(pair.anthropic)).toBe(before)
})

test.each([
  {
    dialect: 'responses',
    path: '/v1/responses',
    body: { model: 'claude-haiku-4-5', max_output_tokens: 50, input: 'hi', text: { verbosity: 'low' } },
    lost: /text\.verbosity/,
    told: { error: { type: 'invalid_request_error' } },
  },
  {
    dialect: 'gemini',
    path: '/v1beta/models/claude-haiku-4-5:generateContent',
    body: {
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      generationConfig: { maxOutputTokens: 50, seed: 7 },
    },
    lost: /generationConfig\.seed/,
    told: { error: { status: 'INVALID_ARGUMENT' } },
  },
  {
    dialect: 'anthropic',
    path: '/v1/messages',
    body: { model: 'gpt-4o', max_tokens: 50, top_k: 5, messages },
    lost: /top_k/,
    told: { type: 'error', error: { type: 'invalid_request_error' } },
  },
])('$dialect: the refusal is one of its own dialect', async ({ path, body, lost, told }) => {
  const response = await gateway.fetch(path, { body })
  const refusal = (await response.json()) as { error: { message: string } }
  expect(response.status).toBe(400)
  expect(refusal).toMatchObject(told)
  expect(refusal.error.message).toMatch(lost)
})

test('what loses nothing passes, converted or not', async () => {
  const converted = { model: 'claude-haiku-4-5', max_tokens: 50, messages }
  for (const body of [converted, { ...lossy, model: 'gpt-4o' }]) {
    expect((await gateway.fetch('/v1/chat/completions', { body })).status).toBe(200)
  }
})

test('reasoning that an endpoint of the same dialect refuses is a loss too', async () => {
  const said = { role: 'assistant', content: 'x', reasoning_content: 'hm' }
  const body = { model: 'gpt-4o', messages: [...messages, said, ...messages] }
  const response = await gateway.fetch('/v1/chat/completions', { body })
  const { error } = (await response.json()) as { error: { message: string } }
  expect([response.status, error.message]).toEqual([400, expect.stringMatching(/messages\[1\]\.reasoning_content/)])
})

test('a reload takes it back', async () => {
  const before = JSON.parse(readFileSync(gateway.configFile, 'utf8')) as Record<string, unknown>
  gateway.saveConfig({ ...before, conversion: {} })
  await until(async () => {
    return (await gateway.fetch('/v1/chat/completions', { body: lossy })).status === 200
  }, 'the gateway to have reloaded')
  const response = await gateway.fetch('/v1/chat/completions', { body: lossy })
  expect(response.headers.get('x-llm-gateway-losses')).toMatch(/seed/)
})
