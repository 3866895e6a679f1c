import { once } from 'node:events'
import { connect } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
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

const HELLO = [{ role: 'user' as const, content: 'hello' }]
const CHAT = { model: 'gpt-4o', messages: HELLO }
const MESSAGE = { model: 'claude-sonnet-5-5', max_tokens: 100, messages: HELLO }

function openai(simulator: Simulator, apiKey = 'k'): OpenAI {
  return new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey, maxRetries: 0 })
}

function anthropic(simulator: Simulator, apiKey = 'k'): Anthropic {
  return new Anthropic({ baseURL: simulator.url, apiKey, maxRetries: 0 })
}

function post(
  simulator: Simulator,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const auth = { authorization: 'Bearer k', 'anthropic-version': '2023-06-01' }
  return fetch(simulator.url + path, { method: 'POST', headers: { ...auth, ...headers }, body: JSON.stringify(body) })
}

test('lets in the keys it was given, and words its 401 as each provider', async () => {
  const simulator = await start({ keys: ['right'] })
  await expect(openai(simulator, 'sk-wrong-1234').chat.completions.create(CHAT)).rejects.toMatchObject({
    status: 401,
    code: 'invalid_api_key',
    message: expect.stringContaining('Incorrect API key provided: ***1234.'),
  })
  await expect(anthropic(simulator, 'wrong').messages.create(MESSAGE)).rejects.toMatchObject({
    status: 401,
    type: 'authentication_error',
  })
  await openai(simulator, 'right').chat.completions.create(CHAT)
  const header = await post(simulator, '/v1/messages', MESSAGE, { 'x-api-key': 'right' })
  expect(header.status).toBe(200)
  const none = await fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', body: '{}' })
  expect(await none.json()).toMatchObject({
    error: { message: expect.stringContaining("You didn't provide an API key"), code: null },
  })
})

