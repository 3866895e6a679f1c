import { afterAll, beforeAll, expect, test } from 'vitest'
import { isObject, type JsonObject, parseJson } from '../json.ts'
import { type Simulator, startSimulator } from '../server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

interface Extra {
  version?: string
  betas?: string
  path?: string
}

async function post(
  body: unknown,
  { version = '2023-06-01', betas, path = '/v1/messages' }: Extra = {},
): Promise<{ status: number; body: JsonObject }> {
  const response = await fetch(simulator.url + path, {
    method: 'POST',
    headers: { 'x-api-key': 'k', 'anthropic-version': version, ...(betas && { 'anthropic-beta': betas }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const parsed = parseJson(await response.text())
  if (!isObject(parsed)) throw new TypeError('the answer is no JSON object')
  return { status: response.status, body: parsed }
}

/** The message of the 400 a body is answered with; an accepted body is a failure of the test. */
async function refusal(change: JsonObject, extra: Extra = {}): Promise<string> {
  const { status, body } = await post({ ...base, ...change }, extra)
  expect(body).toMatchObject({
    type: 'error',
    error: { type: 'invalid_request_error' },
    request_id: expect.stringMatching(/^req_/),
  })
  expect(status).toBe(400)
  return isObject(body.error) ? String(body.error.message) : ''
}

async function accepted(change: JsonObject, extra: Extra = {}): Promise<JsonObject> {
  const { status, body } = await post({ ...base, ...change }, extra)
  expect(body).toMatchObject({ type: 'message' })
  expect(status).toBe(200)
  return body
}

const base: JsonObject = { model: 'claude-haiku-4-5', max_tokens: 4096, messages: [{ role: 'user', content: 'hello' }] }
const user = (content: unknown): JsonObject => ({ role: 'user', content: content as string })
const assistant = (content: unknown): JsonObject => ({ role: 'assistant', content: content as string })
const weather = { name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }
const call = (id: string): JsonObject => ({ type: 'tool_use', id, name: 'get_weather', input: {} })
const result = (id: string): JsonObject => ({ type: 'tool_result', tool_use_id: id, content: '18C' })
const PNG = 'iVBORw0KGgo='

test.each<[string, JsonObject, string]>([
  ['an unknown field', { seed: 1 }, 'seed: Extra inputs are not permitted'],
  [
    'an unknown field of a message',
    { messages: [{ role: 'user', content: 'x', name: 'n' }] },
    'messages.0.name: Extra inputs are not permitted',
  ],
  [
    'an unknown field of a block',
    { messages: [user([{ type: 'text', text: 'x', detail: 'low' }])] },
    'messages.0.content.0.text.detail: Extra inputs are not permitted',
  ],
  ['a missing model', { model: undefined }, 'model: Field required'],
  ['missing max_tokens', { max_tokens: undefined }, 'max_tokens: Field required'],
  ['max_tokens as text', { max_tokens: '10' }, 'max_tokens: Input should be a valid integer'],
  [
    'too many max_tokens',
    { max_tokens: 64_001 },
    'max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for claude-haiku-4-5',
  ],
  ['no messages', { messages: [] }, 'messages: at least one message is required'],
  [
    'an unknown role',
    { messages: [{ role: 'tool', content: 'x' }] },
    "messages.0.role: Input should be 'user', 'assistant' or 'system'",
  ],
  ['an assistant first', { messages: [assistant('x'), user('y')] }, 'messages: first message must use the "user" role'],
  [
    'an empty message',
    { messages: [user('')] },
    'messages.0: all messages must have non-empty content except for the optional final assistant message',
  ],
  [
    'an empty text block',
    { messages: [user([{ type: 'text', text: '' }])] },
    'messages: text content blocks must be non-empty',
  ],
  [
    'a blank text block',
    { messages: [user([{ type: 'text', text: ' \n' }])] },
    'messages: text content blocks must contain non-whitespace text',
  ],
  [
    'an empty text block with a cache marker',
    { system: [{ type: 'text', text: '', cache_control: { type: 'ephemeral' } }] },
    'system: cache_control cannot be set for empty text blocks',
  ],
  [
    'an unknown block',
    { messages: [user([{ type: 'image_url' }])] },
    "messages.0.content.0: Input tag 'image_url' found using 'type'",
  ],
  [
    'a blank stop sequence',
    { stop_sequences: ['\n'] },
    'stop_sequences.0: each stop sequence must contain non-whitespace',
  ],
  ['a bare stop sequence', { stop_sequences: 'END' }, 'stop_sequences: Input should be a valid list'],
  ['a temperature above 1', { temperature: 1.5 }, 'temperature: Input should be less than or equal to 1'],
  [
    'temperature and top_p',
    { temperature: 1, top_p: 1 },
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  ],
  [
    'long user_id',
    { metadata: { user_id: 'u'.repeat(513) } },
    'metadata.user_id: String should have at most 512 characters',
  ],
  ['an unknown tier', { service_tier: 'default' }, "service_tier: Input should be 'auto' or 'standard_only'"],
])('refuses %s', async (_, change, message) => {
  expect(await refusal(change)).toContain(message)
})

test.each<[string, JsonObject[], string]>([
  [
    'calls without results',
    [user('x'), assistant([call('a'), call('b')]), user([result('a')])],
    '`tool_use` ids were found without `tool_result` blocks immediately after: b.',
  ],
  [
    'results behind text',
    [user('x'), assistant([call('a')]), user([{ type: 'text', text: 'y' }, result('a')])],
    '`tool_use` ids were found without `tool_result` blocks immediately after: a.',
  ],
  [
    'a call at the end',
    [user('x'), assistant([call('a')])],
    '`tool_use` ids were found without `tool_result` blocks immediately after: a.',
  ],
  ['results without calls', [user([result('a')])], 'unexpected `tool_use_id` found in `tool_result` blocks: a.'],
  [
    'two results of one call',
    [user('x'), assistant([call('a')]), user([result('a'), result('a')])],
    'each tool_use must have a single result',
  ],
  [
    'one id for two calls',
    [user('x'), assistant([call('a'), call('a')]), user([result('a')])],
    '`tool_use` ids must be unique',
  ],
  [
    'a foreign id',
    [user('x'), assistant([call('a.b')]), user([result('a.b')])],
    "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
  ],
  [
    'arguments as text',
    [user('x'), assistant([{ ...call('a'), input: '{}' }]), user([result('a')])],
    'messages.1.content.0.tool_use.input: Input should be an object',
  ],
  ['a call by the user', [user([call('a')])], '`tool_use` blocks can only be in `assistant` messages'],
  [
    'a result by the assistant',
    [user('x'), assistant([result('a')]), user('y')],
    '`tool_result` blocks can only be in `user` messages',
  ],
])('refuses %s', async (_, messages, message) => {
  expect(await refusal({ messages, tools: [weather] })).toContain(message)
})

test('takes results of parallel calls in any order, and over two user messages', async () => {
  const messages = [
    user('x'),
    assistant([call('a'), call('b')]),
    user([result('b')]),
    user([result('a'), { type: 'text', text: 'so?' }]),
  ]
  expect(await accepted({ messages, tools: [weather] })).toMatchObject({ stop_reason: 'end_turn' })
})

test.each<[string, JsonObject, string]>([
  [
    'calls in history without tools',
    { messages: [user('x'), assistant([call('a')]), user([result('a')])] },
    'must define tools',
  ],
  ['a tool without a schema', { tools: [{ name: 'f' }] }, 'tools.0.custom.input_schema: Field required'],
  [
    'a schema without a type',
    { tools: [{ name: 'f', input_schema: {} }] },
    'tools.0.custom.input_schema.type: Field required',
  ],
  [
    'a tool in the chat shape',
    { tools: [{ type: 'function', function: { name: 'f' } }] },
    "tools.0: Input tag 'function' found using 'type'",
  ],
  [
    'a bad tool name',
    { tools: [{ ...weather, name: 'a.b' }] },
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  ['two tools of one name', { tools: [weather, weather] }, 'tools: Tool names must be unique.'],
  [
    'a choice without tools',
    { tool_choice: { type: 'auto' } },
    'tool_choice may only be specified while providing tools.',
  ],
  [
    'a choice in the chat shape',
    { tools: [weather], tool_choice: 'required' },
    'tool_choice: Input should be an object',
  ],
  [
    'a choice of another dialect',
    { tools: [weather], tool_choice: { type: 'required' } },
    "tool_choice: Input tag 'required'",
  ],
  [
    'a choice of an absent tool',
    { tools: [weather], tool_choice: { type: 'tool', name: 'f' } },
    "Tool 'f' not found in provided tools",
  ],
  [
    'none with a parallel flag',
    { tools: [weather], tool_choice: { type: 'none', disable_parallel_tool_use: true } },
    'tool_choice.none.disable_parallel_tool_use: Extra inputs are not permitted',
  ],
  [
    'a loose strict tool',
    { tools: [{ ...weather, strict: true }] },
    "For 'object' type, 'additionalProperties' must be explicitly set to false",
  ],
  [
    'cached deferred tools',
    { tools: [{ ...weather, defer_loading: true, cache_control: { type: 'ephemeral' } }] },
    'Tools with defer_loading cannot use prompt caching.',
  ],
])('refuses %s', async (_, change, message) => {
  expect(await refusal(change)).toContain(message)
})

test('takes tool names of 128 characters and refuses 129', async () => {
  await accepted({ tools: [{ ...weather, name: 'n'.repeat(128) }] })
  expect(await refusal({ tools: [{ ...weather, name: 'n'.repeat(129) }] })).toContain('tools.0.custom.name')
})

test.each<[string, unknown, string]>([
  [
    'a media type',
    { type: 'image', source: { type: 'base64', media_type: 'image/bmp', data: PNG } },
    "image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
  ],
  [
    'broken base64',
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'no!' } },
    'data: Input should be valid base64',
  ],
  [
    'a data URL as data',
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: `data:image/png;base64,${PNG}` } },
    'data: Input should be valid base64',
  ],
  [
    'a data URL as URL',
    { type: 'image', source: { type: 'url', url: `data:image/png;base64,${PNG}` } },
    'Only HTTP and HTTPS URLs are supported.',
  ],
  [
    'a PDF that is none',
    { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PNG } },
    'The PDF specified was not valid.',
  ],
  [
    'a document type',
    { type: 'document', source: { type: 'text', media_type: 'text/html', data: 'x' } },
    "document.source.text.media_type: Input should be 'text/plain'",
  ],
  ['an unknown source', { type: 'document', source: { type: 'blob' } }, "Input tag 'blob' found using 'type'"],
])('refuses %s', async (_, block, message) => {
  expect(await refusal({ messages: [user([block])] })).toContain(message)
})

