import { describe, expect, it } from 'vitest'
import { decode, fixture } from '../../../test/responses-kit.ts'
import { ConversionError } from '../chat/error.ts'
import type { JsonObject, JsonValue } from '../chat/json.ts'
import type { ChatRequest } from '../chat/request.ts'

const chatOf = (overrides: JsonObject): ChatRequest => decode(overrides).chat
const call = (id: string, more: JsonObject = {}): JsonObject => ({
  type: 'function_call',
  call_id: id,
  name: 'f',
  arguments: '{}',
  ...more,
})
const output = (id: string, text = 'ok'): JsonObject => ({ type: 'function_call_output', call_id: id, output: text })
const user = (content: JsonValue): JsonObject => ({ type: 'message', role: 'user', content })

/** What a refused request is told. */
function refusal(overrides: JsonObject): string {
  try {
    const { extras } = chatOf(overrides)
    return extras.find(({ verdict }) => verdict === 'refuse')?.path ?? 'not refused'
  } catch (error) {
    if (!ConversionError.is(error)) throw error
    return `${error.code} ${error.path}`
  }
}

describe('input', () => {
  it('a string is one user message', () => {
    expect(chatOf({}).turns).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'hi', at: 'input' }], at: 'input' },
    ])
  })

  it('hazards 5 and 6: instructions and every message that leads are kept in order, developers marked', () => {
    const { system, turns } = chatOf(fixture('system', 'request.json'))
    expect(system).toEqual([
      { type: 'text', text: 'Answer in one word.', at: 'instructions' },
      { type: 'text', text: 'Prefer nouns.', at: 'input[0].content', developer: true },
    ])
    expect(turns.map(({ role }) => role)).toEqual(['user', 'system', 'user'])
  })

  it('hazard 34: a call is known by its call id, not by the id of its item', () => {
    const { turns } = chatOf({ input: [user('x'), call('call_1', { id: 'fc_1' }), output('call_1')] })
    expect(turns[1]).toMatchObject({ role: 'assistant', parts: [{ type: 'tool-call', id: 'call_1', name: 'f' }] })
    expect(turns[2]).toMatchObject({ role: 'tool', results: [{ callId: 'call_1', name: 'f' }] })
  })

  it('searches xAI ran itself are no calls whose results are missing', () => {
    const search = { type: 'custom_tool_call', call_id: 'xs_call_1', name: 'x_keyword_search', input: '{}' }
    const { turns } = chatOf({ input: [user('x'), search, { role: 'assistant', content: 'Rain.' }, user('y')] })
    expect(turns[1]).toMatchObject({
      parts: [
        { type: 'opaque', kind: 'custom_tool_call' },
        { type: 'text', text: 'Rain.' },
      ],
    })
  })

  it('what the model says in a row is one turn, until a result ends it', () => {
    const { turns } = chatOf(fixture('agent-session', 'request.json'))
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(turns[1]).toMatchObject({
      parts: [
        { type: 'reasoning', text: '**Planning**', seal: { issuer: 'openai-responses', id: 'rs_b' } },
        { type: 'text', text: 'Two helpers first.' },
        { type: 'tool-call', id: 'call_spawn', name: 'multi_agent__spawn' },
        { type: 'tool-call', id: 'call_ls', name: 'exec_command' },
      ],
    })
    const again = chatOf({ input: [user('x'), call('a'), output('a'), call('b'), output('b')] })
    expect(again.turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool'])
  })

  it('hazard 10: a result that a user message separates from its call is moved behind it, and told', () => {
    const { chat, losses } = decode(fixture('tool-results-next-turn', 'request.json'))
    expect(chat.turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user'])
    expect(chat.turns[2]).toMatchObject({ results: [{ callId: 'call_rome' }, { callId: 'call_oslo' }] })
    expect(losses).toEqual([
      { path: 'input[5]', kind: 'approximated', detail: expect.stringContaining('behind its call') as string },
    ])
  })

  it('a result without a call stays where it stands', () => {
    expect(chatOf({ input: [user('x'), output('lost')] }).turns[1]).toMatchObject({
      role: 'tool',
      results: [{ callId: 'lost', parts: [{ text: 'ok' }] }],
    })
  })

  it('hazard 20: no arguments are an empty object', () => {
    const { turns } = chatOf({ input: [call('a', { arguments: '' })] })
    expect(turns[0]).toMatchObject({ parts: [{ input: '{}' }] })
  })

  it('images, files and results with images are read', () => {
    expect(chatOf(fixture('images', 'request.json')).turns[0]).toMatchObject({
      parts: [
        { type: 'text' },
        { type: 'image', source: { kind: 'url', url: 'https://example.com/cat.jpg' }, detail: 'low' },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' } },
      ],
    })
    expect(chatOf(fixture('documents', 'request.json')).turns[0]).toMatchObject({
      parts: [
        { type: 'text' },
        { type: 'file', name: 'report.pdf', source: { mediaType: 'application/pdf', data: 'JVBERi0xLjcK' } },
        { type: 'file', name: 'notes.txt', source: { mediaType: 'text/plain' } },
      ],
    })
    const files = chatOf({
      input: [
        user([
          { type: 'input_file', file_url: 'https://x/y.pdf' },
          { type: 'input_file', file_id: 'file-1' },
        ]),
      ],
    })
    expect(files.turns[0]).toMatchObject({ parts: [{ source: { kind: 'url' } }, { source: { kind: 'id' } }] })
  })

  it('hazard 16: a refusal of the past is what the assistant said', () => {
    const content = [{ type: 'refusal', refusal: 'No.' }]
    const { turns } = chatOf({ input: [user('x'), { type: 'message', role: 'assistant', content }] })
    expect(turns[1]).toMatchObject({ role: 'assistant', parts: [{ type: 'refusal', text: 'No.' }] })
  })

  it('a phase is dropped and told; tools that have run are opaque', () => {
    const { extras, turns } = chatOf({
      input: [
        user('x'),
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { role: 'assistant', content: 'Found.', phase: 'final_answer' },
      ],
    })
    expect(extras).toMatchObject([{ path: 'input[2].phase', verdict: 'drop' }])
    expect(turns[1]).toMatchObject({ parts: [{ type: 'opaque', kind: 'web_search_call' }, { text: 'Found.' }] })
  })

  it.each([
    'item_reference',
    'compaction',
    'compaction_trigger',
    'local_shell_call',
    'computer_call_output',
    'program',
    'additional_tools',
    'configuration_update',
    'tool_search_call',
    'mcp_approval_request',
    'of_tomorrow',
  ])('an item of type %s cannot be left out: it is refused by its path', (type) => {
    expect(refusal({ input: [user('x'), { type, id: 'x_1' }] })).toBe('UNSUPPORTED input[1]')
  })

  it('a call made by a program of OpenAI is refused, one the model made is not', () => {
    expect(refusal({ input: [call('a', { caller: { type: 'program', caller_id: 'p' } })] })).toBe(
      'UNSUPPORTED input[0].caller',
    )
    expect(refusal({ input: [call('a', { caller: { type: 'direct' } })] })).toBe('not refused')
  })
})

