import { describe, expect, it } from 'vitest'
import { decode, fixtureJson } from '../../../test/anthropic-kit.ts'
import { ConversionError } from '../chat/error.ts'
import type { JsonObject } from '../chat/json.ts'

const user: JsonObject = { role: 'user', content: 'hi' }
const base: JsonObject = { model: 'claude-x', max_tokens: 100, messages: [user] }

function refusal(wire: JsonObject): { code: string; path: string | undefined; message: string } {
  try {
    decode(wire)
  } catch (error) {
    if (ConversionError.is(error)) return { code: error.code, path: error.path, message: error.message }
    throw error
  }
  throw new Error('expected a refusal')
}

describe('messages', () => {
  it('keeps the path of every part', () => {
    const { chat } = decode(fixtureJson('multi-turn', 'request.json'))
    expect(chat.turns).toEqual([
      {
        role: 'user',
        at: 'messages[0]',
        parts: [{ type: 'text', text: 'My name is Ada.', at: 'messages[0].content' }],
      },
      {
        role: 'assistant',
        at: 'messages[1]',
        parts: [{ type: 'text', text: 'Nice to meet you, Ada.', at: 'messages[1].content' }],
      },
      {
        role: 'user',
        at: 'messages[2]',
        parts: [
          { type: 'text', text: 'What is', at: 'messages[2].content[0]' },
          { type: 'text', text: ' my name?', at: 'messages[2].content[1]' },
        ],
      },
    ])
  })

  it('reads system as a string and as blocks', () => {
    expect(decode({ ...base, system: 'Be brief.' }).chat.system).toEqual([
      { type: 'text', text: 'Be brief.', at: 'system' },
    ])
    expect(decode(fixtureJson('system', 'request.json')).chat.system.map((part) => part.text)).toEqual([
      'You are a lighthouse keeper.',
      'Answer in one sentence.',
    ])
  })

  it('hazard 4: a system message keeps its place', () => {
    const { chat } = decode(fixtureJson('agent-session', 'request.json'))
    expect(chat.turns.map((turn) => turn.role)).toEqual(['user', 'system', 'assistant', 'tool', 'user'])
    expect(chat.turns[1]).toMatchObject({ parts: [{ text: 'Plan mode is off.', at: 'messages[1].content' }] })
  })

  it('hazard 8: tool results come before the words of their message', () => {
    const { chat } = decode(fixtureJson('agent-session', 'request.json'))
    expect(chat.turns[3]).toEqual({
      role: 'tool',
      at: 'messages[3]',
      results: [
        {
          callId: 'toolu_01X',
          name: 'list_files',
          cache: {},
          at: 'messages[3].content[1]',
          parts: [{ type: 'text', text: 'main.c', at: 'messages[3].content[1].content' }],
        },
      ],
    })
    expect(chat.turns[4]).toMatchObject({ role: 'user', parts: [{ text: 'Hurry.' }] })
  })

  it('keeps results in the order the client sent, with the names of their calls', () => {
    const { chat } = decode(fixtureJson('tool-results-next-turn', 'request.json'))
    const turn = chat.turns[2]
    expect(turn?.role === 'tool' && turn.results.map(({ callId, name }) => [callId, name])).toEqual([
      ['toolu_01B', 'get_time'],
      ['toolu_01A', 'get_weather'],
    ])
    expect(chat.parallelToolCalls).toBe(false)
  })

  it('reads calls with their input as text', () => {
    const { chat } = decode(fixtureJson('tool-results-next-turn', 'request.json'))
    expect(chat.turns[1]).toMatchObject({
      parts: [
        { type: 'text' },
        {
          type: 'tool-call',
          id: 'toolu_01A',
          name: 'get_weather',
          input: '{"city":"Oslo","unit":"c"}',
          inputKind: 'json',
        },
        { type: 'tool-call', id: 'toolu_01B' },
      ],
    })
  })

  it('hazard 12: an empty message gives no turn', () => {
    expect(decode({ ...base, messages: [{ role: 'assistant', content: [] }, user] }).chat.turns).toHaveLength(1)
  })

  it('hazards 76 and 77: seals thinking with its signature, also when the text is hidden', () => {
    const { chat } = decode(fixtureJson('reasoning-omitted', 'request.json'))
    expect(chat.turns[1]).toMatchObject({
      parts: [{ type: 'reasoning', text: '', seal: { issuer: 'anthropic' } }, { type: 'tool-call' }],
    })
    const redacted = { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'abc' }] }
    expect(decode({ ...base, messages: [user, redacted] }).chat.turns[1]).toMatchObject({
      parts: [{ type: 'reasoning', redacted: true, text: '', seal: { issuer: 'anthropic', value: 'abc' } }],
    })
  })
})

