import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openaiAccount, type Pair, startGateway, startPair, type TestGateway } from './harness.ts'

let pair: Pair
let native: TestGateway
beforeAll(async () => {
  pair = await startPair()
  const account = openaiAccount(pair.openai.url, { dialects: ['openai-completions', 'openai-chat'] })
  native = await startGateway({ accounts: [account] })
})
afterAll(async () => {
  await native[Symbol.asyncDispose]()
  await pair[Symbol.asyncDispose]()
})

const upstreams = [
  { name: 'an account that speaks them', gateway: () => native, model: 'gpt-3.5-turbo-instruct' },
  { name: 'a chat upstream', gateway: () => pair.gateway, model: 'gpt-4o' },
  { name: 'an Anthropic upstream', gateway: () => pair.gateway, model: 'claude-sonnet-5-5' },
]

describe.each(upstreams)('completions at $name', ({ gateway, model }) => {
  const prompt = '[[say one two three four five]]'

  test('are answered whole', async () => {
    const reply = await gateway().openai().completions.create({ model, prompt, max_tokens: 100 })
    expect(reply).toMatchObject({ object: 'text_completion', model })
    expect(reply.choices).toMatchObject([{ index: 0, text: 'one two three four five', finish_reason: 'stop' }])
    expect(reply.usage?.completion_tokens).toBeGreaterThan(0)
    expect(reply.usage?.total_tokens).toBe((reply.usage?.prompt_tokens ?? 0) + (reply.usage?.completion_tokens ?? 0))
  })

  test('are streamed', async () => {
    const request = { model, prompt, max_tokens: 100, stream: true as const, stream_options: { include_usage: true } }
    const stream = await gateway().openai().completions.create(request)
    const chunks: OpenAI.Completion[] = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe('one two three four five')
    const finish = chunks.map(({ choices }) => choices[0]?.finish_reason).filter((reason) => reason)
    expect(finish).toEqual(['stop'])
    expect(chunks.at(-1)?.usage?.completion_tokens).toBeGreaterThan(0)
  })

  test('stop at their limit', async () => {
    const reply = await gateway().openai().completions.create({ model, prompt, max_tokens: 2 })
    expect(reply.choices[0]?.finish_reason).toBe('length')
    expect(reply.usage?.completion_tokens).toBe(2)
  })

  test('without a prompt are the client’s mistake', async () => {
    const response = await gateway().fetch('/v1/completions', { body: { model } })
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain('prompt')
  })
})
