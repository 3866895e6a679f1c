import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../chat/json.ts'
import { parseBody } from '../lossless.ts'
import { LossReport } from '../report.ts'
import { graft } from './graft.ts'
import { decodeReply } from './reply-decode.ts'
import { decodeRequest } from './request.ts'

const digits = '{"maximum":12345678901234567890,"multipleOf":1.0}'

function grafted(json: string): JsonObject {
  const { value, lossless } = parseBody(json)
  if (lossless) graft(value as JsonObject, lossless)
  return value as JsonObject
}

describe('hazard 23: digits that JSON.parse would change are kept', () => {
  it('in the schemas of a request, while its own numbers stay numbers', () => {
    const chat = decodeRequest(
      grafted(`{
        "model": "m", "temperature": 1.0, "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"type": "function", "function": {"name": "a", "parameters": ${digits}}}],
        "functions": [{"name": "b", "parameters": ${digits}}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": ${digits}}}
      }`),
      new LossReport(),
    )
    expect(chat.temperature).toBe(1)
    for (const tool of chat.tools) expect(JSON.stringify(tool)).toContain(digits)
    expect(JSON.stringify(chat.output)).toContain(digits)
  })

  it('in arguments that a server sends as an object', () => {
    const call = `{"id": "a", "function": {"name": "f", "arguments": ${digits}}}`
    const message = `{"tool_calls": [${call}], "function_call": {"name": "g", "arguments": ${digits}}}`
    const reply = decodeReply(
      grafted(`{"choices": [{"message": ${message}, "finish_reason": "stop"}]}`),
      new LossReport(),
    )
    expect(reply.parts).toMatchObject([{ input: digits }, { input: digits }])
  })

  it('a number in the place of a schema is still refused as a number', () => {
    const tool = '{"type": "function", "function": {"name": "a", "parameters": 12345678901234567890}}'
    const json = `{"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [${tool}]}`
    expect(() => decodeRequest(grafted(json), new LossReport())).toThrowError(
      'tools[0].function.parameters: must be an object',
    )
  })
})
