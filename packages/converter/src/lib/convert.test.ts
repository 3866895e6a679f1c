import { describe, expect, it } from 'vitest'
import { ConversionError } from './chat/error.ts'
import type { JsonObject } from './chat/json.ts'
import {
  convertError,
  convertReply,
  convertRequest,
  keepAliveFrame,
  parseRequest,
  readError,
  readUsage,
  renderError,
  renderErrorFrame,
} from './convert.ts'

const crossing = { from: 'openai-chat', to: 'anthropic' } as const
const hello: JsonObject = { model: 'gpt-4o', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] }

function thrown(act: () => unknown): ConversionError {
  try {
    act()
  } catch (cause) {
    if (ConversionError.is(cause)) return cause
    throw cause
  }
  throw new Error('nothing was thrown')
}

describe('convertRequest', () => {
  it('reads a body given as an object, as text or as bytes alike', () => {
    const text = JSON.stringify(hello)
    const bodies = [hello, text, new TextEncoder().encode(text)].map((body) => convertRequest(body, crossing).body)
    expect(bodies[1]).toEqual(bodies[0])
    expect(bodies[2]).toEqual(bodies[0])
  })

  it('sends the model it is told to, and holds the request to the rules of that one', () => {
    const { body } = convertRequest({ ...hello, temperature: 0.5 }, { ...crossing, model: 'claude-opus-4-8' })
    expect(body).toMatchObject({ model: 'claude-opus-4-8' })
    expect(body.temperature).toBeUndefined()
    const { body: older } = convertRequest({ ...hello, temperature: 0.5 }, { ...crossing, model: 'claude-3-opus' })
    expect(older.temperature).toBe(0.5)
  })

  it("lays an operator's word over what is known of the model", () => {
    const options = { ...crossing, model: 'claude-opus-4-8', capabilities: { sampling: 'full' } } as const
    expect(convertRequest({ ...hello, temperature: 0.5 }, options).body.temperature).toBe(0.5)
  })

  it('within a dialect changes the model and nothing else', () => {
    const odd = { ...hello, beta_field: { a: [1] } }
    const same = { from: 'openai-chat', to: 'openai-chat' } as const
    expect(convertRequest(odd, same)).toEqual({ body: odd, losses: [] })
    expect(convertRequest(odd, { ...same, model: 'gpt-6' }).body).toEqual({ ...odd, model: 'gpt-6' })
  })

  it('strict refuses what would be lost, and lists it', () => {
    const seeded = { ...hello, seed: 7, logit_bias: { 1: 2 } }
    const error = thrown(() => convertRequest(seeded, { ...crossing, strict: true }))
    expect(error).toMatchObject({ code: 'LOSSY', status: 400 })
    expect(error.losses.map(({ path }) => path)).toEqual(['seed', 'logit_bias'])
    for (const path of ['seed', 'logit_bias']) expect(error.message).toContain(path)
    expect(convertRequest(hello, { ...crossing, strict: true }).losses).toEqual([])
  })

  it('refuses what would be another kind of answer, naming the field', () => {
    expect(thrown(() => convertRequest({ ...hello, n: 2 }, crossing))).toMatchObject({
      code: 'UNSUPPORTED',
      status: 400,
      path: 'n',
    })
    expect(thrown(() => convertRequest({ ...hello, audio: { voice: 'x' } }, crossing)).path).toBe('audio')
  })

  it.each([
    ['{"model":', 'the request body is not valid JSON'],
    ['[]', 'the request body must be a JSON object'],
    ['"x"', 'the request body must be a JSON object'],
    ['{"model":"m"}', 'messages: is required and must be an array'],
    ['{"model":"m","messages":[{"role":"user","content":5}]}', 'messages[0].content: must be a string or an array'],
  ])('tells a client what is wrong with %s', (text, message) => {
    const error = thrown(() => convertRequest(text, crossing))
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', status: 400 })
    expect(error.message).toContain(message)
  })

  it('refuses a dialect it does not know by its name', () => {
    const options = { from: 'openai-chat', to: 'smoke-signals' as 'anthropic' } as const
    const error = thrown(() => convertRequest(hello, options))
    expect(error.code).toBe('UNKNOWN_DIALECT')
    expect(error.message).toMatch(/"smoke-signals".*it converts openai-chat, .*, gemini$/)
  })

  it('hazard 23: keeps every digit of arguments and schemas that come as text', () => {
    const digits = '{"id":12345678901234567890,"rate":1.0,"tiny":1e-400}'
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: digits } }
    const text = JSON.stringify({
      ...hello,
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c', content: '' },
      ],
    })
    const { body } = convertRequest(text, crossing)
    expect(JSON.stringify(body)).toContain(`"input":${digits}`)
    const back = convertRequest(JSON.stringify(body), { from: 'anthropic', to: 'openai-chat' })
    expect(JSON.stringify(back.body)).toContain(JSON.stringify(digits))
  })
})

