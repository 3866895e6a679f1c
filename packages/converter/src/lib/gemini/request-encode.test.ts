import { describe, expect, it } from 'vitest'
import { assistantTurn, chatRequest, encode, toolTurn, userTurn } from '../../../test/gemini-kit.ts'
import type { JsonObject } from '../chat/json.ts'
import type { ToolCallPart, UserPart } from '../chat/part.ts'
import type { ChatRequest, Tool } from '../chat/request.ts'

const at = 'messages[1]'
const call = (id: string, input = '{}', more: Partial<ToolCallPart> = {}): ToolCallPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  input,
  inputKind: 'json',
  at,
  ...more,
})
const tool: Tool = { type: 'function', name: 'f', at: 'tools[0]' }

function config(overrides: Partial<ChatRequest>): JsonObject | undefined {
  return encode(chatRequest(overrides)).body.generationConfig as JsonObject | undefined
}

function contents(overrides: Partial<ChatRequest>): unknown {
  return encode(chatRequest(overrides)).body.contents
}

function partOf(part: UserPart, model = 'gemini-3-flash-preview'): unknown {
  const turns = [{ role: 'user' as const, parts: [part], at }]
  const { body } = encode(chatRequest({ model, turns }))
  return (body.contents as { parts: JsonObject[] }[])[0]?.parts[0]
}

describe('writing a generateContent request', () => {
  it('the model and the stream stand in the URL, not in the body', () => {
    expect(encode(chatRequest({ stream: true })).body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    })
  })

  it('writes every setting under its own name', () => {
    expect(
      config({
        maxTokens: 9,
        stop: ['a'],
        temperature: 0.1,
        topP: 0.2,
        topK: 3,
        presencePenalty: 0.4,
        frequencyPenalty: 0.5,
        seed: 6,
        candidates: 2,
        logprobs: { top: 4 },
      }),
    ).toEqual({
      maxOutputTokens: 9,
      stopSequences: ['a'],
      temperature: 0.1,
      topP: 0.2,
      topK: 3,
      presencePenalty: 0.4,
      frequencyPenalty: 0.5,
      seed: 6,
      candidateCount: 2,
      responseLogprobs: true,
      logprobs: 4,
    })
  })

  it('hazards 59 and 60: stops are a list of five at most', () => {
    const { body, losses } = encode(chatRequest({ stop: ['1', '', '2', '3', '4', '5', '6'] }))
    expect(body.generationConfig).toEqual({ stopSequences: ['1', '2', '3', '4', '5'] })
    expect(losses).toMatchObject([{ path: 'stop', kind: 'dropped' }])
  })

  it('hazard 64: sampling is left out where the model takes none, and clamped where it goes too far', () => {
    const newest = encode(chatRequest({ model: 'gemini-3.8-flash', temperature: 0.5, topP: 0.5, frequencyPenalty: 1 }))
    expect(newest.body.generationConfig).toBeUndefined()
    expect(newest.losses.map(({ path }) => path)).toEqual(['temperature', 'topP', 'frequencyPenalty'])
    expect(config({ temperature: 3 })).toEqual({ temperature: 2 })
  })

  it('takes the top_k of clients of compatible vendors', () => {
    const extras = [{ key: 'top_k', path: 'top_k', value: 40, verdict: 'drop' as const }]
    expect(config({ extras })).toEqual({ topK: 40 })
  })

  it('hazards 40 and 67: a schema of the answer stays a JSON Schema', () => {
    const schema = { type: 'object', additionalProperties: false, $ref: '#/x' }
    expect(config({ output: { type: 'json-schema', schema } })).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    })
    expect(config({ output: { type: 'json' } })).toEqual({ responseMimeType: 'application/json' })
  })

  it('a format beside tools is asked for in words where the model takes only one of them', () => {
    const overrides = { tools: [tool], output: { type: 'json' as const } }
    const old = encode(chatRequest(overrides))
    expect(old.body).not.toHaveProperty('generationConfig')
    expect(old.body.systemInstruction).toMatchObject({ parts: [{ text: expect.stringContaining('JSON object') }] })
    expect(old.losses).toMatchObject([{ path: 'output', kind: 'approximated' }])
    const later = encode(chatRequest({ ...overrides, model: 'gemini-3-pro' }))
    expect(later.body.generationConfig).toEqual({ responseMimeType: 'application/json' })
  })

  it.each([
    ['flex', 'flex'],
    ['default', 'standard'],
    ['auto', undefined],
    ['scale', undefined],
  ])('service tier %s is %s', (serviceTier, expected) => {
    const { body, losses } = encode(chatRequest({ serviceTier, store: false }))
    expect(body.serviceTier).toBe(expected)
    expect(body.store).toBe(false)
    expect(losses).toHaveLength(serviceTier === 'scale' ? 1 : 0)
  })

  it('tells of what it has no counterpart for', () => {
    const { losses } = encode(
      chatRequest({
        verbosity: 'low',
        fast: true,
        user: 'u',
        metadata: { a: 'b' },
        cache: {},
        paths: { user: 'safety_identifier' },
      }),
    )
    expect(losses.map(({ path }) => path)).toEqual(['verbosity', 'fast', 'safety_identifier', 'metadata', 'cache'])
  })

  it('a request for no tokens is refused', () => {
    expect(() => encode(chatRequest({ maxTokens: 0 }))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
  })
})