test("takes an Anthropic key only where Anthropic looks for it, and OpenAI's likewise", async () => {
  const simulator = await start()
  const body = JSON.stringify(CHAT)
  const foreign = await fetch(`${simulator.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'x-api-key': 'k' },
    body,
  })
  expect(foreign.status).toBe(401)
  const version = { 'anthropic-version': '2023-06-01' }
  const azure = await fetch(`${simulator.url}/v1/messages`, {
    method: 'POST',
    headers: { ...version, 'api-key': 'k' },
    body: JSON.stringify(MESSAGE),
  })
  expect(await azure.json()).toMatchObject({
    error: { type: 'authentication_error', message: 'x-api-key header is required' },
  })
})

test('lists models to either SDK, and knows those it was given only', async () => {
  const simulator = await start({ models: ['gpt-4o', 'claude-sonnet-5-5', 'gpt-3.5-turbo-instruct'] })
  const chat = await openai(simulator).models.list()
  expect(chat.data.map((model) => model.id)).toEqual(['gpt-4o', 'claude-sonnet-5-5', 'gpt-3.5-turbo-instruct'])
  const page = await anthropic(simulator).models.list({ limit: 2 })
  expect([page.data.map((model) => model.id), page.has_more, page.last_id]).toEqual([
    ['gpt-4o', 'claude-sonnet-5-5'],
    true,
    'claude-sonnet-5-5',
  ])
  const rest = await page.getNextPage()
  expect(rest.data.map((model) => model.id)).toEqual(['gpt-3.5-turbo-instruct'])
  expect(await anthropic(simulator).models.retrieve('gpt-4o')).toMatchObject({ type: 'model', id: 'gpt-4o' })
  expect(await openai(simulator).models.retrieve('gpt-4o')).toMatchObject({ object: 'model', id: 'gpt-4o' })
  await expect(openai(simulator).chat.completions.create({ ...CHAT, model: 'gpt-9' })).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
  })
  await expect(anthropic(simulator).messages.create({ ...MESSAGE, model: 'claude-9' })).rejects.toMatchObject({
    status: 404,
    type: 'not_found_error',
  })
  await expect(openai(simulator).models.retrieve('gpt-9')).rejects.toMatchObject({ status: 404 })
})

test('answers probes, unknown paths and wrong methods', async () => {
  const simulator = await start()
  expect((await fetch(`${simulator.url}/`, { method: 'HEAD' })).status).toBe(200)
  expect((await fetch(`${simulator.url}/api/hello`, { method: 'HEAD' })).status).toBe(200)
  expect(await (await post(simulator, '/v1/nothing', {})).json()).toMatchObject({
    type: 'error',
    error: { type: 'not_found_error' },
  })
  const get = await fetch(`${simulator.url}/v1/chat/completions`)
  expect([get.status, await get.json()]).toEqual([
    405,
    { error: expect.objectContaining({ code: 'method_not_supported' }) },
  ])
})

test('answers completions, many at a time, echoed and streamed', async () => {
  const simulator = await start()
  const client = openai(simulator)
  const model = 'gpt-3.5-turbo-instruct'
  const many = await client.completions.create({ model, prompt: ['[[say one]]', '[[say two]]'], n: 2, echo: true })
  expect(many.choices.map((choice) => choice.text)).toEqual([
    '[[say one]]one',
    '[[say one]]one',
    '[[say two]]two',
    '[[say two]]two',
  ])
  const short = await client.completions.create({ model, prompt: 'hello' })
  expect([short.choices[0]?.finish_reason, short.usage?.completion_tokens]).toEqual(['length', 16])
  const stream = await client.completions.create({
    model,
    prompt: '[[say one two]]',
    stream: true,
    logprobs: 1,
    stream_options: { include_usage: true },
  })
  const chunks: OpenAI.Completion[] = []
  for await (const chunk of stream) chunks.push(chunk)
  expect(chunks.map((chunk) => chunk.choices[0]?.text)).toEqual(['one', ' two', '', undefined])
  expect(chunks[1]?.choices[0]?.logprobs).toMatchObject({ tokens: [' two'], text_offset: [3] })
  expect(chunks.at(-1)?.usage?.completion_tokens).toBe(2)
  await expect(client.completions.create({ model, prompt: [] })).rejects.toMatchObject({
    status: 400,
    code: 'empty_array',
  })
  await expect(client.completions.create({ model, prompt: 'x', n: 2, best_of: 1 })).rejects.toMatchObject({
    param: 'best_of',
  })
  const messages = await post(simulator, '/v1/completions', { model, messages: HELLO })
  expect(await messages.json()).toMatchObject({ error: { message: "Missing required parameter: 'prompt'." } })
})

test('answers by script: the youngest that matches, as often as it may', async () => {
  const simulator = await start()
  const said = async (content: string): Promise<string | null | undefined> => {
    const reply = await openai(simulator).chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content }],
    })
    return reply.choices[0]?.message.content
  }
  simulator.script(/weather/, { text: 'sunny' })
  const end = simulator.script('weather', (turn) => ({ text: `rain for ${turn.model}` }), { times: 2 })
  expect([await said('weather?'), await said('weather?'), await said('weather?')]).toEqual([
    'rain for gpt-4o',
    'rain for gpt-4o',
    'sunny',
  ])
  simulator.script({ dialect: 'anthropic', text: 'weather' }, { text: 'fog' })
  simulator.script((turn) => turn.system === 'be rude', { text: 'no' })
  expect(await said('weather?')).toBe('sunny')
  end()
  simulator.reset()
  expect(await said('weather?')).toContain('You said: "weather?"')
})

test('streams scripted chunks as they are, and takes scripted usage', async () => {
  const simulator = await start()
  simulator.script('x', { chunks: ['a\n\ndata: [DONE]\n\n', '\u2028', '✓'], usage: { output: 99, reasoning: 7 } })
  const stream = openai(simulator).chat.completions.stream({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'x' }],
    stream_options: { include_usage: true },
  })
  const pieces: string[] = []
  stream.on('content', (piece) => pieces.push(piece))
  const reply = await stream.finalChatCompletion()
  expect(pieces).toEqual(['a\n\ndata: [DONE]\n\n', '\u2028', '✓'])
  expect(reply.usage).toMatchObject({ completion_tokens: 99, completion_tokens_details: { reasoning_tokens: 7 } })
})

test('keeps records in a ring and totals over all', async () => {
  let now = 1000
  const simulator = await start({ maxRecords: 2, now: () => now })
  for (const [index, model] of ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1'].entries()) {
    now = 2000 + index
    await openai(simulator).chat.completions.create({ ...CHAT, model })
  }
  await simulator.idle()
  expect(simulator.requests.map((record) => record.model)).toEqual(['gpt-4o-mini', 'gpt-4.1'])
  const [record] = simulator.requests
  expect(record).toMatchObject({
    at: 2001,
    finishedAt: 2001,
    method: 'POST',
    path: '/v1/chat/completions',
    dialect: 'openai-chat',
    stream: false,
    key: 'k',
    status: 200,
    body: { model: 'gpt-4o-mini' },
    headers: { authorization: 'Bearer k' },
    usage: { input: 6, cached: 0 },
  })
  const output = record?.usage?.output ?? 0
  expect(output).toBeGreaterThan(10)
  expect(simulator.totals).toMatchObject({ requests: 3, completed: 3, aborted: 0, broken: 0, inputTokens: 18 })
})

test('sees a client leave, and counts what was generated until then', async () => {
  const simulator = await start()
  simulator.script('long', { chunks: Array.from({ length: 100_000 }, () => ' word') })
  const controller = new AbortController()
  const response = await fetch(`${simulator.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({
      ...MESSAGE,
      max_tokens: 128_000,
      stream: true,
      messages: [{ role: 'user', content: 'long' }],
    }),
    signal: controller.signal,
  })
  await response.body?.getReader().read()
  controller.abort()
  await simulator.idle()
  expect(simulator.totals).toMatchObject({ requests: 1, completed: 0, aborted: 1 })
  const [record] = simulator.requests
  expect(record?.abortedAt).toBeTypeOf('number')
  expect(record?.usage?.output).toBeGreaterThan(0)
  expect(record?.usage?.output).toBeLessThan(100_000)
})

