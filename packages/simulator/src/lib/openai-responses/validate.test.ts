import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isObject, type JsonObject, objects, parseJson, show } from '../json.ts'
import { type Simulator, startSimulator } from '../server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

async function post(body: unknown, url = simulator.url): Promise<{ status: number; body: JsonObject }> {
  const response = await fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const parsed = parseJson(await response.text())
  if (!isObject(parsed)) throw new TypeError('the answer is no JSON object')
  return { status: response.status, body: parsed }
}

async function refusal(change: JsonObject, status = 400): Promise<JsonObject> {
  const answer = await post({ ...base, ...change })
  expect(answer.body).toMatchObject({ error: { type: 'invalid_request_error' } })
  expect(answer.status).toBe(status)
  const error = isObject(answer.body.error) ? answer.body.error : {}
  expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code'])
  return error
}

async function accepted(change: JsonObject): Promise<JsonObject> {
  const { status, body } = await post({ ...base, ...change })
  expect(body).toMatchObject({ object: 'response' })
  expect(status).toBe(200)
  return body
}

const base: JsonObject = { model: 'gpt-5.4', input: 'hello' }
const user = (content: JsonObject['x'] = 'x'): JsonObject => ({ role: 'user', content })
const call = (id: string, more: JsonObject = {}): JsonObject => {
  return { type: 'function_call', call_id: id, name: 'f', arguments: '{}', ...more }
}
const output = (id: string, more: JsonObject = {}): JsonObject => {
  return { type: 'function_call_output', call_id: id, output: '18C', ...more }
}
const custom: JsonObject = { type: 'custom_tool_call', call_id: 'c', name: 'p', input: 'x' }
const tool = (more: JsonObject = {}): JsonObject => ({
  type: 'function',
  name: 'f',
  strict: false,
  parameters: {},
  ...more,
})
const loose: JsonObject = { type: 'object', properties: { a: { type: 'string' } } }
const strict: JsonObject = { ...loose, required: ['a'], additionalProperties: false }
const format = (more: JsonObject): JsonObject => {
  return { text: { format: { type: 'json_schema', name: 'n', schema: strict, ...more } } }
}

