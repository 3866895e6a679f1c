import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { isObject, type JsonObject, objects, parseJson, show } from '../json.ts'
import { type Simulator, startSimulator } from '../server.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
beforeEach(() => simulator.reset())
afterAll(() => simulator.close())

interface Ask {
  model?: string
  method?: string
  vertex?: boolean
}

async function post(
  body: unknown,
  { model = 'gemini-2.5-flash', method = 'generateContent', vertex = false }: Ask = {},
) {
  const prefix = vertex ? '/v1/projects/p/locations/l/publishers/google' : '/v1beta'
  const response = await fetch(`${simulator.url}${prefix}/models/${model}:${method}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'k' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const parsed = parseJson(await response.text())
  if (!isObject(parsed)) throw new TypeError('the answer is no JSON object')
  return { status: response.status, body: parsed }
}

async function refusal(change: JsonObject, ask: Ask = {}): Promise<JsonObject> {
  const answer = await post({ ...base, ...change }, ask)
  expect(answer.body).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
  expect(answer.status).toBe(400)
  return isObject(answer.body.error) ? answer.body.error : {}
}

async function accepted(change: JsonObject, ask: Ask = {}): Promise<JsonObject> {
  const { status, body } = await post({ ...base, ...change }, ask)
  expect(body).toHaveProperty('candidates')
  expect(status).toBe(200)
  return body
}

const user = (...parts: JsonObject[]): JsonObject => ({
  role: 'user',
  parts: parts.length > 0 ? parts : [{ text: 'x' }],
})
const model = (...parts: JsonObject[]): JsonObject => ({ role: 'model', parts })
const call = (name = 'f', more: JsonObject = {}): JsonObject => ({ functionCall: { name, args: {} }, ...more })
const answer = (name = 'f', more: JsonObject = {}): JsonObject => ({
  functionResponse: { name, response: { output: 'x' }, ...more },
})
const base: JsonObject = { contents: [user()] }
const declared = (more: JsonObject, name = 'f'): JsonObject => ({
  tools: [{ functionDeclarations: [{ name, ...more }] }],
})
const config = (generationConfig: JsonObject): JsonObject => ({ generationConfig })
const thinking = (thinkingConfig: JsonObject): JsonObject => config({ thinkingConfig })
const said = (...contents: JsonObject[]): JsonObject => ({ contents })
const tools = { tools: [{ functionDeclarations: [{ name: 'f' }, { name: 'g' }] }] }

test.each<[string, JsonObject, string]>([
  ['an unknown field', { messages: [] }, 'Invalid JSON payload received. Unknown name "messages": Cannot find field.'],
  [
    'an unknown nested field',
    said(user({ text: 'x', cache_control: {} })),
    `Invalid JSON payload received. Unknown name "cache_control" at 'contents[0].parts[0]': Cannot find field.`,
  ],
  [
    'a keyword of JSON Schema in parameters',
    declared({ parameters: { type: 'OBJECT', properties: {}, additionalProperties: false } }),
    `Unknown name "additionalProperties" at 'tools[0].function_declarations[0].parameters': Cannot find field.`,
  ],
  ['$schema in parameters', declared({ parameters: { $schema: 'x', type: 'OBJECT' } }), 'Unknown name "$schema"'],
  [
    'a list of types',
    declared({ parameters: { type: 'OBJECT', properties: { a: { type: ['STRING', 'NULL'] } } } }),
    `Invalid value at 'tools[0].function_declarations[0].parameters.properties["a"].value.type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), ["STRING","NULL"]`,
  ],
  ['a field of Vertex', { labels: { a: 'b' } }, 'Unknown name "labels"'],
  [
    'contents that are text',
    { contents: 'x' },
    `Invalid value at 'contents' (type.googleapis.com/google.ai.generativelanguage.v1beta.Content), "x"`,
  ],
  ['text that is a number', said(user({ text: 5 })), `Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 5`],
  [
    'a temperature that is a word',
    config({ temperature: 'hot' }),
    `Invalid value at 'generation_config.temperature' (TYPE_FLOAT), "hot"`,
  ],
  ['half a token', config({ maxOutputTokens: 1.5 }), '(TYPE_INT32), 1.5'],
  [
    'an unknown mode',
    { ...tools, toolConfig: { functionCallingConfig: { mode: 'required' } } },
    `Invalid value at 'tool_config.function_calling_config.mode' (type.googleapis.com/google.ai.generativelanguage.v1beta.FunctionCallingConfig.Mode), "required"`,
  ],
  [
    'an unknown harm',
    { safetySettings: [{ category: 'HARM_CATEGORY_BOREDOM', threshold: 'OFF' }] },
    'HarmCategory), "HARM_CATEGORY_BOREDOM"',
  ],
  [
    'an unknown threshold',
    { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'ALL' }] },
    'HarmBlockThreshold), "ALL"',
  ],
  [
    'an unspecified harm',
    { safetySettings: [{ threshold: 'OFF' }] },
    'GenerateContentRequest.safety_settings[0]: element predicate failed',
  ],
  [
    'the same harm twice',
    { safetySettings: [1, 2].map(() => ({ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' })) },
    'there can be only one setting for each category',
  ],
  [
    'a part of two kinds',
    said(user({ text: 'x', inlineData: { mimeType: 'image/png', data: 'AAAA' } })),
    `oneof field 'data' is already set. Cannot set 'inlineData'`,
  ],
  [
    'data that is no base64',
    said(user({ inlineData: { mimeType: 'image/png', data: 'data:image/png;base64,AAAA' } })),
    `Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed for "data:image/png;base64,AAAA"`,
  ],
  [
    'an args that is a list',
    said(user(), model({ functionCall: { name: 'f', args: [] } }), user(answer())),
    'type.googleapis.com/google.protobuf.Struct',
  ],
  [
    'a response that is a list',
    said(user(), model(call()), user(answer('f', { response: [1] }))),
    `'contents[2].parts[0].function_response.response'`,
  ],
  ['no contents', { contents: [] }, '* GenerateContentRequest.contents: contents is not specified'],
  ['missing contents', { contents: undefined }, '* GenerateContentRequest.contents: contents is not specified'],
  [
    'no parts',
    said({ role: 'user', parts: [] }),
    '* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.',
  ],
  [
    'an empty part',
    said(user({})),
    "contents[0].parts[0].data: required oneof field 'data' must have one initialized field",
  ],
  ['an unknown role', said({ role: 'assistant', parts: [{ text: 'x' }] }), 'Please use a valid role: user, model.'],
  ['a system role', said({ role: 'system', parts: [{ text: 'x' }] }), 'Please use a valid role: user, model.'],
  [
    'a call at the start',
    said(model(call()), user(answer())),
    'function call turn comes immediately after a user turn',
  ],
  ["a call in the user's mouth", said(user(call())), 'function call turn contains only model role'],
  [
    'a response nobody called for',
    said(user(answer())),
    'function response turn comes immediately after a function call turn',
  ],
  [
    'fewer responses than calls',
    said(user(), model(call(), call('g')), user(answer())),
    'number of function response parts is equal to the number of function call parts',
  ],
  [
    'more responses than calls',
    said(user(), model(call()), user(answer(), answer())),
    'number of function response parts is equal to the number of function call parts',
  ],
  ['no response to a call', said(user(), model(call()), user()), 'number of function response parts is equal'],
  ['a call left open', said(user(), model(call())), 'number of function response parts is equal'],
  [
    'a response of another function',
    said(user(), model(call()), user(answer('g'))),
    "Function response for 'g' does not match",
  ],
  [
    'a response without name',
    said(user(), model(call()), user({ functionResponse: { response: {} } })),
    'function_response.name: Name cannot be empty',
  ],
  [
    'a media type it cannot read',
    said(user({ inlineData: { mimeType: 'image/svg+xml', data: 'AAAA' } })),
    'Unsupported MIME type: image/svg+xml',
  ],
  ['data without media type', said(user({ inlineData: { data: 'AAAA' } })), 'must have a mimeType'],
  [
    'a file that is nowhere',
    said(user({ fileData: { fileUri: '/etc/passwd' } })),
    'Invalid or unsupported file uri: /etc/passwd',
  ],
  [
    'an image as system instruction',
    { systemInstruction: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }] } },
    'System instruction only supports text parts.',
  ],
  [
    'a bad function name',
    declared({}, '1st'),
    '.name: [FIELD_INVALID] Invalid function name. Must start with a letter or an underscore.',
  ],
  [
    'two functions of a name',
    { tools: [{ functionDeclarations: [{ name: 'f' }, { name: 'f' }] }] },
    'Duplicate function declaration found: f',
  ],
  [
    'two schemas of a function',
    declared({ parameters: { type: 'OBJECT' }, parametersJsonSchema: { type: 'object' } }),
    'parameters and parameters_json_schema cannot both be set',
  ],
  [
    'parameters that are no object',
    declared({ parameters: { type: 'STRING' } }),
    'parameters schema should be of type OBJECT.',
  ],
  [
    'a required property there is not',
    declared({ parameters: { type: 'OBJECT', required: ['a'] } }),
    'parameters.required[0]: property is not defined',
  ],
  [
    'an enum of numbers',
    declared({ parameters: { type: 'OBJECT', properties: { a: { type: 'INTEGER', enum: ['1'] } } } }),
    'parameters.properties[a].enum: only allowed for STRING type',
  ],
  [
    'a list of nothing',
    declared({ parameters: { type: 'OBJECT', properties: { a: { type: 'ARRAY' } } } }),
    'parameters.properties[a].items: missing field.',
  ],
  [
    'a demand for calls without functions',
    { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    'Function calling config is set without function_declarations.',
  ],
  [
    'names that AUTO does not take',
    { ...tools, toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['f'] } } },
    'should only be set when the function calling mode is ANY',
  ],
  [
    'names of functions there are not',
    { ...tools, toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['h'] } } },
    'Function h in allowed_function_names',
  ],
  [
    'a search beside functions',
    { tools: [{ googleSearch: {} }, ...tools.tools] },
    'Tool use with function calling is unsupported',
  ],
  [
    'JSON beside functions',
    { ...tools, ...config({ responseMimeType: 'application/json' }) },
    "Function calling with a response mime type: 'application/json' is unsupported",
  ],
  ['a temperature above 2', config({ temperature: 2.5 }), 'temperature must be in the range [0, 2].'],
  ['no candidates', config({ candidateCount: 0 }), 'candidate_count must be in the range [1, 8].'],
  ['six stops', config({ stopSequences: ['1', '2', '3', '4', '5', '6'] }), 'at most 5 stop sequences are allowed'],
  [
    'too great a limit',
    config({ maxOutputTokens: 65_537 }),
    'maxOutputTokens value of 65537 but the supported range is from 1 (inclusive) to 65537 (exclusive)',
  ],
  [
    'log probabilities without asking',
    config({ logprobs: 3 }),
    'logprobs is only allowed when response_logprobs is true',
  ],
  ['a format it does not write', config({ responseMimeType: 'text/html' }), 'allowed mimetypes are `text/plain`'],
  [
    'a schema for plain text',
    config({ responseSchema: { type: 'OBJECT' } }),
    'response_schema: only allowed when response_mime_type is `application/json`',
  ],
  [
    'two schemas for an answer',
    config({ responseMimeType: 'application/json', responseSchema: { type: 'OBJECT' }, responseJsonSchema: {} }),
    'Only one of response_schema and response_json_schema may be set.',
  ],
  ['an answer in pictures', config({ responseModalities: ['IMAGE'] }), 'response modalities (IMAGE) is not supported'],
  ['a cache there is not', { cachedContent: 'cachedContents/x' }, 'CachedContent not found'],
])('refuses %s', async (_, change, message) => {
  expect(show((await refusal(change)).message)).toContain(message)
})