describe('what OpenAI keeps', () => {
  it.each([
    ['previous_response_id', 'resp_1'],
    ['conversation', { id: 'conv_1' }],
    ['prompt', { id: 'pmpt_1' }],
    ['background', true],
  ] as const)('%s is refused', (key, value) => {
    expect(refusal({ [key]: value })).toBe(key)
    expect(refusal({ [key]: null })).toBe('not refused')
  })

  it('a prompt without input names what is missing', () => {
    expect(() => decode({ input: null, prompt: { id: 'p' } })).toThrow('input: is required')
  })

  it('what says nothing to another dialect is not told: stream options, includes, an agent’s own metadata', () => {
    const { extras } = chatOf({
      include: ['reasoning.encrypted_content'],
      stream_options: { include_obfuscation: false },
      truncation: 'disabled',
      background: false,
      client_metadata: { a: 'b' },
    })
    expect(extras.filter(({ verdict }) => verdict !== 'silent')).toEqual([])
  })

  it('what changes nothing in the kind of answer is dropped and told', () => {
    const given = { max_tool_calls: 3, truncation: 'auto', moderation: { model: 'm' }, of_tomorrow: 1 }
    const told = chatOf({ ...given, service_tier: 'ultrafast' }).extras
    expect(told.map(({ path, verdict }) => `${path} ${verdict}`).sort()).toEqual([
      'max_tool_calls drop',
      'moderation drop',
      'of_tomorrow drop',
      'service_tier drop',
      'truncation drop',
    ])
  })
})

describe('tools', () => {
  const open = { type: 'object', properties: { a: {} } }
  const closed = { type: 'object', properties: { a: {} }, required: ['a'], additionalProperties: false }
  const tool = (more: JsonObject): JsonObject => ({ type: 'function', name: 'f', parameters: closed, ...more })

  it('hazard 37: a tool that does not say is strict, if its schema keeps the rules; its schema is not rewritten', () => {
    const { chat, losses } = decode({ tools: [tool({}), tool({ name: 'g', parameters: open })] })
    expect(chat.tools).toMatchObject([
      { strict: true, parameters: closed },
      { strict: false, parameters: open },
    ])
    expect(losses).toEqual([])
  })

  it('custom tools have their grammar as Chat Completions nests it', () => {
    const { tools } = chatOf(fixture('custom-tool', 'request.json'))
    expect(tools[0]).toMatchObject({
      type: 'custom',
      name: 'apply_patch',
      format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "*** Begin Patch"' } },
    })
    expect(tools[1]).toEqual({ type: 'custom', name: 'read', at: 'tools[1]' })
  })

  it('the tools of a namespace stand for themselves; those that OpenAI runs are hosted', () => {
    const { chat, losses } = decode(fixture('agent-session', 'request.json'))
    expect(chat.tools.map((each) => `${each.type} ${each.name ?? ''}`)).toEqual([
      'function exec_command',
      'function multi_agent__spawn',
      'function multi_agent__wait',
      'custom apply_patch',
      'hosted ',
      'hosted ',
    ])
    expect(losses.map(({ path }) => path)).toEqual(['tools[1].description'])
  })

  it('members of tools that other dialects lack are told', () => {
    const { losses } = decode({ tools: [tool({ defer_loading: true, output_schema: {}, async: false })] })
    expect(losses.map(({ path }) => path)).toEqual(['tools[0].defer_loading', 'tools[0].output_schema'])
  })

  it.each([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'required' }],
    [
      { type: 'function', name: 'f' },
      { type: 'tool', name: 'f' },
    ],
    [
      { type: 'custom', name: 'c' },
      { type: 'tool', name: 'c' },
    ],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
      { type: 'allowed', mode: 'required', names: ['f'] },
    ],
  ] as const)('hazards 25 and 28: tool_choice %j', (wire, canon) => {
    expect(chatOf({ tool_choice: wire as JsonValue }).toolChoice).toEqual(canon)
  })

  it('a choice of a tool that OpenAI runs is refused; among allowed ones it is left out and told', () => {
    expect(refusal({ tool_choice: { type: 'file_search' } })).toBe('tool_choice')
    const tools = [{ type: 'mcp', server_label: 's' }]
    expect(decode({ tool_choice: { type: 'allowed_tools', mode: 'auto', tools } }).losses).toMatchObject([
      { path: 'tool_choice.tools[0]', kind: 'dropped' },
    ])
  })
})

