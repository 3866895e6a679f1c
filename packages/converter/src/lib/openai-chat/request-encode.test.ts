import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { chatRequest, encode, userTurn } from '../../../test/openai-kit.ts'
import type { JsonObject } from '../chat/json.ts'
import type { AssistantPart, ToolResult, UserPart } from '../chat/part.ts'
import type { ChatRequest, FunctionTool, Turn } from '../chat/request.ts'
import { isStrict } from './strict-schema.ts'

function messages(...turns: Turn[]): JsonObject[] {
  return encode(chatRequest({ turns })).body.messages as JsonObject[]
}

function user(...parts: UserPart[]): Turn {
  return { role: 'user', parts, at: 'messages[0]' }
}

function assistant(...parts: AssistantPart[]): Turn {
  return { role: 'assistant', parts, at: 'messages[1]' }
}

function toolTurn(...results: Omit<ToolResult, 'at'>[]): Turn {
  const at = 'messages[2]'
  return { role: 'tool', results: results.map((result, i) => ({ ...result, at: `${at}.content[${i}]` })), at }
}

function callsOf(message: JsonObject | undefined): JsonObject[] {
  return (message?.tool_calls ?? []) as JsonObject[]
}

const at = 'messages[1].content[0]'
const text = (value: string, more: object = {}) => ({ type: 'text', text: value, at, ...more }) as const
const callPart = (id: string, input = '{}'): AssistantPart => ({
  type: 'tool-call',
  id,
  name: 'look',
  input,
  inputKind: 'json',
  at,
})
const tool = (name: string, more: Partial<FunctionTool> = {}): FunctionTool => ({
  type: 'function',
  name,
  at: 'tools[0]',
  ...more,
})
const lossesOf = (chat: Partial<ChatRequest>, model = 'gpt-4o'): string[] =>
  encode(chatRequest({ model, ...chat })).losses.map((loss) => `${loss.kind} ${loss.path}`)

describe('messages', () => {
  it('a whole request is what the official SDK takes', () => {
    const { body, losses } = encode(
      chatRequest({
        stream: true,
        system: [text('Be brief.')],
        turns: [
          user(text('hi')),
          assistant(callPart('call_1', '{"q":1}')),
          toolTurn({ callId: 'call_1', parts: [text('x')] }),
        ],
        tools: [tool('look', { description: 'Looks.', parameters: { type: 'object' }, strict: false })],
        toolChoice: { type: 'auto' },
        maxTokens: 100,
        temperature: 0.5,
      }),
    )
    expect(losses).toEqual([])
    expect(body).toEqual({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"q":1}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'x' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'look', description: 'Looks.', parameters: { type: 'object' }, strict: false },
        },
      ],
      tool_choice: 'auto',
      max_completion_tokens: 100,
      temperature: 0.5,
      stream: true,
      stream_options: { include_usage: true },
    } satisfies ChatCompletionCreateParams)
  })

  it('hazard 4: an instruction between turns stays there, as system or developer', () => {
    const turns: Turn[] = [userTurn('a'), { role: 'system', parts: [text('now rhyme')], at }, userTurn('b')]
    const roles = (model: string) =>
      (encode(chatRequest({ model, system: [text('s')], turns })).body.messages as JsonObject[]).map((m) => m.role)
    expect(roles('gpt-4o')).toEqual(['system', 'user', 'system', 'user'])
    expect(roles('gpt-5')).toEqual(['developer', 'user', 'developer', 'user'])
    expect(roles('deepseek-chat')).toEqual(['system', 'user', 'system', 'user'])
  })

  it('several instruction blocks are parts of one message', () => {
    const { body } = encode(chatRequest({ system: [text('a'), text('b')] }))
    expect((body.messages as JsonObject[])[0]).toEqual({
      role: 'system',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    })
  })

  it('hazard 19: assistant texts are joined without a separator', () => {
    expect(messages(userTurn('x'), assistant(text('It is'), text(' so.')), userTurn('y'))[1]).toEqual({
      role: 'assistant',
      content: 'It is so.',
    })
  })

  it('hazard 8: tool results stand directly after their calls', () => {
    const turns = [userTurn('x'), assistant(callPart('a')), toolTurn({ callId: 'a', parts: [] }), userTurn('y')]
    expect(messages(...turns).map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'user'])
    expect(messages(...turns)[2]).toEqual({ role: 'tool', tool_call_id: 'a', content: '' })
  })

  it('hazard 16: a refusal goes into its own field', () => {
    expect(messages(userTurn('x'), assistant({ type: 'refusal', text: 'no', at }), userTurn('y'))[1]).toEqual({
      role: 'assistant',
      content: null,
      refusal: 'no',
    })
  })

  it('hazards 74 and 75: reasoning is neither shown nor forged, and told', () => {
    const reasoning: AssistantPart = {
      type: 'reasoning',
      text: 'secret thought',
      seal: { issuer: 'anthropic', value: 'sig' },
      at,
    }
    const { body, losses } = encode(
      chatRequest({ turns: [userTurn('x'), assistant(reasoning, text('a')), userTurn('y')] }),
    )
    expect(JSON.stringify(body)).not.toMatch(/secret thought|sig/)
    expect(losses).toMatchObject([{ kind: 'dropped', path: at }])
  })

  it('hazard 14: an assistant message at the end is told not to be continued', () => {
    expect(lossesOf({ turns: [userTurn('x'), assistant(text('It is'))] })).toEqual(['approximated messages[1]'])
    expect(lossesOf({ turns: [userTurn('x'), assistant(callPart('a'))] })).toEqual([])
  })

  it('text after a tool call cannot keep its place', () => {
    expect(lossesOf({ turns: [userTurn('x'), assistant(callPart('a'), text('after')), userTurn('y')] })).toEqual([
      `approximated ${at}`,
    ])
  })

  it('hazard 33: ids outside the limits get one alias, in call and result alike', () => {
    const id = `toolu:${'x'.repeat(60)}`
    const [, called, result] = messages(userTurn('x'), assistant(callPart(id)), toolTurn({ callId: id, parts: [] }))
    const alias = callsOf(called)[0]?.id as string
    expect(alias).toMatch(/^[\w-]{1,40}$/)
    expect(result?.tool_call_id).toBe(alias)
  })
})