describe('convertReply', () => {
  const reply = {
    id: 'msg_1',
    model: 'claude-x',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 's' },
      { type: 'text', text: 'Hi' },
    ],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 2 },
  }
  const backwards = { from: 'anthropic', to: 'openai-chat', now: () => 7 } as const

  it('shows the model it is told to', () => {
    expect(convertReply(reply, { ...backwards, model: 'my-model' }).body).toMatchObject({
      model: 'my-model',
      created: 7,
    })
    expect(convertReply(reply, backwards).body.model).toBe('claude-x')
  })

  it('shows reasoning where the dialect has only an unofficial place, unless told not to', () => {
    const shown = JSON.stringify(convertReply(reply, backwards).body)
    expect(shown).toContain('"reasoning_content":"Hm."')
    const hidden = convertReply(reply, { ...backwards, showReasoning: false })
    expect(JSON.stringify(hidden.body)).not.toContain('Hm.')
    expect(hidden.losses).toMatchObject([{ path: 'content[0]', kind: 'dropped' }])
  })

  it('makes up an id and a time where the upstream gave none', () => {
    const { id: _, ...anonymous } = reply
    const { body } = convertReply(anonymous, { ...backwards, newId: () => 'abc' })
    expect(body).toMatchObject({ id: 'chatcmpl-abc', created: 7 })
  })

  it('within a dialect changes the model and nothing else', () => {
    const same = { from: 'anthropic', to: 'anthropic' } as const
    expect(convertReply(reply, same)).toEqual({ body: reply, losses: [] })
    expect(convertReply(reply, { ...same, model: 'm' }).body).toEqual({ ...reply, model: 'm' })
  })

  it.each(['<html>', '[]', '{}', '{"error":{"message":"no"}}', '{"type":"error","error":{"message":"no"}}'])(
    'hazard 122: %s under 200 is the upstream breaking its dialect',
    (body) => {
      expect(thrown(() => convertReply(body, backwards))).toMatchObject({ code: 'INVALID_REPLY', status: 502 })
    },
  )
})

describe('errors', () => {
  const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Busy' }, request_id: 'req_body' }

  it('hazard 118: are told in the envelope of the client', () => {
    const told = convertError({ status: 529, body: overloaded }, { from: 'anthropic', to: 'openai-chat' })
    expect(told).toEqual({
      status: 529,
      body: { error: { message: 'Busy', type: 'server_error', param: null, code: null } },
    })
  })

  it('know the request by the header where the body does not say', () => {
    const answer = { status: 500, headers: { 'x-request-id': 'req_1' }, body: '' }
    expect(readError(answer, 'openai-chat').requestId).toBe('req_1')
    expect(readError({ ...answer, body: overloaded }, 'anthropic').requestId).toBe('req_body')
    expect(readError({ ...answer, headers: { 'x-request-id': ['a', 'b'] } }, 'openai-chat').requestId).toBeUndefined()
  })

  it('are rendered whole and as the end of a stream', () => {
    const error = { status: 429, kind: 'rate-limit', message: 'Slow down' } as const
    expect(renderError(error, 'anthropic')).toMatchObject({
      status: 429,
      body: { error: { type: 'rate_limit_error' } },
    })
    expect(renderErrorFrame(error, 'anthropic')).toMatch(/^event: error\ndata: \{.*"Slow down".*\}\n\n$/)
    expect(renderErrorFrame(error, 'openai-chat')).toMatch(/^data: \{"error":.*\}\n\n$/)
  })
})

describe('the small readers', () => {
  it('usage and stop of a reply that passes as bytes', () => {
    const body = '{"content":[],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":4}}'
    expect(readUsage(body, 'anthropic')).toEqual({ usage: { input: 3, output: 4 }, stop: { reason: 'end' } })
    expect(readUsage('<html>', 'anthropic')).toBeUndefined()
  })

  it('a request parsed once for several uses', () => {
    expect(parseRequest('{"model":"m"}', 'anthropic')).toEqual({ model: 'm' })
    expect(thrown(() => parseRequest('{', 'anthropic')).code).toBe('INVALID_REQUEST')
  })

  it('hazard 115: a sign of life that means nothing', () => {
    expect(keepAliveFrame('openai-chat')).toMatch(/^:.*\n\n$/)
    expect(keepAliveFrame('anthropic')).toContain('event: ping\n')
  })
})
