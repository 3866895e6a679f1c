import type Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { chatRequest, encode, userTurn } from '../../../test/anthropic-kit.ts'
import { ConversionError } from '../chat/error.ts'
import type { JsonObject } from '../chat/json.ts'
import type { FunctionTool, ToolChoice } from '../chat/request.ts'

const schema = { type: 'object' as const, properties: { city: { type: 'string' } }, additionalProperties: false }
const weather: FunctionTool = { type: 'function', name: 'get_weather', parameters: schema, at: 'tools[0]' }
const clock: FunctionTool = { type: 'function', name: 'get_time', at: 'tools[1]' }

function refusal(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    if (ConversionError.is(error)) return `${error.code} ${error.path}`
    throw error
  }
  return undefined
}

describe('encodeRequest', () => {
  it('a conversation that calls tools and declares none declares those it calls, not to be called', () => {
    const call = { type: 'tool-call' as const, id: 'a', name: 'f', input: '{}', inputKind: 'json' as const, at: 'c' }
    const turns = [
      userTurn('q'),
      { role: 'assistant' as const, parts: [call, { ...call, id: 'b' }], at: 'm' },
      { role: 'tool' as const, results: ['a', 'b'].map((callId) => ({ callId, parts: [], at: 'r' })), at: 'r' },
    ]
    const { body, losses } = encode(chatRequest({ turns }))
    expect(body.tools).toEqual([{ name: 'f', input_schema: { type: 'object', properties: {} } }])
    expect(body.tool_choice).toEqual({ type: 'none' })
    expect(losses).toMatchObject([{ kind: 'invented', path: 'tools' }])
    const answered = encode(chatRequest({ turns: [userTurn('q')] })).body
    expect([answered.tools, answered.tool_choice]).toEqual([undefined, undefined])
  })

  it('writes the whole of a plain request', () => {
    const { body, losses } = encode(
      chatRequest({
        system: [{ type: 'text', text: 'Be brief.', at: 'messages[0].content' }],
        tools: [weather],
        toolChoice: { type: 'auto' },
        parallelToolCalls: false,
        temperature: 0.5,
        stop: ['END'],
        user: 'u1',
        stream: true,
      }),
    )
    // The SDK's types are of API version 2026-10-21, which has no sampling parameters.
    const { temperature, ...rest } = body
    expect(temperature).toBe(0.5)
    expect(rest).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 1000,
      tools: [{ name: 'get_weather', input_schema: schema }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      stream: true,
    } satisfies Anthropic.MessageCreateParams)
    expect(losses).toEqual([])
  })

  it('hazard 6: every leading instruction is a block of its own', () => {
    const system = ['one', 'two'].map((text, i) => ({ type: 'text' as const, text, at: `messages[${i}].content` }))
    expect(encode(chatRequest({ system })).body.system).toEqual([
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two' },
    ])
  })

  it('hazard 61: fills in the required output limit and says so', () => {
    const { maxTokens: _, ...chat } = chatRequest()
    const { body, losses } = encode(chat)
    expect(body.max_tokens).toBe(32_000)
    expect(losses).toMatchObject([{ kind: 'invented', path: 'max_tokens' }])
  })

  it('hazard 73: refuses several answers', () => {
    expect(refusal(() => encode(chatRequest({ candidates: 2, paths: { candidates: 'n' } })))).toBe('UNSUPPORTED n')
    expect(encode(chatRequest({ candidates: 1 })).losses).toEqual([])
  })

  it('reports by the name the client used what has no counterpart', () => {
    const { body, losses } = encode(
      chatRequest({
        seed: 1,
        presencePenalty: 0.5,
        frequencyPenalty: 0,
        logprobs: {},
        verbosity: 'low',
        store: false,
        metadata: { a: 'b' },
        serviceTier: 'flex',
        paths: { presencePenalty: 'presence_penalty', serviceTier: 'service_tier' },
      }),
    )
    expect(losses.map((loss) => `${loss.kind} ${loss.path}`).sort()).toEqual([
      'dropped logprobs',
      'dropped metadata',
      'dropped presence_penalty',
      'dropped seed',
      'dropped service_tier',
      'dropped verbosity',
    ])
    expect(Object.keys(body)).toEqual(['model', 'max_tokens', 'messages'])
  })

  it.each([
    ['auto', 'auto'],
    ['default', 'standard_only'],
  ])('tells service tier %s as %s', (serviceTier, word) => {
    expect(encode(chatRequest({ serviceTier })).body.service_tier).toBe(word)
  })

  it('hazards 59 and 60: stops are an array without white space', () => {
    const { body, losses } = encode(chatRequest({ stop: ['\n', 'END', ' '] }))
    expect(body.stop_sequences).toEqual(['END'])
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'stop' }])
  })
})