describe('writing tools', () => {
  it('hazards 35 and 40: a JSON Schema is sent as it is, in the field made for it', () => {
    const parameters = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/A' } },
      additionalProperties: false,
      $defs: {},
    }
    const { body } = encode(chatRequest({ tools: [{ ...tool, description: 'F.', parameters }] }))
    expect(body.tools).toEqual([
      { functionDeclarations: [{ name: 'f', description: 'F.', parametersJsonSchema: parameters }] },
    ])
  })

  it.each([
    [undefined, false],
    [{}, false],
    [{ type: 'object', properties: {} }, false],
    [{ type: 'object', additionalProperties: false }, false],
    [{ type: 'object', additionalProperties: { type: 'string' } }, true],
    [{ anyOf: [{}] }, true],
  ])('hazard 36: parameters of %j are sent: %s', (parameters, sent) => {
    const { body } = encode(chatRequest({ tools: [{ ...tool, ...(parameters && { parameters }) }] }))
    expect(JSON.stringify(body).includes('parametersJsonSchema')).toBe(sent)
  })

  it.each([
    [{ type: 'auto' }, { mode: 'AUTO' }],
    [{ type: 'required' }, { mode: 'ANY' }],
    [{ type: 'none' }, { mode: 'NONE' }],
    [
      { type: 'tool', name: 'f' },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    [
      { type: 'allowed', mode: 'required', names: ['f'] },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
  ] as const)('hazards 25, 27 and 44: a choice of %j is %j', (toolChoice, functionCallingConfig) => {
    const { body } = encode(chatRequest({ tools: [tool], toolChoice }))
    expect(body).toMatchObject({ tools: [{}], toolConfig: { functionCallingConfig } })
  })

  it('hazard 28: of tools that may be called but need not be, only those are declared', () => {
    const toolChoice = { type: 'allowed', mode: 'auto', names: ['g'] } as const
    const { body, losses } = encode(chatRequest({ tools: [tool, { ...tool, name: 'g' }], toolChoice }))
    expect(body).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'g' }] }],
      toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
    })
    expect(losses).toMatchObject([{ kind: 'approximated' }])
  })

  it('hazards 26 and 31: one call at a time and tools of another provider are told', () => {
    const hosted: Tool = { type: 'hosted', kind: 'web_search', value: {}, at: 'tools[1]' }
    const { body, losses } = encode(chatRequest({ tools: [tool, hosted], parallelToolCalls: false }))
    expect(body.tools).toEqual([{ functionDeclarations: [{ name: 'f' }] }])
    expect(losses.map(({ path }) => path)).toEqual(['tools[1]', 'parallel_tool_calls'])
    const none = encode(chatRequest({ tools: [hosted], toolChoice: { type: 'required' } }))
    expect(none.body).not.toHaveProperty('tools')
    expect(none.losses.map(({ path }) => path)).toEqual(['tools[1]', 'tool_choice'])
  })

  it('hazard 30: a tool of free text is a function of one string', () => {
    const custom: Tool = { type: 'custom', name: 'patch', format: { type: 'grammar' }, at: 'tools[0]' }
    const { body } = encode(chatRequest({ tools: [custom] }))
    expect(body.tools).toMatchObject([
      { functionDeclarations: [{ name: 'patch', parametersJsonSchema: { required: ['input'] } }] },
    ])
  })

  it('hazard 32: a name the dialect does not take is aliased everywhere', () => {
    const name = `${'x'.repeat(200)}`
    const { body } = encode(
      chatRequest({
        tools: [{ ...tool, name }],
        toolChoice: { type: 'tool', name },
        turns: [userTurn('x'), assistantTurn([call('a', '{}', { name })]), toolTurn([{ callId: 'a', parts: [], at }])],
      }),
    )
    const names = JSON.stringify(body).match(/x{100,}[^"]*/g) ?? []
    expect(names).toHaveLength(4)
    expect(new Set(names).size).toBe(1)
    expect(names[0]?.length).toBeLessThanOrEqual(128)
  })
})

