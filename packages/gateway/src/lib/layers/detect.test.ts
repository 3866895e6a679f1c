import { readBody } from '@llm-gateway/converter'
import { describe, expect, it } from 'vitest'
import type { Call } from '../call.ts'
import { detect } from './detect.ts'

function detected(dialect: Call['dialect'], body: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  const result = readBody(bytes)
  if (!result.ok) throw new Error(result.message)
  const call = { dialect, endpoint: { dialect }, body: bytes, facts: result.facts } as unknown as Call
  detect(call)
  return call.dialect
}

const messages = [{ role: 'user', content: 'hi' }]

describe('detect', () => {
  it.each([
    ['openai-chat', { model: 'm', messages }, 'openai-chat'],
    ['anthropic', { model: 'm', messages, max_tokens: 1 }, 'anthropic'],
    ['openai-chat', { model: 'm', messages, system: 'be kind', max_tokens: 1 }, 'anthropic'],
    ['anthropic', { model: 'm', messages, response_format: { type: 'json_object' } }, 'openai-chat'],
    ['openai-chat', { model: 'm', messages, tools: [{ name: 'f', input_schema: {} }] }, 'anthropic'],
    ['anthropic', { model: 'm', messages, tools: [{ type: 'function', function: { name: 'f' } }] }, 'openai-chat'],
    ['openai-completions', { model: 'm', prompt: 'hi' }, 'openai-completions'],
    ['openai-chat', { model: 'm', prompt: 'hi' }, 'openai-completions'],
    ['openai-chat', { model: 'm', input: 'hi' }, 'openai-responses'],
    ['openai-responses', { model: 'm', previous_response_id: 'resp_1' }, 'openai-responses'],
    ['openai-responses', { model: 'm', messages, max_completion_tokens: 1 }, 'openai-chat'],
    ['gemini', { contents: [{}] }, 'gemini'],
    ['gemini', { generateContentRequest: {} }, 'gemini'],
    ['openai-chat', { model: 'm', contents: [{}] }, 'gemini'],
    ['openai-chat', { model: 'm', messages, thinking: { type: 'enabled' }, top_k: 4 }, 'openai-chat'],
  ] as const)('at a path of %s, %j is %s', (path, body, dialect) => {
    expect(detected(path, body)).toBe(dialect)
  })

  it('refuses a body without a conversation, naming the field', () => {
    expect(() => detected('openai-chat', { model: 'm' })).toThrow('messages is required')
    expect(() => detected('openai-responses', { model: 'm' })).toThrow('input is required')
    expect(() => detected('gemini', {})).toThrow('contents is required')
    expect(() => detected('openai-chat', { model: 'm', messages: 'hi' })).toThrow('messages must be an array')
  })
})
