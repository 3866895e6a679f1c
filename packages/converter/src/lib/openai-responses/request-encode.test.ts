import type { ResponseCreateParams } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import { chatRequest, userTurn } from '../../../test/openai-kit.ts'
import { decode, encode, fixture, wholeCases } from '../../../test/responses-kit.ts'
import type { JsonObject } from '../chat/json.ts'
import type { AssistantPart, ToolResult, UserPart } from '../chat/part.ts'
import type { FunctionTool, Turn } from '../chat/request.ts'

const tool = (name: string, more: Partial<FunctionTool> = {}): FunctionTool => ({
  type: 'function',
  name,
  at: 'tools[0]',
  ...more,
})
const assistant = (...parts: AssistantPart[]): Turn => ({ role: 'assistant', parts, at: 'messages[1]' })
const said = (text: string): AssistantPart => ({ type: 'text', text, at: 'a' })
const called = (id: string, more: Partial<AssistantPart> = {}): AssistantPart =>
  ({ type: 'tool-call', id, name: 'f', input: '{"n":1.0}', inputKind: 'json', at: 'c', ...more }) as AssistantPart
const results = (...given: Partial<ToolResult>[]): Turn => ({
  role: 'tool',
  results: given.map((result) => ({ callId: 'a', parts: [], at: 'r', ...result })),
  at: 'messages[2]',
})
const inputOf = (...turns: Turn[]): JsonObject[] => encode(chatRequest({ turns })).body.input as JsonObject[]
const asked = (...parts: UserPart[]): JsonObject[] => {
  const [message] = inputOf({ role: 'user', parts, at: 'm' })
  return message?.content as JsonObject[]
}

describe('a request', () => {
  it('is typed as the SDK has it', () => {
    const { body } = encode(chatRequest({ tools: [tool('f')], maxTokens: 50, stream: true }))
    const expected: ResponseCreateParams = {
      model: 'gpt-4o',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false }],
      max_output_tokens: 50,
      store: false,
      stream: true,
    }
    expect(body).toEqual(expected)
  })

  it('hazard 71: storing is always said, because silence means yes here', () => {
    expect(encode(chatRequest()).body.store).toBe(false)
    expect(encode(chatRequest({ store: true })).body.store).toBe(true)
    expect(encode(chatRequest({ model: 'llama' })).body.store).toBe(false)
  })

  it.each(wholeCases)('%s: what is read is written as it was, but for what is said otherwise', (name) => {
    const wire = fixture(name, 'request.json')
    const first = decode(wire).chat
    const second = decode(encode(first, {}, first.extras, 'openai-chat').body).chat
    const told = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (key, member: unknown) => (key === 'at' || key === 'paths' ? undefined : member)),
      )
    const same = ({ extras: _, store: __, tools, ...rest }: typeof first): unknown => ({
      ...rest,
      tools: tools.filter(({ type }) => type !== 'hosted').map(({ name: toolName }) => toolName),
    })
    expect(told(same(second))).toEqual(told(same(first)))
  })
})

describe('instructions', () => {
  it('one plain text is `instructions`, several are messages of their roles', () => {
    const one = { type: 'text' as const, text: 'Be brief.', at: 'system' }
    expect(encode(chatRequest({ system: [one] })).body.instructions).toBe('Be brief.')
    const system = [one, { ...one, text: 'Rhyme.' }, { ...one, text: 'Now.', developer: true }]
    const { body } = encode(chatRequest({ system }))
    expect(body).not.toHaveProperty('instructions')
    expect((body.input as JsonObject[]).slice(0, 2)).toEqual([
      {
        type: 'message',
        role: 'system',
        content: [
          { type: 'input_text', text: 'Be brief.' },
          { type: 'input_text', text: 'Rhyme.' },
        ],
      },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Now.' }] },
    ])
  })

  it('hazard 1: one in the middle of the conversation stays there', () => {
    const parts = [{ type: 'text' as const, text: 'Stop.', at: 's' }]
    expect(inputOf(userTurn('a'), { role: 'system', parts, at: 's' }, userTurn('b')).map(({ role }) => role)).toEqual([
      'user',
      'system',
      'user',
    ])
  })
})