test.each<[string, string, JsonObject, string]>([
  ['a level for 2.5', 'gemini-2.5-pro', { thinkingLevel: 'LOW' }, 'Thinking level is not supported for this model.'],
  [
    'no thinking for 2.5 Pro',
    'gemini-2.5-pro',
    { thinkingBudget: 0 },
    'Budget 0 is invalid. This model only works in thinking mode.',
  ],
  [
    'too small a budget for 2.5 Pro',
    'gemini-2.5-pro',
    { thinkingBudget: 100 },
    'The thinking budget 100 is invalid. Please choose a value between 128 and 32768.',
  ],
  [
    'too great a budget for 2.5 Flash',
    'gemini-2.5-flash',
    { thinkingBudget: 24_577 },
    'Please choose a value between 1 and 24576.',
  ],
  ['too small a budget for Flash-Lite', 'gemini-2.5-flash-lite', { thinkingBudget: 511 }, 'between 512 and 24576'],
  [
    'MINIMAL for 3 Pro',
    'gemini-3-pro-preview',
    { thinkingLevel: 'MINIMAL' },
    'Thinking level MINIMAL is not supported for this model.',
  ],
  [
    'a level and a budget',
    'gemini-3-flash-preview',
    { thinkingLevel: 'LOW', thinkingBudget: 128 },
    'You can only set only one of thinking budget and thinking level.',
  ],
  [
    'thinking of a model that does not',
    'gemini-2.0-flash',
    { thinkingBudget: 128 },
    'Thinking is not supported for this model.',
  ],
  [
    'thoughts of a model that has none',
    'gemini-2.0-flash',
    { includeThoughts: true },
    'include_thoughts is only enabled when thinking is enabled',
  ],
])('refuses %s', async (_, name, change, message) => {
  expect(show((await refusal(thinking(change), { model: name })).message)).toContain(message)
})

