import type Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EveryDialect, modelOf, startEveryDialect } from './every-dialect.ts'

let every: EveryDialect
beforeAll(async () => {
  every = await startEveryDialect()
})
afterAll(() => every[Symbol.asyncDispose]())

const search: Anthropic.WebSearchTool20250305 = { type: 'web_search_20250305', name: 'web_search', max_uses: 8 }

function ask(model: string, messages: Anthropic.MessageParam[]): Promise<Anthropic.Message> {
  return every.gateway
    .anthropic()
    .messages.stream({ model, max_tokens: 500, messages, tools: [search] })
    .finalMessage()
}

test("a search by Anthropic's SDK is run by OpenAI", async () => {
  const message = await ask('gpt-5.2', [{ role: 'user', content: '[[call web_search {"query":"news"}]]' }])
  expect(every.simulator.requests.at(-1)?.body).toMatchObject({ tools: [{ type: 'web_search' }], max_tool_calls: 8 })
  expect(message.content.map(({ type }) => type)).toEqual(['text'])
  expect(message.stop_reason).toBe('end_turn')
})

test('pages Google has found are told, and go no further than to others', async () => {
  const question: Anthropic.MessageParam = { role: 'user', content: '[[call googleSearch {"query":"news"}]]' }
  const message = await ask(modelOf.gemini, [question])
  const [text] = message.content
  expect(text).toMatchObject({
    type: 'text',
    citations: [{ type: 'web_search_result_location', url: expect.stringMatching(/^https:/) as string }],
  })
  const more: Anthropic.MessageParam[] = [
    question,
    { role: 'assistant', content: message.content },
    { role: 'user', content: 'And today?' },
  ]
  for (const model of [modelOf.gemini, 'gpt-5.2', modelOf.anthropic]) {
    const { stop_reason } = await ask(model, more)
    expect(stop_reason).toBe('end_turn')
  }
})