describe('writing the conversation', () => {
  it('hazards 42 and 43: a result has the name of its call, and a response that is an object', () => {
    const results = [
      { callId: 'b', parts: [{ type: 'text' as const, text: '[1]', at }], at },
      { callId: 'a', parts: [{ type: 'text' as const, text: ' {"x":1}', at }], at },
    ]
    const turns = [userTurn('x'), assistantTurn([call('a'), call('b', '{}', { name: 'g' })]), toolTurn(results)]
    expect(contents({ turns })).toEqual([
      { role: 'user', parts: [{ text: 'x' }] },
      {
        role: 'model',
        parts: [{ functionCall: { id: 'a', name: 'f', args: {} } }, { functionCall: { id: 'b', name: 'g', args: {} } }],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', name: 'f', response: { x: 1 } } },
          { functionResponse: { id: 'b', name: 'g', response: { output: '[1]' } } },
        ],
      },
    ])
  })

  it.each([
    ['an error', 'no', true, { error: 'no' }],
    ['nothing', '', false, { output: '' }],
    ['an object that reads as something else', '{"error":"x"}', false, { output: { error: 'x' } }],
    ['an object that reads as what an SDK wraps', '{"result":1}', false, { output: { result: 1 } }],
    ['an object of such a key and others', '{"result":1,"more":2}', false, { result: 1, more: 2 }],
    [
      'an object that reads as the Vercel SDK’s wrapping',
      '{"name":"f","content":1}',
      false,
      { output: { name: 'f', content: 1 } },
    ],
    ['an empty object, which reads as nothing', '{}', false, { output: {} }],
    ['no JSON', '{oops', false, { output: '{oops' }],
  ])('a result of %s', (_name, text, isError, response) => {
    const result = { callId: 'a', parts: [{ type: 'text' as const, text, at }], isError, at }
    const turns = [userTurn('x'), assistantTurn([call('a')]), toolTurn([result])]
    expect(contents({ turns })).toMatchObject([{}, {}, { parts: [{ functionResponse: { response } }] }])
  })

  it('hazards 8 and 10: results stand directly behind their calls, whatever came between', () => {
    const turns = [
      userTurn('x'),
      assistantTurn([call('a'), call('b')]),
      toolTurn([{ callId: 'a', parts: [], at }]),
      userTurn('between'),
      toolTurn([{ callId: 'b', parts: [], at }]),
    ]
    const written = contents({ turns }) as { role: string; parts: JsonObject[] }[]
    expect(written.map(({ parts }) => parts.map((part) => Object.keys(part)[0]))).toEqual([
      ['text'],
      ['functionCall', 'functionCall'],
      ['functionResponse', 'functionResponse'],
      ['text'],
    ])
  })

  it('a result that answers no call is refused', () => {
    const turns = [userTurn('x'), toolTurn([{ callId: 'z', parts: [], at }])]
    expect(() => contents({ turns })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED', path: at }))
  })

  it('hazards 23 and 24: arguments keep their digits and names', () => {
    const input = '{"n":12345678901234567890,"x":1.0,"__proto__":{"y":1e400}}'
    const { body } = encode(chatRequest({ turns: [userTurn('x'), assistantTurn([call('a', input)])] }))
    expect(JSON.stringify(body)).toContain(`"args":${input}`)
  })

  it('hazards 20 and 21: no arguments are none, malformed ones are told as they are', () => {
    const turns = [userTurn('x'), assistantTurn([call('a', ''), call('b', '{"x":')])]
    const { body, losses } = encode(chatRequest({ turns }))
    expect(body.contents).toMatchObject([
      {},
      { parts: [{ functionCall: { args: {} } }, { functionCall: { args: { _raw: '{"x":' } } }] },
    ])
    expect(losses).toMatchObject([{ kind: 'approximated', path: at }])
  })

  it('hazard 48: the seal of a call goes back to its model, on the part', () => {
    const sealed = call('a', '{}', { seal: { issuer: 'gemini', value: 'S' } })
    const turns = [userTurn('x'), assistantTurn([sealed, call('b')])]
    expect(contents({ model: 'gemini-3-pro', turns })).toMatchObject([
      {},
      { parts: [{ functionCall: { id: 'a' }, thoughtSignature: 'S' }, { functionCall: { id: 'b' } }] },
    ])
  })

  it('hazards 48 and 75: another’s seal is never sent; a model that insists on one gets the documented placeholder', () => {
    const foreign = call('a', '{}', { seal: { issuer: 'anthropic', value: 'S' } })
    const turns = [userTurn('x'), assistantTurn([foreign, call('b')])]
    const old = encode(chatRequest({ turns }))
    expect(JSON.stringify(old.body)).not.toContain('thoughtSignature')
    expect(old.losses).toMatchObject([{ path: `${at}.extra_content`, kind: 'dropped' }])
    const later = encode(chatRequest({ model: 'gemini-3-pro', turns }))
    const [, model] = later.body.contents as { parts: JsonObject[] }[]
    expect(model?.parts.map((part) => part.thoughtSignature)).toEqual(['skip_thought_signature_validator', undefined])
    expect(later.losses).toContainEqual(expect.objectContaining({ path: at, kind: 'invented' }))
  })

  it('hazard 74: thoughts go back only with their seal, never as text', () => {
    const turns = [
      userTurn('x'),
      assistantTurn([
        { type: 'reasoning', text: 'secret', at },
        { type: 'reasoning', text: 'mine', seal: { issuer: 'gemini', value: 'S' }, at },
        { type: 'text', text: 'said', at },
      ]),
    ]
    const { body, losses } = encode(chatRequest({ turns }))
    expect(body.contents).toMatchObject([
      {},
      { parts: [{ text: 'mine', thought: true, thoughtSignature: 'S' }, { text: 'said' }] },
    ])
    expect(losses).toMatchObject([{ path: at, kind: 'dropped' }])
  })

  it('hazard 1: an instruction in the middle stays in its place', () => {
    const system = { role: 'system' as const, parts: [{ type: 'text' as const, text: 'Rush.', at }], at }
    const { body, losses } = encode(
      chatRequest({ turns: [userTurn('a'), assistantTurn([{ type: 'text', text: 'b', at }]), system, userTurn('c')] }),
    )
    expect(body).not.toHaveProperty('systemInstruction')
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: 'a' }] },
      { role: 'model', parts: [{ text: 'b' }] },
      { role: 'user', parts: [{ text: '<system-reminder>\nRush.\n</system-reminder>' }] },
      { role: 'user', parts: [{ text: 'c' }] },
    ])
    expect(losses).toMatchObject([{ path: at, kind: 'approximated' }])
  })

  it('hazards 5 and 6: every leading instruction is kept, in order', () => {
    const system = [
      { type: 'text' as const, text: 'one', at },
      { type: 'text' as const, text: 'two', developer: true, at },
    ]
    expect(encode(chatRequest({ system })).body.systemInstruction).toEqual({
      parts: [{ text: 'one' }, { text: 'two' }],
    })
  })

  it('hazards 11, 12 and 13: empty texts are left out, and the user begins', () => {
    const turns = [
      assistantTurn([
        { type: 'text', text: '', at },
        { type: 'refusal', text: 'No.', at },
      ]),
      userTurn(''),
      userTurn('x'),
    ]
    const { body, losses } = encode(chatRequest({ turns }))
    expect(body.contents).toEqual([
      { role: 'user', parts: [{ text: '(start of the conversation)' }] },
      { role: 'model', parts: [{ text: 'No.' }] },
      { role: 'user', parts: [{ text: 'x' }] },
    ])
    expect(losses.map(({ kind }) => kind)).toEqual(['dropped', 'invented'])
    expect(() => contents({ turns: [userTurn('')] })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
  })

  it('hazard 14: the last word of the assistant is continued by models that can', () => {
    const turns = [userTurn('x'), assistantTurn([{ type: 'text', text: 'So', at }])]
    expect(contents({ turns })).toHaveLength(2)
    const { body, losses } = encode(chatRequest({ model: 'gemini-3.8-flash', turns }))
    expect((body.contents as JsonObject[])[2]).toEqual({ role: 'user', parts: [{ text: 'Continue.' }] })
    expect(losses).toMatchObject([{ kind: 'invented' }])
  })
})