test.each<[string, JsonObject, JsonObject]>([
  [
    'an unknown field',
    { seed: 1 },
    { message: "Unknown parameter: 'seed'.", param: 'seed', code: 'unknown_parameter' },
  ],
  ['stop, which there is not', { stop: ['x'] }, { param: 'stop', code: 'unknown_parameter' }],
  [
    'a field of chat completions',
    { messages: [] },
    {
      message: expect.stringContaining(
        "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'.",
      ),
      param: 'messages',
      code: 'unsupported_parameter',
    },
  ],
  [
    'another field of chat completions',
    { response_format: {} },
    { message: expect.stringContaining("has moved to 'text.format'"), code: 'unsupported_parameter' },
  ],
  [
    'an unknown nested field',
    { input: [{ role: 'user', content: 'x', name: 'y' }] },
    { message: "Unknown parameter: 'input[0].name'.", param: 'input[0].name', code: 'unknown_parameter' },
  ],
  ['a missing model', { model: undefined }, { param: 'model', code: 'missing_required_parameter' }],
  ['no input', { input: undefined }, { param: 'input', code: 'missing_required_parameter' }],
  [
    'input of the wrong type',
    { input: 5 },
    {
      message: "Invalid type for 'input': expected one of an array of objects or string, but got an integer instead.",
      code: 'invalid_type',
    },
  ],
  ['an unknown item', { input: [{ type: 'tool_result' }] }, { param: 'input[0].type', code: 'invalid_value' }],
  [
    'an unknown role',
    { input: [{ role: 'tool', content: 'x' }] },
    {
      message: "Invalid value: 'tool'. Supported values are: 'user', 'assistant', 'system', and 'developer'.",
      param: 'input[0].role',
    },
  ],
  [
    'a part of another dialect',
    { input: [user([{ type: 'text', text: 'x' }])] },
    {
      message: "Invalid value: 'text'. Supported values are: 'input_text', 'input_image', and 'input_file'.",
      param: 'input[0].content[0].type',
      code: 'invalid_value',
    },
  ],
  [
    "a user's part in an assistant's mouth",
    { input: [{ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }] },
    { message: "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'." },
  ],
  [
    'an id that begins as another kind',
    { input: [call('c', { id: 'call_1' }), output('c')] },
    {
      message: "Invalid 'input[0].id': 'call_1'. Expected an ID that begins with 'fc'.",
      param: 'input[0].id',
      code: 'invalid_value',
    },
  ],
  [
    "a message's id that begins otherwise",
    { input: [{ type: 'message', role: 'assistant', id: 'chatcmpl-1', content: [] }] },
    { message: expect.stringContaining("begins with 'msg'") },
  ],
  [
    'too long a call id',
    { input: [call('c'.repeat(65)), output('c'.repeat(65))] },
    {
      message:
        "Invalid 'input[0].call_id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      code: 'string_above_max_length',
    },
  ],
  [
    'the same item twice',
    {
      input: [
        { role: 'assistant', id: 'msg_1', content: 'x' },
        { role: 'assistant', id: 'msg_1', content: 'x' },
      ],
    },
    { message: expect.stringContaining('Duplicate item found with id msg_1.') },
  ],
  [
    'an output nobody called for',
    { input: [output('c')] },
    { message: 'No tool call found for function call output with call_id c.', param: 'input' },
  ],
  [
    'an output before its call',
    { input: [output('c'), call('c')] },
    { message: 'No tool call found for function call output with call_id c.' },
  ],
  [
    'a call without output',
    { input: [user(), call('c')] },
    { message: 'No tool output found for function call c.', param: 'input' },
  ],
  [
    'one of two calls without output',
    { input: [call('a'), call('b'), output('b')] },
    { message: 'No tool output found for function call a.' },
  ],
  [
    'two outputs of a call',
    { input: [call('a'), output('a'), output('a')] },
    { message: expect.stringContaining('Duplicate tool output') },
  ],
  [
    'an output of another kind',
    { input: [custom, output('c')] },
    { message: 'No tool call found for function call output with call_id c.' },
  ],
  ['a custom call without output', { input: [custom] }, { message: 'No tool output found for custom tool call c.' }],
  [
    'an output without call id',
    { input: [call('c'), { type: 'function_call_output', output: 'x' }] },
    { param: 'input[1].call_id', code: 'missing_required_parameter' },
  ],
  ['a reference to nothing', { input: [{ type: 'item_reference', id: 'msg_x' }] }, { code: null }],
  [
    'an image without source',
    { input: [user([{ type: 'input_image', detail: 'auto' }])] },
    { param: 'input[0].content[0].image_url' },
  ],
  [
    'an image that is none',
    { input: [user([{ type: 'input_image', image_url: 'data:image/tiff;base64,AAAA' }])] },
    { code: 'invalid_image_format' },
  ],
  [
    'an image of chat completions',
    { input: [user([{ type: 'input_image', image_url: { url: 'https://x.y/z.png' } }])] },
    { param: 'input[0].content[0].image_url', code: 'invalid_type' },
  ],
  ['a file without source', { input: [user([{ type: 'input_file' }])] }, { param: 'input[0].content[0].file_id' }],
  [
    'a file without name',
    { input: [user([{ type: 'input_file', file_data: 'data:application/pdf;base64,AAAA' }])] },
    { param: 'input[0].content[0].filename' },
  ],
  [
    'a file that is bare base64',
    { input: [user([{ type: 'input_file', filename: 'a.pdf', file_data: 'AAAA' }])] },
    { param: 'input[0].content[0].file_data' },
  ],
  [
    'a file from two places',
    { input: [user([{ type: 'input_file', file_id: 'f', file_url: 'https://x.y/z' }])] },
    { code: 'mutually_exclusive_parameters' },
  ],
  [
    'a broken image in an output',
    { input: [call('c'), output('c', { output: [{ type: 'input_image', image_url: 'x' }] })] },
    { param: 'input[1].output[0].image_url' },
  ],
  [
    'a tool of chat completions',
    { tools: [{ type: 'function', function: { name: 'f' } }] },
    {
      message: "Missing required parameter: 'tools[0].name'.",
      param: 'tools[0].name',
      code: 'missing_required_parameter',
    },
  ],
  ['an unknown tool', { tools: [{ type: 'bash_20250124' }] }, { param: 'tools[0].type' }],
  [
    'too long a tool name',
    { tools: [tool({ name: 'f'.repeat(65) })] },
    { param: 'tools[0].name', code: 'string_above_max_length' },
  ],
  [
    'a dot in a tool name',
    { tools: [tool({ name: 'a.b' })] },
    {
      message:
        "Invalid 'tools[0].name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    },
  ],
  ['two tools of a name', { tools: [tool(), tool()] }, { message: expect.stringContaining("Duplicate tool name 'f'") }],
  [
    'parameters that are no object',
    { tools: [tool({ parameters: { type: 'string' } })] },
    { code: 'invalid_function_parameters', param: 'tools[0].parameters' },
  ],
  [
    'a loose schema that is to be strict',
    { tools: [tool({ strict: true, parameters: loose })] },
    {
      message:
        "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be false.",
      code: 'invalid_function_parameters',
    },
  ],
  [
    'a loose schema in a namespace',
    { tools: [{ type: 'namespace', name: 'n', description: '', tools: [tool({ strict: true, parameters: loose })] }] },
    { param: 'tools[0].tools[0].parameters' },
  ],
  [
    'a choice of a tool there is not',
    { tools: [tool()], tool_choice: { type: 'function', name: 'g' } },
    { message: "Tool choice 'g' not found in 'tools' parameter." },
  ],
  [
    'a choice of chat completions',
    { tools: [tool()], tool_choice: { type: 'function', function: { name: 'f' } } },
    { param: 'tool_choice.name' },
  ],
  [
    'an unknown choice',
    { tools: [tool()], tool_choice: 'any' },
    { message: "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'." },
  ],
  ['a demand for tools without any', { tool_choice: 'required' }, { param: 'tool_choice' }],
  [
    'a loose schema for output',
    format({ schema: loose, strict: true }),
    { param: 'text.format.schema', code: 'invalid_json_schema' },
  ],
  [
    'a schema without name',
    { text: { format: { type: 'json_schema', schema: strict } } },
    { param: 'text.format.name' },
  ],
  [
    'a format of chat completions',
    { text: { format: { type: 'json_schema', json_schema: {} } } },
    { param: 'text.format.name' },
  ],
  [
    'JSON without the word',
    { text: { format: { type: 'json_object' } } },
    { message: expect.stringContaining("must contain the word 'json'") },
  ],
  [
    'too small a limit',
    { max_output_tokens: 15 },
    {
      message: "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 15 instead.",
      code: 'integer_below_min_value',
    },
  ],
  ['too great a limit', { max_output_tokens: 200_000 }, { code: 'integer_above_max_value' }],
  [
    'a temperature for a reasoning model',
    { temperature: 0.5 },
    {
      message: "Unsupported parameter: 'temperature' is not supported with this model.",
      code: 'unsupported_parameter',
    },
  ],
  [
    'an effort the model has not',
    { reasoning: { effort: 'minimal' } },
    { param: 'reasoning.effort', code: 'unsupported_value' },
  ],
  [
    'reasoning of a model that has none',
    { model: 'gpt-4o', reasoning: { effort: 'low' } },
    { param: 'reasoning.effort', code: 'unsupported_parameter' },
  ],
  [
    'encrypted reasoning of a model that has none',
    { model: 'gpt-4o', include: ['reasoning.encrypted_content'] },
    { message: 'Encrypted content is not supported with this model.' },
  ],
  ['a verbosity the model has not', { model: 'gpt-4o', text: { verbosity: 'low' } }, { param: 'text.verbosity' }],
  ['an unknown include', { include: ['usage'] }, { param: 'include[0]', code: 'invalid_value' }],
  ['an unknown tier', { service_tier: 'standard_only' }, { param: 'service_tier' }],
  ['an unknown truncation', { truncation: 'middle' }, { param: 'truncation' }],
  ['stream options without a stream', { stream_options: {} }, { param: 'stream_options' }],
  [
    'usage in a stream asked for as in chat',
    { stream: true, stream_options: { include_usage: true } },
    { message: "Unknown parameter: 'stream_options.include_usage'." },
  ],
  ['too long a user', { user: 'u'.repeat(65) }, { param: 'user', code: 'string_above_max_length' }],
  [
    'too much metadata',
    { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, key) => [`k${key}`, 'v'])) },
    { code: 'object_above_max_properties' },
  ],
  ['background that is not stored', { background: true, store: false }, { param: 'background' }],
  [
    'an unknown response to go on from',
    { previous_response_id: 'resp_x' },
    {
      message: "Previous response with id 'resp_x' not found.",
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    },
  ],
  ['two pasts', { previous_response_id: 'resp_x', conversation: 'conv_x' }, { code: 'mutually_exclusive_parameters' }],
  ['an unknown prompt', { prompt: { id: 'pmpt_x' } }, { param: 'prompt' }],
])('refuses %s', async (name, change, expected) => {
  const status = name === 'a reference to nothing' ? 404 : 400
  expect(await refusal(change, status)).toMatchObject(expected)
})

