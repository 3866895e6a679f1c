import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from './server.ts'

const started: Simulator[] = []
async function start(options?: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator(options)
  started.push(simulator)
  return simulator
}
afterEach(async () => {
  for (const simulator of started.splice(0)) await simulator.close()
})

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const FLASH = 'gemini-3-flash-preview'

function openai(simulator: Simulator): OpenAI {
  return new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'k', maxRetries: 0 })
}

function google(simulator: Simulator): GoogleGenAI {
  return new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: simulator.url } })
}

async function streamed(simulator: Simulator, contents: string): Promise<string> {
  let text = ''
  const stream = await google(simulator).models.generateContentStream({ model: FLASH, contents })
  for await (const chunk of stream) text += chunk.text ?? ''
  return text
}

test('speaks Responses and Gemini at the speed it was told', async () => {
  const waits: number[] = []
  const sleep: Clock['sleep'] = (ms) => {
    waits.push(ms)
    return Promise.resolve()
  }
  const simulator = await start({ timing: { firstTokenMs: 50, tokenMs: 3 }, sleep })
  const asked = { model: 'gpt-5.4', input: '[[reason hm ha]] [[say one two]]' }
  await openai(simulator).responses.stream(asked).finalResponse()
  // Reasoning that is not shown takes its time all the same.
  expect(waits.splice(0)).toEqual([50, 6, 3, 3])
  expect(await streamed(simulator, '[[reason hm ha]] [[say one two]]')).toBe('one two')
  expect(waits.splice(0)).toEqual([50, 9, 3])
  await openai(simulator).responses.create(asked)
  expect(waits.splice(0)).toEqual([62])
  await openai(simulator).embeddings.create({ model: 'text-embedding-3-small', input: 'x' })
  expect(waits).toEqual([50])
})