test.each<[string, JsonObject, Ask?]>([
  [
    'snake_case',
    { system_instruction: { parts: [{ text: 'x' }] }, generation_config: { max_output_tokens: 5, top_p: 0.5 } },
  ],
  ['one thing for a list', { contents: { parts: { text: 'x' } }, tools: { functionDeclarations: { name: 'f' } } }],
  ['numbers as text', config({ maxOutputTokens: '5', temperature: '0.5' })],
  [
    'enum values in lower case',
    {
      ...declared({ parameters: { type: 'object', properties: { a: { type: 'string' } } } }),
      toolConfig: { functionCallingConfig: { mode: 'any' } },
    },
  ],
  [
    'a level in lower case, as opencode sends it',
    thinking({ thinkingLevel: 'low' }),
    { model: 'gemini-3-flash-preview' },
  ],
  ['null for absent', { ...base, tools: null, generationConfig: { temperature: null } }],
  ['two user turns in a row', said(user(), user())],
  ['no role', said({ parts: [{ text: 'x' }] })],
  ['the older role of function', said(user(), model(call()), { role: 'function', parts: [answer()] })],
  [
    'any JSON Schema in its own field',
    declared({
      parametersJsonSchema: {
        $schema: 'x',
        type: 'object',
        additionalProperties: false,
        properties: { a: { type: ['string', 'null'] } },
      },
    }),
  ],
  ['fields of Vertex at Vertex', { labels: { a: 'b' } }, { vertex: true }],
  [
    'a search beside functions with generation 3',
    { tools: [{ googleSearch: {} }, ...tools.tools] },
    { model: 'gemini-3-flash-preview' },
  ],
  ['no thinking for 2.5 Flash', thinking({ thinkingBudget: 0 })],
  ['thinking as the model likes', thinking({ thinkingBudget: -1 }), { model: 'gemini-2.5-pro' }],
  [
    'media in a response',
    said(
      user(),
      model(call()),
      user(answer('f', { parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }] })),
    ),
  ],
])('takes %s', async (_, change, ask) => {
  expect(await accepted(change, ask)).toHaveProperty('usageMetadata')
})