describe('parameters', () => {
  it('are read with the names the client knows them by', () => {
    const chat = chatOf({
      max_output_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 2,
      parallel_tool_calls: false,
      text: { format: { type: 'json_schema', name: 'n', schema: {}, strict: null }, verbosity: 'low' },
      reasoning: { effort: 'high', summary: 'auto', context: 'auto' },
      service_tier: 'flex',
      safety_identifier: 's',
      user: 'u',
      metadata: { a: 'b' },
      store: true,
      prompt_cache_options: { mode: 'implicit', ttl: '12h' },
    })
    expect(chat).toMatchObject({
      maxTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      logprobs: { top: 2 },
      parallelToolCalls: false,
      output: { type: 'json-schema', name: 'n', schema: {} },
      verbosity: 'low',
      reasoning: { effort: 'high', display: 'summarized' },
      serviceTier: 'flex',
      user: 's',
      metadata: { a: 'b' },
      store: true,
      cache: { ttl: '12h' },
      extras: [{ path: 'user', verdict: 'drop' }],
      paths: {
        maxTokens: 'max_output_tokens',
        output: 'text.format',
        verbosity: 'text.verbosity',
        reasoning: 'reasoning.effort',
        thinking: 'reasoning',
        user: 'safety_identifier',
        cache: 'prompt_cache_options',
      },
    })
  })

  it('hazard 71: what is not said of storing stays unsaid', () => {
    expect(chatOf({})).not.toHaveProperty('store')
  })

  it('log-probabilities are asked for by include; no alternatives are no wish', () => {
    expect(chatOf({ include: ['message.output_text.logprobs'] }).logprobs).toEqual({})
    expect(chatOf({ include: ['message.output_text.logprobs'], top_logprobs: 0 }).logprobs).toEqual({ top: 0 })
    expect(chatOf({ top_logprobs: 0 })).not.toHaveProperty('logprobs')
  })

  it('what of reasoning and texts is not known is told', () => {
    const { chat, losses } = decode({ reasoning: { effort: 'heroic', mode: 'pro' }, text: { of_tomorrow: 1 } })
    expect(chat.extras).toMatchObject([{ path: 'reasoning.effort', verdict: 'drop' }])
    expect(losses.map(({ path }) => path)).toEqual(['text.of_tomorrow', 'reasoning.mode'])
    expect(chat).not.toHaveProperty('reasoning')
  })
})

describe('a request that is none is refused by its path', () => {
  it.each([
    [{ model: null }, 'model'],
    [{ input: 5 }, 'input'],
    [{ input: ['x'] }, 'input[0]'],
    [{ input: [{ role: 'tool', content: 'x' }] }, 'input[0].role'],
    [{ input: [user(5)] }, 'input[0].content'],
    [{ input: [user([{ type: 'input_text' }])] }, 'input[0].content[0].text'],
    [{ input: [user([{ type: 'input_image', image_url: 'data:image/png,x' }])] }, 'input[0].content[0].image_url'],
    [{ input: [{ role: 'system', content: [{ type: 'input_image', image_url: 'x' }] }] }, 'input[0].content[0]'],
    [{ input: [{ type: 'function_call', name: 'f' }] }, 'input[0].call_id'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ tools: [{ type: 'namespace', name: 'n', tools: [{}] }] }, 'tools[0].tools[0].type'],
    [{ tool_choice: 'any' }, 'tool_choice'],
    [{ text: { format: { type: 'json_schema' } } }, 'text.format.schema'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ metadata: { a: 1 } }, 'metadata.a'],
  ] as const)('%j', (overrides, path) => {
    expect(refusal(overrides as unknown as JsonObject)).toBe(`INVALID_REQUEST ${path}`)
  })
})