describe('media', () => {
  const base64 = { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } as const

  it('hazard 50: images by data and by URL', () => {
    const sent = messages(
      user(
        { type: 'image', source: base64, at },
        { type: 'image', source: { kind: 'url', url: 'https://x.example/a.png' }, detail: 'high', at },
      ),
    )
    expect(sent[0]?.content).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'image_url', image_url: { url: 'https://x.example/a.png', detail: 'high' } },
    ])
  })

  it('hazard 49: an image in a tool result moves to a user message after all results', () => {
    const turns = [
      userTurn('x'),
      assistant(callPart('a'), callPart('b')),
      toolTurn(
        { callId: 'a', parts: [text('see'), { type: 'image', source: base64, at: 'shot' }] },
        { callId: 'b', parts: [{ type: 'image', source: base64, at: 'other' }] },
      ),
    ]
    const { body, losses } = encode(chatRequest({ turns }))
    expect((body.messages as JsonObject[]).slice(2)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'see' },
      { role: 'tool', tool_call_id: 'b', content: 'The result is in the next user message.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'From the result of tool call a:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'text', text: 'From the result of tool call b:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ])
    expect(losses.map((loss) => [loss.kind, loss.path])).toEqual([
      ['approximated', 'shot'],
      ['approximated', 'other'],
    ])
  })

  it('hazard 54: a PDF is a file with a name, a text document is text', () => {
    const pdf = { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' } as const
    const sent = messages(
      user(
        { type: 'file', source: pdf, at },
        { type: 'file', source: { kind: 'text', text: 'body' }, name: 'Title', context: 'ctx', at },
      ),
    )
    expect(sent[0]?.content).toEqual([
      { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      { type: 'text', text: 'Title\n\nctx\n\nbody' },
    ])
  })

  it.each([
    { type: 'image', source: { kind: 'id', id: 'file_1' }, at },
    { type: 'file', source: { kind: 'id', id: 'file_1' }, at },
    { type: 'file', source: { kind: 'url', url: 'https://x.example/a.pdf' }, at },
    { type: 'opaque', dialect: 'anthropic', kind: 'container_upload', value: {}, at },
  ] satisfies UserPart[])('hazard 58: %j is refused by its path', (part) => {
    expect(() => messages(user(part))).toThrowError(at)
  })

  it('hazards 55, 78 and 91: what only another dialect understands is text at most', () => {
    const search = {
      type: 'opaque',
      dialect: 'anthropic',
      kind: 'search_result',
      value: { x: 1 },
      text: 'Title',
      at,
    } as const
    const call = { type: 'opaque', dialect: 'anthropic', kind: 'server_tool_use', value: { y: 2 }, at } as const
    const { body, losses } = encode(chatRequest({ turns: [user(search, call)] }))
    expect(body.messages).toEqual([{ role: 'user', content: 'Title' }])
    expect(losses.map((loss) => loss.kind)).toEqual(['approximated', 'dropped'])
  })

  it('a failed tool says so in its result', () => {
    const turns = [
      userTurn('x'),
      assistant(callPart('a')),
      toolTurn({ callId: 'a', parts: [text('boom')], isError: true }),
    ]
    expect(messages(...turns)[2]?.content).toBe('Error: boom')
    expect(lossesOf({ turns })).toEqual(['approximated messages[2].content[0].is_error'])
  })
})

describe('caching', () => {
  const turns = [user(text('long', { cache: { ttl: '1h' } }))]

  it('hazard 39: cache hints never leak; where they cannot be kept they are told', () => {
    const { body, losses } = encode(chatRequest({ turns, tools: [tool('f', { cache: {} })] }))
    expect(JSON.stringify(body)).not.toContain('cache')
    expect(losses.map((loss) => loss.path)).toEqual([`${at}.cache_control`, 'tools[0].cache_control'])
  })

  it('hazard 72: models with breakpoints get them with the nearest lifetime', () => {
    const { body, losses } = encode(chatRequest({ model: 'gpt-5.6-sol', turns }))
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [{ type: 'text', text: 'long', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } }],
      },
    ])
    expect(losses).toMatchObject([{ kind: 'approximated' }])
  })

  it('hazard 72: automatic caching is asked for where the model can be asked, and told where it cannot', () => {
    const asked = encode(chatRequest({ model: 'gpt-5.6-sol', cache: { ttl: '1h' }, paths: { cache: 'cache_control' } }))
    expect(asked.body.prompt_cache_options).toEqual({ mode: 'implicit', ttl: '30m' })
    expect(asked.losses).toMatchObject([{ path: 'cache_control', kind: 'approximated' }])
    const plain = encode(chatRequest({ model: 'gpt-5.6-sol', cache: {} }))
    expect(plain.body.prompt_cache_options).toEqual({ mode: 'implicit' })
    expect(plain.losses).toEqual([])
    expect(encode(chatRequest({ cache: {} })).losses).toMatchObject([{ path: 'cache_control', kind: 'dropped' }])
  })
})

