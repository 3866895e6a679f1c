import OpenAI, { AzureOpenAI } from 'openai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isObject, type JsonObject, parseJson } from '../json.ts'
import { type Simulator, startSimulator } from '../server.ts'

let simulator: Simulator
let client: OpenAI
beforeAll(async () => {
  simulator = await startSimulator()
  client = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'k', maxRetries: 0 })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

type Params = OpenAI.Responses.ResponseCreateParamsNonStreaming

const tools: OpenAI.Responses.Tool[] = ['f', 'g'].map((name) => {
  return { type: 'function', name, parameters: { type: 'object', properties: {} }, strict: false }
})

async function events(input: string, more: JsonObject = {}): Promise<JsonObject[]> {
  const response = await fetch(`${simulator.url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: JSON.stringify({ model: 'gpt-5.4', stream: true, input, ...more }),
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const frames = (await response.text()).split('\n\n').filter((frame) => frame !== '')
  return frames.map((frame) => {
    const [, name, data = ''] = /^event: (.*)\ndata: (.*)$/.exec(frame) ?? []
    const event = parseJson(data)
    if (!isObject(event)) throw new TypeError(`no event: ${frame}`)
    expect(event.type).toBe(name)
    return event
  })
}

test('streams created, in_progress, the items with their parts, and completed, numbered from 0', async () => {
  const seen = await events('[[say one two]]')
  expect(seen.map((event) => event.sequence_number)).toEqual(seen.map((_, index) => index))
  expect(seen.map((event) => event.type)).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
  expect(seen[0]).toMatchObject({ response: { status: 'in_progress', output: [], usage: null } })
  expect(seen[4]).toMatchObject({ delta: 'one', logprobs: [], output_index: 0, content_index: 0 })
  expect(seen.at(-1)).toMatchObject({
    response: {
      status: 'completed',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'one two' }] }],
      usage: { output_tokens: 2, output_tokens_details: { reasoning_tokens: 0 } },
    },
  })
})

test('pads deltas to one length unless told not to', async () => {
  const padded = (await events('[[say one two]]')).filter((event) => event.delta !== undefined)
  expect(padded.map((event) => event.obfuscation)).toEqual(['x'.repeat(13), 'x'.repeat(12)])
  const plain = await events('[[say one]]', { stream_options: { include_obfuscation: false } })
  expect(JSON.stringify(plain)).not.toContain('obfuscation')
})

test.each<[string, Omit<Params, 'model' | 'stream'>]>([
  ['text', { input: 'hello' }],
  ['reasoning', { input: '[[reason let me see]] [[say yes]]', reasoning: { summary: 'auto' } }],
  ['parallel calls', { input: '[[call f {"n": 1.0, "list": [[1]]}]] [[call g]]', tools }],
  ['text and a call', { input: '[[say wait]] [[call g]]', tools }],
  ['a refusal', { input: '[[refuse no]]' }],
  ['a custom call', { input: '[[call patch *** Begin]]', tools: [{ type: 'custom', name: 'patch' }] }],
  ['a web search', { input: '[[call web_search {"query":"x"}]] [[say found]]', tools: [{ type: 'web_search' }] }],
  ['a file search', { input: '[[call file_search {}]]', tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] }],
  [
    'a run of code',
    {
      input: '[[call code_interpreter {"code":"1+1"}]]',
      tools: [{ type: 'code_interpreter', container: { type: 'auto' } }],
    },
  ],
  ['an image', { input: '[[call image_generation {}]]', tools: [{ type: 'image_generation' }] }],
  [
    'a call of a remote server',
    {
      input: '[[call mcp {"name":"x"}]]',
      tools: [{ type: 'mcp', server_label: 's', server_url: 'https://example.com' }],
    },
  ],
  [
    'a length stop',
    { input: '[[say one two three four five six seven eight nine ten a b c d e f g h]]', max_output_tokens: 16 },
  ],
  ['a filter', { input: '[[finish content_filter]] [[say no]]' }],
  ['a structured answer', { input: 'x', text: { format: { type: 'json_object' } }, instructions: 'json' }],
])('is put together by the SDK to what it answers without a stream: %s', async (_, params) => {
  const asked = { model: 'gpt-5.4', store: false, ...params }
  const whole = await client.responses.create(asked)
  const streamed = await client.responses.stream(asked).finalResponse()
  const shape = (response: OpenAI.Responses.Response): unknown => {
    const output = JSON.parse(
      JSON.stringify(response.output, (key, value: unknown) =>
        /^(parsed|parsed_arguments)$/.test(key) ? undefined : value,
      ),
    )
    return [response.status, response.incomplete_details, response.usage, withoutIds(output)]
  }
  expect(shape(streamed)).toEqual(shape(whole))
  expect(streamed.output_text).toBe(whole.output_text)
})

function withoutIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, entry: unknown) => {
    return /^(id|call_id|encrypted_content|container_id)$/.test(key) ? typeof entry : entry
  })
}

test('carries calls and reasoning over three turns', async () => {
  const params: Params = { model: 'gpt-5.4', store: false, include: ['reasoning.encrypted_content'], tools, input: [] }
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: '[[reason hm]] [[call f {}]] [[call g {}]]' }]
  const first = await client.responses.create({ ...params, input })
  expect(first.output.map((item) => item.type)).toEqual(['reasoning', 'function_call', 'function_call'])
  input.push(...(first.output as OpenAI.Responses.ResponseInput))
  for (const item of first.output) {
    if (item.type === 'function_call')
      input.push({ type: 'function_call_output', call_id: item.call_id, output: '18C' })
  }
  const second = await client.responses.create({ ...params, input })
  expect(second.output_text).toContain('The tool f answered: "18C". The tool g answered: "18C".')
  input.push(...(second.output as OpenAI.Responses.ResponseInput), { role: 'user', content: '[[say three]]' })
  const third = await client.responses.create({ ...params, input })
  expect(third.output_text).toBe('three')
})

test('stores responses, and goes on from them', async () => {
  const first = await client.responses.create({ model: 'gpt-5.4', input: '[[call f {}]]', tools })
  const [call] = first.output
  if (call?.type !== 'function_call') throw new TypeError('no call')
  const second = await client.responses.create({
    model: 'gpt-5.4',
    previous_response_id: first.id,
    input: [{ type: 'function_call_output', call_id: call.call_id, output: '18C' }],
    tools,
  })
  expect(second.output_text).toContain('The tool f answered: "18C"')
  expect(await client.responses.retrieve(first.id)).toMatchObject({ id: first.id, status: 'completed' })
  const listed = await client.responses.inputItems.list(second.id, { order: 'asc' })
  expect(listed.data.map((item) => item.type)).toEqual(['message', 'function_call', 'function_call_output'])
  const message = second.output.find((item) => item.type === 'message')
  const third = await client.responses.create({
    model: 'gpt-5.4',
    input: [
      { type: 'item_reference', id: message?.id ?? '' },
      { role: 'user', content: '[[say ok]]' },
    ],
  })
  expect(third.output_text).toBe('ok')
  await client.responses.delete(first.id)
  await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 })
})

test('forgets what is not to be stored', async () => {
  const { id } = await client.responses.create({ model: 'gpt-5.4', input: 'x', store: false })
  await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 })
  await expect(
    client.responses.create({ model: 'gpt-5.4', previous_response_id: id, input: 'x' }),
  ).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found', param: 'previous_response_id' })
})

test('goes on in a conversation', async () => {
  const { id } = await client.conversations.create({ items: [{ role: 'user', content: 'before' }] })
  const asked = { model: 'gpt-5.4', conversation: id }
  const first = await client.responses.create({ ...asked, input: '[[call f {}]]', tools })
  const [call] = first.output
  if (call?.type !== 'function_call') throw new TypeError('no call')
  expect(first.conversation).toEqual({ id })
  const input = [{ type: 'function_call_output' as const, call_id: call.call_id, output: '18C' }]
  const second = await client.responses.stream({ ...asked, input, tools }).finalResponse()
  expect(second.output_text).toContain('The tool f answered: "18C"')
  const listed = await client.conversations.items.list(id, { order: 'asc' })
  expect(listed.data.map((item) => item.type)).toEqual([
    'message',
    'message',
    'function_call',
    'function_call_output',
    'message',
  ])
  await client.conversations.delete(id)
  await expect(client.responses.create({ ...asked, input: 'x' })).rejects.toMatchObject({ status: 404 })
})

test('answers in the background', async () => {
  const queued = await client.responses.create({ model: 'gpt-5.4', input: '[[say later]]', background: true })
  expect(queued).toMatchObject({ status: 'queued', output: [], usage: null })
  expect(await client.responses.retrieve(queued.id)).toMatchObject({ status: 'completed', output_text: 'later' })
  const seen = await events('[[say now]]', { background: true })
  expect(seen.slice(0, 3).map((event) => event.type)).toEqual([
    'response.created',
    'response.queued',
    'response.in_progress',
  ])
})

test('fails as the script says, and inside a stream', async () => {
  simulator.script(/break/, { text: 'half', failure: { code: 'server_error', message: 'it broke' } })
  const whole = await client.responses.create({ model: 'gpt-5.4', input: 'break' })
  expect(whole).toMatchObject({ status: 'failed', error: { code: 'server_error', message: 'it broke' } })
  const last = (await events('break')).at(-1)
  expect(last).toMatchObject({ type: 'response.failed', response: { status: 'failed', output: [{}] } })
  simulator.fault({ kind: 'error-event', afterEvents: 4, status: 503, message: 'overloaded' })
  const seen = await events('hello')
  expect(seen.at(-1)).toEqual({
    type: 'error',
    code: 'server_error',
    message: 'overloaded',
    param: null,
    sequence_number: 4,
  })
  await expect(client.responses.stream({ model: 'gpt-5.4', input: 'x' }).finalResponse()).rejects.toBeInstanceOf(
    OpenAI.APIError,
  )
})

test('groups tools under namespaces, as Codex does', async () => {
  const seen = await events('[[call look {}]]', {
    tools: [
      { type: 'namespace', name: 'mcp__files', description: 'files', tools: [{ type: 'function', name: 'look' }] },
    ],
  })
  expect(seen.at(-1)).toMatchObject({
    response: { output: [{ type: 'function_call', name: 'look', namespace: 'mcp__files' }] },
  })
})

test('counts what a request would cost', async () => {
  const whole = await client.responses.create({ model: 'gpt-5.4', input: 'hello', instructions: 'be brief', tools })
  const count = await client.responses.inputTokens.count({
    model: 'gpt-5.4',
    input: 'hello',
    instructions: 'be brief',
    tools,
  })
  expect(count).toEqual({ object: 'response.input_tokens', input_tokens: whole.usage?.input_tokens })
})

test('is Azure under its paths', async () => {
  const azure = new AzureOpenAI({
    baseURL: `${simulator.url}/openai`,
    apiKey: 'k',
    apiVersion: '2025-04-01-preview',
    maxRetries: 0,
  })
  expect((await azure.responses.create({ model: 'mine', input: '[[say yes]]' })).output_text).toBe('yes')
  const headers = { 'api-key': 'k' }
  const body = JSON.stringify({ model: 'mine', input: '[[say yes]]' })
  const versionless = await fetch(`${simulator.url}/openai/responses`, { method: 'POST', headers, body })
  expect(versionless.status).toBe(404)
  const v1 = await fetch(`${simulator.url}/openai/v1/responses`, { method: 'POST', headers, body })
  expect(await v1.json()).toMatchObject({ status: 'completed' })
})
