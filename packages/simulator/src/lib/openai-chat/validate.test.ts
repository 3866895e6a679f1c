import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isObject, type JsonObject, parseJson } from '../json.ts'
import { type Simulator, startSimulator } from '../server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

async function post(body: unknown): Promise<{ status: number; body: JsonObject }> {
  const response = await fetch(`${simulator.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const parsed = parseJson(await response.text())
  if (!isObject(parsed)) throw new TypeError('the answer is no JSON object')
  return { status: response.status, body: parsed }
}

async function refusal(change: JsonObject): Promise<JsonObject> {
  const { status, body } = await post({ ...base, ...change })
  expect(body).toMatchObject({ error: { type: 'invalid_request_error' } })
  expect(status).toBe(400)
  const error = isObject(body.error) ? body.error : {}
  expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code'])
  return error
}

async function accepted(change: JsonObject): Promise<JsonObject> {
  const { status, body } = await post({ ...base, ...change })
  expect(body).toMatchObject({ object: 'chat.completion' })
  expect(status).toBe(200)
  return body
}

const base: JsonObject = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] }
const user = (content: unknown): JsonObject => ({ role: 'user', content: content as string })
const weather: JsonObject = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: {} } },
}
const call = (id: string, args: unknown = '{}'): JsonObject => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: args as string },
})
const calls = (...ids: string[]): JsonObject => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => call(id)),
})
const result = (id: string): JsonObject => ({ role: 'tool', tool_call_id: id, content: '18C' })

test('takes the name of the tool in its result, as many clients send it', async () => {
  const messages = [{ role: 'user', content: 'x' }, calls('a'), { ...result('a'), name: 'f' }]
  expect(await accepted({ messages })).toHaveProperty('choices')
})

test.each<[string, JsonObject, JsonObject]>([
  [
    'an unknown field',
    { cache_control: {} },
    { message: 'Unrecognized request argument supplied: cache_control', param: null },
  ],
  [
    'an unknown nested field',
    { messages: [{ role: 'user', content: 'x', cache_control: {} }] },
    {
      message: "Unknown parameter: 'messages[0].cache_control'.",
      param: 'messages[0].cache_control',
      code: 'unknown_parameter',
    },
  ],
  [
    'reasoning sent back',
    { messages: [user('x'), { role: 'assistant', content: 'y', reasoning_content: 'z' }, user('x')] },
    { param: 'messages[1].reasoning_content', code: 'unknown_parameter' },
  ],
  ['a missing model', { model: undefined }, { message: 'you must provide a model parameter' }],
  [
    'missing messages',
    { messages: undefined },
    { message: "Missing required parameter: 'messages'.", code: 'missing_required_parameter' },
  ],
  [
    'no messages',
    { messages: [] },
    {
      message:
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      code: 'empty_array',
    },
  ],
  [
    'an unknown role',
    { messages: [{ role: 'model', content: 'x' }] },
    {
      message:
        "Invalid value: 'model'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool', and 'function'.",
      param: 'messages[0].role',
      code: 'invalid_value',
    },
  ],
  [
    'content of the wrong type',
    { messages: [{ role: 'user', content: null }] },
    {
      message:
        "Invalid type for 'messages[0].content': expected one of an array of objects or string, but got null instead.",
      code: 'invalid_type',
    },
  ],
  [
    'a part of another dialect',
    { messages: [user([{ type: 'image', source: {} }])] },
    { param: 'messages[0].content[0].type', code: 'invalid_value' },
  ],
  [
    'an empty assistant',
    { messages: [user('x'), { role: 'assistant', content: null }, user('x')] },
    { param: 'messages.[1].content' },
  ],
  [
    'five stops',
    { stop: ['1', '2', '3', '4', '5'] },
    {
      message:
        "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead.",
      code: 'array_above_max_length',
    },
  ],
  [
    'n of 0',
    { n: 0 },
    {
      message: "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.",
      code: 'integer_below_min_value',
    },
  ],
  ['a temperature above 2', { temperature: 2.5 }, { code: 'decimal_above_max_value' }],
  [
    'both limits',
    { max_tokens: 1, max_completion_tokens: 1 },
    { message: "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported." },
  ],
  [
    'a limit above the model',
    { max_tokens: 20_000 },
    {
      message:
        'max_tokens is too large: 20000. This model supports at most 16384 completion tokens, whereas you provided 20000.',
    },
  ],
  [
    'stream options without a stream',
    { stream_options: { include_usage: true } },
    { message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param: 'stream_options' },
  ],
  ['top_logprobs without logprobs', { top_logprobs: 2 }, { param: 'top_logprobs' }],
  ['21 top_logprobs', { logprobs: true, top_logprobs: 21 }, { code: 'integer_above_max_value' }],
  ['a long user', { user: 'u'.repeat(65) }, { code: 'string_above_max_length', param: 'user' }],
  ['a long metadata value', { metadata: { k: 'v'.repeat(513) } }, { param: 'metadata.k' }],
  [
    '17 metadata keys',
    { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v'])) },
    { code: 'object_above_max_properties' },
  ],
  ['audio out', { modalities: ['text', 'audio'] }, { param: 'modalities' }],
  ['an unknown tier', { service_tier: 'standard_only' }, { code: 'invalid_value', param: 'service_tier' }],
  [
    'effort on a model without',
    { reasoning_effort: 'low' },
    { message: 'Unrecognized request argument supplied: reasoning_effort' },
  ],
  ['verbosity on a model without', { verbosity: 'low' }, { code: 'unsupported_value' }],
])('refuses %s', async (_, change, error) => {
  expect(await refusal(change)).toMatchObject(error)
})

test.each<[string, JsonObject[], JsonObject]>([
  [
    'a call without a result',
    [user('x'), calls('a', 'b'), result('a')],
    { message: expect.stringContaining('did not have response messages: b') },
  ],
  [
    'a user between call and result',
    [user('x'), calls('a'), user('y'), result('a')],
    { message: expect.stringContaining('did not have response messages: a') },
  ],
  [
    'a result without a call',
    [user('x'), result('a')],
    {
      message:
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
      param: 'messages.[1].role',
    },
  ],
  [
    'a result of another call',
    [user('x'), calls('a'), result('z')],
    { message: "Invalid parameter: 'tool_call_id' of 'z' not found in 'tool_calls' of previous message." },
  ],
  [
    'one id for two calls',
    [user('x'), calls('a', 'a'), result('a')],
    { message: expect.stringContaining('Duplicate value') },
  ],
  [
    'arguments as an object',
    [user('x'), { role: 'assistant', tool_calls: [call('a', {})] }, result('a')],
    {
      message:
        "Invalid type for 'messages[1].tool_calls[0].function.arguments': expected a string, but got an object instead.",
    },
  ],
  [
    'an id of 41 characters',
    [user('x'), calls('i'.repeat(41)), result('i'.repeat(41))],
    { code: 'string_above_max_length', param: 'messages[1].tool_calls[0].id' },
  ],
  [
    'an image in a result',
    [
      user('x'),
      calls('a'),
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'image_url', image_url: { url: 'https://x.y/z' } }] },
    ],
    { message: expect.stringContaining("Image URLs are only allowed for messages with role 'user'") },
  ],
  [
    'no calls at all',
    [user('x'), { role: 'assistant', content: 'y', tool_calls: [] }, user('z')],
    { code: 'empty_array' },
  ],
])('refuses %s', async (_, messages, error) => {
  expect(await refusal({ messages, tools: [weather] })).toMatchObject(error)
})

test.each<[string, JsonObject, JsonObject]>([
  ['no tools', { tools: [] }, { code: 'empty_array', param: 'tools' }],
  [
    'a tool of another dialect',
    { tools: [{ name: 'f', input_schema: {} }] },
    { param: 'tools[0].type', code: 'missing_required_parameter' },
  ],
  [
    'a tool name of 65 characters',
    { tools: [{ type: 'function', function: { name: 'n'.repeat(65) } }] },
    { param: 'tools[0].function.name', code: 'string_above_max_length' },
  ],
  [
    'a tool name with a dot',
    { tools: [{ type: 'function', function: { name: 'a.b' } }] },
    {
      message:
        "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    },
  ],
  [
    'parameters that are no object',
    { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'string' } } }] },
    {
      message: `Invalid schema for function 'f': schema must be a JSON Schema of 'type: "object"', got 'type: "string"'.`,
      code: 'invalid_function_parameters',
    },
  ],
  [
    'a loose strict tool',
    {
      tools: [
        { type: 'function', function: { name: 'f', strict: true, parameters: { type: 'object', properties: {} } } },
      ],
    },
    {
      message:
        "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    },
  ],
  [
    'a choice without tools',
    { tool_choice: 'auto' },
    { message: "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified." },
  ],
  ['a parallel flag without tools', { parallel_tool_calls: false }, { param: 'parallel_tool_calls' }],
  [
    'a choice of another dialect',
    { tools: [weather], tool_choice: 'any' },
    { code: 'invalid_value', param: 'tool_choice' },
  ],
  [
    'a choice of an absent tool',
    { tools: [weather], tool_choice: { type: 'function', function: { name: 'f' } } },
    { message: "Invalid value for 'tool_choice': no function named 'f' was specified in the 'tools' parameter." },
  ],
  [
    'a format without a name',
    { response_format: { type: 'json_schema', json_schema: { schema: {} } } },
    { param: 'response_format.json_schema.name' },
  ],
  [
    'a format without a schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'n' } } },
    { code: 'missing_required_parameter' },
  ],
  [
    'JSON that nobody mentions',
    { response_format: { type: 'json_object' } },
    {
      message: "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    },
  ],
])('refuses %s', async (_, change, error) => {
  expect(await refusal(change)).toMatchObject(error)
})

test('holds strict schemas to their rules at any depth', async () => {
  const format = (schema: JsonObject): JsonObject => ({
    response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true, schema } },
  })
  const closed = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  })
  await accepted(format(closed({ a: { type: ['string', 'null'] }, b: { type: 'array', items: closed({}) } })))
  expect((await refusal(format(closed({ a: {} }, [])))).message).toContain("Missing 'a'.")
  expect((await refusal(format(closed({ a: {} }, ['a', 'z'])))).message).toContain("Extra required key 'z' supplied.")
  const nested = closed({ list: { type: 'array', items: { type: 'object', properties: {} } } })
  expect((await refusal(format(nested))).message).toContain(
    "In context=('properties', 'list', 'items'), 'additionalProperties'",
  )
  expect((await refusal(format(closed({ a: { allOf: [] } })))).message).toContain("'allOf' is not permitted.")
  const deep = Array.from({ length: 11 }).reduce<JsonObject>((inner) => closed({ a: inner }), { type: 'string' })
  expect((await refusal(format(deep))).message).toContain('levels of nesting exceeds limit of 10.')
})

test.each<[string, unknown, JsonObject]>([
  ['an image that is no URL', { type: 'image_url', image_url: { url: 'cat.png' } }, { code: 'invalid_image_url' }],
  [
    'an image type',
    { type: 'image_url', image_url: { url: 'data:image/bmp;base64,AAAA' } },
    { code: 'invalid_image_format' },
  ],
  [
    'broken base64',
    { type: 'image_url', image_url: { url: 'data:image/png;base64,A!AA' } },
    { code: 'invalid_base64' },
  ],
  [
    'a detail',
    { type: 'image_url', image_url: { url: 'https://x.y/z', detail: 'max' } },
    { param: 'messages[0].content[0].image_url.detail' },
  ],
  [
    'a file without data',
    { type: 'file', file: { filename: 'a.pdf' } },
    { param: 'messages[0].content[0].file.file_id' },
  ],
  [
    'a file without a name',
    { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA' } },
    { param: 'messages[0].content[0].file.filename' },
  ],
  [
    'bare base64 as a file',
    { type: 'file', file: { filename: 'a.pdf', file_data: 'JVBERi0=' } },
    { code: 'invalid_value' },
  ],
  [
    'an audio format',
    { type: 'input_audio', input_audio: { data: 'AAAA', format: 'ogg' } },
    { param: 'messages[0].content[0].input_audio.format' },
  ],
])('refuses %s', async (_, part, error) => {
  expect(await refusal({ messages: [user([part])] })).toMatchObject(error)
})

test('holds reasoning models to theirs', async () => {
  for (const model of ['o4-mini', 'gpt-5.4']) {
    expect(await refusal({ model, max_tokens: 10 })).toMatchObject({
      message:
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      param: 'max_tokens',
      code: 'unsupported_parameter',
    })
    expect(await refusal({ model, temperature: 0.5 })).toMatchObject({
      message:
        "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
      code: 'unsupported_value',
    })
    expect(await refusal({ model, logprobs: true })).toMatchObject({ param: 'logprobs' })
    expect(await refusal({ model, stop: 'x' })).toMatchObject({ param: 'stop' })
    await accepted({ model, max_completion_tokens: 10, temperature: 1, reasoning_effort: 'high' })
  }
  expect(await refusal({ model: 'o4-mini', reasoning_effort: 'none' })).toMatchObject({ code: 'unsupported_value' })
  expect(await refusal({ model: 'o4-mini', tools: [weather], parallel_tool_calls: true })).toMatchObject({
    param: 'parallel_tool_calls',
  })
  expect(await refusal({ model: 'gpt-5.5', reasoning_effort: 'max' })).toMatchObject({ code: 'unsupported_value' })
  await accepted({ model: 'gpt-5.6-sol', reasoning_effort: 'max' })
  await accepted({ model: 'gpt-6-sol', reasoning_effort: 'none' })
})

test('is read by the SDK as its own errors', async () => {
  const client = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'k', maxRetries: 0 })
  const failed: unknown = await client.chat.completions
    .create({ model: 'o4-mini', messages: [{ role: 'user', content: 'x' }], max_tokens: 5 })
    .catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(OpenAI.BadRequestError)
  expect(failed).toMatchObject({
    code: 'unsupported_parameter',
    param: 'max_tokens',
    requestID: expect.stringMatching(/^req_/),
  })
})

test('refuses what is not a JSON object', async () => {
  for (const body of ['{', '[]', 'null']) expect((await post(body)).status).toBe(400)
})
