import { describe, expect, it } from 'vitest'
import { decodeStream, event, streamFixture } from '../../../test/responses-kit.ts'
import type { ChatEvent } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'

const created = event('response.created', { response: { id: 'resp_1', model: 'm', created_at: 7, output: [] } })
const completed = (response: JsonObject = {}): string =>
  event('response.completed', { response: { id: 'resp_1', status: 'completed', output: [], ...response } })
const textDelta = (delta: string, more: JsonObject = {}): string =>
  event('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta, ...more })
const argumentsDelta = (delta: string, index = 0): string =>
  event('response.function_call_arguments.delta', { item_id: 'fc_1', output_index: index, delta })
const added = (item: JsonObject, index = 0): string =>
  event('response.output_item.added', { output_index: index, item })
const done = (item: JsonObject, index = 0): string => event('response.output_item.done', { output_index: index, item })
const message = (text: string): JsonObject => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  content: text === '' ? [] : [{ type: 'output_text', text, annotations: [] }],
})
const call = (args: string, more: JsonObject = {}): JsonObject => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'f',
  arguments: args,
  ...more,
})

/** The parts a stream tells, each as one line. */
function told(...frames: string[]): string[] {
  const { reply } = decodeStream([created, ...frames].join(''))
  if (reply === undefined) throw new Error('the stream did not finish')
  return reply.parts.map((part) => {
    if (part.type === 'tool-call') return `${part.id} ${part.name}(${part.input})`
    return 'text' in part ? `${part.type} ${part.text ?? ''}` : part.type
  })
}

function lastOf(...frames: string[]): ChatEvent | undefined {
  return decodeStream(frames.join('')).events.at(-1)
}

describe('text', () => {
  it('goes on as the literal it is, in every delta after the first, whatever its sequence number', () => {
    const frames = [1, 2, 3].map((n) => textDelta(`\u2028"${n}`, { sequence_number: n * 9 }))
    const { events } = decodeStream([created, ...frames, completed()].join(''))
    const literals = events.flatMap((each) => (each.type === 'text' ? [each.literal] : []))
    expect(literals).toEqual([1, 2, 3].map((n) => JSON.stringify(`\u2028"${n}`)))
  })

  it('hazard 110: what deltas have not told is taken from the events that tell it whole', () => {
    const whole = event('response.output_text.done', { output_index: 0, content_index: 0, text: 'Hello' })
    expect(told(textDelta('Hel'), whole, done(message('Hello!')), completed())).toEqual(['text Hello!'])
    expect(told(textDelta('Hello'), whole, done(message('Hello')), completed())).toEqual(['text Hello'])
  })

  it('hazard 110: an answer told only in finished items, or only at the very end, is told', () => {
    expect(told(done(message('Hi')), done(call('{"a":1}'), 1), completed())).toEqual(['text Hi', 'call_1 f({"a":1})'])
    expect(told(completed({ output: [message('Hi'), call('{}')] }))).toEqual(['text Hi', 'call_1 f({})'])
  })

  it('hazard 110: what only the whole response tells at the end is told', () => {
    const output = [message('Hello'), call('{"a":1}')]
    expect(told(textDelta('Hel'), added(call(''), 1), completed({ output }))).toEqual([
      'text Hello',
      'call_1 f({"a":1})',
    ])
    expect(told(textDelta('Hello'), completed({ output }))).toEqual(['text Hello', 'call_1 f({"a":1})'])
    expect(lastOf(created, textDelta('Hello'), completed({ output }))).toMatchObject({ stop: { reason: 'tool-calls' } })
  })

  it('hazard 110: arguments told only when they are done are told', () => {
    const whole = event('response.function_call_arguments.done', { output_index: 0, arguments: '{"a":1}' })
    expect(told(added(call('')), whole, completed())).toEqual(['call_1 f({"a":1})'])
    expect(told(added(call('')), argumentsDelta('{"a"'), whole, completed())).toEqual(['call_1 f({"a":1})'])
  })

  it('hazard 88: what was told on the way is not told again at the end', () => {
    expect(told(textDelta('Hi'), done(message('Hi')), completed({ output: [message('Hi')] }))).toEqual(['text Hi'])
    const output = [message('Hi'), call('{}')]
    const items = [done(message('Hi')), done(call('{}'), 1)]
    expect(told(...items, completed({ output }))).toEqual(['text Hi', 'call_1 f({})'])
    // Servers that give every item the same index, or count from 1.
    expect(told(done(message('Hi')), done(call('{}')), completed({ output }))).toEqual(['text Hi', 'call_1 f({})'])
    expect(told(done(message('Hi'), 1), done(call('{}'), 2), completed({ output }))).toEqual([
      'text Hi',
      'call_1 f({})',
    ])
  })

  it('a message of several parts, and a refusal among them', () => {
    const frames = [
      textDelta('a'),
      textDelta('b', { content_index: 1 }),
      event('response.refusal.delta', { output_index: 0, content_index: 2, delta: 'No.' }),
    ]
    expect(told(...frames, completed())).toEqual(['text a', 'text b', 'refusal No.'])
    expect(lastOf(created, ...frames, completed())).toMatchObject({ stop: { reason: 'refusal' } })
  })

  it('sources are told once, whether in events of their own or with the finished item', () => {
    const annotation = { type: 'url_citation', url: 'https://x', title: 't', start_index: 0, end_index: 2 }
    const item = { ...message(''), content: [{ type: 'output_text', text: 'Hi', annotations: [annotation] }] }
    const own = event('response.output_text.annotation.added', { output_index: 0, content_index: 0, annotation })
    for (const frames of [[textDelta('Hi'), own, done(item)], [done(item)]]) {
      const { reply } = decodeStream([created, ...frames, completed()].join(''))
      expect(reply?.parts).toMatchObject([{ text: 'Hi', citations: [{ url: 'https://x', start: 0, end: 2 }] }])
    }
  })

  it('log-probabilities are told with the delta they belong to', () => {
    const { events } = decodeStream([created, textDelta('Hi', { logprobs: [{ token: 'Hi' }] }), completed()].join(''))
    expect(events).toContainEqual({ type: 'logprobs', index: 0, value: { content: [{ token: 'Hi' }], refusal: null } })
  })
})

