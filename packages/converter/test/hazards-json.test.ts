import { describe, expect, it } from 'vitest'
import type { Dialect, JsonObject } from '../src/index.ts'
import { convert } from './hazard-kit.ts'

/** Hazards of a request for JSON, which only show between two dialects: each is converted whole. */

const user = { role: 'user', content: 'Go.' }

function listAt(body: JsonObject, key: string): readonly JsonObject[] {
  return (body[key] ?? []) as readonly JsonObject[]
}

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
    ['openai-chat', { messages: [{ ...user, content: 'A city as JSON.' }], response_format: { type: 'json_object' } }],
    ['openai-responses', { input: 'A city as JSON.', text: { format: { type: 'json_object' } } }],
    [
      'gemini',
      { contents: [{ parts: [{ text: 'Go.' }] }], generationConfig: { responseMimeType: 'application/json' } },
    ],
  ] as const)(
    'hazard 67: JSON without a schema is asked of Anthropic in words, and that is told, %s',
    (from, request) => {
      const { body, told } = convert({ model: 'm', ...request } as unknown as JsonObject, from, 'anthropic')
      expect(body.system).toEqual([{ type: 'text', text: 'Answer with one JSON object and nothing else.' }])
      expect(told).toContainEqual(expect.stringMatching(/^approximated .*(format|responseMimeType)$/))
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