describe('reasoning asked for in two ways', () => {
  const paths = { reasoning: 'output_config.effort', thinking: 'thinking' }

  it('the effort wins over a budget, which is told', () => {
    const reasoning = { effort: 'low', mode: 'enabled', budget: 30_000 } as const
    const { body, losses } = encode(chatRequest({ model: 'gpt-5.6-sol', reasoning, paths }))
    expect(body.reasoning_effort).toBe('low')
    expect(losses).toMatchObject([{ path: 'thinking.budget_tokens', kind: 'dropped' }])
  })

  it('thinking that is off wins over an effort, which is told', () => {
    const reasoning = { effort: 'low', mode: 'disabled' } as const
    const off = encode(chatRequest({ model: 'gpt-5.6-sol', reasoning, paths }))
    expect(off.body.reasoning_effort).toBe('none')
    expect(off.losses.map(({ path }) => path)).toEqual(['output_config.effort'])
    const least = encode(chatRequest({ model: 'o3', reasoning, paths }))
    expect(least.body.reasoning_effort).toBe('low')
    expect(least.losses.map(({ path }) => path)).toEqual(['output_config.effort', 'thinking'])
  })

  it('a wish to see the reasoning is told where it stood', () => {
    const reasoning = { effort: 'low', mode: 'adaptive', display: 'summarized' } as const
    const { losses } = encode(chatRequest({ model: 'gpt-5.6-sol', reasoning, paths }))
    expect(losses.map(({ path }) => path)).toEqual(['thinking.display'])
  })
})

