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
    ['a Gemini image', { inlineData: { mimeType: 'image/jpeg', data: 'A'.repeat(90_000) } }],
  ])('counts %s that cannot be read as a large one, whatever its bytes', (_, part) => {
    expect(tokens([part]) - tokens([])).toBe(1600)
  })

  it('counts an image by its size, the model and the detail that is asked for', () => {
    const data = btoa('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0\x08\x02\0\0\0\0\0\0\0')
    const url = `data:image/png;base64,${data}`
    const counted = (part: JsonValue, model: string): number =>
      estimateInputTokens({ messages: [{ role: 'user', content: [part] }] }, model) - tokens([])
    expect(counted({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }, 'claude-opus-4')).toBe(
      1369,
    )
    expect(counted({ type: 'image_url', image_url: { url } }, 'gpt-4o')).toBe(765)
    expect(counted({ type: 'image_url', image_url: { url, detail: 'low' } }, 'gpt-4o')).toBe(85)
    expect(counted({ type: 'input_image', image_url: url, detail: 'high' }, 'gpt-5.6')).toBe(1229)
    const gemini = { inlineData: { mimeType: 'image/png', data } }
    expect(counted({ ...gemini, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }, 'gemini-3-pro')).toBe(280)
    expect(counted({ inline_data: { mime_type: 'image/png', data } }, 'gemini-3-pro')).toBe(1120)
  })

  it('takes the model from the body where none is said', () => {
    const content = [{ type: 'image_url', image_url: { url: 'https://a/b.png', detail: 'low' } }]
    const more = estimateInputTokens({ model: 'gpt-4o', messages: [{ role: 'user', content }] })
    expect(more - estimateInputTokens({ model: 'gpt-4o', messages: [{ role: 'user', content: [] }] })).toBe(85)
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
