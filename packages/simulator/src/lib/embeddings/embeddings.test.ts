import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isObject, type JsonObject } from '../json.ts'
import { type Simulator, startSimulator } from '../server.ts'
import { base64Of, vectorOf } from './vector.ts'

let simulator: Simulator
let openai: OpenAI
let google: GoogleGenAI
beforeAll(async () => {
  simulator = await startSimulator()
  openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'k', maxRetries: 0 })
  google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: simulator.url } })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

async function post(path: string, body: JsonObject): Promise<{ status: number; body: JsonObject }> {
  const headers = { authorization: 'Bearer k', 'api-key': 'k' }
  const response = await fetch(simulator.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as JsonObject }
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, component, index) => sum + component * (right[index] ?? 0), 0)
}

test('gives texts that share words vectors that lie near each other, of length 1', () => {
  const cat = vectorOf('the cat sat on the mat', 256)
  expect(dot(cat, cat)).toBeCloseTo(1, 5)
  expect(dot(cat, vectorOf('the cat sat on a mat', 256))).toBeGreaterThan(0.8)
  expect(dot(cat, vectorOf('quarterly revenue grew', 256))).toBeLessThan(0.4)
  expect(vectorOf('', 4)).toHaveLength(4)
  expect(vectorOf([1, 2], 8)).not.toEqual(vectorOf([1, 3], 8))
})

test('answers floats and base64 alike', async () => {
  const params = { model: 'text-embedding-3-small', input: ['one', 'two'], dimensions: 8 }
  // The SDK asks for base64 and unpacks it.
  const unpacked = await openai.embeddings.create(params)
  const floats = await openai.embeddings.create({ ...params, encoding_format: 'float' })
  expect(unpacked.data.map((each) => [...each.embedding])).toEqual(floats.data.map((each) => each.embedding))
  expect(floats).toMatchObject({
    object: 'list',
    model: 'text-embedding-3-small',
    data: [{ index: 0 }, { index: 1, object: 'embedding' }],
    usage: { prompt_tokens: 2, total_tokens: 2 },
  })
  const packed = await post('/v1/embeddings', { ...params, encoding_format: 'base64' })
  expect(packed.body).toMatchObject({ data: [{ embedding: base64Of(vectorOf('one', 8)) }, {}] })
})

test('embeds tokens, one list or many', async () => {
  const of = async (input: JsonObject['x']): Promise<unknown> => {
    const { body } = await post('/v1/embeddings', { model: 'text-embedding-ada-002', input })
    return Array.isArray(body.data) ? body.data.length : body
  }
  expect(await of([1, 2, 3])).toBe(1)
  expect(await of([[1, 2], [3]])).toBe(2)
})

test('gives the same vectors through Gemini, one content or several', async () => {
  const model = 'gemini-embedding-001'
  const { embeddings } = await google.models.embedContent({
    model,
    contents: ['one', 'two'],
    config: { outputDimensionality: 8, taskType: 'RETRIEVAL_QUERY' },
  })
  expect(embeddings?.map((each) => each.values)).toEqual([vectorOf('one', 8), vectorOf('two', 8)])
  const single = await fetch(`${simulator.url}/v1beta/models/${model}:embedContent`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'k' },
    body: JSON.stringify({ content: { parts: [{ text: 'one' }] }, output_dimensionality: 8 }),
  })
  expect(await single.json()).toMatchObject({
    embedding: { values: vectorOf('one', 8) },
    usageMetadata: { promptTokenCount: 1 },
  })
})

test('has the dimensions of the model, and costs its input', async () => {
  const small = await openai.embeddings.create({ model: 'text-embedding-3-small', input: 'one two' })
  const large = await openai.embeddings.create({ model: 'text-embedding-3-large', input: 'one two' })
  expect([small.data[0]?.embedding.length, large.data[0]?.embedding.length]).toEqual([1536, 3072])
  await simulator.idle()
  expect(simulator.requests[0]).toMatchObject({ usage: { input: 2, output: 0 }, stream: false })
})

test("is served under Azure's paths", async () => {
  const body = { input: 'one', dimensions: 4, model: 'text-embedding-3-small' }
  const deployed = await post('/openai/deployments/text-embedding-3-large/embeddings?api-version=2024-10-21', body)
  expect(deployed.body).toMatchObject({ model: 'text-embedding-3-large' })
  expect((await post('/openai/v1/embeddings', body)).status).toBe(200)
})

test.each<[string, JsonObject, string]>([
  ['no input', { input: undefined }, "Missing required parameter: 'input'."],
  ['an empty text', { input: '' }, "'$.input' is invalid."],
  ['an empty list', { input: [] }, "'$.input' is invalid."],
  ['an empty text in a list', { input: ['x', ''] }, "'$.input' is invalid."],
  ['texts and tokens mixed', { input: ['x', 1] }, "'$.input' is invalid."],
  ['an object', { input: { text: 'x' } }, "'$.input' is invalid."],
  ['too many inputs', { input: Array.from({ length: 2049 }, () => 'x') }, "Invalid 'input': array too long."],
  ['too long an input', { input: 'x '.repeat(8192) }, "This model's maximum context length is 8192 tokens"],
  ['too many dimensions', { dimensions: 1537 }, "Invalid value for 'dimensions' = 1537."],
  [
    'dimensions of ada',
    { model: 'text-embedding-ada-002', dimensions: 8 },
    'This model does not support specifying dimensions.',
  ],
  ['an unknown format', { encoding_format: 'int8' }, "Invalid value: 'int8'."],
  ['an unknown field', { truncate: true }, 'Unrecognized request argument supplied: truncate'],
])('refuses %s', async (_, change, message) => {
  const { status, body } = await post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'x', ...change })
  expect(status).toBe(400)
  expect(isObject(body.error) ? body.error.message : '').toContain(message)
})

test.each<[string, JsonObject, string]>([
  ['no content', { content: undefined }, 'content is not specified'],
  ['no parts', { content: { parts: [] } }, 'content is empty'],
  ['an empty text', { content: { parts: [{ text: '' }] } }, 'empty Part'],
  ['too many dimensions', { outputDimensionality: 4096 }, 'output_dimensionality must be between 1 and 3072.'],
  ['a title of a query', { title: 'x', taskType: 'RETRIEVAL_QUERY' }, 'title is only supported'],
  ['an unknown task', { taskType: 'GUESS' }, "Invalid value at 'task_type'"],
  ['an unknown field', { dimensions: 4 }, 'Unknown name "dimensions": Cannot find field.'],
])('refuses %s through Gemini', async (_, change, message) => {
  const body = { content: { parts: [{ text: 'x' }] }, ...change }
  const answer = await post('/v1beta/models/gemini-embedding-001:embedContent', body)
  expect(answer.status).toBe(400)
  expect(JSON.stringify(answer.body).replaceAll('\\"', '"')).toContain(message)
})

test('commits faults in place of vectors', async () => {
  simulator.fault({ kind: 'status', status: 429, retryAfter: 3 })
  await expect(openai.embeddings.create({ model: 'm', input: 'x' })).rejects.toBeInstanceOf(OpenAI.RateLimitError)
  const busy = await post('/v1beta/models/m:embedContent', { content: { parts: [{ text: 'x' }] } })
  expect(busy).toMatchObject({
    status: 429,
    body: { error: { status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '3s' }] } },
  })
  simulator.reset()
  simulator.fault({ kind: 'cut', afterBytes: 20 })
  await expect(openai.embeddings.create({ model: 'm', input: 'x' })).rejects.toBeInstanceOf(Error)
})
