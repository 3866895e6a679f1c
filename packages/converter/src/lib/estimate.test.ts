import { describe, expect, it } from 'vitest'
import type { JsonValue } from './chat/json.ts'
import { estimateInputTokens } from './estimate.ts'

function tokens(content: JsonValue): number {
  return estimateInputTokens({ model: 'm', messages: [{ role: 'user', content }] })
}

describe('estimateInputTokens', () => {
  it('counts a word with its space as a token', () => {
    const more = tokens('word '.repeat(200)) - tokens('')
    expect(more).toBeGreaterThan(190)
    expect(more).toBeLessThan(210)
  })

  it('counts two thirds of a token for a CJK character, and a little over a quarter for Cyrillic', () => {
    expect(tokens('漢'.repeat(1000)) - tokens('')).toBe(680)
    expect(tokens('ж'.repeat(1000)) - tokens('')).toBe(276)
  })

  it.each<[string, JsonValue]>([
    [
      'an Anthropic image',
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(90_000) } },
    ],
    ['an OpenAI image', { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(90_000)}` } }],
    ['a Responses image', { type: 'input_image', image_url: 'https://example.com/a.png' }],
  ])('counts %s as an image, whatever its bytes', (_, part) => {
    expect(tokens([part]) - tokens([])).toBe(1600)
  })

  it('counts a document by its size, far below its characters', () => {
    const data = 'A'.repeat(40_000)
    const document = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data } }
    const more = tokens([document]) - tokens([])
    expect(more).toBeGreaterThan(1000)
    expect(more).toBeLessThan(2000)
  })

  it('counts the names in a schema, and nothing the model does not see', () => {
    const tool = {
      name: 'f',
      input_schema: { type: 'object', properties: { temperature_in_degrees: { type: 'string' } } },
    }
    expect(estimateInputTokens({ tools: [tool] })).toBeGreaterThan(5)
    expect(estimateInputTokens({ model: 'a long name of a model', messages: [] })).toBe(1)
  })

  it('never counts nothing', () => {
    expect(estimateInputTokens({})).toBe(1)
    expect(estimateInputTokens(null)).toBe(1)
  })
})