test('looks at images inside tool results', async () => {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'no!' } }
  const messages = [user('x'), assistant([call('a')]), user([{ ...result('a'), content: [image] }])]
  expect(await refusal({ messages, tools: [weather] })).toBe(
    'messages.2.content.0.tool_result.content.0.image.source.base64.data: Input should be valid base64',
  )
})

test('counts cache markers wherever they stand, and wants long ones first', async () => {
  const marked = (ttl: string): JsonObject => ({ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl } })
  const tools = [{ ...weather, cache_control: { type: 'ephemeral' } }]
  await accepted({ tools, system: [marked('5m')], messages: [user([marked('5m'), marked('5m')])] })
  expect(
    await refusal({ tools, system: [marked('5m')], messages: [user([marked('5m'), marked('5m'), marked('5m')])] }),
  ).toBe('A maximum of 4 blocks with cache_control may be provided. Found 5.')
  expect(await refusal({ system: [marked('5m')], messages: [user([marked('1h')])] })).toContain(
    "a ttl='1h' cache_control block must not come after",
  )
  expect(await refusal({ system: [marked('30m')] })).toBe(
    "system.0.text.cache_control.ephemeral.ttl: Input should be '5m' or '1h'",
  )
})

test.each<[string, JsonObject, string]>([
  [
    'a small budget',
    { thinking: { type: 'enabled', budget_tokens: 1023 } },
    'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
  ],
  [
    'a budget of all tokens',
    { thinking: { type: 'enabled', budget_tokens: 4096 } },
    '`max_tokens` must be greater than `thinking.budget_tokens`.',
  ],
  [
    'adaptive thinking on an older model',
    { thinking: { type: 'adaptive' } },
    'adaptive thinking is not supported on this model',
  ],
  [
    'a budget on a newer model',
    { model: 'claude-sonnet-5-5', thinking: { type: 'enabled', budget_tokens: 1024 } },
    '"thinking.type.enabled" is not supported for this model.',
  ],
  [
    'thinking with a forced tool',
    { thinking: { type: 'enabled', budget_tokens: 1024 }, tools: [weather], tool_choice: { type: 'any' } },
    'Thinking may not be enabled when tool_choice forces tool use.',
  ],
  [
    'thinking with a temperature',
    { thinking: { type: 'enabled', budget_tokens: 1024 }, temperature: 0.5 },
    '`temperature` may only be set to 1 when thinking is enabled.',
  ],
  [
    'effort on a model without',
    { output_config: { effort: 'low' } },
    'This model does not support the effort parameter.',
  ],
  [
    'an effort of another dialect',
    { model: 'claude-sonnet-5-5', output_config: { effort: 'minimal' } },
    "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
  ],
  [
    'an open output schema',
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    "For 'object' type, 'additionalProperties' must be explicitly set to false",
  ],
  [
    'bounds in an output schema',
    { output_config: { format: { type: 'json_schema', schema: { type: 'integer', minimum: 1 } } } },
    "For 'integer' type, properties minimum are not supported",
  ],
])('refuses %s', async (_, change, message) => {
  expect(await refusal(change)).toContain(message)
})