test('says where in a body the mistake is', async () => {
  expect(await refusal(said(user({ image: 1 })))).toEqual({
    code: 400,
    message: `Invalid JSON payload received. Unknown name "image" at 'contents[0].parts[0]': Cannot find field.`,
    status: 'INVALID_ARGUMENT',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [
          {
            field: 'contents[0].parts[0]',
            description: `Invalid JSON payload received. Unknown name "image" at 'contents[0].parts[0]': Cannot find field.`,
          },
        ],
      },
    ],
  })
})

test('wants the signatures of generation 3 back: issued here, and on the first call of every step', async () => {
  const ask = { model: 'gemini-3-flash-preview' }
  const asked = user({ text: '[[call f {}]] [[call g {}]]' })
  const first = await accepted({ ...tools, contents: [asked] }, ask)
  const content = objects(first.candidates)[0]?.content
  const [one = {}, two = {}] = isObject(content) ? objects(content.parts) : []
  expect([typeof one.thoughtSignature, two.thoughtSignature]).toEqual(['string', undefined])
  const signature = show(one.thoughtSignature)
  const back = (given: JsonObject): JsonObject => ({
    ...tools,
    contents: [asked, model(given, two), user(answer(), answer('g'))],
  })
  await accepted(back(one), ask)
  await accepted(back({ ...one, thoughtSignature: signature.replaceAll('+', '-').replaceAll('/', '_') }), ask)
  for (const dummy of ['context_engineering_is_the_way_to_go', 'skip_thought_signature_validator']) {
    await accepted(back({ ...one, thoughtSignature: dummy }), ask)
  }
  const { thoughtSignature: _, ...bare } = one
  expect(show((await refusal(back(bare), ask)).message)).toContain(
    'Function call is missing a thought_signature in functionCall parts.',
  )
  const forged = ['AAAA', `${signature.slice(0, 8)}AAAA${signature.slice(12)}`]
  for (const thoughtSignature of forged) {
    expect(show((await refusal(back({ ...one, thoughtSignature }), ask)).message)).toBe(
      'Thought signature is not valid.',
    )
  }
  // Behind a new word of the user's the calls before it are history.
  await accepted(
    { ...tools, contents: [asked, model(bare, two), user(answer(), answer('g')), model({ text: 'x' }), user()] },
    ask,
  )
  // Generation 2.5 gives a signature too, and does not insist on it.
  await accepted(back(bare), { model: 'gemini-2.5-flash' })
})

