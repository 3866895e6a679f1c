import { describe, expect, it } from 'vitest'
import { convertReply, convertRequest } from '../convert.ts'

const n = '12345678901234567890.10'

describe('hazard 23: numbers that are written on keep their digits', () => {
  it.each(['functionCall', 'function_call'])('arguments and results in the history (%s)', (key) => {
    const response = key === 'functionCall' ? 'functionResponse' : 'function_response'
    const body = `{"contents":[{"role":"model","parts":[{"${key}":{"name":"f","args":{"n":${n}}}}]},{"role":"user","parts":[{"${response}":{"name":"f","response":{"m":${n}}}}]}]}`
    const text = JSON.stringify(convertRequest(body, { from: 'gemini', to: 'openai-chat', model: 'm' }).body)
    expect(text).toContain(String.raw`{\"n\":${n}}`)
    expect(text).toContain(String.raw`{\"m\":${n}}`)
  })

  it('schemas of tools and of the answer', () => {
    const config = `"generationConfig":{"temperature":1.0,"responseJsonSchema":{"maximum":${n}}}`
    const tools = `"tools":{"function_declarations":[{"name":"f","parameters":{"properties":{"a":{"minimum":${n}}}}}]}`
    const body = `{"contents":{"parts":{"text":"x"}},${tools},${config}}`
    const { body: converted } = convertRequest(body, { from: 'gemini', to: 'anthropic', model: 'claude-sonnet-4-5' })
    expect(JSON.stringify(converted)).toContain(`"minimum":${n}`)
    // Anthropic holds an answer to no bounds, so they are told in words.
    expect(JSON.stringify(converted)).toContain(`{maximum: ${n}}`)
    expect(converted.temperature).toBe(1)
  })

  it('arguments in a reply', () => {
    const body = `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"n":${n}}}}]},"finishReason":"STOP"}]}`
    const { body: converted } = convertReply(body, { from: 'gemini', to: 'anthropic' })
    expect(JSON.stringify(converted)).toContain(`"input":{"n":${n}}`)
  })
})
