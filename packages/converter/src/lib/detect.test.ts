import { describe, expect, it } from 'vitest'
import { detectDialect, dialectOfKeys, dialectOfPath } from './detect.ts'

describe('dialectOfPath', () => {
  it.each([
    ['/v1/chat/completions', 'openai-chat'],
    ['/openai/deployments/d/chat/completions?api-version=2024-10-21', 'openai-chat'],
    ['/v1/completions', 'openai-completions'],
    ['/v1/responses', 'openai-responses'],
    ['/v1/messages', 'anthropic'],
    ['/v1/messages?beta=true', 'anthropic'],
    ['/v1/messages/count_tokens', 'anthropic'],
    ['/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse', 'gemini'],
    ['/v1/models/gemini-3-pro:generateContent', 'gemini'],
    ['/v1/models', undefined],
    ['/', undefined],
    ['/v1/messages/batches', undefined],
  ])('%s is %s', (path, dialect) => {
    expect(dialectOfPath(path)).toBe(dialect)
  })
})

describe('dialectOfKeys', () => {
  it.each([
    ['messages system', 'anthropic'],
    ['messages stop_sequences', 'anthropic'],
    ['messages response_format', 'openai-chat'],
    ['messages max_completion_tokens', 'openai-chat'],
    ['messages max_tokens', undefined],
    ['messages thinking', undefined],
    ['contents', 'gemini'],
    ['input', 'openai-responses'],
    ['prompt', 'openai-completions'],
    ['prompt max_tokens', 'openai-completions'],
    ['prompt input', 'openai-responses'],
    ['prompt instructions', 'openai-responses'],
    ['previous_response_id', 'openai-responses'],
    ['messages reasoning', undefined],
    ['model', undefined],
  ])('%s is %s', (keys, dialect) => {
    const given = new Set(keys.split(' '))
    expect(dialectOfKeys((key) => given.has(key))).toBe(dialect)
  })
})

describe('detectDialect', () => {
  const messages = [{ role: 'user', content: 'x' }]

  it('a body that is clearly of one dialect wins over the path', () => {
    expect(detectDialect({ path: '/v1/chat/completions', body: { messages, system: 'x' } })).toBe('anthropic')
    expect(detectDialect({ path: '/v1/messages', body: { messages, response_format: {} } })).toBe('openai-chat')
    expect(detectDialect({ path: '/v1/messages', body: { contents: [] } })).toBe('gemini')
    expect(detectDialect({ path: '/v1/responses', body: { messages, stream_options: {} } })).toBe('openai-chat')
    expect(detectDialect({ path: '/v1/chat/completions', body: { input: 'x' } })).toBe('openai-responses')
  })

  it('the tools of a body tell, where nothing else does', () => {
    expect(detectDialect({ path: '/v1/chat/completions', body: { messages, tools: [{ input_schema: {} }] } })).toBe(
      'anthropic',
    )
    expect(detectDialect({ path: '/v1/messages', body: { messages, tools: [{ function: {} }] } })).toBe('openai-chat')
  })

  it('an unclear body is what the path says', () => {
    for (const [path, dialect] of [
      ['/v1/messages', 'anthropic'],
      ['/v1/chat/completions', 'openai-chat'],
    ] as const) {
      expect(detectDialect({ path, body: { messages, max_tokens: 5 } })).toBe(dialect)
      expect(detectDialect({ path })).toBe(dialect)
    }
  })

  it('without a path the headers tell, and messages alone are a chat', () => {
    expect(detectDialect({ headers: { 'anthropic-version': '2023-06-01' } })).toBe('anthropic')
    expect(detectDialect({ body: { messages } })).toBe('openai-chat')
    expect(detectDialect({})).toBeUndefined()
    expect(detectDialect({ body: [1] })).toBeUndefined()
  })

  it('keys of the prototype tell nothing', () => {
    expect(detectDialect({ body: Object.create({ contents: [] }) as unknown })).toBeUndefined()
  })
})