describe('the assistant’s turns', () => {
  it('texts and refusals in a row are one message; calls are items of their own, in order', () => {
    const refusal: AssistantPart = { type: 'refusal', text: 'No.', at: 'x' }
    expect(inputOf(userTurn('x'), assistant(said('a'), refusal, called('c1'), said('b'))).slice(1)).toEqual([
      {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'a', annotations: [] },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"n":1.0}' },
      { type: 'message', role: 'assistant', content: 'b' },
    ])
  })

  it('hazard 79: reasoning goes back under its id with OpenAI’s seal, and to nobody else', () => {
    const sealed = (issuer: 'openai-responses' | 'anthropic'): AssistantPart => ({
      type: 'reasoning',
      text: 'hm',
      seal: { issuer, value: 'sealed', id: 'rs_1' },
      at: 't',
    })
    expect(inputOf(assistant(sealed('openai-responses'), called('a')))).toMatchObject([
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: 'sealed',
      },
      { type: 'function_call' },
    ])
    const foreign = encode(chatRequest({ turns: [userTurn('x'), assistant(sealed('anthropic')), userTurn('y')] }))
    expect(JSON.stringify(foreign.body)).not.toContain('sealed')
    expect(foreign.losses).toMatchObject([{ path: 't', kind: 'dropped' }])
  })

  it('hazard 79: reasoning that nothing follows is left out and told, for OpenAI refuses it', () => {
    const reasoning = (at: string): AssistantPart => ({
      type: 'reasoning',
      text: '',
      seal: { issuer: 'openai-responses', value: at, id: `rs_${at}` },
      at,
    })
    const image: AssistantPart = { type: 'image', source: { kind: 'url', url: 'https://x' }, at: 'image' }
    const answer = assistant(reasoning('one'), said('a'), reasoning('two'), reasoning('three'), image)
    const turns = [userTurn('x'), answer, userTurn('y')]
    const { body, losses } = encode(chatRequest({ turns }))
    expect((body.input as JsonObject[]).map(({ type, id, role }) => id ?? role ?? type)).toEqual([
      'user',
      'rs_one',
      'assistant',
      'user',
    ])
    expect(losses.map(({ path, kind }) => `${kind} ${path}`).sort()).toEqual([
      'dropped image',
      'dropped three',
      'dropped two',
    ])
  })

  it('results follow their calls, a failed one says so', () => {
    const text = { type: 'text' as const, text: 'boom', at: 'p' }
    expect(
      inputOf(
        assistant(called('a'), called('b')),
        results({ parts: [text] }, { callId: 'b', isError: true, parts: [text] }),
      ).slice(2),
    ).toEqual([
      { type: 'function_call_output', call_id: 'a', output: 'boom' },
      { type: 'function_call_output', call_id: 'b', output: 'Error: boom' },
    ])
  })

  it('hazard 49: images of a result stay in it', () => {
    const image = { type: 'image' as const, source: { kind: 'url' as const, url: 'https://x/y.png' }, at: 'i' }
    expect(inputOf(assistant(called('a')), results({ parts: [image] }), userTurn('x'))[1]?.output).toEqual([
      { type: 'input_image', image_url: 'https://x/y.png', detail: 'auto' },
    ])
  })

  it('hazard 30: free text tools are the dialect’s own, where the server has them', () => {
    const turns = [assistant(called('a', { input: 'go', inputKind: 'text' })), results({}), userTurn('x')]
    const format = { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } }
    const tools = [{ type: 'custom' as const, name: 'f', format, at: 'tools[0]' }]
    const own = encode(chatRequest({ turns, tools, toolChoice: { type: 'tool', name: 'f' } })).body
    expect(own).toMatchObject({
      input: [{ type: 'custom_tool_call', input: 'go' }, { type: 'custom_tool_call_output' }, {}],
      tools: [{ type: 'custom', name: 'f', format: { type: 'grammar', syntax: 'lark', definition: 'x' } }],
      tool_choice: { type: 'custom', name: 'f' },
    })
    const wrapped = encode(chatRequest({ model: 'llama', turns, tools })).body
    expect(wrapped).toMatchObject({
      input: [{ type: 'function_call', arguments: '{"input":"go"}' }, { type: 'function_call_output' }, {}],
      tools: [{ type: 'function', description: expect.stringContaining('lark') as string }],
    })
  })
})

