import { describe, expect, it } from 'vitest'
import { decode } from '../../../test/gemini-kit.ts'
import type { JsonObject } from '../chat/json.ts'
import type { Turn } from '../chat/request.ts'

const call = (name: string, more: JsonObject = {}): JsonObject => ({ functionCall: { name, args: { n: 1 }, ...more } })
const result = (name: string, response: JsonObject, more: JsonObject = {}): JsonObject => ({
  functionResponse: { name, response, ...more },
})

function turnsOf(...contents: JsonObject[]): readonly Turn[] {
  return decode({ contents }).chat.turns
}

function userPart(part: JsonObject, overrides: JsonObject = {}): unknown {
  const [turn] = decode({ contents: [{ role: 'user', parts: [part] }], ...overrides }).chat.turns
  return turn?.role === 'user' ? turn.parts[0] : undefined
}

describe('reading a generateContent request', () => {
  it('takes the model and the stream from where the gateway puts them', () => {
    expect(decode({ model: 'models/gemini-x', stream: true }).chat).toMatchObject({ model: 'gemini-x', stream: true })
    expect(decode().chat).toMatchObject({ model: '', stream: false })
  })

  it('reads both spellings of every field, and one message where a list may stand', () => {
    const camel = decode({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      generationConfig: {
        maxOutputTokens: 9,
        stopSequences: ['x'],
        topP: 0.5,
        topK: 3,
        candidateCount: 2,
        presencePenalty: 1,
        frequencyPenalty: -1,
        responseLogprobs: true,
        logprobs: 4,
        seed: 7,
        thinkingConfig: { thinkingBudget: 100, includeThoughts: true },
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object' },
      },
      serviceTier: 'FLEX',
    }).chat
    const snake = decode({
      contents: { parts: { text: 'hi' } },
      system_instruction: { parts: { text: 'Be brief.' } },
      generation_config: {
        max_output_tokens: 9,
        stop_sequences: ['x'],
        top_p: 0.5,
        top_k: 3,
        candidate_count: 2,
        presence_penalty: 1,
        frequency_penalty: -1,
        response_logprobs: true,
        logprobs: 4,
        seed: 7,
        thinking_config: { thinking_budget: 100, include_thoughts: true },
        response_mime_type: 'application/json',
        response_json_schema: { type: 'object' },
      },
      service_tier: 'flex',
    }).chat
    const bare = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'at' || key === 'paths' ? undefined : inner)))
    expect(bare(snake)).toEqual(bare(camel))
    expect(camel).toMatchObject({
      maxTokens: 9,
      stop: ['x'],
      topP: 0.5,
      topK: 3,
      candidates: 2,
      presencePenalty: 1,
      frequencyPenalty: -1,
      logprobs: { top: 4 },
      seed: 7,
      reasoning: { mode: 'enabled', budget: 100, display: 'summarized' },
      output: { type: 'json-schema', schema: { type: 'object' } },
      serviceTier: 'flex',
      extras: [],
    })
    expect(snake.paths).toMatchObject({ maxTokens: 'generation_config.max_output_tokens', serviceTier: 'service_tier' })
  })

  it('thoughts, their seals and the seals of calls are the model’s own', () => {
    const [, turn] = turnsOf(
      { role: 'user', parts: [{ text: 'x' }] },
      {
        role: 'model',
        parts: [
          { text: 'Hm.', thought: true },
          { text: '', thought: true, thoughtSignature: 'S1' },
          { ...call('f'), thoughtSignature: 'S2' },
        ],
      },
    )
    expect(turn).toMatchObject({
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'reasoning', text: '', seal: { issuer: 'gemini', value: 'S1' } },
        { type: 'tool-call', seal: { issuer: 'gemini', value: 'S2' } },
      ],
    })
  })

  it.each(['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'])(
    'the documented placeholder %s is no seal',
    (thoughtSignature) => {
      const [turn] = turnsOf({ role: 'model', parts: [{ ...call('f'), thoughtSignature }] })
      expect(turn).toMatchObject({ parts: [{ type: 'tool-call', name: 'f' }] })
      expect(JSON.stringify(turn)).not.toContain('seal')
    },
  )

  it('tells that the seal of a text is lost', () => {
    const { losses } = decode({ contents: [{ role: 'model', parts: [{ text: 'a', thoughtSignature: 'S' }] }] })
    expect(losses).toEqual([
      expect.objectContaining({ path: 'contents[0].parts[0].thoughtSignature', kind: 'dropped' }),
    ])
  })

  it('hazard 45: calls without ids get one each, the same on every turn', () => {
    const contents = [
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: [call('f'), call('f')] },
      { role: 'user', parts: [result('f', { output: 'one' }), result('f', { output: 'two' })] },
    ]
    const turns = turnsOf(...contents)
    expect(turns).toMatchObject([
      { role: 'user' },
      { role: 'assistant', parts: [{ id: 'call_1_0' }, { id: 'call_1_1' }] },
      {
        role: 'tool',
        results: [
          { callId: 'call_1_0', parts: [{ text: 'one' }] },
          { callId: 'call_1_1', parts: [{ text: 'two' }] },
        ],
      },
    ])
    expect(turnsOf(...contents, { role: 'model', parts: [call('f')] }).slice(0, 3)).toEqual(turns)
  })

  it('results find their calls by id, else by tool and order', () => {
    const turns = turnsOf(
      { role: 'model', parts: [call('f', { id: 'a' }), call('g'), call('f', { id: 'b' })] },
      { role: 'function', parts: [result('g', {}), result('f', {}, { id: 'b' }), result('f', {})] },
    )
    expect(turns[1]).toMatchObject({ results: [{ callId: 'call_0_1' }, { callId: 'b' }, { callId: 'a' }] })
  })

  it('hazard 46: a call without arguments has none', () => {
    expect(turnsOf({ role: 'model', parts: [{ functionCall: { name: 'f' } }] })).toMatchObject([
      { parts: [{ input: '{}' }] },
    ])
  })

  it('results come before the words of their content', () => {
    const turns = turnsOf(
      { role: 'model', parts: [call('f')] },
      { role: 'user', parts: [{ text: 'Quick!' }, result('f', { output: 'x' })] },
    )
    expect(turns.map(({ role }) => role)).toEqual(['assistant', 'tool', 'user'])
  })

  it.each([
    ['output is the result', { output: 'rain' }, 'rain', undefined],
    ['result is the result', { result: [1, 2] }, '[1,2]', undefined],
    ['error is an error', { error: 'no such city' }, 'no such city', true],
    ['the Vercel SDK’s wrapper is taken off', { name: 'f', content: 'rain' }, 'rain', undefined],
    ['anything else is JSON', { name: 'g', content: 'rain' }, '{"name":"g","content":"rain"}', undefined],
    ['several keys are JSON', { output: 1, more: 2 }, '{"output":1,"more":2}', undefined],
  ])('a response: %s', (_name, response, text, isError) => {
    const [, turn] = turnsOf({ role: 'model', parts: [call('f')] }, { role: 'user', parts: [result('f', response)] })
    expect(turn).toMatchObject({ results: [{ parts: [{ type: 'text', text }] }] })
    expect(turn?.role === 'tool' && turn.results[0]?.isError).toBe(isError)
  })

  it('media in a result stay in it', () => {
    const parts = [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }]
    const [, turn] = turnsOf(
      { role: 'model', parts: [call('f')] },
      { role: 'user', parts: [result('f', {}, { parts })] },
    )
    expect(turn).toMatchObject({ results: [{ parts: [{ type: 'image', source: { mediaType: 'image/png' } }] }] })
  })

  it.each([
    [
      'an image',
      { inlineData: { mimeType: 'IMAGE/PNG', data: 'AA==' } },
      { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
    ],
    [
      "data in the URL's alphabet, as google-genai for Python writes it",
      { inline_data: { mime_type: 'image/png', data: '-_-_AA==' } },
      { type: 'image', source: { kind: 'base64', data: '+/+/AA==' } },
    ],
    [
      'a PDF',
      { inlineData: { mimeType: 'application/pdf', data: 'AA==', displayName: 'a.pdf' } },
      { type: 'file', name: 'a.pdf' },
    ],
    ['sound', { inlineData: { mimeType: 'audio/mpeg', data: 'AA==' } }, { type: 'audio', format: 'mp3' }],
    [
      'an image by URL',
      { fileData: { mimeType: 'image/png', fileUri: 'https://x.test/a' } },
      { type: 'image', source: { kind: 'url', url: 'https://x.test/a' } },
    ],
    [
      'a document by URL',
      { file_data: { mime_type: 'application/pdf', file_uri: 'https://x.test/a' } },
      { type: 'file', source: { kind: 'url' } },
    ],
    [
      'the resolution of an image',
      { inlineData: { mimeType: 'image/png', data: 'AA==' }, mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' } },
      { type: 'image', detail: 'high' },
    ],
  ])('reads %s', (_name, part, expected) => {
    expect(userPart(part)).toMatchObject(expected)
  })

  it('the resolution of the request is that of every image without one', () => {
    const generationConfig = { mediaResolution: 'MEDIA_RESOLUTION_LOW' }
    expect(userPart({ inlineData: { mimeType: 'image/png', data: '' } }, { generationConfig })).toMatchObject({
      detail: 'low',
    })
  })

  it.each([
    ['hazard 58: a stored file', { fileData: { mimeType: 'image/png', fileUri: 'gs://bucket/a.png' } }],
    [
      'hazard 58: a file of the Files API',
      { fileData: { mimeType: 'image/png', fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } },
    ],
    ['video', { inlineData: { mimeType: 'video/mp4', data: 'AA==' } }],
    ['video by URL', { fileData: { mimeType: 'video/mp4', fileUri: 'https://x.test/a' } }],
    ['sound other dialects cannot hear', { inlineData: { mimeType: 'audio/ogg', data: 'AA==' } }],
    ['a URL of nobody knows what', { fileData: { fileUri: 'https://x.test/a' } }],
  ])('%s is refused', (_name, part) => {
    expect(() => userPart(part)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED', path: 'contents[0].parts[0]' }))
  })

  it('code the provider ran is told in words', () => {
    const [turn] = turnsOf({
      role: 'model',
      parts: [
        { executableCode: { language: 'PYTHON', code: 'print(1)' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
        { toolCall: { id: '1', toolType: 'GOOGLE_SEARCH_WEB' } },
      ],
    })
    expect(turn).toMatchObject({
      parts: [
        { type: 'opaque', kind: 'executableCode', text: '```python\nprint(1)\n```' },
        { type: 'opaque', kind: 'codeExecutionResult', text: 'Output of the code:\n1' },
        { type: 'opaque', kind: 'toolCall' },
      ],
    })
  })
})

describe('reading the tools of a request', () => {
  it('hazard 35: a JSON Schema stays verbatim, a schema of the subset becomes one', () => {
    const parametersJsonSchema = { type: 'object', properties: {}, $defs: { A: {} }, required: [] }
    const { chat } = decode({
      tools: [
        { functionDeclarations: [{ name: 'a', description: 'A.', parametersJsonSchema }] },
        {
          functionDeclarations: [
            { name: 'b', parameters: { type: 'OBJECT', properties: { x: { type: 'STRING' } } } },
            { name: 'c' },
          ],
        },
      ],
    })
    expect(chat.tools).toMatchObject([
      { type: 'function', name: 'a', description: 'A.', parameters: parametersJsonSchema },
      { type: 'function', name: 'b', parameters: { type: 'object', properties: { x: { type: 'string' } } } },
      { type: 'function', name: 'c', at: 'tools[1].functionDeclarations[1]' },
    ])
    expect(chat.tools[2]).not.toHaveProperty('parameters')
  })

  it('hazard 31: what Google runs is told as a tool of its own, never as a function', () => {
    const { chat } = decode({
      tools: [{ googleSearch: {} }, { functionDeclarations: [{ name: 'f' }], codeExecution: {} }],
    })
    expect(chat.tools.map((tool) => (tool.type === 'hosted' ? tool.kind : tool.name))).toEqual([
      'googleSearch',
      'f',
      'codeExecution',
    ])
  })

  it.each([
    [{ mode: 'AUTO' }, { type: 'auto' }],
    [{ mode: 'ANY' }, { type: 'required' }],
    [
      { mode: 'any', allowedFunctionNames: ['f'] },
      { type: 'tool', name: 'f' },
    ],
    [
      { mode: 'ANY', allowed_function_names: ['f', 'g'] },
      { type: 'allowed', mode: 'required', names: ['f', 'g'] },
    ],
    [{ mode: 'NONE' }, { type: 'none' }],
    [{ mode: 'VALIDATED' }, { type: 'auto' }],
    [
      { mode: 'VALIDATED', allowedFunctionNames: ['f'] },
      { type: 'allowed', mode: 'auto', names: ['f'] },
    ],
    [{ mode: 'MODE_UNSPECIFIED' }, undefined],
    [{}, undefined],
  ])('a mode of %j is %j', (functionCallingConfig, choice) => {
    expect(decode({ toolConfig: { functionCallingConfig } }).chat.toolChoice).toEqual(choice)
  })

  it('tells of the settings other dialects do not have', () => {
    const { losses } = decode({
      tools: [
        {
          functionDeclarations: [
            {
              name: 'f',
              behavior: 'NON_BLOCKING',
              response: {},
              parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
            },
          ],
        },
      ],
      toolConfig: {
        retrievalConfig: { languageCode: 'de' },
        functionCallingConfig: { mode: 'VALIDATED', streamFunctionCallArguments: true },
      },
    })
    expect(losses.map(({ path }) => path).sort()).toEqual([
      'toolConfig.functionCallingConfig.mode',
      'toolConfig.functionCallingConfig.streamFunctionCallArguments',
      'toolConfig.retrievalConfig',
      'tools[0].functionDeclarations[0].behavior',
      'tools[0].functionDeclarations[0].response',
    ])
  })
})

describe('reading the settings of a request', () => {
  it.each([
    [{ thinkingLevel: 'HIGH' }, { effort: 'high' }],
    [{ thinkingLevel: 'minimal' }, { effort: 'minimal' }],
    [{ thinkingBudget: 0 }, { mode: 'disabled' }],
    [
      { thinkingBudget: -1, includeThoughts: true },
      { mode: 'adaptive', display: 'summarized' },
    ],
    [{ thinkingBudget: 512 }, { mode: 'enabled', budget: 512 }],
    [{ thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED', includeThoughts: false }, undefined],
  ])('thinking of %j is %j', (thinkingConfig, reasoning) => {
    expect(decode({ generationConfig: { thinkingConfig } }).chat.reasoning).toEqual(reasoning)
  })

  it.each([
    [{ responseMimeType: 'application/json' }, { type: 'json' }],
    [{ responseMimeType: 'text/plain' }, undefined],
    [{ responseSchema: { type: 'STRING' } }, { type: 'json-schema', schema: { type: 'string' } }],
    [
      { responseMimeType: 'text/x.enum', responseSchema: { type: 'STRING', enum: ['a', 'b'] } },
      { type: 'json-schema', schema: { type: 'string', enum: ['a', 'b'] } },
    ],
  ])('a form of %j is %j', (generationConfig, output) => {
    expect(decode({ generationConfig }).chat.output).toEqual(output)
  })

  it.each([
    ['cachedContent', { cachedContent: 'cachedContents/1' }],
    ['continuation_token', { continuation_token: 'x' }],
    ['generationConfig.speechConfig', { generationConfig: { speechConfig: {} } }],
    ['generationConfig.responseModalities', { generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } }],
  ])('%s would be another kind of answer', (path, overrides) => {
    expect(decode(overrides).chat.extras).toEqual([expect.objectContaining({ path, verdict: 'refuse' })])
  })

  it('what is newer than this code, or Google’s alone, is told', () => {
    const { chat } = decode({
      safetySettings: [{}],
      generationConfig: { routingConfig: {}, responseModalities: ['TEXT'], thinkingConfig: { newer: 1 } },
      newest: 1,
    })
    expect(chat.extras.map(({ path, verdict }) => [path, verdict])).toEqual([
      ['safetySettings', 'drop'],
      ['newest', 'drop'],
      ['generationConfig.routingConfig', 'drop'],
      ['generationConfig.thinkingConfig.newer', 'drop'],
    ])
  })

  it.each([
    [{ contents: [] }, 'contents'],
    [{ contents: 'hi' }, 'contents'],
    [{ contents: [{ role: 'system', parts: [] }] }, 'contents[0].role'],
    [{ contents: [{ parts: [{ text: 3 }] }] }, 'contents[0].parts[0].text'],
    [{ contents: [{ parts: [{ functionResponse: { response: {} } }] }] }, 'contents[0].parts[0].functionResponse.name'],
    [{ generationConfig: { temperature: 'hot' } }, 'generationConfig.temperature'],
    [
      { generationConfig: { thinkingConfig: { thinkingBudget: -2 } } },
      'generationConfig.thinkingConfig.thinkingBudget',
    ],
    [{ toolConfig: { functionCallingConfig: { mode: 'SOMETIMES' } } }, 'toolConfig.functionCallingConfig.mode'],
    [{ labels: { a: 1 } }, 'labels.a'],
  ])('%j is refused at %s', (overrides, path) => {
    expect(() => decode(overrides as JsonObject)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST', path }))
  })
})
