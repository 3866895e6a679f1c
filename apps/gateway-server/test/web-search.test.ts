import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
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

function found(query: string): object[] {
  const id = expect.stringMatching(/^srvtoolu_[A-Za-z0-9]+$/) as string
  const page = { type: 'web_search_result', url: expect.stringMatching(/^https:/) as string }
  return [
    { type: 'server_tool_use', id, name: 'web_search', input: { query } },
    { type: 'web_search_tool_result', tool_use_id: id, content: [page] },
  ]
}

test("a search by Anthropic's SDK is run by OpenAI", async () => {
  const message = await ask('gpt-5.2', [{ role: 'user', content: '[[call web_search {"query":"news"}]]' }])
  expect(every.simulator.requests.at(-1)?.body).toMatchObject({ tools: [{ type: 'web_search' }], max_tool_calls: 8 })
  expect(message.content).toMatchObject([...found('news'), { type: 'text' }])
  expect(message.usage.server_tool_use?.web_search_requests).toBe(1)
  expect(message.stop_reason).toBe('end_turn')
})

test('what Google has found is told, and goes no further than to others', async () => {
  const question: Anthropic.MessageParam = { role: 'user', content: '[[call googleSearch {"query":"news"}]]' }
  const message = await ask(modelOf.gemini, [question])
  expect(message.content).toMatchObject([
    {
      type: 'text',
      citations: [{ type: 'web_search_result_location', url: expect.stringMatching(/^https:/) as string }],
    },
    ...found('news'),
  ])
  expect(await goneOn(question, message)).toEqual(['end_turn', 'end_turn', 'end_turn'])
})

test('what OpenAI has found goes no further than to others', async () => {
  const question: Anthropic.MessageParam = { role: 'user', content: '[[call web_search {"query":"news"}]]' }
  const message = await ask('gpt-5.2', [question])
  expect(await goneOn(question, message)).toEqual(['end_turn', 'end_turn', 'end_turn'])
})

/** How a conversation goes on at every provider: Anthropic refuses results of a search it has not made. */
async function goneOn(question: Anthropic.MessageParam, message: Anthropic.Message): Promise<unknown[]> {
  const more: Anthropic.MessageParam[] = [
    question,
    { role: 'assistant', content: message.content },
    { role: 'user', content: 'And today?' },
  ]
  const stops: unknown[] = []
  for (const model of [modelOf.gemini, 'gpt-5.2', modelOf.anthropic]) stops.push((await ask(model, more)).stop_reason)
  return stops
}

test("a search by OpenAI's SDK is run by Google", async () => {
  const answer = await every.gateway.openai().responses.create({
    model: modelOf.gemini,
    input: '[[call googleSearch {"query":"news"}]]',
    tools: [{ type: 'web_search' }],
  })
  const search = { type: 'web_search_call', status: 'completed', action: { type: 'search', queries: ['news'] } }
  expect(answer.output).toMatchObject([{ type: 'message' }, search])
  const next = await every.gateway.openai().responses.create({
    model: 'gpt-5.2',
    input: [...(answer.output as OpenAI.Responses.ResponseInputItem[]), { role: 'user', content: 'And today?' }],
  })
  expect(next.status).toBe('completed')
  expect(JSON.stringify(every.simulator.requests.at(-1)?.body)).not.toContain('web_search_call')
})