describe('media', () => {
  it('images and files are written whole', () => {
    const data = { kind: 'base64' as const, mediaType: 'application/pdf', data: 'AAAA' }
    expect(asked({ type: 'image', source: { ...data, mediaType: 'image/png' }, detail: 'low', at: 'i' })).toEqual([
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
    ])
    expect(asked({ type: 'file', source: data, at: 'f' })).toEqual([
      { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,AAAA' },
    ])
    expect(asked({ type: 'file', source: { kind: 'url', url: 'https://x' }, at: 'f' })).toEqual([
      { type: 'input_file', file_url: 'https://x' },
    ])
    expect(asked({ type: 'file', name: 'n', source: { kind: 'text', text: 't' }, at: 'f' })).toEqual([
      { type: 'input_text', text: 'n\n\nt' },
    ])
  })

  it('hazard 58: a stored file goes to the provider it lies at only', () => {
    const parts: UserPart[] = [{ type: 'file', source: { kind: 'id', id: 'file-1' }, at: 'f' }]
    const chat = chatRequest({ turns: [{ role: 'user', parts, at: 'm' }] })
    expect(JSON.stringify(encode(chat, {}, [], 'openai-chat').body)).toContain('"file_id":"file-1"')
    expect(() => encode(chat)).toThrow('f: a file stored at another provider')
  })

  it('hazard 56: audio is refused', () => {
    const source = { kind: 'base64' as const, mediaType: 'audio/wav', data: 'AAAA' }
    expect(() => asked({ type: 'audio', source, format: 'wav', at: 'input[0]' })).toThrow('input[0]: ')
  })

  it('hazard 72: breakpoints are written for models that take them, and told for others', () => {
    const part: UserPart = { type: 'text', text: 'x', cache: { ttl: '1h' }, at: 'p' }
    const chat = chatRequest({ turns: [{ role: 'user', parts: [part], at: 'm' }] })
    const newer = encode({ ...chat, model: 'gpt-5.6-sol' })
    expect(newer.body.input).toMatchObject([
      { content: [{ prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } }] },
    ])
    expect(encode(chat).losses).toMatchObject([{ path: 'p.cache_control', kind: 'dropped' }])
  })
})

describe('parameters', () => {
  it('hazard 69: what the dialect lacks is dropped and told, never sent', () => {
    const { body, losses } = encode(
      chatRequest({ stop: ['a', 'b'], seed: 1, topK: 4, presencePenalty: 1, frequencyPenalty: 0.5, candidates: 1 }),
    )
    expect(Object.keys(body)).toEqual(['model', 'input', 'store'])
    expect(losses.map(({ path }) => path)).toEqual([
      'stop[0]',
      'stop[1]',
      'top_k',
      'seed',
      'presence_penalty',
      'frequency_penalty',
    ])
  })

  it('hazard 73: several answers are refused', () => {
    expect(() => encode(chatRequest({ candidates: 2 }))).toThrow('n: ')
  })

  it('a limit below the least there is is raised and told; none at all is refused', () => {
    const { body, losses } = encode(chatRequest({ maxTokens: 5 }))
    expect(body.max_output_tokens).toBe(16)
    expect(losses).toMatchObject([{ path: 'max_tokens', kind: 'approximated' }])
    expect(() => encode(chatRequest({ maxTokens: 0 }))).toThrow('max_tokens: ')
  })

  it('hazard 64: sampling is told where the model takes none', () => {
    const chat = chatRequest({ temperature: 3, topP: 0.5, logprobs: { top: 2 } })
    expect(encode(chat).body).toMatchObject({
      temperature: 2,
      top_p: 0.5,
      top_logprobs: 2,
      include: ['message.output_text.logprobs'],
    })
    expect(encode({ ...chat, model: 'o3' }).losses.map(({ path }) => path)).toEqual([
      'temperature',
      'top_p',
      'logprobs',
    ])
  })

  it('hazards 38 and 67: the format of the answer is written flat, strict only where the schema can be', () => {
    const format = (schema: JsonObject): unknown =>
      encode(chatRequest({ output: { type: 'json-schema', schema } })).body.text
    const closed = { type: 'object', properties: {}, additionalProperties: false }
    expect(format(closed)).toEqual({ format: { type: 'json_schema', name: 'response', schema: closed, strict: true } })
    expect(format({ type: 'object' })).toMatchObject({ format: { strict: false } })
    const model = 'gpt-5.6-sol'
    expect(encode(chatRequest({ model, output: { type: 'json' }, verbosity: 'low' })).body.text).toEqual({
      format: { type: 'json_object' },
      verbosity: 'low',
    })
  })

  it('JSON mode finds its word in the input, where instructions alone have it', () => {
    const system = [{ type: 'text' as const, text: 'Answer in JSON.', at: 's' }]
    const asked = (text: string): JsonObject =>
      encode(
        chatRequest({
          system,
          turns: [{ role: 'user', parts: [{ type: 'text', text, at: 'u' }], at: 'u' }],
          output: { type: 'json' },
        }),
      ).body
    expect(asked('Who?').instructions).toBeUndefined()
    expect(asked('Who?').input).toMatchObject([{ role: 'system', content: [{ text: 'Answer in JSON.' }] }, {}])
    expect(asked('Who, as json?').instructions).toBe('Answer in JSON.')
  })

  it('hazards 66 and 80: the effort is one the model takes; a summary is asked for', () => {
    const reasoning = (
      given: NonNullable<ReturnType<typeof chatRequest>['reasoning']>,
      model = 'gpt-5.6-sol',
    ): unknown => encode(chatRequest({ model, reasoning: given })).body.reasoning
    expect(reasoning({ effort: 'minimal' })).toEqual({ effort: 'low' })
    expect(reasoning({ mode: 'enabled', budget: 5000, display: 'summarized' })).toEqual({
      effort: 'medium',
      summary: 'auto',
    })
    expect(reasoning({ mode: 'disabled' })).toEqual({ effort: 'none' })
    expect(reasoning({ mode: 'disabled' }, 'o3')).toEqual({ effort: 'low' })
    expect(reasoning({ mode: 'adaptive' })).toBeUndefined()
    expect(reasoning({ effort: 'high', display: 'summarized' }, 'gpt-4o')).toBeUndefined()
  })

  it('hazard 68: the user is told; one that is too long by its hash', () => {
    expect(encode(chatRequest({ user: 'u' })).body.safety_identifier).toBe('u')
    expect(encode(chatRequest({ model: 'llama', user: 'u' })).body.user).toBe('u')
    const long = encode(chatRequest({ user: 'u'.repeat(100) }))
    expect(long.body.safety_identifier).toHaveLength(64)
    expect(long.losses).toMatchObject([{ path: 'user', kind: 'approximated' }])
  })

  it('keys that mean the same in Chat Completions go on', () => {
    const extra = { key: 'prompt_cache_key', path: 'prompt_cache_key', value: 'k', verdict: 'drop' } as const
    expect(encode(chatRequest(), {}, [extra], 'openai-chat').body.prompt_cache_key).toBe('k')
    expect(encode(chatRequest({ model: 'llama' }), {}, [extra]).body).not.toHaveProperty('prompt_cache_key')
  })

  it('automatic caching is asked for where the model can be asked, and told where it cannot', () => {
    const newer = encode(chatRequest({ model: 'gpt-5.6-sol', cache: { ttl: '1h' } }))
    expect(newer.body.prompt_cache_options).toEqual({ mode: 'implicit', ttl: '12h' })
    expect(newer.losses).toMatchObject([{ kind: 'approximated' }])
    expect(encode(chatRequest({ cache: {} })).losses).toMatchObject([{ path: 'cache_control', kind: 'dropped' }])
  })
})