test.each<[string, JsonObject]>([
  ['text alone', {}],
  ['typed and untyped messages', { input: [user(), { type: 'message', role: 'developer', content: 'x' }, user()] }],
  ['parallel calls answered in another order', { input: [user(), call('a'), call('b'), output('b'), output('a')] }],
  ['an answer behind other items', { input: [call('a'), user(), output('a')] }],
  ['an output of parts', { input: [call('a'), output('a', { output: [{ type: 'input_text', text: 'x' }] })] }],
  [
    'ids on every item, as Codex sends them',
    { input: [user(), call('a', { id: 'fc_1', status: 'completed' }), output('a', { id: 'fco_1' })] },
  ],
  ['a strict tool', { tools: [tool({ strict: true, parameters: strict })] }],
  ['a tool without parameters', { tools: [{ type: 'function', name: 'f', parameters: null, strict: null }] }],
  [
    'hosted tools',
    {
      tools: [
        { type: 'web_search', external_web_access: true },
        { type: 'tool_search', execution: 'client' },
      ],
    },
  ],
  ['a namespace', { tools: [{ type: 'namespace', name: 'mcp__x', description: 'x', tools: [tool()] }] }],
  [
    'nulls where they are allowed',
    {
      instructions: null,
      max_output_tokens: null,
      reasoning: null,
      previous_response_id: null,
      temperature: null,
      tools: null,
    },
  ],
  ['a loose schema that says so', format({ schema: loose, strict: false })],
  ['a loose schema that does not say', format({ schema: loose })],
  ["a tool's loose schema that does not say", { tools: [tool({ strict: undefined, parameters: loose })] }],
  ['what Codex adds', { client_metadata: { a: 'b' }, store: false, prompt_cache_key: 'k', parallel_tool_calls: true }],
  ['a temperature for a model that takes it', { model: 'gpt-4o', temperature: 0.5, top_p: 0.9 }],
  [
    'a refusal in the history',
    { input: [user(), { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] }, user()] },
  ],
])('takes %s', async (_, change) => {
  expect(await accepted(change)).toMatchObject({ status: 'completed' })
})