test('refuses sampling from version 2026-10-21 on, and on models after Opus 4.6', async () => {
  expect(await refusal({ temperature: 1 }, { version: '2026-10-21' })).toBe(
    'temperature: Extra inputs are not permitted',
  )
  await accepted({ temperature: 0.2, top_k: 5 })
  await accepted({ model: 'claude-opus-4-6', temperature: 0.2 })
  await accepted({ model: 'claude-opus-4-8', temperature: 1 })
  expect(await refusal({ model: 'claude-opus-4-8', temperature: 0.2 })).toContain(
    '`temperature` is deprecated for this model.',
  )
  expect(await refusal({ model: 'claude-opus-5-5', top_p: 0.9 })).toContain('`top_p` is deprecated for this model.')
  expect(await refusal({ model: 'claude-opus-5-5', top_k: 5 })).toContain('`top_k` is not supported')
})

test('refuses prefill on newer models, and trailing blanks on older ones', async () => {
  const messages = [user('x'), assistant('The answer is')]
  await accepted({ messages })
  expect(await refusal({ messages: [user('x'), assistant('so ')] })).toContain('cannot end with trailing whitespace')
  expect(await refusal({ model: 'claude-sonnet-4-6', messages })).toBe(
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  )
})

test('takes system messages only on newer models, and only where they may stand', async () => {
  const system = { role: 'system', content: 'be brief' }
  const model = 'claude-opus-4-8'
  await accepted({ model, messages: [user('x'), system] })
  await accepted({ model, messages: [user('x'), system, assistant('y'), user('z')] })
  expect(await refusal({ messages: [user('x'), system] })).toBe(
    "messages.1.role: Input should be 'user' or 'assistant'",
  )
  expect(await refusal({ model, messages: [system, user('x')] })).toContain('must not be the first message')
  expect(await refusal({ model, messages: [user('x'), system, system] })).toContain(
    'must not stand next to another system message',
  )
  expect(await refusal({ model, messages: [user('x'), system, user('y')] })).toContain(
    'must be the last message or precede an assistant message',
  )
  expect(await refusal({ model, messages: [user('x'), assistant('y'), system, user('z')] })).toContain(
    'must follow a user message',
  )
  const split = [user('x'), assistant([call('a')]), system, user([result('a')])]
  expect(await refusal({ model, messages: split, tools: [weather] })).toContain('must follow a user message')
})

