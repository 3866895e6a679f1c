import { describe, expect, it } from 'vitest'
import { convertReply, type Dialect, type JsonObject, openStream, streamOfReply } from '../src/index.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { fixed } from './corpus.ts'
import { type Chatty, callTold, convert, pairs, replyCalling } from './hazard-kit.ts'

/** Hazards of what tools a request offers, which only show between two dialects: each is converted whole. */

const user = { role: 'user', content: 'Go.' }

describe('tools of free text', () => {
  const requests: { readonly [dialect in Chatty]?: JsonObject } = {
    'openai-chat': {
      messages: [
        user,
        { role: 'assistant', tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'patch', input: 'old' } }] },
        { role: 'tool', tool_call_id: 'a', content: 'done' },
      ],
      tools: [
        {
          type: 'custom',
          custom: {
            name: 'patch',
            description: 'Patches.',
            format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: WORD' } },
          },
        },
      ],
      tool_choice: { type: 'custom', custom: { name: 'patch' } },
    },
    'openai-responses': {
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'Go.' }] },
        { type: 'custom_tool_call', call_id: 'a', name: 'patch', input: 'old' },
        { type: 'custom_tool_call_output', call_id: 'a', output: 'done' },
      ],
      tools: [
        {
          type: 'custom',
          name: 'patch',
          description: 'Patches.',
          format: { type: 'grammar', syntax: 'lark', definition: 'start: WORD' },
        },
      ],
      tool_choice: { type: 'custom', name: 'patch' },
    },
  }
  const crossing = pairs.filter(({ from }) => requests[from] !== undefined)

  it.each(crossing.map((pair) => ({ ...pair, model: pair.to.startsWith('openai') ? 'llama-3.3-70b' : undefined })))(
    'hazard 30: are functions of one string where there are none, and come back as they were, $from to $to',
    ({ from, to, model }) => {
      const request = { model: 'm', ...requests[from] }
      const { body, told } = convert(request, from, to, model)
      const chat = codecOf(to).decodeRequest({ model: 'm', ...body }, new LossReport())
      expect(chat.tools).toMatchObject([
        { type: 'function', name: 'patch', parameters: { properties: { input: { type: 'string' } } } },
      ])
      expect(JSON.stringify(chat.tools)).toMatch(/Patches\..*start: WORD/)
      expect(chat.toolChoice).toEqual({ type: 'tool', name: 'patch' })
      expect(JSON.stringify(chat.turns)).toContain(JSON.stringify('{"input":"old"}'))
      expect(told.filter((loss) => loss.startsWith('approximated'))).toEqual(['approximated tools[0]'])
      const answer = replyCalling[to]('patch', 'b', { input: 'new' })
      const whole = convertReply(answer, { from: to, to: from, request, ...fixed }).body
      const stream = openStream({ from: to, to: from, request, ...fixed })
      const streamed = stream.push(streamOfReply(answer, { from: to, to, ...fixed }).text) + stream.end()
      for (const made of [whole, streamed]) {
        expect(callTold(from, made)).toMatchObject({ name: 'patch', input: 'new', inputKind: 'text' })
      }
    },
  )

  it.each(crossing.filter(({ to }) => to.startsWith('openai')))(
    'hazard 30: stay what they are where both have them, $from to $to',
    ({ from, to }) => {
      const { body, told } = convert({ model: 'm', ...requests[from] }, from, to)
      expect(body).toMatchObject(requests[to] ?? {})
      expect(told).toEqual([])
    },
  )
})