test('takes reasoning back that it issued, and no other', async () => {
  const include = ['reasoning.encrypted_content']
  const first = await accepted({ input: '[[reason hm]] [[say yes]]', include, store: false })
  const [reasoning = {}, message = {}] = objects(first.output)
  expect(reasoning).toMatchObject({ type: 'reasoning', encrypted_content: expect.stringMatching(/^gAAAAA/) })
  const sent = (item: JsonObject): JsonObject => ({ store: false, input: [user(), item, message, user()] })
  await accepted(sent(reasoning))
  await accepted(sent({ ...reasoning, content: null }))
  await accepted(sent({ ...reasoning, id: undefined }))
  const content = show(reasoning.encrypted_content)
  const unverified = {
    code: 'invalid_encrypted_content',
    message: expect.stringContaining(
      'could not be verified. Reason: Encrypted content could not be decrypted or parsed.',
    ),
  }
  for (const forged of ['', 'gAAAAABforged', `${content.slice(0, -1)}A`, `${content}A`, content.toLowerCase()]) {
    if (forged === content) continue
    expect(await refusal(sent({ ...reasoning, encrypted_content: forged }))).toMatchObject(unverified)
  }
  expect(await refusal(sent({ ...reasoning, id: 'rs_other' }))).toMatchObject({
    code: 'invalid_encrypted_content',
    message: expect.stringContaining('item_id did not match the target item id.'),
  })
  const other = await startSimulator({ seed: 2 })
  const foreign = await post({ ...base, ...sent(reasoning) }, other.url)
  await other.close()
  expect([foreign.status, isObject(foreign.body.error) && foreign.body.error.code]).toEqual([
    400,
    'invalid_encrypted_content',
  ])
})

test('wants reasoning followed by what it led to, and stored when it is not encrypted', async () => {
  const first = await accepted({
    input: '[[reason hm]] [[say yes]]',
    include: ['reasoning.encrypted_content'],
    store: false,
  })
  const [reasoning = {}] = objects(first.output)
  expect(await refusal({ input: [user(), reasoning, user()] })).toMatchObject({
    message: expect.stringContaining("of type 'reasoning' was provided without its required following item."),
  })
  const { encrypted_content: _, ...bare } = reasoning
  const message = await refusal({ input: [user(), bare, { role: 'assistant', content: 'x' }, user()] }, 404)
  expect(message.message).toContain('Items are not persisted when `store` is set to false.')
})

test('says what is not JSON, and what key is wrong', async () => {
  expect(await post('{')).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error' } } })
  const keyless = await fetch(`${simulator.url}/v1/responses`, { method: 'POST', body: '{}' })
  expect(keyless.status).toBe(401)
})
