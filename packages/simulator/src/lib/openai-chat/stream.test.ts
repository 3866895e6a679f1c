import OpenAI, { AzureOpenAI } from 'openai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isObject, type JsonObject, objects, parseJson } from '../json.ts'
import { type Simulator, startSimulator } from '../server.ts'
import type { Variant } from '../variant.ts'

let simulator: Simulator
let client: OpenAI
beforeAll(async () => {
  simulator = await startSimulator()
  client = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'k', maxRetries: 0 })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

const tools: OpenAI.ChatCompletionFunctionTool[] = [
  { type: 'function', function: { name: 'f' } },
  { type: 'function', function: { name: 'g' } },
]

async function text(content: string, more: JsonObject = {}): Promise<string> {
  const response = await fetch(`${simulator.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: JSON.stringify({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content }], ...more }),
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  return response.text()
}

function chunksOf(stream: string): JsonObject[] {
  return stream
    .split(/\r?\n\r?\n/)
    .map((frame) => parseJson(frame.replace(/^data: /, '')))
    .filter(isObject)
}

function choicesOf(stream: string): JsonObject[] {
  return chunksOf(stream).flatMap((chunk) => objects(chunk.choices))
}

test('streams role, text, finish and [DONE], without usage unless asked', async () => {
  const stream = await text('[[say one two]]')
  const chunks = chunksOf(stream)
  expect(choicesOf(stream).map((choice) => [choice.delta, choice.finish_reason])).toEqual([
    [{ role: 'assistant', content: '', refusal: null }, null],
    [{ content: 'one' }, null],
    [{ content: ' two' }, null],
    [{}, 'stop'],
  ])
  expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1)
  expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false)
  expect(stream.endsWith('data: [DONE]\n\n')).toBe(true)
})

test('sends usage in a chunk of its own when asked, and null before it', async () => {
  const chunks = chunksOf(await text('[[say one two]]', { stream_options: { include_usage: true } }))
  const last = chunks.pop()
  expect(last).toMatchObject({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 2, total_tokens: 13 } })
  expect(chunks.every((chunk) => chunk.usage === null)).toBe(true)
})

test('pads chunks to one length unless told not to', async () => {
  const padded = chunksOf(await text('[[say one two]]'))
  expect(padded.map((chunk) => chunk.obfuscation)).toEqual([undefined, 'x'.repeat(13), 'x'.repeat(12), undefined])
  const plain = await text('[[say one two]]', { stream_options: { include_obfuscation: false } })
  expect(plain).not.toContain('obfuscation')
})

test('is put together by the SDK to what it answers without a stream', async () => {
  const params = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'hello' }] }
  const whole = await client.chat.completions.create(params)
  const streamed = await client.chat.completions
    .stream({ ...params, stream_options: { include_usage: true } })
    .finalChatCompletion()
  expect(streamed.choices[0]?.message.content).toBe(whole.choices[0]?.message.content)
  expect(streamed.choices[0]?.finish_reason).toBe('stop')
  expect(streamed.usage).toEqual(whole.usage)
})

test('streams parallel calls with contiguous indexes and their arguments as written', async () => {
  const content = '[[call f {"n": 1.0, "list": [[1]]}]] [[call g]]'
  const stream = client.chat.completions.stream({ model: 'gpt-4o', messages: [{ role: 'user', content }], tools })
  const { choices } = await stream.finalChatCompletion()
  expect(choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: null,
      tool_calls: [
        { type: 'function', function: { name: 'f', arguments: '{"n": 1.0, "list": [[1]]}' } },
        { type: 'function', function: { name: 'g', arguments: '{}' } },
      ],
    },
  })
})

test('answers what tools answered, and calls none a second time', async () => {
  const asked: OpenAI.ChatCompletionMessageParam = { role: 'user', content: '[[call f {}]]' }
  const first = await client.chat.completions.create({ model: 'gpt-4o', messages: [asked], tools })
  const answer = first.choices[0]?.message
  const [call] = answer?.tool_calls ?? []
  expect(call?.id.length).toBeLessThanOrEqual(40)
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    asked,
    ...(answer ? [answer] : []),
    { role: 'tool', tool_call_id: call?.id ?? '', content: '18C' },
  ]
  const second = await client.chat.completions.create({ model: 'gpt-4o', messages, tools })
  expect(second.choices[0]).toMatchObject({
    finish_reason: 'stop',
    message: { content: expect.stringContaining('The tool f answered: "18C"') },
  })
})

test('streams a custom call, a legacy call, a refusal and log probabilities', async () => {
  const custom = choicesOf(
    await text('[[call patch *** Begin]]', { tools: [{ type: 'custom', custom: { name: 'patch' } }] }),
  )
  const pieces = custom.flatMap((choice) => (isObject(choice.delta) ? objects(choice.delta.tool_calls) : []))
  expect(pieces[0]).toMatchObject({ index: 0, type: 'custom', custom: { name: 'patch', input: '' } })
  expect(
    pieces
      .slice(1)
      .map((piece) => (isObject(piece.custom) ? piece.custom.input : ''))
      .join(''),
  ).toBe('*** Begin')
  const legacy = choicesOf(await text('[[call f {"a":1}]]', { functions: [{ name: 'f' }] }))
  expect(legacy.at(-1)).toMatchObject({ finish_reason: 'function_call' })
  expect(legacy[1]).toMatchObject({ delta: { function_call: { name: 'f', arguments: '' } } })
  const refused = choicesOf(await text('[[refuse no]]'))
  expect(refused[1]).toMatchObject({ delta: { refusal: 'no' } })
  expect(refused.at(-1)).toMatchObject({ finish_reason: 'stop' })
  const probable = choicesOf(await text('[[say one]]', { logprobs: true }))
  expect(probable[1]).toMatchObject({ logprobs: { content: [{ token: 'one', logprob: 0, bytes: [111, 110, 101] }] } })
})

test('answers n times, and ends at the limit and at stop sequences', async () => {
  const several = await client.chat.completions.create({
    model: 'gpt-4o',
    n: 3,
    messages: [{ role: 'user', content: '[[say one two]]' }],
  })
  expect(several.choices.map((choice) => choice.index)).toEqual([0, 1, 2])
  expect(several.usage?.completion_tokens).toBe(6)
  const cut = await client.chat.completions.create({
    model: 'gpt-4o',
    max_tokens: 1,
    messages: [{ role: 'user', content: '[[say one two]]' }],
  })
  expect(cut.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'one' } })
  const stopped = await client.chat.completions.create({
    model: 'gpt-4o',
    stop: ['two'],
    messages: [{ role: 'user', content: '[[say one two three]]' }],
  })
  expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'one ' } })
  const call = await client.chat.completions.create({
    model: 'gpt-4o',
    max_tokens: 2,
    tools,
    messages: [{ role: 'user', content: '[[call f {"city":"Paris"}]]' }],
  })
  expect(call.choices[0]).toMatchObject({
    finish_reason: 'length',
    message: { tool_calls: [{ function: { arguments: '{"' } }] },
  })
})

test('counts reasoning that it does not show', async () => {
  const reply = await client.chat.completions.create({
    model: 'gpt-5.4',
    messages: [{ role: 'user', content: '[[reason let me see]] [[say yes]]' }],
  })
  expect(reply.choices[0]?.message).not.toHaveProperty('reasoning_content')
  expect(reply.usage).toMatchObject({ completion_tokens: 4, completion_tokens_details: { reasoning_tokens: 3 } })
})

test('speaks as other vendors do', async () => {
  const as = (variant: Variant, content: string, more: JsonObject = {}): Promise<string> => {
    simulator.variant(variant)
    return text(content, more)
  }
  expect(choicesOf(await as('deepseek', '[[reason hm]] [[say yes]]'))[1]).toMatchObject({
    delta: { reasoning_content: 'hm' },
  })
  expect(chunksOf(await as('deepseek', '[[say yes]]')).at(-1)).toMatchObject({
    choices: [{ finish_reason: 'stop' }],
    usage: { completion_tokens: 1 },
  })
  const groq = await as('groq', '[[reason hm]] [[say yes]]')
  expect(choicesOf(groq)[1]).toMatchObject({ delta: { reasoning: 'hm' } })
  expect(chunksOf(groq).at(-1)).toMatchObject({ x_groq: { usage: { completion_tokens: 2 } } })
  const mistral = choicesOf(
    await as('mistral', '[[call f {}]] [[call g {}]]', {
      tools: ['f', 'g'].map((name) => ({ type: 'function', function: { name } })),
    }),
  )
  expect(mistral.at(-1)).toMatchObject({
    finish_reason: 'tool_calls',
    delta: { tool_calls: [{ function: { name: 'f' } }, { function: { name: 'g' } }] },
  })
  expect(JSON.stringify(mistral)).not.toMatch(/"index":1|"type"/)
  const perplexity = await as('perplexity', '[[say yes]]')
  expect(chunksOf(perplexity).every((chunk) => isObject(chunk.usage))).toBe(true)
  expect(chunksOf(perplexity).at(-1)).toMatchObject({ object: 'chat.completion.done' })
  expect(await as('no-done', '[[say yes]]')).not.toContain('[DONE]')
  expect(choicesOf(await as('finish-with-content', '[[say one two]]')).at(-1)).toMatchObject({
    delta: { content: ' two' },
    finish_reason: 'stop',
  })
  expect(await as('crlf', '[[say yes]]')).toMatch(/^data: .*\r\n\r\n/)
  simulator.variant(undefined)
  expect(await text('[[variant no-done]] [[say yes]]')).not.toContain('[DONE]')
})

test('takes back the reasoning that a vendor shows', async () => {
  const messages = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: 'y', reasoning_content: 'z' },
    { role: 'user', content: '[[say ok]]' },
  ]
  simulator.variant('deepseek')
  expect(choicesOf(await text('', { messages }))[1]).toMatchObject({ delta: { content: 'ok' } })
})

test.each([
  ['deepseek', undefined, 'Missing `reasoning_content` field in the assistant message at message index 1'],
  [
    'moonshot',
    undefined,
    'thinking is enabled but reasoning_content is missing in assistant tool call message at index 1',
  ],
  ['moonshot', '', 'thinking is enabled but reasoning_content is missing'],
  ['deepseek', '', undefined],
  ['deepseek', 'hm', undefined],
  ['moonshot', ' ', undefined],
  ['groq', undefined, undefined],
] as const)('%s, given the reasoning %j with a call, says %j', async (variant, reasoning, refusal) => {
  const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
  const messages = [
    { role: 'user', content: 'x' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [call],
      ...(reasoning !== undefined && { reasoning_content: reasoning }),
    },
    { role: 'tool', tool_call_id: 'a', content: '[[say ok]]' },
  ]
  simulator.variant(variant)
  const sent = await fetch(`${simulator.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'served', messages }),
  })
  expect(sent.status).toBe(refusal === undefined ? 200 : 400)
  expect(await sent.text()).toContain(refusal ?? 'chat.completion')
})

