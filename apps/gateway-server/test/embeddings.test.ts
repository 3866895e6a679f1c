import type { JsonObject } from '@llm-gateway/converter'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anthropicAccount, googleAccount, openaiAccount, startGateway, type TestGateway } from './harness.ts'
import { bytes, type RawRequest, type RawUpstream, startRawUpstream } from './raw-upstream.ts'

const json = { 'content-type': 'application/json' }
const vectors = [
  [0.5, -0.25],
  [1, 0],
]
const fromGoogle = JSON.stringify({
  embeddings: vectors.map((values) => ({ values })),
  usageMetadata: { promptTokenCount: 7 },
})
const fromOpenai = JSON.stringify({
  object: 'list',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })).reverse(),
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: 7, total_tokens: 7 },
})

let upstream: RawUpstream
let gateway: TestGateway
beforeAll(async () => {
  upstream = await startRawUpstream(bytes(200, json, '{}'))
  gateway = await startGateway({
    accounts: [openaiAccount(upstream.url), googleAccount(upstream.url), anthropicAccount(upstream.url)],
    config: { model_routes: [{ source_model: 'gemini-mine', target_model: 'gemini-embedding-001' }] },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream.close()
})

function last(): RawRequest & { readonly json: JsonObject } {
  const request = upstream.requests.at(-1)
  if (request === undefined) throw new Error('the upstream was not asked')
  return { ...request, json: JSON.parse(request.body.toString()) as JsonObject }
}

describe('the openai SDK', () => {
  test.each([undefined, 'float', 'base64'] as const)('gets vectors of Gemini (%s)', async (encoding) => {
    upstream.answer(bytes(200, json, fromGoogle))
    const reply = await gateway.openai().embeddings.create({
      model: 'gemini-embedding-001',
      input: ['one', 'two'],
      dimensions: 2,
      ...(encoding && { encoding_format: encoding }),
    })
    expect(reply.data.map(({ embedding }) => embedding)).toEqual(
      encoding === 'base64' ? ['AAAAPwAAgL4=', 'AACAPwAAAAA='] : vectors,
    )
    expect(reply.usage).toEqual({ prompt_tokens: 7, total_tokens: 7 })
    expect(reply.model).toBe('gemini-embedding-001')
    expect(last().target).toBe('/v1beta/models/gemini-embedding-001:batchEmbedContents')
    expect(last().json).toEqual({
      requests: ['one', 'two'].map((text) => ({
        model: 'models/gemini-embedding-001',
        content: { parts: [{ text }] },
        outputDimensionality: 2,
      })),
    })
  })

  test('passes byte for byte to its own vendor', async () => {
    upstream.answer(bytes(200, json, fromOpenai))
    const body = '{ "input":"h\\u00e9" ,"model":"text-embedding-3-small","novel":1.50}'
    const response = await gateway.fetch('/v1/embeddings', { body })
    expect(await response.text()).toBe(fromOpenai)
    expect([last().target, last().body.toString()]).toEqual(['/v1/embeddings', body])
  })

  test('is told which field cannot be embedded, and what holds none', async () => {
    const embeddings = gateway.openai().embeddings
    await expect(embeddings.create({ model: 'gemini-embedding-001', input: [[1, 2]] })).rejects.toMatchObject({
      status: 400,
      param: 'input[0]',
    })
    const response = await gateway.fetch('/v1/embeddings', { body: { model: 'text-embedding-3-small' } })
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('input is required')])
    await expect(embeddings.create({ model: 'claude-sonnet-5-5', input: 'x' })).rejects.toMatchObject({ status: 400 })
  })

  test('fails over nothing that is no vector', async () => {
    upstream.answer(bytes(200, json, '{"embeddings":[]}'))
    const reply = gateway.openai().embeddings.create({ model: 'gemini-embedding-001', input: 'x' })
    await expect(reply).rejects.toMatchObject({ status: 502, code: 'upstream_bad_reply' })
  })

  test('of Azure names its deployment', async () => {
    upstream.answer(bytes(200, json, fromOpenai))
    const path = '/openai/deployments/text-embedding-3-small/embeddings?api-version=2024-10-21'
    const response = await gateway.fetch(path, { body: { input: ['a', 'b'] } })
    expect(response.status).toBe(200)
    expect(last().json).toEqual({ model: 'text-embedding-3-small', input: ['a', 'b'] })
  })
})

describe('the google SDK', () => {
  test('gets vectors of OpenAI, in the order of its inputs', async () => {
    upstream.answer(bytes(200, json, fromOpenai))
    const reply = await gateway.google().models.embedContent({
      model: 'text-embedding-3-small',
      contents: ['one', 'two'],
      config: { outputDimensionality: 2 },
    })
    expect(reply.embeddings?.map(({ values }) => values)).toEqual(vectors)
    expect(last().target).toBe('/v1/embeddings')
    expect(last().json).toEqual({
      model: 'text-embedding-3-small',
      input: ['one', 'two'],
      dimensions: 2,
      encoding_format: 'base64',
    })
  })

  test('has the model a route gives in its path and in its requests', async () => {
    upstream.answer(bytes(200, json, fromGoogle))
    const reply = await gateway.google().models.embedContent({ model: 'gemini-mine', contents: ['one', 'two'] })
    expect(reply.embeddings?.map(({ values }) => values)).toEqual(vectors)
    expect(last().target).toBe('/v1beta/models/gemini-embedding-001:batchEmbedContents')
    expect(last().json.requests).toMatchObject([
      { model: 'models/gemini-embedding-001' },
      { model: 'models/gemini-embedding-001' },
    ])
  })

  test('gets one vector of one text', async () => {
    const one = {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
      usage: { prompt_tokens: 1 },
    }
    upstream.answer(bytes(200, json, JSON.stringify(one)))
    const response = await fetch(
      `${gateway.url}/v1beta/models/text-embedding-3-small:embedContent?key=${gateway.key}`,
      {
        method: 'POST',
        body: '{"content":{"parts":[{"text":"one"}]}}',
      },
    )
    expect(await response.json()).toMatchObject({ embedding: { values: [0.5] } })
  })
})

test('what was embedded is in the log with its tokens', async () => {
  upstream.answer(bytes(200, json, fromGoogle))
  await using other = await startGateway({ accounts: [googleAccount(upstream.url)] })
  await other.openai().embeddings.create({ model: 'gemini-embedding-001', input: ['one', 'two'] })
  const line = (await other.stop()).find(({ operation }) => operation === 'embed')
  expect(line).toMatchObject({ usage: { input: 7 }, upstreamDialect: 'gemini', status: 200 })
})