describe('tools', () => {
  it('hazard 37: strict is always said', () => {
    const { body } = encode(chatRequest({ tools: [tool('f', { strict: true }), tool('g')] }))
    expect(body.tools).toMatchObject([{ strict: true }, { strict: false }])
  })

  it('hazard 31: a tool another provider runs is left out and told, never declared as a function', () => {
    const hosted = {
      type: 'hosted' as const,
      kind: 'web_search_20250305',
      name: 'web_search',
      value: {},
      at: 'tools[0]',
    }
    const { body, losses } = encode(chatRequest({ tools: [hosted], toolChoice: { type: 'required' } }))
    expect(body).not.toHaveProperty('tools')
    expect(losses.map(({ path }) => path)).toEqual(['tools[0]', 'tool_choice'])
  })

  it('hazard 28: allowed tools are the dialect’s own', () => {
    const { body } = encode(
      chatRequest({ tools: [tool('f'), tool('g')], toolChoice: { type: 'allowed', mode: 'required', names: ['g'] } }),
    )
    expect(body.tool_choice).toEqual({
      type: 'allowed_tools',
      mode: 'required',
      tools: [{ type: 'function', name: 'g' }],
    })
  })

  it('hazards 32 and 33: names and ids are kept within the limits, the same everywhere', () => {
    const name = `mcp.${'x'.repeat(80)}`
    const { body } = encode(
      chatRequest({
        turns: [assistant(called('id:1', { name })), results({ callId: 'id:1' }), userTurn('x')],
        tools: [tool(name)],
        toolChoice: { type: 'tool', name },
        parallelToolCalls: false,
      }),
    )
    const [call, result] = body.input as JsonObject[]
    const [declared] = body.tools as JsonObject[]
    expect(call?.name).toBe(declared?.name)
    expect(body.tool_choice).toEqual({ type: 'function', name: declared?.name })
    expect(String(declared?.name)).toMatch(/^[\w-]{1,64}$/)
    expect(result?.call_id).toBe(call?.call_id)
    expect(body.parallel_tool_calls).toBe(false)
  })
})
