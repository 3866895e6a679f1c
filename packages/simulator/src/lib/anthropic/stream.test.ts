import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isObject, type JsonObject, parseJson } from '../json.ts'
import { type Simulator, startSimulator } from '../server.ts'

let simulator: Simulator
let client: Anthropic
beforeAll(async () => {
  simulator = await startSimulator()
  client = new Anthropic({ baseURL: simulator.url, apiKey: 'k', maxRetries: 0 })
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

const tools: Anthropic.Tool[] = [
  { name: 'f', input_schema: { type: 'object', properties: { city: { type: 'string' } } } },
  { name: 'g', input_schema: { type: 'object' } },
]
const params = (
  content: Anthropic.MessageParam['content'],
  more: Partial<Anthropic.MessageCreateParamsNonStreaming> = {},
): Anthropic.MessageCreateParamsNonStreaming => {
  return { model: 'claude-sonnet-5-5', max_tokens: 4096, messages: [{ role: 'user', content }], ...more }
}

async function events(body: Anthropic.MessageCreateParamsNonStreaming): Promise<JsonObject[]> {
  const response = await fetch(`${simulator.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ ...body, stream: true }),
  })
  const frames = (await response.text()).split('\n\n').filter((frame) => frame !== '')
  return frames.map((frame) => {
    const [, name, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
    const parsed = parseJson(data)
    expect(parsed).toMatchObject({ type: name })
    return isObject(parsed) ? parsed : {}
  })
}

test("streams in the provider's order, with a ping", async () => {
  const sequence = await events(params('[[say one two]]'))
  expect(sequence.map((event) => event.type)).toEqual([
    'message_start',
    'content_block_start',
    'ping',
    'content_block_delta',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ])
  expect(sequence[0]).toMatchObject({
    message: { content: [], stop_reason: null, usage: { input_tokens: 11, output_tokens: 1 } },
  })
  expect(sequence.at(-2)).toMatchObject({
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 2 },
  })
})

test('is put together by the SDK to what it answers without a stream', async () => {
  const body = params('hello [[call f {"city":"Paris"}]] [[call g]]', { tools, thinking: { type: 'adaptive' } })
  const whole = await client.messages.create(body)
  const streamed = await client.messages.stream(body).finalMessage()
  const comparable = (message: Anthropic.Message): unknown => {
    const content = message.content.map((block) => ('id' in block ? { ...block, id: 'id' } : block))
    return { ...message, id: 'id', content, parsed_output: null }
  }
  expect(comparable(streamed)).toEqual(comparable(whole))
  expect(whole).toMatchObject({
    stop_reason: 'tool_use',
    content: [
      { type: 'thinking' },
      { type: 'tool_use', name: 'f', input: { city: 'Paris' } },
      { type: 'tool_use', name: 'g', input: {} },
    ],
  })
})

test('shows no thinking when told so, but signs it, and takes it back', async () => {
  const body = params('[[call f {}]]', { tools, thinking: { type: 'adaptive', display: 'omitted' } })
  const sequence = await events(body)
  expect(JSON.stringify(sequence)).not.toContain('thinking_delta')
  const first = await client.messages.stream(body).finalMessage()
  expect(first.content[0]).toMatchObject({ type: 'thinking', thinking: '', signature: expect.stringMatching(/.{20}/) })
  expect(first.usage.output_tokens_details?.thinking_tokens).toBeGreaterThan(0)
  const call = first.content.find((block) => block.type === 'tool_use')
  const second = await client.messages.create({
    ...body,
    messages: [
      ...body.messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: '18C' }] },
    ],
  })
  expect(second.content.at(-1)).toMatchObject({ text: expect.stringContaining('The tool f answered: "18C"') })
})

test('never thinks unasked', async () => {
  const reply = await client.messages.create(params('[[reason hm]] [[say yes]]'))
  expect(reply.content).toMatchObject([{ type: 'text', text: 'yes' }])
  expect(reply.usage.output_tokens).toBe(1)
})

test('hides reasoning in redacted blocks, and takes them back', async () => {
  simulator.script('secret', { redactedReasoning: 'plan', text: 'done' })
  const body = params('secret', { thinking: { type: 'adaptive' } })
  const first = await client.messages.stream(body).finalMessage()
  expect(first.content).toMatchObject([
    { type: 'redacted_thinking', data: expect.any(String) },
    { type: 'text', text: 'done' },
  ])
  const messages: Anthropic.MessageParam[] = [
    ...body.messages,
    { role: 'assistant', content: first.content },
    { role: 'user', content: '[[say ok]]' },
  ]
  expect((await client.messages.create({ ...body, messages })).content.at(-1)).toMatchObject({ text: 'ok' })
})

test('ends for every reason there is', async () => {
  const stop = async (
    content: string,
    more: Partial<Anthropic.MessageCreateParamsNonStreaming> = {},
  ): Promise<unknown> => {
    const { stop_reason, stop_sequence, stop_details } = await client.messages
      .stream(params(content, more))
      .finalMessage()
    return [stop_reason, stop_sequence, stop_details]
  }
  expect(await stop('[[say one two]]', { max_tokens: 1 })).toEqual(['max_tokens', null, null])
  expect(await stop('[[say one END two]]', { stop_sequences: ['END'] })).toEqual(['stop_sequence', 'END', null])
  expect(await stop('[[refuse no]]')).toEqual(['refusal', null, { type: 'refusal', category: null, explanation: null }])
  simulator.script('pause', { text: 'wait', stop: 'pause' })
  simulator.script('full', { text: 'so', stop: 'context' })
  expect(await stop('pause')).toEqual(['pause_turn', null, null])
  expect(await stop('full')).toEqual(['model_context_window_exceeded', null, null])
})

test('calls a tool when it must, with arguments its schema allows', async () => {
  const any = await client.messages.create(params('hello', { tools, tool_choice: { type: 'any' } }))
  expect(any.content).toMatchObject([{ type: 'tool_use', name: 'f', input: { city: 'simulated' } }])
  const named = await client.messages.create(params('hello', { tools, tool_choice: { type: 'tool', name: 'g' } }))
  expect(named.content).toMatchObject([{ type: 'tool_use', name: 'g' }])
  const none = await client.messages.create(params('[[call f]]', { tools, tool_choice: { type: 'none' } }))
  expect(none.content).toMatchObject([{ type: 'text' }])
  const single = await client.messages.create(
    params('[[call f]] [[call g]]', { tools, tool_choice: { type: 'auto', disable_parallel_tool_use: true } }),
  )
  expect(single.content).toHaveLength(1)
})

test('counts what the prompt cache gave, by the marks of the client', async () => {
  const system: Anthropic.TextBlockParam[] = [
    { type: 'text', text: 'word '.repeat(2000), cache_control: { type: 'ephemeral', ttl: '1h' } },
  ]
  const usage = async (content: string): Promise<Anthropic.Usage> =>
    (await client.messages.create(params(content, { system }))).usage
  const first = await usage('[[say one]]')
  expect(first.cache_creation).toEqual({
    ephemeral_5m_input_tokens: 0,
    ephemeral_1h_input_tokens: first.cache_creation_input_tokens,
  })
  expect(first.cache_creation_input_tokens).toBeGreaterThan(1999)
  const second = await usage('[[say two]]')
  expect(second).toMatchObject({
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: first.cache_creation_input_tokens,
    input_tokens: first.input_tokens,
  })
})

test('says what it received', async () => {
  const reply = await client.messages.create(
    params([
      { type: 'text', text: 'look' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'abc' } },
    ]),
  )
  expect(reply.content).toMatchObject([
    {
      text: 'You said: "look" I received an image (image/png, 12 encoded characters), a document (text/plain, 3 encoded characters). This is the simulator answering as claude-sonnet-5-5.',
    },
  ])
})

test('answers structured output by its schema', async () => {
  const schema = {
    type: 'object',
    properties: { when: { type: 'string', format: 'date' }, mood: { enum: ['good', 'bad'] } },
    required: ['when', 'mood'],
    additionalProperties: false,
  }
  const reply = await client.messages.create(
    params('hello', { output_config: { format: { type: 'json_schema', schema } } }),
  )
  expect(reply.content).toMatchObject([{ text: '{"when":"2026-01-15","mood":"good"}' }])
})
