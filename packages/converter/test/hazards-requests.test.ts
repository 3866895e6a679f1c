import { describe, expect, it } from 'vitest'
import { convertReply, type Dialect, type JsonObject } from '../src/index.ts'
import { fixed } from './corpus.ts'
import { convert } from './hazard-kit.ts'

/** Hazards of requests that only show between two dialects: each is converted whole, as a client sends it. */

const user = { role: 'user', content: 'Go.' }

function listAt(body: JsonObject, key: string): readonly JsonObject[] {
  return (body[key] ?? []) as readonly JsonObject[]
}

describe('tools', () => {
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

describe('a format of the answer', () => {
  const said = (to: Dialect, body: JsonObject): string =>
    JSON.stringify(body[to === 'openai-chat' ? 'messages' : 'input'])

  it.each(['openai-chat', 'openai-responses'] as const)(
    'hazard 67: the JSON that Gemini needs no words for is asked for in words too, of %s',
    (to) => {
      const request = (...texts: string[]): JsonObject => ({
        contents: texts.map((text, i) => ({ role: i % 2 === 0 ? 'user' : 'model', parts: [{ text }] })),
        generationConfig: { responseMimeType: 'application/json' },
      })
      const note = 'Give your final answer as one JSON object and nothing else.'
      const { body, told } = convert(request('Name a city.'), 'gemini', to)
      expect(JSON.stringify(body)).toContain('"type":"json_object"')
      expect(said(to, body)).toContain(note)
      expect(told).toEqual(['invented generationConfig.responseMimeType'])
      const asked = convert(request('Name a city as json.'), 'gemini', to)
      expect(said(to, asked.body)).not.toContain(note)
      expect(asked.told).toEqual([])
      // What a later turn says changes nothing before it, so that prompt caches stay warm.
      const longer = listAt(
        convert(request('Name a city.', '{}', 'More JSON!'), 'gemini', to).body,
        to === 'openai-chat' ? 'messages' : 'input',
      )
      expect(JSON.stringify(longer)).toContain(said(to, body).slice(0, -1))
    },
  )

  it.each(['openai-chat', 'openai-responses'] as const)(
    'hazard 67: JSON mode of %s looks for its word in an instruction that is input, which is where it is told',
    (to) => {
      const request = {
        systemInstruction: { parts: [{ text: 'You answer in JSON.' }] },
        contents: [{ role: 'user', parts: [{ text: 'Name a city.' }] }],
        generationConfig: { responseMimeType: 'application/json' },
      }
      const { body, told } = convert(request, 'gemini', to)
      expect(said(to, body)).toContain('You answer in JSON.')
      expect(told).toEqual([])
    },
  )

  it.each([
    ['anthropic', 'openai-chat', 'deepseek-chat'],
    ['gemini', 'openai-responses', 'gpt-4-turbo'],
    ['openai-responses', 'openai-chat', 'gpt-4-turbo'],
  ] as const)('hazard 67: a schema of %s that %s takes for no %s is told in words', (from, to, model) => {
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const requests: { readonly [dialect in Dialect]?: JsonObject } = {
      anthropic: { max_tokens: 99, messages: [user], output_config: { format: { type: 'json_schema', schema } } },
      gemini: { contents: [{ parts: [{ text: 'Go.' }] }], generationConfig: { responseJsonSchema: schema } },
      'openai-responses': { input: 'Go.', text: { format: { type: 'json_schema', name: 'a', schema } } },
    }
    const { body, told } = convert({ model: 'm', ...requests[from] }, from, to, model)
    expect(JSON.stringify(body)).toContain('"type":"json_object"')
    expect(said(to, body)).toContain(JSON.stringify(JSON.stringify(schema)).slice(1, -1))
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/^approximated .*(format|responseJsonSchema)$/)
  })
})