describe('media', () => {
  it('hazard 50: reads image sources of every kind', () => {
    const { chat } = decode(fixtureJson('images', 'request.json'))
    expect(chat.turns[0]).toMatchObject({
      parts: [
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png' } },
        { type: 'image', source: { kind: 'url', url: 'https://example.com/cat.jpg' } },
        { type: 'text' },
      ],
    })
  })

  it('hazard 49: keeps images in tool results', () => {
    const { chat } = decode(fixtureJson('images', 'request.json'))
    expect(chat.turns[2]).toMatchObject({
      results: [{ parts: [{ type: 'text' }, { type: 'image', at: 'messages[2].content[0].content[1]' }] }],
    })
  })

  it('hazards 54 and 55: reads documents and search results', () => {
    const { chat } = decode(fixtureJson('documents', 'request.json'))
    expect(chat.turns[0]).toMatchObject({
      parts: [
        { type: 'file', name: 'report.pdf', context: 'Written in 2024.', source: { kind: 'base64' } },
        { type: 'file', name: 'notes', source: { kind: 'text', text: 'The sky is blue.' } },
        { type: 'file', source: { kind: 'url' } },
        { type: 'opaque', kind: 'search_result', text: 'Skies\nhttps://example.com/sky\nSkies are mostly blue.' },
        { type: 'text' },
      ],
    })
  })

  it('flattens a document of blocks and says so', () => {
    const document = {
      type: 'document',
      title: 't',
      source: {
        type: 'content',
        content: [
          { type: 'text', text: 'one' },
          { type: 'image', source: { type: 'url', url: 'https://example.com/i.png' } },
          { type: 'text', text: 'two' },
        ],
      },
      citations: { enabled: true },
    }
    const { chat, losses } = decode({ ...base, messages: [{ role: 'user', content: [document] }] })
    expect(chat.turns[0]).toMatchObject({
      parts: [{ type: 'file', name: 't', source: { kind: 'text', text: 'one\n\ntwo' } }, { type: 'image' }],
    })
    expect(losses.map((loss) => [loss.kind, loss.path])).toEqual([
      ['dropped', 'messages[0].content[0].citations'],
      ['approximated', 'messages[0].content[0].source.content'],
    ])
  })

  it('hazard 91: keeps blocks it does not know as opaque parts', () => {
    const content = [
      { type: 'container_upload', file_id: 'f' },
      { type: 'text', text: 'x' },
    ]
    expect(decode({ ...base, messages: [{ role: 'user', content }] }).chat.turns[0]).toMatchObject({
      parts: [
        { type: 'opaque', dialect: 'anthropic', kind: 'container_upload', value: { file_id: 'f' } },
        { type: 'text' },
      ],
    })
  })
})