describe('writing media', () => {
  const png = { kind: 'base64', mediaType: 'image/png', data: 'AA==' } as const
  const web = { kind: 'url', url: 'https://x.test/a.JPG?size=1' } as const

  it.each([
    ['an image', { type: 'image', source: png, at }, { inlineData: { mimeType: 'image/png', data: 'AA==' } }],
    [
      'hazard 51: an image by URL',
      { type: 'image', source: web, at },
      { fileData: { fileUri: web.url, mimeType: 'image/jpeg' } },
    ],
    [
      'the detail of an image',
      { type: 'image', source: png, detail: 'low', at },
      { mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } },
    ],
    [
      'sound',
      { type: 'audio', source: { ...png, mediaType: 'audio/mp3' }, format: 'mp3', at },
      { inlineData: { mimeType: 'audio/mp3', data: 'AA==' } },
    ],
    [
      'hazard 53: a document',
      { type: 'file', source: { ...png, mediaType: 'application/pdf' }, at },
      { inlineData: { mimeType: 'application/pdf', data: 'AA==' } },
    ],
    [
      'hazard 54: a document of text',
      { type: 'file', source: { kind: 'text', text: 'T' }, name: 'N', context: 'C', at },
      { text: 'N\n\nC\n\nT' },
    ],
    [
      'hazard 55: a search result',
      { type: 'opaque', dialect: 'anthropic', kind: 'search_result', value: {}, text: 'found', at },
      { text: 'found' },
    ],
  ] as const)('%s', (_name, part, expected) => {
    expect(partOf(part)).toMatchObject(expected)
  })

  it.each([
    ['hazard 58: a stored image', { type: 'image', source: { kind: 'id', id: 'file-1' }, at }, 'gemini-3-pro'],
    ['hazard 58: a stored document', { type: 'file', source: { kind: 'id', id: 'file-1' }, at }, 'gemini-3-pro'],
    ['a URL the model does not fetch', { type: 'image', source: web, at }, 'gemini-2.0-flash'],
  ] as const)('%s is refused', (_name, part, model) => {
    expect(() => partOf(part, model)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED', path: at }))
  })

  it('hazard 49: an image in a result stays in it, or follows it', () => {
    const image = { type: 'image' as const, source: png, at: 'messages[2].content[0]' }
    const turns = [userTurn('x'), assistantTurn([call('a')]), toolTurn([{ callId: 'a', parts: [image], at }])]
    expect(contents({ model: 'gemini-3-pro', turns })).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { parts: [{ inlineData: { data: 'AA==' } }] } }] },
    ])
    const { body, losses } = encode(chatRequest({ turns }))
    expect(body.contents).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { response: { output: '' } } }] },
      { role: 'user', parts: [{ text: 'From the result of the call of f:' }, { inlineData: { data: 'AA==' } }] },
    ])
    expect(losses).toMatchObject([{ path: image.at, kind: 'approximated' }])
  })
})