test('takes the display that Claude Code asks for', async () => {
  const thinking = { type: 'enabled', budget_tokens: 1024, display: 'updates' }
  expect(await accepted({ thinking })).toMatchObject({ stop_reason: 'end_turn' })
  expect(await refusal({ thinking: { ...thinking, display: 'all' } })).toContain('thinking.enabled.display')
})

test('knows its own signatures, and no others', async () => {
  const thinking = { type: 'enabled', budget_tokens: 1024 }
  const first = await accepted({ thinking, tools: [weather], messages: [user('[[call get_weather {}]]')] })
  const content = Array.isArray(first.content) ? first.content.filter(isObject) : []
  const [thought, used] = content
  expect(thought).toMatchObject({ type: 'thinking', thinking: expect.any(String), signature: expect.any(String) })
  const again = (block: unknown): JsonObject => ({
    thinking,
    tools: [weather],
    messages: [
      user('x'),
      assistant([block, used].filter((each) => each !== undefined)),
      user([result(String(used?.id))]),
    ],
  })
  await accepted(again(thought))
  const invalid = 'messages.1.content.0: Invalid `signature` in `thinking` block'
  expect(await refusal(again({ ...thought, thinking: 'something else' }))).toBe(invalid)
  expect(await refusal(again({ ...thought, signature: 'AAAA' }))).toBe(invalid)
  expect(await refusal(again({ ...thought, signature: undefined }))).toBe(
    'messages.1.content.0.thinking.signature: Field required',
  )
  expect(await refusal(again(undefined))).toContain('Expected `thinking` or `redacted_thinking`, but found `tool_use`.')
  const other = await startSimulator({ seed: 2 })
  const response = await fetch(`${other.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ ...base, ...again(thought) }),
  })
  await other.close()
  expect(response.status).toBe(400)
})

test('takes beta fields under their beta only', async () => {
  const change = { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }
  expect(await refusal(change)).toBe('context_management: Extra inputs are not permitted')
  await accepted(change, { betas: 'foo, context-management-2025-06-27' })
})

test('wants a version it knows', async () => {
  expect(await refusal({}, { version: '2024-01-01' })).toBe('anthropic-version: "2024-01-01" is not a valid version')
  const response = await fetch(`${simulator.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'k' },
    body: '{}',
  })
  expect(await response.text()).toContain('anthropic-version: header is required')
})