describe('tools', () => {
  const names = ['f', 'g', 'h']
  const allowed = ['f', 'g']
  const offering: { readonly [dialect in Chatty]?: (mode: string) => JsonObject } = {
    'openai-chat': (mode) => ({
      messages: [user],
      tools: names.map((name) => ({ type: 'function', function: { name } })),
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode, tools: allowed.map((name) => ({ type: 'function', function: { name } })) },
      },
    }),
    'openai-responses': (mode) => ({
      input: 'Go.',
      tools: names.map((name) => ({ type: 'function', name, parameters: null, strict: false })),
      tool_choice: { type: 'allowed_tools', mode, tools: allowed.map((name) => ({ type: 'function', name })) },
    }),
    gemini: (mode) => ({
      contents: [{ parts: [{ text: 'Go.' }] }],
      tools: [{ functionDeclarations: names.map((name) => ({ name })) }],
      // Google's own clients write the mode in upper case, others do not.
      toolConfig: {
        functionCallingConfig: { mode: mode === 'auto' ? 'validated' : 'any', allowedFunctionNames: allowed },
      },
    }),
  }
  const choosing: { readonly [dialect in Chatty]: (mode: string) => JsonObject } = {
    anthropic: (mode) => ({ tool_choice: { type: mode === 'auto' ? 'auto' : 'any' } }),
    'openai-chat': (mode) => ({
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode, tools: allowed.map((name) => ({ type: 'function', function: { name } })) },
      },
    }),
    'openai-responses': (mode) => ({
      tool_choice: { type: 'allowed_tools', mode, tools: allowed.map((name) => ({ type: 'function', name })) },
    }),
    gemini: (mode) => ({
      toolConfig: {
        functionCallingConfig: mode === 'auto' ? { mode: 'AUTO' } : { mode: 'ANY', allowedFunctionNames: allowed },
      },
    }),
  }

  it.each(
    pairs.flatMap((pair) => (pair.from === 'anthropic' ? [] : ['auto', 'required'].map((mode) => ({ ...pair, mode })))),
  )('hazards 28 and 44: of three tools two are allowed, mode $mode, $from to $to', ({ from, to, mode }) => {
    const { body } = convert({ model: 'm', ...offering[from]?.(mode) }, from, to)
    expect(body).toMatchObject(choosing[to](mode))
    // Who cannot be told which tools are allowed is told of no others.
    const filtered = to === 'anthropic' || (to === 'gemini' && mode === 'auto')
    const declared = JSON.stringify(body.tools).match(/"name":"[fgh]"/g) ?? []
    expect(declared.map((name) => name.at(-2))).toEqual(filtered ? allowed : names)
  })

  it.each(pairs.filter(({ from }) => from === 'gemini'))(
    'hazard 41: the upper case of a schema of Gemini is nowhere, $from to $to',
    ({ from, to }) => {
      const schema = {
        type: 'OBJECT',
        properties: {
          TYPE: { type: 'STRING', nullable: true, enum: ['STRING'] },
          n: { type: 'ARRAY', items: { type: 'INTEGER' } },
        },
        required: ['TYPE'],
      }
      const expected = {
        type: 'object',
        properties: {
          TYPE: { type: ['string', 'null'], enum: ['STRING', null] },
          n: { type: 'array', items: { type: 'integer' } },
        },
        required: ['TYPE'],
      }
      const request = {
        contents: [{ parts: [{ text: 'Go.' }] }],
        tools: [{ functionDeclarations: [{ name: 'f', parameters: schema }] }],
        generationConfig: { responseMimeType: 'application/json', responseSchema: schema },
      }
      const { body } = convert(request, from, to)
      const { tools, output } = codecOf(to).decodeRequest({ model: 'm', ...body }, new LossReport())
      expect(tools).toMatchObject([{ parameters: expected }])
      expect(output).toMatchObject({ type: 'json-schema', schema: expected })
    },
  )

  it.each(pairs.filter(({ to }) => to !== 'anthropic'))(
    'hazard 39: what one dialect marks its prompt with is not in another, $from to $to',
    ({ from, to }) => {
      const cache = { cache_control: { type: 'ephemeral' } }
      const text = (words: string): JsonObject => ({ type: 'text', text: words, ...cache })
      const image = { type: 'base64', media_type: 'image/png', data: 'aGk=' }
      const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }]
      const point = { prompt_cache_breakpoint: { mode: 'explicit' } }
      const requests: { readonly [dialect in Chatty]?: JsonObject } = {
        anthropic: {
          max_tokens: 99,
          system: [text('Be kind.')],
          messages: [
            { role: 'user', content: [text('Go.'), { type: 'image', source: image, ...cache }] },
            {
              role: 'assistant',
              content: [text('I see.'), { type: 'tool_use', id: 'a', name: 'f', input: {}, ...cache }],
            },
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [text('done')], ...cache }] },
          ],
          tools: [{ name: 'f', input_schema: { type: 'object' }, ...cache }],
          ...cache,
        },
        'openai-chat': {
          messages: [
            { role: 'system', content: [text('Be kind.')] },
            { role: 'user', content: [text('Go.')], ...cache },
            { role: 'assistant', content: [text('I see.')], tool_calls: calls, ...cache },
            { role: 'tool', tool_call_id: 'a', content: 'done', ...cache },
          ],
          tools: [{ type: 'function', function: { name: 'f', ...cache }, ...cache }],
        },
        'openai-responses': {
          input: [{ role: 'user', content: [{ type: 'input_text', text: 'Go.', ...point }] }],
          prompt_cache_options: { mode: 'implicit' },
        },
        gemini: { contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: 'aGk=' } }] }] },
      }
      for (const model of ['gpt-4o', 'gpt-5.6-sol', 'llama-3.3-70b']) {
        const { body } = convert({ model: 'm', ...requests[from] }, from, to, to === 'gemini' ? undefined : model)
        const foreign = [
          'cache_control|ephemeral|media_type',
          ...(to === 'gemini' ? ['cache|image_url'] : ['mimeType|inlineData']),
          ...(model === 'gpt-5.6-sol' || to === 'gemini' ? [] : ['prompt_cache_breakpoint']),
        ]
        expect(JSON.stringify(body)).not.toMatch(new RegExp(foreign.join('|')))
      }
    },
  )

  it.each(pairs.filter(({ from }) => from !== 'openai-chat'))(
    'hazard 31: one that only its own provider runs is left out and told, never a function, $from to $to',
    ({ from, to }) => {
      const requests: { readonly [dialect in Chatty]?: JsonObject } = {
        anthropic: {
          max_tokens: 99,
          messages: [user],
          tools: [
            { type: 'code_execution_20250825', name: 'code_execution' },
            { name: 'f', input_schema: { type: 'object' } },
          ],
        },
        'openai-responses': {
          input: 'Go.',
          tools: [
            { type: 'code_interpreter', container: { type: 'auto' } },
            { type: 'function', name: 'f', parameters: null, strict: false },
          ],
        },
        gemini: {
          contents: [{ parts: [{ text: 'Go.' }] }],
          tools: [{ codeExecution: {} }, { functionDeclarations: [{ name: 'f' }] }],
        },
      }
      const { body, told } = convert({ model: 'm', ...requests[from] }, from, to)
      const { tools } = codecOf(to).decodeRequest({ model: 'm', ...body }, new LossReport())
      expect(tools.map(({ name }) => name)).toEqual(['f'])
      expect(JSON.stringify(body)).not.toMatch(/code/i)
      expect(told).toContain(from === 'gemini' ? 'dropped tools[0].codeExecution' : 'dropped tools[0]')
    },
  )

  it.each([
    ['none is offered', {}],
    ['none is left', { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }], tool_choice: 'auto' }],
    ['none is allowed', { tools: [], tool_choice: { type: 'allowed_tools', mode: 'required', tools: [] } }],
  ])('hazard 27: Anthropic is told of the tools that were called where %s', (_, offer) => {
    const input = [
      user,
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'done' },
    ]
    const { body, told } = convert({ model: 'm', input, ...offer }, 'openai-responses', 'anthropic')
    expect(body).toMatchObject({ tools: [{ name: 'f' }], tool_choice: { type: 'none' } })
    expect(told).toContain('invented tools')
  })

  it.each(['openai-chat', 'openai-responses', 'gemini'] as const)(
    'hazard 31: a choice of a tool only Anthropic runs is refused on the way to %s, not sent as one of a function',
    (to) => {
      const request = {
        model: 'm',
        max_tokens: 99,
        messages: [user],
        tools: [
          { name: 'f', input_schema: { type: 'object' } },
          { type: 'web_fetch_20250910', name: 'web_fetch' },
          { type: 'browser_toolset_20260701' },
        ],
      }
      expect(() => convert({ ...request, tool_choice: { type: 'tool', name: 'web_fetch' } }, 'anthropic', to)).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', path: 'tool_choice' }) as Error,
      )
      const { body, told } = convert({ ...request, tool_choice: { type: 'auto' } }, 'anthropic', to)
      expect(JSON.stringify(body)).not.toContain('web_fetch')
      expect(told).toEqual(['dropped tools[1]', 'dropped tools[2]'])
    },
  )

  it.each([
    ['anthropic', { tool_choice: { type: 'auto', disable_parallel_tool_use: true } }],
    ['openai-responses', { parallel_tool_calls: false }],
    ['gemini', {}],
  ] as const)('hazard 18: one of the legacy functions is called at a time, by %s too', (to, asked) => {
    const request = { model: 'm', messages: [user], functions: [{ name: 'f' }] }
    const { body, told } = convert(request, 'openai-chat', to)
    expect(body).toMatchObject(asked)
    if (to === 'gemini') expect(told).toEqual(['dropped functions'])
  })

  it.each([
    ['anthropic', 'openai-chat'],
    ['openai-responses', 'openai-chat'],
    ['anthropic', 'openai-responses'],
    ['openai-chat', 'openai-responses'],
  ] as const)('hazard 26: a model that calls one tool at a time anyway is not told to, %s to %s', (from, to) => {
    const declared: { readonly [dialect in Dialect]?: JsonObject } = {
      anthropic: {
        max_tokens: 99,
        messages: [user],
        tools: [{ name: 'f', input_schema: { type: 'object' } }],
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      },
      'openai-chat': {
        messages: [user],
        tools: [{ type: 'function', function: { name: 'f' } }],
        parallel_tool_calls: false,
      },
      'openai-responses': {
        input: 'Go.',
        tools: [{ type: 'function', name: 'f', parameters: null, strict: false }],
        parallel_tool_calls: false,
      },
    }
    const request = { model: 'm', ...declared[from] }
    // The o series refuses the parameter, whatever it says.
    expect(convert(request, from, to, 'o3-mini').body).not.toHaveProperty('parallel_tool_calls')
    expect(convert(request, from, to, 'gpt-5').body.parallel_tool_calls).toBe(false)
  })

  it.each(['1password', '-x', '9.x'])(
    'hazard 32: %s begins as no name of Gemini may, and comes back as it was',
    (name) => {
      const request = {
        model: 'm',
        messages: [
          user,
          { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name, arguments: '{}' } }] },
          { role: 'tool', tool_call_id: 'a', content: 'done' },
        ],
        tools: [{ type: 'function', function: { name } }],
        tool_choice: { type: 'function', function: { name } },
      }
      const { body } = convert(request, 'openai-chat', 'gemini')
      const names = (JSON.stringify(body).match(/"name":"[^"]*"|"allowedFunctionNames":\["[^"]*/g) ?? []).map((one) =>
        one.replace(/^.*:\[?"/, '').replace('"', ''),
      )
      const [alias = ''] = names
      expect(alias).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,127}$/)
      expect(names).toEqual([alias, alias, alias, alias])
      const parts = [{ functionCall: { name: alias, args: {} } }]
      const reply = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] }
      const told = convertReply(reply, { from: 'gemini', to: 'openai-chat', request, ...fixed })
      expect(JSON.stringify(told.body)).toContain(`"name":"${name}"`)
    },
  )
})