describe('sampling', () => {
  it('hazard 64: clamps the temperature', () => {
    const { body, losses } = encode(chatRequest({ temperature: 1.7 }))
    expect(body.temperature).toBe(1)
    expect(losses).toMatchObject([{ kind: 'approximated', path: 'temperature' }])
  })

  it('hazard 64: sends no sampling parameters to models that refuse them', () => {
    const { body, losses } = encode(chatRequest({ model: 'claude-opus-4-8', temperature: 0.2, topP: 0.9, topK: 5 }))
    expect(body).not.toHaveProperty('temperature')
    expect(losses.map((loss) => loss.path)).toEqual(['temperature', 'topP', 'top_k'])
  })

  it.each([
    [40, 40, 0],
    ['many', undefined, 1],
  ])('takes the top_k %j of clients of compatible vendors', (value, sent, losses) => {
    const chat = chatRequest({ extras: [{ key: 'top_k', path: 'top_k', value, verdict: 'drop' }] })
    const told = encode(chat)
    expect([told.body.top_k, told.losses.length]).toEqual([sent, losses])
  })

  it('leaves out without a word what changes nothing', () => {
    expect(encode(chatRequest({ model: 'claude-opus-4-8', temperature: 1, topP: 1 })).losses).toEqual([])
    const { body, losses } = encode(chatRequest({ temperature: 0.3, topP: 1 }))
    expect([body.temperature, body.top_p, losses]).toEqual([0.3, undefined, []])
  })

  it('sends one of temperature and top_p where the model takes only one, both where it takes both', () => {
    const { body, losses } = encode(chatRequest({ temperature: 0.3, topP: 0.5 }))
    expect([body.temperature, body.top_p]).toEqual([0.3, undefined])
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'topP' }])
    expect(encode(chatRequest({ model: 'claude-3-opus', temperature: 0.3, topP: 0.5 })).body).toMatchObject({
      temperature: 0.3,
      top_p: 0.5,
    })
  })
})

describe('tools', () => {
  const tools = [weather, clock]

  it('hazards 35 and 36: schemas are verbatim, a missing one is the empty object', () => {
    expect(encode(chatRequest({ tools })).body.tools).toEqual([
      { name: 'get_weather', input_schema: weather.parameters },
      { name: 'get_time', input_schema: { type: 'object', properties: {} } },
    ])
  })

  it.each<[ToolChoice, JsonObject]>([
    [{ type: 'required' }, { type: 'any' }],
    [{ type: 'none' }, { type: 'none' }],
    [
      { type: 'tool', name: 'get_time' },
      { type: 'tool', name: 'get_time' },
    ],
    [{ type: 'allowed', mode: 'auto', names: ['get_time', 'get_weather'] }, { type: 'auto' }],
    [{ type: 'allowed', mode: 'required', names: ['get_time', 'get_weather'] }, { type: 'any' }],
  ])('hazard 25: choice %j is %j', (toolChoice, wire) => {
    const { body } = encode(chatRequest({ tools, toolChoice }))
    expect(body.tool_choice).toEqual(wire)
    expect(body.tools).toHaveLength(2)
  })

  it('hazard 26: one call at a time without a choice asks for auto, and not with none', () => {
    expect(encode(chatRequest({ tools, parallelToolCalls: false })).body.tool_choice).toEqual({
      type: 'auto',
      disable_parallel_tool_use: true,
    })
    const none: ToolChoice = { type: 'none' }
    expect(encode(chatRequest({ tools, parallelToolCalls: false, toolChoice: none })).body.tool_choice).toEqual(none)
  })

  it('hazard 28: allowed tools leave the others out', () => {
    const toolChoice: ToolChoice = { type: 'allowed', mode: 'required', names: ['get_time'] }
    const { body, losses } = encode(chatRequest({ tools, toolChoice, paths: { toolChoice: 'tool_choice' } }))
    expect(body.tools).toMatchObject([{ name: 'get_time' }])
    expect(body.tool_choice).toEqual({ type: 'any' })
    expect(losses).toMatchObject([{ kind: 'approximated', path: 'tool_choice' }])
  })

  it('asks instead of forcing where the model refuses to be forced', () => {
    const toolChoice: ToolChoice = { type: 'tool', name: 'get_time' }
    const { body, losses } = encode(chatRequest({ model: 'claude-opus-5-5', tools, toolChoice }))
    expect(body.tool_choice).toEqual({ type: 'auto' })
    expect(body.tools).toMatchObject([{ name: 'get_time' }])
    expect(losses.map((loss) => loss.kind)).toEqual(['approximated', 'approximated'])
  })

  it('sends no choice without tools', () => {
    const { body, losses } = encode(chatRequest({ toolChoice: { type: 'required' }, parallelToolCalls: false }))
    expect(body).not.toHaveProperty('tool_choice')
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'toolChoice' }])
  })

  it('hazard 32: gives a long or dotted name one alias in tools, choice and history', () => {
    const name = `mcp.server/${'x'.repeat(140)}`
    const { body } = encode(
      chatRequest({
        tools: [{ ...weather, name }],
        toolChoice: { type: 'tool', name },
        turns: [
          userTurn('hi'),
          {
            role: 'assistant',
            at: 'messages[1]',
            parts: [{ type: 'tool-call', id: 'call.1:x', name, input: '{}', inputKind: 'json', at: 'm' }],
          },
          { role: 'tool', at: 'messages[2]', results: [{ callId: 'call.1:x', parts: [], at: 'messages[2]' }] },
        ],
      }),
    )
    const alias = (body.tool_choice as JsonObject).name as string
    expect(alias).toMatch(/^[a-zA-Z0-9_-]{1,128}$/)
    expect(body.tools).toMatchObject([{ name: alias }])
    const messages = body.messages as { content: JsonObject[] }[]
    expect(messages[1]?.content[0]).toMatchObject({ name: alias })
    // Hazard 33: the id is aliased alike in the call and in its result.
    expect(messages[1]?.content[0]?.id).toMatch(/^[a-zA-Z0-9_-]+$/)
    expect(messages[2]?.content[0]?.tool_use_id).toBe(messages[1]?.content[0]?.id)
  })

  it('hazard 30: a custom tool is a function of one string', () => {
    const { body, losses } = encode(
      chatRequest({
        tools: [
          { type: 'custom', name: 'patch', description: 'Patches.', format: { type: 'grammar' }, at: 'tools[0]' },
        ],
      }),
    )
    expect(body.tools).toEqual([
      {
        name: 'patch',
        description: 'Patches.\n\nThe input must be of this format: {"type":"grammar"}',
        input_schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
      },
    ])
    expect(losses).toMatchObject([{ kind: 'approximated', path: 'tools[0]' }])
  })

  it('hazard 38: strict goes where the model can keep it', () => {
    const strict = { ...weather, strict: true }
    expect(encode(chatRequest({ tools: [strict] })).body.tools).toMatchObject([{ strict: true }])
    const old = encode(chatRequest({ model: 'claude-3-opus', tools: [strict] }))
    expect(old.body.tools).not.toMatchObject([{ strict: true }])
    expect(old.losses).toMatchObject([{ path: 'tools[0].strict' }])
  })

  it('drops a hosted tool of another vendor and says so', () => {
    const { body, losses } = encode(
      chatRequest({ tools: [{ type: 'hosted', kind: 'web_search', value: { type: 'web_search' }, at: 'tools[0]' }] }),
    )
    expect(body).not.toHaveProperty('tools')
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'tools[0]' }])
  })
})

