import { describe, expect, it } from 'vitest'
import { detectDialect, dialectOfPath } from '../detect.ts'

describe('telling gemini requests', () => {
  it.each([
    '/v1beta/models/gemini-2.5-flash:generateContent',
    '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    '/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse&key=x',
    '/v1beta/models/gemini-2.5-flash:countTokens',
    '/v1beta1/projects/p/locations/global/publishers/google/models/gemini-2.5-pro:generateContent',
  ])('by the path %s', (path) => {
    expect(dialectOfPath(path)).toBe('gemini')
  })

  it.each(['/v1beta/models', '/v1beta/models/gemini-2.5-flash', '/v1beta/models/x:embedContent'])(
    'not by %s',
    (path) => {
      expect(dialectOfPath(path)).toBeUndefined()
    },
  )

  it('by the body, wherever it is sent', () => {
    const body = { contents: [{ parts: [{ text: 'hi' }] }], system_instruction: {} }
    expect(detectDialect({ path: '/v1/chat/completions', body })).toBe('gemini')
    expect(detectDialect({ body })).toBe('gemini')
  })

  it('a chat request at a gemini path is a chat request', () => {
    const body = { model: 'm', messages: [], max_completion_tokens: 1 }
    expect(detectDialect({ path: '/v1beta/models/m:generateContent', body })).toBe('openai-chat')
  })
})
