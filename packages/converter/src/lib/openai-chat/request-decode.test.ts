import { describe, expect, it } from 'vitest'
import { decode } from '../../../test/openai-kit.ts'
import { ConversionError } from '../chat/error.ts'
import type { JsonObject, JsonValue } from '../chat/json.ts'

function turns(...messages: JsonObject[]): ReturnType<typeof decode> {
  return decode({ messages })
}

function parts(content: JsonValue): unknown {
  const [turn] = turns({ role: 'user', content }).turns
  return turn?.role === 'user' ? turn.parts : undefined
}

const call = (id: string, name: string, args: JsonValue): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})

describe('messages', () => {
  it('hazard 6: all leading instructions are kept, in order, a part each', () => {
    const chat = turns(
      { role: 'system', content: 'one' },
      { role: 'developer', content: [{ type: 'text', text: 'two' }] },
      { role: 'user', content: 'hi' },
    )
    expect(chat.system).toEqual([
      { type: 'text', text: 'one', at: 'messages[0].content' },
      { type: 'text', text: 'two', at: 'messages[1].content[0]', developer: true },
    ])
  })

  it('hazards 1 and 5: an instruction between turns stays in its place, developer or system', () => {
    const chat = turns(
      { role: 'user', content: 'hi' },
      { role: 'developer', content: 'be brief' },
      { role: 'user', content: 'go on' },
    )
    expect(chat.system).toEqual([])
    expect(chat.turns.map((turn) => turn.role)).toEqual(['user', 'system', 'user'])
    expect(chat.turns[1]).toMatchObject({ developer: true, parts: [{ text: 'be brief' }] })
  })

  it('hazard 9: tool messages in a row are the results of one turn, named after their calls', () => {
    const chat = turns(
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: null, tool_calls: [call('a', 'first', '{}'), call('b', 'second', '{"x":1}')] },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'A' }] },
    )
    expect(chat.turns[2]).toEqual({
      role: 'tool',
      at: 'messages[2]',
      results: [
        {
          callId: 'b',
          name: 'second',
          at: 'messages[2]',
          parts: [{ type: 'text', text: 'B', at: 'messages[2].content' }],
        },
        {
          callId: 'a',
          name: 'first',
          at: 'messages[3]',
          parts: [{ type: 'text', text: 'A', at: 'messages[3].content[0]' }],
        },
      ],
    })
  })

  it('hazard 11: an empty content beside tool calls gives no empty text', () => {
    const chat = turns(
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: '', tool_calls: [call('a', 'f', '{}')] },
    )
    expect(chat.turns[1]).toMatchObject({ parts: [{ type: 'tool-call' }] })
  })

  it('hazard 16: a refusal in the history is told in its own words, as field or as part', () => {
    const chat = turns(
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: null, refusal: 'no' },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'never' }] },
    )
    expect(chat.turns[1]).toMatchObject({ parts: [{ type: 'refusal', text: 'no', at: 'messages[1].refusal' }] })
    expect(chat.turns[2]).toMatchObject({ parts: [{ type: 'refusal', text: 'never' }] })
  })

  it('hazard 17: a name is told as a loss, not silently gone', () => {
    const chat = turns({ role: 'user', name: 'ada', content: 'hi' })
    expect(chat.extras).toEqual([{ key: 'message.name', path: 'messages[0].name', value: 'ada', verdict: 'drop' }])
  })

  it('hazard 18: the legacy functions become tools and calls whose results find them', () => {
    const chat = decode({
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null, function_call: { name: 'look', arguments: '{"q":1}' } },
        { role: 'function', name: 'look', content: 'found' },
      ],
      functions: [{ name: 'look', parameters: { type: 'object' } }],
      function_call: { name: 'look' },
    })
    expect(chat.tools).toEqual([{ type: 'function', name: 'look', parameters: { type: 'object' }, at: 'functions[0]' }])
    expect(chat.toolChoice).toEqual({ type: 'tool', name: 'look' })
    expect(chat.turns[1]).toMatchObject({ parts: [{ id: 'call_function_1', name: 'look', input: '{"q":1}' }] })
    expect(chat.turns[2]).toMatchObject({ results: [{ callId: 'call_function_1', name: 'look' }] })
  })

  it('hazard 20: no arguments are an empty object, and objects become their text', () => {
    const chat = turns(
      { role: 'user', content: 'hi' },
      { role: 'assistant', tool_calls: [call('a', 'f', ''), call('b', 'f', null), call('c', 'f', { x: 1 })] },
    )
    expect(chat.turns[1]).toMatchObject({ parts: [{ input: '{}' }, { input: '{}' }, { input: '{"x":1}' }] })
  })

  it('hazard 21: cut arguments are kept as they came, for the target to judge', () => {
    const chat = turns({ role: 'user', content: 'hi' }, { role: 'assistant', tool_calls: [call('a', 'f', '{"x":')] })
    expect(chat.turns[1]).toMatchObject({ parts: [{ input: '{"x":' }] })
  })

  it('hazards 23 and 24: argument text keeps every digit and every key', () => {
    const text = '{"n":12345678901234567890,"f":1.0,"__proto__":{"a":1},"k":1,"k":2}'
    const chat = turns({ role: 'user', content: 'hi' }, { role: 'assistant', tool_calls: [call('a', 'f', text)] })
    expect(chat.turns[1]).toMatchObject({ parts: [{ input: text }] })
  })

  it('hazard 48: the thought signature of a tool call is a seal of gemini', () => {
    const signed = { ...call('a', 'f', '{}'), extra_content: { google: { thought_signature: 'sig' } } }
    const chat = turns({ role: 'user', content: 'hi' }, { role: 'assistant', tool_calls: [signed] })
    expect(chat.turns[1]).toMatchObject({ parts: [{ seal: { issuer: 'gemini', value: 'sig' } }] })
  })

  it.each(['reasoning_content', 'reasoning'])('hazard 75: %s in the history is reasoning without a seal', (key) => {
    const chat = turns({ role: 'user', content: 'hi' }, { role: 'assistant', content: 'a', [key]: 'because' })
    expect(chat.turns[1]).toMatchObject({
      parts: [{ type: 'reasoning', text: 'because', at: `messages[1].${key}` }, { type: 'text' }],
    })
    expect(JSON.stringify(chat.turns)).not.toContain('seal')
  })

  it('a custom tool call carries its free text', () => {
    const custom = { id: 'a', type: 'custom', custom: { name: 'patch', input: '*** not JSON' } }
    const chat = turns({ role: 'user', content: 'hi' }, { role: 'assistant', tool_calls: [custom] })
    expect(chat.turns[1]).toMatchObject({ parts: [{ inputKind: 'text', input: '*** not JSON', name: 'patch' }] })
  })

  it('keys that clients echo from replies say nothing; a spoken answer is told', () => {
    const echoed = { role: 'assistant', content: 'a', annotations: [], refusal: null, audio: null, parsed: { a: 1 } }
    expect(turns({ role: 'user', content: 'hi' }, echoed).extras).toEqual([])
    const spoken = turns({ role: 'user', content: 'hi' }, { role: 'assistant', audio: { id: 'audio_1' } })
    expect(spoken.extras).toMatchObject([{ path: 'messages[1].audio', verdict: 'drop' }])
  })
})