describe('output', () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } }, additionalProperties: false }

  it('hazard 67: sends a schema natively', () => {
    const { body, losses } = encode(chatRequest({ output: { type: 'json-schema', schema, name: 'n', strict: true } }))
    expect(body.output_config).toEqual({ format: { type: 'json_schema', schema } })
    expect(losses).toEqual([])
  })

  it('asks in words where the model has no field', () => {
    const old = encode(chatRequest({ model: 'claude-3-opus', output: { type: 'json-schema', schema } }))
    expect(JSON.stringify(old.body.system)).toContain(JSON.stringify(JSON.stringify(schema)).slice(1, -1))
    const json = encode(chatRequest({ output: { type: 'json' }, paths: { output: 'response_format' } }))
    expect(json.body.system).toHaveLength(1)
    expect(json.losses).toMatchObject([{ kind: 'approximated', path: 'response_format' }])
  })
})

describe('cache marks', () => {
  const text = (i: number, ttl?: '5m' | '1h' | '24h') => ({
    type: 'text' as const,
    text: `t${i}`,
    at: `messages[${i}].content`,
    cache: ttl ? { ttl } : {},
  })
  const marks = (body: JsonObject): unknown[] =>
    (body.messages as { content: JsonObject[] }[]).flatMap(({ content }) => content.map((block) => block.cache_control))

  it('hazard 72: keeps the last four', () => {
    const parts = [0, 1, 2, 3, 4].map((i) => text(i))
    const { body, losses } = encode(chatRequest({ turns: [{ role: 'user', at: 'messages[0]', parts }] }))
    expect(marks(body)).toEqual([undefined, ...Array.from({ length: 4 }, () => ({ type: 'ephemeral' }))])
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'cache_control' }])
  })

  it('hazard 72: takes the next longer time, and none of an hour behind one of five minutes', () => {
    const parts = [text(0, '24h'), text(1, '5m'), text(2, '1h')]
    const { body, losses } = encode(chatRequest({ turns: [{ role: 'user', at: 'messages[0]', parts }] }))
    expect(marks(body)).toEqual([
      { type: 'ephemeral', ttl: '1h' },
      { type: 'ephemeral', ttl: '5m' },
      { type: 'ephemeral', ttl: '5m' },
    ])
    expect(losses.map((loss) => loss.kind)).toEqual(['approximated', 'approximated'])
  })

  it('counts the mark of the whole prefix', () => {
    const parts = [0, 1, 2, 3].map((i) => text(i))
    const { body } = encode(chatRequest({ cache: {}, turns: [{ role: 'user', at: 'messages[0]', parts }] }))
    expect(body.cache_control).toEqual({ type: 'ephemeral' })
    expect(marks(body).filter(Boolean)).toHaveLength(3)
  })
})