test('counts contents, or a whole request, and nothing else', async () => {
  const count = async (body: JsonObject): Promise<JsonObject> => (await post(body, { method: 'countTokens' })).body
  const whole = await count({
    generateContentRequest: {
      model: 'models/gemini-2.5-flash',
      ...base,
      systemInstruction: { parts: [{ text: 'be brief' }] },
    },
  })
  expect(Number(whole.totalTokens)).toBeGreaterThan(Number((await count(base)).totalTokens))
  expect(await count({ ...base, systemInstruction: { parts: [{ text: 'x' }] } })).toMatchObject({
    error: { message: 'Invalid JSON payload received. Unknown name "systemInstruction": Cannot find field.' },
  })
})

test('words a wrong key, a wrong token and none at all as Google does', async () => {
  const guarded = await startSimulator({ keys: ['good'], models: ['gemini-2.5-flash'] })
  const ask = async (headers: Record<string, string>, name = 'gemini-2.5-flash', query = ''): Promise<unknown> => {
    const response = await fetch(`${guarded.url}/v1beta/models/${name}:generateContent${query}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(base),
    })
    return { status: response.status, ...((await response.json()) as JsonObject) }
  }
  expect(await ask({})).toMatchObject({ status: 403, error: { status: 'PERMISSION_DENIED' } })
  expect(await ask({ 'x-goog-api-key': 'bad' })).toMatchObject({
    status: 400,
    error: { message: 'API key not valid. Please pass a valid API key.', details: [{ reason: 'API_KEY_INVALID' }] },
  })
  expect(await ask({ authorization: 'Bearer bad' })).toMatchObject({
    status: 401,
    error: { status: 'UNAUTHENTICATED' },
  })
  expect(await ask({}, 'gemini-2.5-flash', '?key=good')).toMatchObject({ status: 200 })
  expect(await ask({ 'x-goog-api-key': 'good' }, 'gemini-9')).toMatchObject({
    status: 404,
    error: {
      status: 'NOT_FOUND',
      message: expect.stringContaining('models/gemini-9 is not found for API version v1beta'),
    },
  })
  await guarded.close()
})

test('says what is not JSON', async () => {
  expect(await post('{')).toMatchObject({ status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } })
})

test.each<[string, JsonObject, boolean]>([
  ['audioTimestamp', config({ audioTimestamp: true }), true],
  [
    'method',
    { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', method: 'SEVERITY', threshold: 'OFF' }] },
    true,
  ],
  [
    'streamFunctionCallArguments',
    { ...tools, toolConfig: { functionCallingConfig: { streamFunctionCallArguments: true } } },
    true,
  ],
  ['retrieval', { tools: [{ retrieval: {} }] }, true],
  ['fileSearch', { tools: [{ fileSearch: {} }] }, false],
  ['enableEnhancedCivicAnswers', config({ enableEnhancedCivicAnswers: true }), false],
  ['partMetadata', said(user({ text: 'x', partMetadata: {} })), false],
  ['includeServerSideToolInvocations', { toolConfig: { includeServerSideToolInvocations: true } }, false],
])('knows %s on one of its platforms only', async (field, change, vertex) => {
  expect(await accepted(change, { vertex })).toHaveProperty('usageMetadata')
  expect(show((await refusal(change, { vertex: !vertex })).message)).toContain(`Unknown name "${field}"`)
})