test('is Azure under its paths', async () => {
  const azure = new AzureOpenAI({
    baseURL: `${simulator.url}/openai`,
    apiKey: 'k',
    apiVersion: '2024-10-21',
    deployment: 'mine',
    maxRetries: 0,
  })
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: '[[say yes]]' }]
  const stream = await azure.chat.completions.create({ model: 'ignored', messages, stream: true })
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  expect(chunks[0]).toMatchObject({ id: '', model: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] })
  expect(chunks.at(-1)).toMatchObject({
    model: 'mine',
    choices: [{ finish_reason: 'stop', content_filter_results: { hate: { filtered: false } } }],
  })
  const whole = await azure.chat.completions.create({ model: 'ignored', messages })
  expect(whole).toMatchObject({ model: 'mine', prompt_filter_results: [{}] })
  const headers = { 'api-key': 'k' }
  const body = JSON.stringify({ messages, model: 'mine' })
  const versionless = await fetch(`${simulator.url}/openai/deployments/mine/chat/completions`, {
    method: 'POST',
    headers,
    body,
  })
  expect(versionless.status).toBe(404)
  const v1 = await fetch(`${simulator.url}/openai/v1/chat/completions`, { method: 'POST', headers, body })
  expect(await v1.json()).toMatchObject({ model: 'mine', prompt_filter_results: [{}] })
  const keyless = await fetch(`${simulator.url}/openai/v1/chat/completions`, { method: 'POST', body })
  expect(await keyless.json()).toMatchObject({ error: { code: '401' } })
})