describe('tools', () => {
  it('hazard 35: takes schemas verbatim and marks provider tools as hosted', () => {
    const wire = fixtureJson('server-tools', 'request.json')
    expect(decode(wire).chat.tools).toEqual([
      {
        type: 'hosted',
        kind: 'web_search_20250305',
        name: 'web_search',
        at: 'tools[0]',
        value: (wire.tools as JsonObject[])[0],
        search: { maxUses: { value: 2, at: 'tools[0].max_uses' } },
      },
    ])
    const session = fixtureJson('agent-session', 'request.json')
    const { chat, losses } = decode(session)
    expect(chat.tools[0]).toMatchObject({ parameters: (session.tools as JsonObject[])[0]?.input_schema })
    expect(losses.map((loss) => loss.path)).toEqual(['tools[0].eager_input_streaming', 'tools[1].defer_loading'])
  })

  it.each(['bash_20250124', 'text_editor_20250728', 'memory_20250818'])(
    'declares %s, which the client runs, by its documented schema',
    (type) => {
      const { chat, losses } = decode({ ...base, tools: [{ type, name: 'the_tool' }] })
      expect(chat.tools).toMatchObject([{ type: 'function', name: 'the_tool', parameters: { type: 'object' } }])
      expect(losses).toMatchObject([{ kind: 'approximated', path: 'tools[0]' }])
    },
  )

  it.each([
    [{ type: 'auto' }, { type: 'auto' }],
    [{ type: 'none' }, { type: 'none' }],
    [{ type: 'any' }, { type: 'required' }],
    [
      { type: 'tool', name: 'f' },
      { type: 'tool', name: 'f' },
    ],
  ])('hazard 25: tool choice %j', (wire, canon) => {
    expect(decode({ ...base, tool_choice: wire }).chat.toolChoice).toEqual(canon)
  })

  it('refuses a call that a program of the provider made', () => {
    const call = { type: 'tool_use', id: 'a', name: 'f', input: {}, caller: { type: 'code_execution_20260120' } }
    expect(refusal({ ...base, messages: [user, { role: 'assistant', content: [call] }] })).toMatchObject({
      code: 'UNSUPPORTED',
      path: 'messages[1].content[0].caller',
    })
  })
})

describe('parameters', () => {
  it('hazard 65: reads every scalar', () => {
    const { chat } = decode({
      ...base,
      stop_sequences: ['a'],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      metadata: { user_id: 'u' },
      service_tier: 'standard_only',
      speed: 'fast',
      stream: true,
      cache_control: { type: 'ephemeral', ttl: '1h' },
    })
    expect(chat).toMatchObject({
      maxTokens: 100,
      stop: ['a'],
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      user: 'u',
      serviceTier: 'default',
      fast: true,
      stream: true,
      cache: { ttl: '1h' },
    })
    expect(chat.paths.user).toBe('metadata.user_id')
  })

  it('reads thinking and effort', () => {
    expect(decode(fixtureJson('reasoning-sealed', 'request.json')).chat.reasoning).toEqual({
      effort: 'high',
      mode: 'adaptive',
      display: 'summarized',
    })
    expect(decode(fixtureJson('reasoning-redacted', 'request.json')).chat.reasoning).toEqual({
      mode: 'enabled',
      budget: 4096,
    })
    expect(decode({ ...base, thinking: { type: 'disabled' } }).chat.reasoning).toEqual({ mode: 'disabled' })
  })

  it('a display that only a beta has is reported', () => {
    // Claude Code with the beta thinking-display-updates-2026-08-18.
    const { chat } = decode({ ...base, thinking: { type: 'enabled', budget_tokens: 4096, display: 'updates' } })
    expect(chat.reasoning).toEqual({ mode: 'enabled', budget: 4096 })
    expect(chat.extras).toMatchObject([{ path: 'thinking.display', verdict: 'drop' }])
  })

  it('hazard 67: reads the output schema in both spellings', () => {
    const schema = { type: 'object' }
    const format = { type: 'json_schema', schema }
    expect(decode({ ...base, output_config: { format } }).chat).toMatchObject({
      output: { type: 'json-schema', schema },
      paths: { output: 'output_config.format' },
    })
    expect(decode({ ...base, output_format: format }).chat).toMatchObject({
      output: { type: 'json-schema', schema },
      paths: { output: 'output_format' },
    })
  })

  it('keeps what it does not model, with the verdict of each', () => {
    const { chat } = decode({
      ...base,
      max_tokens: 0,
      context_management: { edits: [] },
      mcp_servers: [],
      thread: { id: 't' },
      anthropic_version: 'bedrock-2023-05-31',
      output_config: { task_budget: { total: 5 } },
      service_tier: 'gold',
      thinking: { type: 'between_tools' },
      future: 1,
    })
    expect(Object.fromEntries(chat.extras.map((extra) => [extra.path, extra.verdict]))).toEqual({
      context_management: 'drop',
      mcp_servers: 'refuse',
      thread: 'refuse',
      anthropic_version: 'silent',
      future: 'drop',
      'output_config.task_budget': 'drop',
      'thinking.type': 'drop',
      service_tier: 'drop',
      max_tokens: 'refuse',
    })
    expect(chat.maxTokens).toBeUndefined()
  })
})