test('refuses what is not JSON, and what is too big', async () => {
  expect((await post('{')).body).toMatchObject({
    error: { type: 'invalid_request_error', message: 'The request body is not valid JSON.' },
  })
  const huge = await post({ ...base, system: 'x'.repeat(32 * 1024 * 1024) })
  expect(huge.status).toBe(413)
  expect(huge.body).toMatchObject({
    error: { type: 'invalid_request_error', message: 'Request exceeds the maximum size' },
  })
})

test('counts tokens by the same rules, without max_tokens', async () => {
  const { max_tokens: _, ...counted } = base
  const counting = { path: '/v1/messages/count_tokens' }
  const { body } = await post(counted, counting)
  expect(body).toEqual({ input_tokens: 6 })
  expect((await post(base, counting)).body).toMatchObject({
    error: { message: 'max_tokens: Extra inputs are not permitted' },
  })
})

test('takes everything Claude Code sends', async () => {
  const reply = await accepted(
    {
      model: 'claude-opus-5-5',
      max_tokens: 32_000,
      stream: false,
      system: [{ type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral' } }],
      messages: [
        user([{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral', ttl: '5m' } }]),
        { role: 'system', content: 'note', output_config: { effort: 'high' } },
      ],
      tools: [
        {
          name: 'Later',
          description: 'x',
          defer_loading: true,
          input_schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
        },
      ],
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'high' },
      context_management: { edits: [] },
      metadata: { user_id: '{"device":"d"}' },
    },
    { betas: 'claude-code-20250219,context-management-2025-06-27' },
  )
  expect(reply).toMatchObject({ content: [{ type: 'thinking', thinking: '' }, { type: 'text' }] })
})