describe('writing thinking', () => {
  it.each([
    ['gemini-2.5-flash', { effort: 'low' }, { thinkingBudget: 2048 }],
    ['gemini-2.5-flash', { effort: 'max' }, { thinkingBudget: 24_576 }],
    ['gemini-2.5-flash', { effort: 'none' }, { thinkingBudget: 0 }],
    ['gemini-2.5-flash', { mode: 'adaptive' }, { thinkingBudget: -1 }],
    [
      'gemini-2.5-flash',
      { mode: 'enabled', budget: 5000, display: 'summarized' },
      { thinkingBudget: 5000, includeThoughts: true },
    ],
    ['gemini-2.5-flash-lite', { budget: 100 }, { thinkingBudget: 512 }],
    ['gemini-2.5-pro', { mode: 'disabled' }, { thinkingBudget: 128 }],
    ['gemini-3-pro', { effort: 'medium' }, { thinkingLevel: 'LOW' }],
    ['gemini-3-pro', { effort: 'xhigh' }, { thinkingLevel: 'HIGH' }],
    ['gemini-3-pro', { mode: 'disabled' }, { thinkingLevel: 'LOW' }],
    ['gemini-3-flash', { effort: 'none' }, { thinkingLevel: 'MINIMAL' }],
    ['gemini-3-flash', { mode: 'enabled', budget: 31_999 }, { thinkingLevel: 'HIGH' }],
    ['gemini-3-flash', { mode: 'adaptive', effort: 'medium' }, { thinkingLevel: 'MEDIUM' }],
    ['gemini-3-flash', { mode: 'adaptive' }, undefined],
    ['gemini-2.0-flash', { effort: 'high' }, undefined],
    ['gemini-2.0-flash', { effort: 'none' }, undefined],
  ] as const)('hazards 66 and 80: %s asked for %j gets %j', (model, reasoning, thinkingConfig) => {
    expect(config({ model, reasoning })?.thinkingConfig).toEqual(thinkingConfig)
  })

  it.each([
    ['gemini-2.5-flash', { effort: 'high' }, 'approximated'],
    ['gemini-2.5-pro', { mode: 'disabled' }, 'approximated'],
    ['gemini-3-flash', { effort: 'high' }, undefined],
    ['gemini-3-flash', { budget: 9000 }, 'approximated'],
    ['gemini-2.0-flash', { effort: 'high' }, 'dropped'],
    ['gemini-2.0-flash', { mode: 'disabled' }, undefined],
  ] as const)('%s asked for %j: %s', (model, reasoning, kind) => {
    const { losses } = encode(chatRequest({ model, reasoning, paths: { reasoning: 'reasoning_effort' } }))
    expect(losses.map((loss) => [loss.path, loss.kind])).toEqual(kind ? [['reasoning_effort', kind]] : [])
  })
})