describe('content parts', () => {
  it.each([
    ['data:image/png;base64,AAAA', 'image/png'],
    ['data:IMAGE/PNG;base64,AAAA', 'image/png'],
    ['DATA:image/jpeg;name=a.jpg;charset=x;base64,AAAA', 'image/jpeg'],
    ['data:image/webp; BASE64,AAAA', 'image/webp'],
  ])('hazard 52: the data URL %s is taken apart', (url, mediaType) => {
    expect(parts([{ type: 'image_url', image_url: { url } }])).toEqual([
      { type: 'image', source: { kind: 'base64', mediaType, data: 'AAAA' }, at: 'messages[0].content[0]' },
    ])
  })

  it('hazard 51: an https image stays a URL, with its detail', () => {
    expect(parts([{ type: 'image_url', image_url: { url: 'https://x.example/a.png', detail: 'low' } }])).toEqual([
      {
        type: 'image',
        source: { kind: 'url', url: 'https://x.example/a.png' },
        detail: 'low',
        at: 'messages[0].content[0]',
      },
    ])
  })

  it('a data URL that is not base64 is refused with its path', () => {
    expect(() => parts([{ type: 'image_url', image_url: { url: 'data:image/svg+xml,<svg/>' } }])).toThrowError(
      /^messages\[0\]\.content\[0\]\.image_url\.url: must be a base64 data URL/,
    )
  })

  it('hazard 53: the data URL prefix of a PDF does not stay in its data', () => {
    const file = { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' }
    expect(parts([{ type: 'file', file }])).toMatchObject([
      { type: 'file', name: 'a.pdf', source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' } },
    ])
  })

  it('bare file data is what its name says', () => {
    const kinds = ['a.pdf', undefined, 'b.TXT', 'c.bin'].map((filename) => ({
      type: 'file',
      file: { file_data: 'AAAA', ...(filename !== undefined && { filename }) },
    }))
    const types = (parts(kinds) as { source: { mediaType: string } }[]).map((part) => part.source.mediaType)
    expect(types).toEqual(['application/pdf', 'application/pdf', 'text/plain', 'application/octet-stream'])
  })

  it('hazard 58: a stored file is an id', () => {
    expect(parts([{ type: 'file', file: { file_id: 'file-1' } }])).toMatchObject([
      { source: { kind: 'id', id: 'file-1' } },
    ])
  })

  it('hazard 56: audio is audio', () => {
    expect(parts([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }])).toMatchObject([
      { type: 'audio', format: 'wav', source: { mediaType: 'audio/wav' } },
    ])
  })

  it('hazard 57: thirty megabytes of base64 are taken apart at once', () => {
    const data = 'A'.repeat(30 * 1024 * 1024)
    const [image] = parts([{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }]) as {
      source: { data: string }
    }[]
    expect(image?.source.data.length).toBe(data.length)
  })

  it('hazard 91: an unknown part is opaque', () => {
    expect(parts([{ type: 'video_url', video_url: { url: 'x' } }])).toEqual([
      {
        type: 'opaque',
        dialect: 'openai-chat',
        kind: 'video_url',
        value: { type: 'video_url', video_url: { url: 'x' } },
        at: 'messages[0].content[0]',
      },
    ])
  })

  it('hazard 72: cache breakpoints are hints, in OpenAI spelling and in that of OpenRouter', () => {
    const content = [
      { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
      { type: 'text', text: 'b', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'text', text: 'c', cache_control: { type: 'ephemeral', ttl: 'soon' } },
    ]
    expect(parts(content)).toMatchObject([{ cache: { ttl: '12h' } }, { cache: { ttl: '1h' } }, { cache: {} }])
  })

  it('hazard 12: empty texts leave no part', () => {
    expect(parts('')).toEqual([])
    expect(parts([{ type: 'text', text: '' }])).toEqual([])
  })
})

describe('tools', () => {
  it('hazard 35: a schema is taken verbatim', () => {
    const parameters = { $schema: 'x', type: 'object', properties: {}, additionalProperties: false, $defs: {} }
    const chat = decode({ tools: [{ type: 'function', function: { name: 'f', parameters, strict: true } }] })
    expect(chat.tools).toEqual([{ type: 'function', name: 'f', parameters, strict: true, at: 'tools[0].function' }])
  })

  it('hazards 36 and 37: what a tool does not say stays unsaid', () => {
    expect(decode({ tools: [{ type: 'function', function: { name: 'f' } }] }).tools).toEqual([
      { type: 'function', name: 'f', at: 'tools[0].function' },
    ])
  })

  it('hazard 30: a custom tool keeps its grammar', () => {
    const format = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } }
    expect(decode({ tools: [{ type: 'custom', custom: { name: 'c', format } }] }).tools).toEqual([
      { type: 'custom', name: 'c', format, at: 'tools[0]' },
    ])
  })

  it('a tool of another type is the provider’s own', () => {
    expect(decode({ tools: [{ type: 'web_search' }] }).tools).toMatchObject([{ type: 'hosted', kind: 'web_search' }])
  })

  it.each([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'required' }],
    ['any', { type: 'required' }],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'tool', name: 'f' },
    ],
    [
      { type: 'custom', custom: { name: 'f' } },
      { type: 'tool', name: 'f' },
    ],
  ])('hazard 25: tool_choice %j', (choice, expected) => {
    expect(decode({ tool_choice: choice }).toolChoice).toEqual(expected)
  })

  it('hazard 28: allowed tools keep their mode and names', () => {
    const allowed_tools = {
      mode: 'required',
      tools: [
        { type: 'function', function: { name: 'f' } },
        { type: 'custom', custom: { name: 'c' } },
      ],
    }
    expect(decode({ tool_choice: { type: 'allowed_tools', allowed_tools } }).toolChoice).toEqual({
      type: 'allowed',
      mode: 'required',
      names: ['f', 'c'],
    })
  })
})