test('counts a client that leaves while sending', async () => {
  const simulator = await start()
  const socket = connect(simulator.port, '127.0.0.1')
  socket.write('POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{')
  while (simulator.totals.requests === 0) await new Promise((resolve) => setImmediate(resolve))
  socket.destroy()
  await simulator.idle()
  expect(simulator.totals).toMatchObject({ requests: 1, aborted: 1, inputTokens: 0 })
})

test('speaks at the speed it was told', async () => {
  const waits: number[] = []
  const sleep: Clock['sleep'] = (ms) => {
    waits.push(ms)
    return Promise.resolve()
  }
  const simulator = await start({ timing: { firstTokenMs: 50, tokenMs: 3 }, sleep })
  const say = [{ role: 'user' as const, content: '[[say one two]]' }]
  await openai(simulator).chat.completions.stream({ model: 'gpt-4o', messages: say }).finalChatCompletion()
  expect(waits.splice(0)).toEqual([50, 3, 3])
  await openai(simulator).chat.completions.create({ model: 'gpt-4o', messages: say })
  expect(waits.splice(0)).toEqual([56])
  simulator.timing({ firstTokenMs: 0, chunkTokens: 2 })
  await anthropic(simulator)
    .messages.stream({ ...MESSAGE, messages: say })
    .finalMessage()
  expect(waits).toEqual([6])
})

test('caches long prompts of its own accord for OpenAI, by key and model', async () => {
  let now = 0
  const simulator = await start({ now: () => now })
  const messages = [
    { role: 'system' as const, content: 'word '.repeat(1500) },
    { role: 'user' as const, content: 'x' },
  ]
  const cached = async (key: string): Promise<number | undefined> => {
    const reply = await openai(simulator, key).chat.completions.create({ model: 'gpt-4o', messages })
    return reply.usage?.prompt_tokens_details?.cached_tokens
  }
  expect([await cached('a'), await cached('a'), await cached('b')]).toEqual([0, 1408, 0])
  now = 300_000
  expect(await cached('a')).toBe(0)
})

test('is steered by its control API', async () => {
  const simulator = await start()
  const order = async (method: string, path: string, body?: unknown): Promise<[number, unknown]> => {
    const response = await fetch(`${simulator.url}/_simulator/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return [response.status, await response.json()]
  }
  expect(await order('PUT', 'faults', [{ status: 503 }])).toEqual([200, { ok: true }])
  expect(await order('GET', 'faults')).toEqual([200, [{ kind: 'status', status: 503 }]])
  expect((await post(simulator, '/v1/messages', MESSAGE)).status).toBe(503)
  expect(await order('DELETE', 'faults')).toEqual([200, { ok: true }])
  expect((await post(simulator, '/v1/messages', MESSAGE)).status).toBe(200)
  expect(await order('PUT', 'faults', { kind: 'boom' })).toEqual([
    400,
    { error: expect.stringContaining('unknown kind of fault "boom"') },
  ])
  expect(await order('PUT', 'variant', { variant: 'no-done' })).toEqual([200, { ok: true }])
  expect(await (await post(simulator, '/v1/chat/completions', { ...CHAT, stream: true })).text()).not.toContain(
    '[DONE]',
  )
  expect(await order('PUT', 'variant', { variant: 'x' })).toEqual([
    400,
    { error: expect.stringContaining('one of openai, azure') },
  ])
  expect(await order('PUT', 'timing', { chunkTokens: 5 })).toEqual([200, { ok: true }])
  expect(await order('PUT', 'timing', { speed: 5 })).toEqual([400, { error: expect.stringContaining('firstTokenMs') }])
  await simulator.idle()
  expect(await order('GET', 'totals')).toEqual([200, simulator.totals])
  expect(await order('GET', 'requests')).toEqual([200, JSON.parse(JSON.stringify(simulator.requests))])
  expect(await order('POST', 'reset')).toEqual([200, { ok: true }])
  expect(simulator.totals.requests).toBe(0)
  expect((await order('GET', 'nothing'))[0]).toBe(404)
})

test('answers prebuilt bytes that the SDKs can read', async () => {
  const simulator = await start({ static: { events: 3, eventBytes: 5, replyBytes: 40 } })
  const chat = await openai(simulator).chat.completions.create(CHAT)
  expect(chat.choices[0]?.message.content).toBe('x'.repeat(40))
  const stream = openai(simulator).chat.completions.stream(CHAT)
  expect((await stream.finalChatCompletion()).choices[0]?.message.content).toBe('x'.repeat(15))
  const message = await anthropic(simulator).messages.stream(MESSAGE).finalMessage()
  expect(message.content).toMatchObject([{ text: 'x'.repeat(15) }])
  expect(simulator.totals).toMatchObject({ requests: 3, completed: 3 })
  expect((await fetch(`${simulator.url}/`)).status).toBe(200)
})

test('drops idle connections when told to', async () => {
  const simulator = await start({ keepAliveMs: 1 })
  const socket = connect(simulator.port, '127.0.0.1')
  let seen = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    seen += text
  })
  socket.write('HEAD / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(socket, 'end')
  expect(seen).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

test('refuses to start on a port that is taken', async () => {
  const simulator = await start()
  await expect(startSimulator({ port: simulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