describe('tools', () => {
  it('hazard 32: names outside the limits get one alias everywhere', () => {
    const name = `mcp.server/${'x'.repeat(70)}`
    const { body } = encode(
      chatRequest({
        tools: [tool(name)],
        toolChoice: { type: 'tool', name },
        turns: [
          userTurn('x'),
          assistant({ ...callPart('a'), name } as AssistantPart),
          toolTurn({ callId: 'a', parts: [] }),
        ],
      }),
    )
    const [declared] = body.tools as { function: { name: string } }[]
    const [called] = callsOf((body.messages as JsonObject[])[1]) as { function: { name: string } }[]
    expect(declared?.function.name).toMatch(/^[\w-]{1,64}$/)
    expect(called?.function.name).toBe(declared?.function.name)
    expect(body.tool_choice).toEqual({ type: 'function', function: { name: declared?.function.name } })
  })

  it('hazards 36, 37 and 38: nothing is invented in a schema, strict only where said', () => {
    const closed = { type: 'object', properties: {}, additionalProperties: false }
    const tools = [tool('a'), tool('b', { strict: true, parameters: closed })]
    expect(encode(chatRequest({ tools })).body.tools).toEqual([
      { type: 'function', function: { name: 'a' } },
      { type: 'function', function: { name: 'b', parameters: closed, strict: true } },
    ])
    // OpenAI refuses a strict schema that leaves properties open; what a compatible server does is its own affair.
    const open = { tools: [tool('c', { strict: true, parameters: { type: 'object' } })] }
    const loose = { type: 'function', function: { name: 'c', parameters: { type: 'object' } } }
    expect(encode(chatRequest(open)).body.tools).toEqual([loose])
    expect(lossesOf(open)).toEqual(['approximated tools[0].strict'])
    expect(encode(chatRequest({ ...open, model: 'llama' })).body.tools).toMatchObject([{ function: { strict: true } }])
  })

  it.each([
    [{ type: 'auto' }, 'auto'],
    [{ type: 'none' }, 'none'],
    [{ type: 'required' }, 'required'],
    [
      { type: 'tool', name: 'f' },
      { type: 'function', function: { name: 'f' } },
    ],
    [
      { type: 'allowed', mode: 'required', names: ['f'] },
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] },
      },
    ],
  ] as const)('hazard 25: the choice %j', (toolChoice, expected) => {
    expect(encode(chatRequest({ tools: [tool('f')], toolChoice })).body.tool_choice).toEqual(expected)
  })

  it('hazard 26: no parallel calls', () => {
    expect(encode(chatRequest({ tools: [tool('f')], parallelToolCalls: false })).body.parallel_tool_calls).toBe(false)
  })

  it('hazard 28: servers without allowed_tools get the allowed ones alone', () => {
    const toolChoice = { type: 'allowed', mode: 'required', names: ['g'] } as const
    const { body, losses } = encode(chatRequest({ model: 'llama', tools: [tool('f'), tool('g')], toolChoice }))
    expect(body).toMatchObject({ tools: [{ function: { name: 'g' } }], tool_choice: 'required' })
    expect(losses).toMatchObject([{ kind: 'approximated', path: 'tool_choice' }])
  })

  it('hazard 31: a tool its provider runs is never declared as a function', () => {
    const hosted = {
      type: 'hosted',
      kind: 'web_search_20250305',
      name: 'web_search',
      value: {},
      at: 'tools[0]',
    } as const
    const { body, losses } = encode(chatRequest({ tools: [hosted], toolChoice: { type: 'required' } }))
    expect([body.tools, body.tool_choice]).toEqual([undefined, undefined])
    expect(losses.map((loss) => loss.path)).toEqual(['tools[0]', 'tool_choice'])
  })

  it('hazard 30: a free text tool is custom where that exists, else a function of one string', () => {
    const custom = { type: 'custom', name: 'patch', format: { type: 'text' }, at: 'tools[0]' } as const
    const turns = [userTurn('x'), assistant({ ...callPart('a', 'raw'), inputKind: 'text' } as AssistantPart)]
    const native = encode(chatRequest({ tools: [custom], toolChoice: { type: 'tool', name: 'patch' }, turns })).body
    expect(native).toMatchObject({
      tools: [{ type: 'custom', custom: { name: 'patch', format: { type: 'text' } } }],
      tool_choice: { type: 'custom', custom: { name: 'patch' } },
      messages: [{}, { tool_calls: [{ type: 'custom', custom: { input: 'raw' } }] }],
    })
    const compatible = encode(chatRequest({ model: 'llama', tools: [custom], turns }))
    expect(compatible.body).toMatchObject({
      tools: [{ type: 'function', function: { name: 'patch', parameters: { required: ['input'] } } }],
      messages: [{}, { tool_calls: [{ type: 'function', function: { arguments: '{"input":"raw"}' } }] }],
    })
    expect(compatible.losses).toMatchObject([{ kind: 'approximated', path: 'tools[0]' }])
  })
})