describe('parameters', () => {
  it('are read with the names the client gave them', () => {
    const chat = decode({
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      max_tokens: 10,
      stop: ['a', 'b'],
      temperature: 1.5,
      top_p: 0.5,
      presence_penalty: 1,
      frequency_penalty: -1,
      seed: 3,
      n: 2,
      logprobs: true,
      top_logprobs: 4,
      reasoning_effort: 'xhigh',
      verbosity: 'low',
      parallel_tool_calls: false,
      store: true,
      metadata: { a: 'b' },
      service_tier: 'flex',
    })
    expect(chat).toMatchObject({
      stream: true,
      wantsUsage: true,
      maxTokens: 10,
      stop: ['a', 'b'],
      temperature: 1.5,
      topP: 0.5,
      presencePenalty: 1,
      frequencyPenalty: -1,
      seed: 3,
      candidates: 2,
      logprobs: { top: 4 },
      reasoning: { effort: 'xhigh' },
      verbosity: 'low',
      parallelToolCalls: false,
      store: true,
      metadata: { a: 'b' },
      serviceTier: 'flex',
      extras: [{ key: 'stream_options.include_obfuscation', verdict: 'silent' }],
    })
    expect(chat.paths).toMatchObject({ maxTokens: 'max_tokens', candidates: 'n', reasoning: 'reasoning_effort' })
  })

  it('metadata without a label is none', () => {
    expect(decode({ metadata: {} })).not.toHaveProperty('metadata')
  })

  it('hazard 59: a stop string is a list of one', () => {
    expect(decode({ stop: 'END' }).stop).toEqual(['END'])
  })

  it('hazard 62: max_completion_tokens wins over max_tokens', () => {
    const chat = decode({ max_tokens: 10, max_completion_tokens: 20 })
    expect([chat.maxTokens, chat.paths.maxTokens]).toEqual([20, 'max_completion_tokens'])
  })

  it('hazard 67: a response schema keeps its name and strictness', () => {
    const json_schema = { name: 'answer', description: 'd', strict: true, schema: { type: 'object' } }
    expect(decode({ response_format: { type: 'json_schema', json_schema } }).output).toEqual({
      type: 'json-schema',
      name: 'answer',
      description: 'd',
      strict: true,
      schema: { type: 'object' },
    })
    expect(decode({ response_format: { type: 'json_object' } }).output).toEqual({ type: 'json' })
    expect(decode({ response_format: { type: 'text' } }).output).toBeUndefined()
  })

  it('hazard 68: safety_identifier replaces user, and the user it replaces is told', () => {
    expect(decode({ user: 'u' })).toMatchObject({ user: 'u', paths: { user: 'user' }, extras: [] })
    const both = decode({ user: 'u', safety_identifier: 's' })
    expect(both).toMatchObject({ user: 's', paths: { user: 'safety_identifier' } })
    expect(both.extras).toMatchObject([{ key: 'user', verdict: 'drop' }])
  })

  it('service_tier fast is speed, not a tier', () => {
    const chat = decode({ service_tier: 'fast' })
    expect([chat.fast, chat.serviceTier, chat.paths.fast]).toEqual([true, undefined, 'service_tier'])
  })

  it('implicit prompt caching covers the whole prefix', () => {
    expect(decode({ prompt_cache_options: { ttl: '30m' } }).cache).toEqual({ ttl: '30m' })
    const explicit = decode({ prompt_cache_options: { mode: 'explicit' } })
    expect(explicit.cache).toBeUndefined()
    expect(explicit.extras).toMatchObject([{ key: 'prompt_cache_options', verdict: 'drop' }])
  })

  it('hazard 69: what the canon does not know is told key by key', () => {
    const chat = decode({ logit_bias: { 1: 2 }, prediction: {}, top_k: 40, unheard_of: null })
    expect(chat.extras.map((extra) => [extra.key, extra.verdict])).toEqual([
      ['logit_bias', 'drop'],
      ['prediction', 'drop'],
      ['top_k', 'drop'],
    ])
  })

  it('another kind of answer is refused, not left out', () => {
    const chat = decode({ modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'mp3' } })
    expect(chat.extras.map((extra) => [extra.key, extra.verdict])).toEqual([
      ['modalities', 'refuse'],
      ['audio', 'refuse'],
    ])
    expect(decode({ modalities: ['text'] }).extras).toEqual([])
    expect(decode({ response_format: { type: 'regex' } }).extras).toMatchObject([{ verdict: 'refuse' }])
  })

  it('null is absent everywhere', () => {
    const nulls = ['stop', 'temperature', 'tools', 'tool_choice', 'response_format', 'stream', 'n', 'user', 'logprobs']
    const chat = decode(Object.fromEntries(nulls.map((key) => [key, null])))
    expect(chat.extras).toEqual([])
    expect(Object.keys(chat).sort()).toEqual(['extras', 'model', 'paths', 'stream', 'system', 'tools', 'turns'])
  })
})