describe('calls', () => {
  it('hazard 101: interleaved arguments go to their own calls', () => {
    const second = call('', { id: 'fc_2', call_id: 'call_2', name: 'g' })
    const frames = [
      added(call('')),
      added(second, 1),
      argumentsDelta('{"a"'),
      argumentsDelta('{"b"', 1),
      argumentsDelta(':1}'),
      argumentsDelta(':2}', 1),
    ]
    expect(told(...frames, completed())).toEqual(['call_1 f({"a":1})', 'call_2 g({"b":2})'])
  })

  it('arguments told at the start are replaced by deltas, and stand where none follow', () => {
    expect(told(added(call('{}')), argumentsDelta('{"a":1}'), completed())).toEqual(['call_1 f({"a":1})'])
    expect(told(added(call('{"a":1}')), completed())).toEqual(['call_1 f({"a":1})'])
  })

  it('a call that is named only when it is finished is told then, its arguments with it', () => {
    expect(told(argumentsDelta('{"a"'), argumentsDelta(':1}'), done(call('{"a":1}')), completed())).toEqual([
      'call_1 f({"a":1})',
    ])
    const { reply, losses } = decodeStream([created, argumentsDelta('{}'), completed()].join(''))
    expect(reply?.parts).toEqual([])
    expect(losses).toMatchObject([{ path: 'output[0]', kind: 'dropped' }])
  })

  it('servers that give every item the same index are read item by item', () => {
    const second = call('{"b":2}', { id: 'fc_2', call_id: 'call_2' })
    const frames = [added(call('')), argumentsDelta('{"a":1}'), done(call('{"a":1}')), added(second), done(second)]
    expect(told(...frames, completed())).toEqual(['call_1 f({"a":1})', 'call_2 f({"b":2})'])
  })

  it('hazard 23: arguments sent as an object keep their digits', () => {
    const raw =
      '{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":{"n":12345678901234567890,"x":1.0}}}'
    expect(told(`event: response.output_item.done\ndata: ${raw}\n\n`, completed())).toEqual([
      'c f({"n":12345678901234567890,"x":1.0})',
    ])
  })

  it('a call without any id gets one of its reply’s', () => {
    const { id: _, call_id: __, ...bare } = call('{}')
    expect(told(done(bare), completed())).toEqual(['call_resp_1_0 f({})'])
  })

  it('hazard 47: calls decide the stop reason', () => {
    expect(lastOf(created, done(call('{}')), completed())).toMatchObject({ stop: { reason: 'tool-calls' } })
    expect(lastOf(created, done(message('x')), completed())).toMatchObject({ stop: { reason: 'end' } })
  })
})

describe('searches xAI runs itself', () => {
  it('are told as calls of custom tools, and are none: items finish out of order', () => {
    const { reply, events } = decodeStream(streamFixture('xai-search'))
    expect(reply?.parts.map((part) => (part.type === 'opaque' ? part.kind : part.type))).toEqual([
      'custom_tool_call',
      'custom_tool_call',
      'web_search_call',
      'text',
    ])
    expect(reply).toMatchObject({
      parts: [{}, {}, {}, { text: 'Rain, they say.', citations: [{ url: 'https://x.com/i/status/1' }] }],
      stop: { reason: 'end' },
    })
    expect(events.some((each) => each.type === 'input')).toBe(false)
  })

  it('a custom tool of the client’s own is called beside them', () => {
    const own = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'patch', input: 'x' }
    const search = { ...own, id: 'ctc_2', call_id: 'xs_call_1', name: 'x_keyword_search' }
    expect(told(done(search), done(own, 1), completed())).toEqual(['opaque', 'call_1 patch(x)'])
    expect(lastOf(created, done(search), done(own, 1), completed())).toMatchObject({ stop: { reason: 'tool-calls' } })
  })
})