test('says what it was sent: images, documents, and what tools answered', async () => {
  const simulator = await start()
  const response = await openai(simulator).responses.create({
    model: 'gpt-5.4',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'look' },
          { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${PIXEL}` },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
        ],
      },
    ],
  })
  expect(response.output_text).toContain(
    `I received an image (image/png, ${PIXEL.length} encoded characters), a document (application/pdf, 8 encoded characters).`,
  )
  const parts = [
    { text: 'look' },
    { inlineData: { mimeType: 'image/png', data: PIXEL } },
    { inlineData: { mimeType: 'audio/wav', data: 'AAAA' } },
    { fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/a.pdf' } },
  ]
  const reply = await google(simulator).models.generateContent({ model: FLASH, contents: [{ role: 'user', parts }] })
  expect(reply.text).toContain(
    `I received an image (image/png, ${PIXEL.length} encoded characters), an audio clip (audio/wav, 4 encoded characters), a document (https://example.com/a.pdf).`,
  )
})

test('obeys a forced choice, and conforms to a schema', async () => {
  const simulator = await start()
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const tools = [{ type: 'function' as const, name: 'f', parameters, strict: false }]
  const forced = await openai(simulator).responses.create({
    model: 'gpt-5.4',
    input: 'x',
    tools,
    tool_choice: { type: 'function', name: 'f' },
  })
  expect(forced.output).toMatchObject([{ type: 'function_call', name: 'f', arguments: '{"city":"simulated"}' }])
  const any = await google(simulator).models.generateContent({
    model: FLASH,
    contents: 'x',
    config: {
      tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: parameters }, { name: 'g' }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY' as never, allowedFunctionNames: ['f'] } },
    },
  })
  expect(any.functionCalls).toMatchObject([{ name: 'f', args: { city: 'simulated' } }])
  const schema = { ...parameters, additionalProperties: false }
  const text = { format: { type: 'json_schema' as const, name: 'n', schema, strict: true } }
  expect((await openai(simulator).responses.create({ model: 'gpt-5.4', input: 'x', text })).output_text).toBe(
    '{"city":"simulated"}',
  )
})

test('caches long prompts of its own accord', async () => {
  const simulator = await start()
  const long = 'word '.repeat(1500)
  const responses = async (): Promise<number | undefined> => {
    const { usage } = await openai(simulator).responses.create({ model: 'gpt-5.4', input: 'x', instructions: long })
    return usage?.input_tokens_details.cached_tokens
  }
  expect([await responses(), await responses()]).toEqual([0, 1408])
  const gemini = async (): Promise<number | undefined> => {
    const config = { systemInstruction: long }
    const { usageMetadata } = await google(simulator).models.generateContent({ model: FLASH, contents: 'x', config })
    return usageMetadata?.cachedContentTokenCount
  }
  expect([await gemini(), await gemini()]).toEqual([undefined, 1408])
})

test('matches scripts and faults by dialect, and records what it saw', async () => {
  const simulator = await start()
  simulator.script({ dialect: 'gemini' }, { text: 'I am Gemini.' })
  simulator.script({ dialect: 'openai-responses' }, { text: 'I am a response.' })
  simulator.fault({ kind: 'status', status: 503, dialect: 'gemini', times: 1 })
  const ask = { model: FLASH, contents: 'x' }
  await expect(google(simulator).models.generateContent(ask)).rejects.toMatchObject({ status: 503 })
  expect(await streamed(simulator, 'x')).toBe('I am Gemini.')
  expect((await openai(simulator).responses.create({ model: 'gpt-5.4', input: 'x' })).output_text).toBe(
    'I am a response.',
  )
  await simulator.idle()
  expect(simulator.requests.map(({ dialect, model, stream, status }) => [dialect, model, stream, status])).toEqual([
    ['gemini', FLASH, false, 503],
    ['gemini', FLASH, true, 200],
    ['openai-responses', 'gpt-5.4', false, 200],
  ])
})

test('sees a client leave a stream, and counts what was generated until then', async () => {
  const simulator = await start()
  simulator.script('long', { chunks: Array.from({ length: 100_000 }, () => ' word') })
  const bodies = {
    '/v1/responses': { model: 'gpt-5.4', input: 'long', stream: true },
    [`/v1beta/models/${FLASH}:streamGenerateContent?alt=sse`]: { contents: [{ parts: [{ text: 'long' }] }] },
  }
  for (const [path, body] of Object.entries(bodies)) {
    const controller = new AbortController()
    const headers = { authorization: 'Bearer k' }
    const asked = { method: 'POST', headers, body: JSON.stringify(body), signal: controller.signal }
    const response = await fetch(simulator.url + path, asked)
    await response.body?.getReader().read()
    controller.abort()
    await simulator.idle()
    const { usage, abortedAt } = simulator.requests.at(-1) ?? {}
    expect(abortedAt).toBeTypeOf('number')
    expect(usage?.output).toBeGreaterThan(0)
    expect(usage?.output).toBeLessThan(100_000)
  }
})

test('answers prebuilt bytes that the SDKs can read', async () => {
  const simulator = await start({ static: { events: 3, eventBytes: 5, replyBytes: 40 } })
  const whole = await openai(simulator).responses.create({ model: 'gpt-5.4', input: 'x' })
  expect(whole.output_text).toBe('x'.repeat(40))
  const stream = openai(simulator).responses.stream({ model: 'gpt-5.4', input: 'x' })
  expect((await stream.finalResponse()).output_text).toBe('x'.repeat(15))
  expect(await streamed(simulator, 'x')).toBe('x'.repeat(15))
  const reply = await google(simulator).models.generateContent({ model: FLASH, contents: 'x' })
  expect(reply.text).toBe('x'.repeat(40))
})

test('lists the models of each family to each SDK', async () => {
  const simulator = await start()
  const listed = await openai(simulator).models.list()
  const names = listed.data.map((model) => model.id)
  expect(names).toEqual(expect.arrayContaining(['gpt-5.4', 'o3', 'gemini-2.5-pro', 'text-embedding-3-small']))
  const models: (string | undefined)[] = []
  for await (const model of await google(simulator).models.list()) models.push(model.name)
  expect(models).toEqual(names.map((name) => `models/${name}`))
  await expect(google(simulator).models.get({ model: 'gemini-9' })).rejects.toMatchObject({ status: 404 })
})
