import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyDialectAt, modelOf } from './every-dialect.ts'
import { startGateway, type TestGateway } from './harness.ts'
import { bytes, type RawRequest, type RawUpstream, startRawUpstream } from './raw-upstream.ts'

const json = { 'content-type': 'application/json' }
const messages = [{ role: 'user' as const, content: 'How many tokens are these words here?' }]
const tools = [{ name: 'f', description: 'Does it.', input_schema: { type: 'object' as const, properties: {} } }]
const claude = 'claude-sonnet-5-5'
const gpt = 'gpt-5.4'
const gemini = 'gemini-3-pro'

let upstream: RawUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startRawUpstream(bytes(200, json, '{}'))
  gateway = await startGateway({
    accounts: everyDialectAt(upstream.url),
    config: { model_routes: [{ source_model: 'mine', target_model: gemini }] },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream.close()
})

function last(): RawRequest {
  const request = upstream.requests.at(-1)
  if (request === undefined) throw new Error('the upstream was not asked')
  return request
}

function lastJson(): unknown {
  return JSON.parse(last().body.toString())
}

const counted = 'x-llm-gateway-token-count'

describe('a count of Anthropic’s', () => {
  const count = (model: string): Promise<{ data: { input_tokens: number }; response: Response }> =>
    gateway.anthropic().messages.countTokens({ model, messages, tools }).withResponse()

  test('is asked of Anthropic as it is', async () => {
    upstream.answer(bytes(200, json, '{"input_tokens":11}'))
    const { data, response } = await count(claude)
    expect([data.input_tokens, response.headers.get(counted)]).toEqual([11, 'provider'])
    expect(last().target).toBe('/v1/messages/count_tokens')
    expect(lastJson()).toEqual({ model: claude, messages, tools })
  })

  test('is asked of Google in its dialect, with tools and all', async () => {
    upstream.answer(bytes(200, json, '{"totalTokens":12}'))
    const { data, response } = await count(gemini)
    expect([data.input_tokens, response.headers.get(counted)]).toEqual([12, 'provider'])
    expect(last().target).toBe('/v1beta/models/gemini-3-pro:countTokens')
    expect(lastJson()).toMatchObject({
      generateContentRequest: { model: 'models/gemini-3-pro', contents: [{}], tools: [{}] },
    })
  })

  test('is asked of OpenAI by its Responses, with nothing that these do not count', async () => {
    upstream.answer(bytes(200, json, '{"object":"response.input_tokens","input_tokens":13}'))
    const { data, response } = await count(gpt)
    expect([data.input_tokens, response.headers.get(counted)]).toEqual([13, 'provider'])
    expect(last().target).toBe('/v1/responses/input_tokens')
    expect(Object.keys(lastJson() as object).sort()).toEqual(['input', 'model', 'tools'])
  })

  test('is estimated for an upstream that has no way of counting, which is not asked', async () => {
    const asked = upstream.requests.length
    const { data, response } = await count(modelOf['openai-chat'])
    expect(response.headers.get(counted)).toBe('estimated')
    expect(data.input_tokens).toBeGreaterThan(5)
    expect(upstream.requests).toHaveLength(asked)
  })

  test.each([404, 500])('is estimated when the provider answers %i', async (status) => {
    upstream.answer(bytes(status, json, '{"error":{"message":"no"}}'))
    const { data, response } = await count(gpt)
    expect(response.headers.get(counted)).toBe('estimated')
    expect(data.input_tokens).toBeGreaterThan(5)
  })

  test('is refused in the provider’s words', async () => {
    upstream.answer(bytes(400, json, '{"error":{"message":"messages.0: odd","type":"invalid_request_error"}}'))
    await expect(count(gpt)).rejects.toMatchObject({ status: 400, message: expect.stringContaining('odd') })
  })
})

describe('a count of Gemini’s', () => {
  test.each([gemini, 'mine'])('is asked of Google as it is (%s)', async (model) => {
    upstream.answer(bytes(200, json, '{ "totalTokens": 5,"promptTokensDetails":[] }'))
    const path = `/v1beta/models/${model}:countTokens?key=${gateway.key}`
    const body = '{ "contents":[{"parts":[{"text":"h\\u0069"}]}]}'
    const response = await fetch(gateway.url + path, { method: 'POST', body })
    expect(await response.text()).toBe('{ "totalTokens": 5,"promptTokensDetails":[] }')
    expect([last().target, last().body.toString()]).toEqual(['/v1beta/models/gemini-3-pro:countTokens', body])
  })

  test('is asked of Anthropic in its dialect', async () => {
    upstream.answer(bytes(200, json, '{"input_tokens":14}'))
    const reply = await gateway.google().models.countTokens({ model: claude, contents: 'hello' })
    expect(reply.totalTokens).toBe(14)
    expect(lastJson()).toEqual({
      model: claude,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
    })
  })

  test('of a whole request within the request is asked of Anthropic with its instructions', async () => {
    upstream.answer(bytes(200, json, '{"input_tokens":15}'))
    const inner = {
      model: `models/${claude}`,
      systemInstruction: { parts: [{ text: 'Be kind.' }] },
      contents: [{ role: 'user', parts: [{ text: 'hello' }] }],
    }
    const response = await fetch(`${gateway.url}/v1beta/models/${claude}:countTokens?key=${gateway.key}`, {
      method: 'POST',
      body: JSON.stringify({ generateContentRequest: inner }),
    })
    expect(await response.json()).toEqual({ totalTokens: 15 })
    expect(JSON.stringify(lastJson())).toContain('Be kind.')
  })
})

test('a count of OpenAI’s Responses is asked of Anthropic, or of OpenAI as it is', async () => {
  const count = gateway.openai().responses.inputTokens
  upstream.answer(bytes(200, json, '{"input_tokens":16}'))
  expect(await count.count({ model: claude, input: 'hello' })).toMatchObject({
    object: 'response.input_tokens',
    input_tokens: 16,
  })
  upstream.answer(bytes(200, json, '{"object":"response.input_tokens","input_tokens":17}'))
  expect((await count.count({ model: gpt, input: 'hello' })).input_tokens).toBe(17)
  expect(last().target).toBe('/v1/responses/input_tokens')
})