describe('hostile requests', () => {
  const keys = [
    'model messages stream stream_options tools tool_choice functions function_call parallel_tool_calls max_tokens',
    'max_completion_tokens stop temperature top_p presence_penalty frequency_penalty seed n logprobs top_logprobs',
    'response_format reasoning_effort verbosity service_tier user safety_identifier metadata store',
    'prompt_cache_options modalities',
  ].flatMap((line) => line.split(' '))
  const values: JsonValue[] = [1.5, -1, 'x', true, {}, [], [1], [{}], { type: 1 }, { type: 'function' }, [[]], [null]]

  it.each(keys)('%s of any wrong type is refused by path or read', (key) => {
    for (const value of values) {
      try {
        decode({ [key]: value })
      } catch (error) {
        expect(error).toBeInstanceOf(ConversionError)
        expect((error as ConversionError).path).toMatch(new RegExp(`^${key}`))
      }
    }
  })

  const shapes: JsonObject[] = [
    { role: 1 },
    { role: 'wizard', content: 'x' },
    { role: 'user' },
    { role: 'user', content: 7 },
    { role: 'user', content: [null] },
    { role: 'user', content: [{ type: 'text' }] },
    { role: 'user', content: [{ type: 'image_url' }] },
    { role: 'user', content: [{ type: 'image_url', image_url: {} }] },
    { role: 'user', content: [{ type: 'file', file: {} }] },
    { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 1 } }] },
    { role: 'system', content: [{ type: 'image_url', image_url: { url: 'x' } }] },
    { role: 'assistant', content: 5, tool_calls: 3 },
    { role: 'assistant', tool_calls: [null] },
    { role: 'assistant', tool_calls: [{ type: 'function' }] },
    { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: {} }] },
    { role: 'assistant', function_call: 'f' },
    { role: 'tool', content: 'x' },
    { role: 'tool', tool_call_id: 'a', content: 5 },
    { role: 'function', content: 'x' },
  ]

  it.each(shapes)('the message %j is refused by its path', (message) => {
    expect(() => turns({ role: 'user', content: 'hi' }, message)).toThrowError(/^messages\[1\]/)
  })

  it('names the path and what must stand there', () => {
    expect(() => turns({ role: 'user', content: 7 })).toThrowError(
      'messages[0].content: must be a string or an array of parts',
    )
    expect(() => decode({ messages: [] })).toThrowError('messages: must not be empty')
  })

  it('hazard 24: inherited names are no members', () => {
    const chat = decode(JSON.parse('{"__proto__":{"n":5},"constructor":{"x":1}}') as JsonObject)
    expect(chat.candidates).toBeUndefined()
    expect(chat.extras.map((extra) => extra.key)).toContain('constructor')
  })

  it('ten thousand tool results are read in linear time', () => {
    const results = Array.from({ length: 10_000 }, (_, i) => ({
      role: 'tool',
      tool_call_id: `c${i}`,
      content: 'x',
    }))
    const [, turn] = turns({ role: 'user', content: 'hi' }, ...results).turns
    expect(turn?.role === 'tool' && turn.results.length).toBe(10_000)
  })
})