describe('parameters', () => {
  it('hazard 62: the output limit goes where the model reads it', () => {
    expect(encode(chatRequest({ maxTokens: 9 })).body).toMatchObject({ max_completion_tokens: 9 })
    expect(encode(chatRequest({ model: 'llama', maxTokens: 9 })).body).toMatchObject({ max_tokens: 9 })
  })

  it('hazard 60: stops beyond the fourth are told one by one', () => {
    const stop = ['a', 'b', 'c', 'd', 'e', 'f']
    const { body, losses } = encode(chatRequest({ stop, paths: { stop: 'stop_sequences' } }))
    expect(body.stop).toEqual(['a', 'b', 'c', 'd'])
    expect(losses.map((loss) => loss.path)).toEqual(['stop_sequences[4]', 'stop_sequences[5]'])
  })

  it('reasoning models get no sampling parameters and no stops', () => {
    const { body, losses } = encode(chatRequest({ model: 'o4-mini', temperature: 0.5, topP: 0.9, stop: ['x'] }))
    expect(Object.keys(body).sort()).toEqual(['messages', 'model'])
    expect(losses.map((loss) => loss.path)).toEqual(['stop[0]', 'temperature', 'top_p'])
    const usual = { temperature: 1, topP: 1, presencePenalty: 0, frequencyPenalty: 0 }
    expect(encode(chatRequest({ model: 'o4-mini', ...usual })).losses).toEqual([])
  })

  it('hazard 64: a temperature above the highest is lowered', () => {
    const { body, losses } = encode(chatRequest({ temperature: 1.9 }), { maxTemperature: 1.5 })
    expect(body.temperature).toBe(1.5)
    expect(losses).toMatchObject([{ kind: 'approximated', path: 'temperature' }])
  })

  it('top_k has no place', () => {
    expect(lossesOf({ topK: 5 })).toEqual(['dropped top_k'])
  })

  it.each([
    [{ effort: 'low' }, 'gpt-5.5', 'low', []],
    [{ effort: 'max' }, 'gpt-5.5', 'xhigh', ['approximated']],
    [{ effort: 'minimal' }, 'o3', 'low', ['approximated']],
    [{ budget: 2000 }, 'o3', 'low', ['approximated']],
    [{ budget: 8000 }, 'o3', 'medium', ['approximated']],
    [{ budget: 24_000 }, 'o3', 'high', ['approximated']],
    [{ budget: 31_999 }, 'gpt-5.5', 'xhigh', ['approximated']],
    [{ mode: 'disabled' }, 'gpt-5.5', 'none', []],
    [{ mode: 'disabled' }, 'gpt-5', 'minimal', ['approximated']],
    [{ effort: 'minimal' }, 'gpt-5.1', 'low', ['approximated']],
    [{ mode: 'adaptive' }, 'gpt-5', undefined, []],
    [{ mode: 'adaptive', effort: 'high' }, 'gpt-5', 'high', []],
    [{ effort: 'high' }, 'gpt-4o', undefined, ['dropped']],
    [{ mode: 'adaptive', display: 'summarized' }, 'gpt-5', undefined, ['dropped']],
  ] as const)('hazards 66 and 80: reasoning %j for %s is effort %s', (reasoning, model, effort, kinds) => {
    const { body, losses } = encode(chatRequest({ model, reasoning }))
    expect(body.reasoning_effort).toBe(effort)
    expect(losses.map((loss) => loss.kind)).toEqual(kinds)
  })

  it('hazards 38 and 67: a schema without a name gets a legal one, strict only where it keeps the rules', () => {
    const loose = { type: 'object', properties: { a: { type: 'string' } } }
    const closed = { ...loose, required: ['a'], additionalProperties: false }
    const format = (schema: JsonObject, more: object = {}) =>
      encode(chatRequest({ output: { type: 'json-schema', schema, ...more } })).body.response_format
    expect(format(loose)).toEqual({ type: 'json_schema', json_schema: { name: 'response', schema: loose } })
    expect(format(closed)).toMatchObject({ json_schema: { strict: true } })
    expect(format(closed, { strict: false, name: 'my answer!' })).toMatchObject({
      json_schema: { strict: false, name: expect.stringMatching(/^[\w-]{1,64}$/) as string },
    })
    const early = encode(chatRequest({ model: 'gpt-4-turbo', output: { type: 'json-schema', schema: loose } }))
    expect(early.body.response_format).toEqual({ type: 'json_object' })
    expect(early.losses).toMatchObject([{ kind: 'approximated', path: 'response_format' }])
  })

  it('hazard 68: a user id goes where the server reads it, hashed when it is too long', () => {
    expect(encode(chatRequest({ user: 'u1' })).body.safety_identifier).toBe('u1')
    expect(encode(chatRequest({ model: 'llama', user: 'u1' })).body.user).toBe('u1')
    const long = JSON.stringify({ device: 'd'.repeat(80), account: 'a', session: 's' })
    const { body, losses } = encode(chatRequest({ user: long, paths: { user: 'metadata.user_id' } }))
    expect((body.safety_identifier as string).length).toBeLessThanOrEqual(64)
    expect(encode(chatRequest({ user: `${long} ` })).body.safety_identifier).not.toBe(body.safety_identifier)
    expect(losses).toMatchObject([{ kind: 'approximated', path: 'metadata.user_id' }])
  })

  it('hazard 70: usage is always asked for in a stream', () => {
    expect(encode(chatRequest({ stream: true })).body).toMatchObject({ stream_options: { include_usage: true } })
    expect(encode(chatRequest({ stream: true }), { streamUsage: false }).body.stream_options).toBeUndefined()
  })

  it('hazard 69: OpenAI’s newer fields stay with OpenAI', () => {
    const chat = { verbosity: 'low', serviceTier: 'flex', store: true, metadata: { a: 'b' } }
    expect(lossesOf(chat)).toEqual(['dropped verbosity'])
    expect(encode(chatRequest({ ...chat, model: 'gpt-5.6-sol' })).body).toMatchObject({
      verbosity: 'low',
      service_tier: 'flex',
      store: true,
      metadata: { a: 'b' },
    })
    expect(Object.keys(encode(chatRequest({ ...chat, model: 'llama' })).body)).toEqual(['model', 'messages'])
    expect(lossesOf(chat, 'llama')).toEqual([
      'dropped verbosity',
      'dropped service_tier',
      'dropped metadata',
      'dropped store',
    ])
    expect(lossesOf({ store: false }, 'llama')).toEqual([])
  })

  it('speed is a service tier', () => {
    const { body, losses } = encode(chatRequest({ fast: true }))
    expect(body.service_tier).toBe('priority')
    expect(losses).toMatchObject([{ kind: 'approximated', path: 'speed' }])
  })

  it('warming a cache without an answer is refused', () => {
    expect(() => encode(chatRequest({ maxTokens: 0 }))).toThrowError(/^max_tokens:/)
  })

  it('the same history gives the same bytes, and a longer one the same prefix', () => {
    const history = [userTurn('a'), assistant(text('b')), userTurn('c')]
    const short = JSON.stringify(messages(...history))
    const long = JSON.stringify(messages(...history, assistant(text('d')), userTurn('e')))
    expect(long.startsWith(short.slice(0, -1))).toBe(true)
  })
})

describe('isStrict', () => {
  const closed = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false }

  it.each([
    [closed, true],
    [{ ...closed, required: [] }, false],
    [{ ...closed, additionalProperties: true }, false],
    [{ ...closed, properties: { a: { type: 'object' } } }, false],
    [{ ...closed, properties: { a: { type: 'array', items: closed } } }, true],
    [{ ...closed, properties: { a: { anyOf: [closed, { type: 'null' }] } } }, true],
    [{ ...closed, properties: { a: { allOf: [closed] } } }, false],
    [{ ...closed, $defs: { b: { type: 'object', properties: {} } } }, false],
    [{ type: 'array', items: closed }, false],
    [{}, false],
  ] as [JsonObject, boolean][])('%j: %s', (schema, expected) => {
    expect(isStrict(schema)).toBe(expected)
  })

  it('walks a schema of any depth', () => {
    let deep: JsonObject = closed
    for (let i = 0; i < 50_000; i++) deep = { type: 'array', items: deep }
    expect(isStrict({ ...closed, properties: { a: deep } })).toBe(true)
  })
})