describe('hostile input', () => {
  it.each<[JsonObject, string]>([
    [{}, 'model'],
    [{ model: 7 }, 'model'],
    [{ model: 'x' }, 'messages'],
    [{ ...base, messages: [] }, 'messages'],
    [{ ...base, messages: 'hi' }, 'messages'],
    [{ ...base, messages: [null] }, 'messages[0]'],
    [{ ...base, messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [{ ...base, messages: [user, { role: 'user', content: 7 }] }, 'messages[1].content'],
    [{ ...base, messages: [{ role: 'user', content: [7] }] }, 'messages[0].content[0]'],
    [{ ...base, messages: [{ role: 'user', content: [{}] }] }, 'messages[0].content[0].type'],
    [{ ...base, messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [
      { ...base, messages: [{ role: 'user', content: [{ type: 'image', source: 'x' }] }] },
      'messages[0].content[0].source',
    ],
    [
      { ...base, messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'ftp' } }] }] },
      'messages[0].content[0].source.type',
    ],
    [
      { ...base, messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: '{}' }] }] },
      'messages[0].content[0].input',
    ],
    [
      { ...base, messages: [{ role: 'user', content: [{ type: 'tool_result', content: 'x' }] }] },
      'messages[0].content[0].tool_use_id',
    ],
    [{ ...base, system: 7 }, 'system'],
    [{ ...base, tools: [{ name: 7 }] }, 'tools[0].name'],
    [{ ...base, tools: [{ name: 'f', input_schema: [] }] }, 'tools[0].input_schema'],
    [{ ...base, tool_choice: 'auto' }, 'tool_choice'],
    [{ ...base, tool_choice: { type: 'maybe' } }, 'tool_choice.type'],
    [{ ...base, max_tokens: '7' }, 'max_tokens'],
    [{ ...base, stop_sequences: 'END' }, 'stop_sequences'],
    [{ ...base, temperature: true }, 'temperature'],
    [{ ...base, thinking: { type: 'hard' } }, 'thinking.type'],
    [{ ...base, output_config: { effort: 'huge' } }, 'output_config.effort'],
    [{ ...base, output_config: { format: { type: 'xml' } } }, 'output_config.format.type'],
    [{ ...base, metadata: { user_id: 7 } }, 'metadata.user_id'],
    [{ ...base, stream: 'yes' }, 'stream'],
  ])('%j names %s', (wire, path) => {
    const { code, path: told, message } = refusal(wire)
    expect([code, told]).toEqual(['INVALID_REQUEST', path])
    expect(message.startsWith(`${path}: `)).toBe(true)
  })

  it('hazard 24: a key named __proto__ is just a key', () => {
    const wire = JSON.parse(
      '{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"__proto__":{"x":1}}}]}],"__proto__":{"stream":true}}',
    ) as JsonObject
    const { chat } = decode(wire)
    expect(chat.stream).toBe(false)
    expect(chat.turns[0]).toMatchObject({ parts: [{ input: '{"__proto__":{"x":1}}' }] })
  })
})