describe('reasoning', () => {
  it('sections are told as one text; only the finished item’s seal counts', () => {
    const { reply } = decodeStream(streamFixture('reasoning-sealed'))
    expect(reply?.parts[0]).toEqual({
      type: 'reasoning',
      text: '**Adding**\n\n51 plus 4.\n\n**Checking**\n\nIt is 55.',
      seal: { issuer: 'openai-responses', value: 'gAAAAABsealed-2', id: 'rs_09_0' },
      at: 'parts[0]',
    })
  })

  it('models that show it whole are read as well', () => {
    const delta = event('response.reasoning_text.delta', { output_index: 0, content_index: 0, delta: 'hm' })
    expect(told(delta, textDelta('Hi', { output_index: 1 }), completed())).toEqual(['reasoning hm', 'text Hi'])
  })
})

describe('the end', () => {
  it('hazard 108: a stream that was cut is an error, never an answer', () => {
    const whole = streamFixture('text')
    const cut = whole.slice(0, whole.indexOf('event: response.completed'))
    expect(decodeStream(cut).events.at(-1)).toMatchObject({ type: 'error', error: { code: 'stream_truncated' } })
    expect(lastOf()).toMatchObject({ type: 'error' })
    expect(lastOf(created, 'data: [DONE]\n\n')).toMatchObject({ type: 'error' })
  })

  it('hazard 109: an error event ends the stream, whatever follows it', () => {
    const { events } = decodeStream(streamFixture('error-mid-stream'))
    expect(events.filter(({ type }) => type === 'error' || type === 'finish')).toMatchObject([
      { type: 'error', error: { kind: 'server', message: 'The server had an error while processing your request.' } },
    ])
  })

  it('hazard 109: an error that comes before the response is told as failed is told once, and one that comes alone too', () => {
    const error = event('error', { code: 'server_error', message: 'first', param: null })
    const failed = event('response.failed', {
      response: { status: 'failed', error: { code: 'server_error', message: 'second' } },
    })
    for (const frames of [
      [created, textDelta('x'), error, failed],
      [created, error],
    ]) {
      const { events } = decodeStream(frames.join(''))
      expect(events.filter(({ type }) => type === 'error' || type === 'finish')).toMatchObject([
        { error: { message: 'first' } },
      ])
    }
  })

  it('hazard 109: so do a failed response, a flat error, an error without a type and a frame that is no JSON', () => {
    expect(decodeStream(streamFixture('error-at-once')).events.at(-1)).toMatchObject({
      error: { kind: 'rate-limit', status: 429, code: 'rate_limit_exceeded' },
    })
    const flat = event('error', { code: 'context_length_exceeded', message: 'too long', param: 'input' })
    expect(lastOf(created, flat)).toMatchObject({
      error: { kind: 'invalid-request', message: 'too long', param: 'input' },
    })
    expect(lastOf('data: {"error":{"message":"x","type":"server_error"}}\n\n')).toMatchObject({
      error: { message: 'x' },
    })
    expect(lastOf(created, 'data: {"type":\n\n')).toMatchObject({ type: 'error' })
    expect(
      lastOf(created, completed({ status: 'failed', error: { code: 'server_error', message: 'y' } })),
    ).toMatchObject({ error: { message: 'y' } })
    expect(lastOf(created, event('response.cancelled', { response: { status: 'cancelled' } }))).toMatchObject({
      type: 'error',
    })
  })

  it.each([
    ['max_output_tokens', { reason: 'length' }],
    ['content_filter', { reason: 'content-filter' }],
    ['steered', { reason: 'other', said: 'steered' }],
  ] as const)('hazard 109: an answer that is incomplete for %s says so', (reason, stop) => {
    const response = { status: 'incomplete', incomplete_details: { reason } }
    expect(lastOf(created, textDelta('x'), event('response.incomplete', { response }))).toEqual({
      type: 'finish',
      stop,
    })
  })

  it('hazard 82: usage is told with its parts', () => {
    expect(decodeStream(streamFixture('cache-control')).events.at(-1)).toMatchObject({
      usage: { input: 2100, cacheRead: 1024, cacheWrite: 512, output: 4, reasoning: 0 },
    })
  })

  it('hazards 91 and 115: events of tools OpenAI runs, keep-alives and unknown ones say nothing', () => {
    const { reply } = decodeStream(streamFixture('annotations'))
    expect(reply?.parts).toMatchObject([{ type: 'opaque', kind: 'web_search_call' }, { type: 'text' }])
    const noise = [event('keepalive', { sequence_number: 3 }), event('response.of_tomorrow.delta', { delta: 'x' })]
    expect(told(textDelta('a'), ...noise, textDelta('b'), completed())).toEqual(['text ab'])
  })

  it('ids that change from event to event change nothing', () => {
    expect(decodeStream(streamFixture('proxy-ids')).reply).toMatchObject({
      id: 'resp_22',
      parts: [{ text: 'Looking it up.' }, { id: 'call_1', input: '{"city":"Oslo"}' }],
    })
  })
})
