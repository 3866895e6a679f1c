import { describe, expect, it } from 'vitest'
import { chunk, decodeStream, done, frame, saidIn } from '../../../test/openai-kit.ts'
import type { ChatEvent } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'

const events = (...frames: string[]): ChatEvent[] => decodeStream(frames.join('')).events
const opened = (list: readonly ChatEvent[]): unknown[] =>
  list.flatMap((event) => (event.type === 'open' ? [{ ...event.part, index: event.index }] : []))
const last = (list: readonly ChatEvent[]): ChatEvent | undefined => list.at(-1)

function toolDelta(delta: JsonObject): string {
  return chunk({ tool_calls: [delta] })
}

describe('text', () => {
  it('an OpenAI stream is start, one part, finish', () => {
    expect(
      events(
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: 'He' }),
        chunk({ content: 'y' }),
        chunk({}, 'stop'),
        done,
      ),
    ).toEqual([
      { type: 'start', id: 'chatcmpl-1', model: 'gpt-4o', created: 1_700_000_001 },
      { type: 'open', index: 0, part: { type: 'text' } },
      { type: 'text', index: 0, literal: '"He"' },
      { type: 'text', index: 0, literal: '"y"' },
      { type: 'close', index: 0 },
      { type: 'finish', stop: { reason: 'end' } },
    ])
  })

  it('a literal passes as it stands, escapes and all', () => {
    const raw = (literal: string): string => chunk({ content: '@' }).replace('"@"', literal)
    const literals = ['"a"', '"\\u00e9\\n"', '"\\ud83d"', '"\\ude00"', '"say \\"hi\\""', '"\u2028"']
    const list = events(...literals.map(raw), chunk({}, 'stop'))
    const passed = list.flatMap((event) => (event.type === 'text' ? [event.literal] : []))
    expect(passed.slice(1)).toEqual(literals.slice(1))
  })

  it('a chunk that differs in more than its text is read in full', () => {
    const list = events(
      chunk({ content: 'a' }),
      chunk({ content: 'b' }),
      chunk({ content: 'c', refusal: 'no' }),
      chunk({ content: 'd' }, 'stop'),
      chunk({}, null, { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }),
    )
    expect(saidIn(list, 0)).toBe('abc')
    expect(opened(list)).toMatchObject([{ type: 'text' }, { type: 'refusal' }, { type: 'text' }])
    expect(last(list)).toMatchObject({ stop: { reason: 'refusal' }, usage: { input: 1, output: 2 } })
  })

  it('content inside other members is not taken for the text', () => {
    const more = { note: '"content":"fake"', content: 'outer' }
    const list = events(chunk({ content: 'a' }, null, more), chunk({ content: 'b' }, null, more), chunk({}, 'stop'))
    expect(saidIn(list, 0)).toBe('ab')
  })

  it('hazard 102: text after a tool call is a part of its own', () => {
    const list = events(
      chunk({ content: 'one' }),
      toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
      chunk({ content: 'two' }),
      chunk({}, 'stop'),
    )
    expect(opened(list)).toMatchObject([{ type: 'text' }, { type: 'tool-call' }, { type: 'text' }])
    expect([saidIn(list, 0), saidIn(list, 2)]).toEqual(['one', 'two'])
  })

  it('reasoning, in either spelling, is a part of its own', () => {
    for (const key of ['reasoning_content', 'reasoning']) {
      const list = events(chunk({ [key]: 'hm', content: null }), chunk({ content: 'x' }), chunk({}, 'stop'))
      expect(opened(list)).toMatchObject([{ type: 'reasoning' }, { type: 'text' }])
    }
  })

  it('other choices are left out and told', () => {
    const other = chunk({}).replace('"index":0', '"index":1').replace('"delta":{}', '"delta":{"content":"B"}')
    const { events: list, losses } = decodeStream(chunk({ content: 'A' }) + other + other + chunk({}, 'stop'))
    expect(saidIn(list, 0)).toBe('A')
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'choices[1]' }])
  })

  it('a server that cannot stream sends its whole message at once', () => {
    const message = {
      role: 'assistant',
      content: 'all',
      tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }],
    }
    const list = events(frame({ id: 'x', choices: [{ index: 0, message, finish_reason: 'stop' }] }))
    expect(saidIn(list, 0)).toBe('all')
    expect(last(list)).toMatchObject({ stop: { reason: 'tool-calls' } })
  })

  it('log-probabilities follow their delta', () => {
    const logprobs = { content: [{ token: 'a', logprob: -1 }], refusal: null }
    const withLogprobs = frame({ choices: [{ index: 0, delta: { content: 'a' }, logprobs, finish_reason: null }] })
    expect(events(withLogprobs, chunk({}, 'stop'))).toContainEqual({ type: 'logprobs', index: 0, value: logprobs })
  })
})

describe('tool calls', () => {
  it('hazard 101: interleaved parallel calls keep their arguments apart', () => {
    const list = events(
      toolDelta({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }),
      toolDelta({ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }),
      toolDelta({ index: 0, function: { arguments: '{"x"' } }),
      toolDelta({ index: 1, function: { arguments: '{"y"' } }),
      toolDelta({ index: 0, function: { arguments: ':1}' } }),
      toolDelta({ index: 1, function: { arguments: ':2}' } }),
      chunk({}, 'tool_calls'),
    )
    expect([saidIn(list, 0), saidIn(list, 1)]).toEqual(['{"x":1}', '{"y":2}'])
  })

  it('hazard 103: an id and name repeated in each delta are one call', () => {
    const repeated = (args: string) => toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: args } })
    const list = events(repeated('{"x"'), repeated(':1}'), chunk({}, 'tool_calls'))
    expect(opened(list)).toEqual([{ type: 'tool-call', id: 'a', name: 'f', inputKind: 'json', index: 0 }])
    expect(saidIn(list, 0)).toBe('{"x":1}')
  })

  it('hazard 104: without an index a new id is a new call', () => {
    const list = events(
      toolDelta({ id: 'a', function: { name: 'f', arguments: '{"x":' } }),
      toolDelta({ id: '', function: { name: '', arguments: '1}' } }),
      toolDelta({ id: 'b', function: { name: 'f', arguments: '{}' } }),
      chunk({}, 'tool_calls'),
    )
    expect([saidIn(list, 0), saidIn(list, 1)]).toEqual(['{"x":1}', '{}'])
  })

  it('hazards 101 and 104: without an index calls that interleave are known by their ids', () => {
    const piece = (id: string, args: string) => toolDelta({ id, function: { name: `of_${id}`, arguments: args } })
    const list = events(
      piece('a', '{"x"'),
      piece('b', '{"y"'),
      toolDelta({ id: 'a', function: { arguments: ':1}' } }),
      piece('b', ':2}'),
      chunk({}, 'tool_calls'),
    )
    expect(opened(list)).toMatchObject([
      { id: 'a', name: 'of_a' },
      { id: 'b', name: 'of_b' },
    ])
    expect([saidIn(list, 0), saidIn(list, 1)]).toEqual(['{"x":1}', '{"y":2}'])
  })

  it('hazard 45: two whole calls with neither index nor id are two calls', () => {
    const anonymous = { function: { name: 'f', arguments: '{"x":1}' } }
    const list = events(chunk({ tool_calls: [anonymous, anonymous] }), chunk({}, 'stop'))
    const parts = opened(list) as { id: string }[]
    expect(parts.map((part) => part.id)).toEqual(['call_chatcmpl-1_0', 'call_chatcmpl-1_1'])
    expect([saidIn(list, 0), saidIn(list, 1)]).toEqual(['{"x":1}', '{"x":1}'])
  })

  it('several calls under one index are told apart by their ids', () => {
    const whole = (id: string) => toolDelta({ index: 0, id, function: { name: 'f', arguments: `{"${id}":1}` } })
    const list = events(whole('a'), whole('b'), chunk({}, 'tool_calls'))
    expect([saidIn(list, 0), saidIn(list, 1)]).toEqual(['{"a":1}', '{"b":1}'])
  })

  it('a call opens when its id and name are both known; what came before is kept', () => {
    const list = events(
      toolDelta({ index: 3, function: { name: 'f', arguments: '{"x"' } }),
      toolDelta({ index: 3, id: 'late', function: { arguments: ':1}' } }),
      chunk({}, 'tool_calls'),
    )
    expect(opened(list)).toMatchObject([{ id: 'late', name: 'f', index: 0 }])
    expect(saidIn(list, 0)).toBe('{"x":1}')
  })

  it('a name in pieces is put together', () => {
    const list = events(
      toolDelta({ index: 0, function: { name: 'get_' } }),
      toolDelta({ index: 0, function: { name: 'weather' } }),
      toolDelta({ index: 0, id: 'a', function: { arguments: '{}' } }),
      chunk({}, 'tool_calls'),
    )
    expect(opened(list)).toMatchObject([{ id: 'a', name: 'get_weather' }])
  })

  it('a call that is never named is left out and told', () => {
    const { events: list, losses } = decodeStream(toolDelta({ index: 0, id: 'a' }) + chunk({}, 'tool_calls'))
    expect(opened(list)).toEqual([])
    expect(last(list)).toMatchObject({ stop: { reason: 'end', said: 'tool_calls' } })
    expect(losses).toMatchObject([{ kind: 'dropped' }])
  })

  it('arguments sent as an object are their text', () => {
    const list = events(
      toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } }),
      chunk({}, 'stop'),
    )
    expect(saidIn(list, 0)).toBe('{"x":1}')
  })

  it('hazard 23: an object of arguments keeps every digit', () => {
    const digits = '{"n":12345678901234567890,"f":1.0}'
    const wire = toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: {} } }).replace('{}', digits)
    expect(saidIn(events(wire, chunk({}, 'stop')), 0)).toBe(digits)
  })

  it('hazard 18: the legacy function_call is one call with an id of its own', () => {
    const list = events(
      chunk({ function_call: { name: 'f', arguments: '' } }),
      chunk({ function_call: { arguments: '{}' } }),
      chunk({}, 'function_call'),
    )
    expect(opened(list)).toMatchObject([{ id: 'call_chatcmpl-1_0', name: 'f' }])
    expect(last(list)).toMatchObject({ stop: { reason: 'tool-calls' } })
  })

  it('hazard 48: a thought signature is a seal of gemini, wherever in the call it comes', () => {
    const extra_content = { google: { thought_signature: 's' } }
    const seal = { type: 'seal', index: 0, seal: { issuer: 'gemini', value: 's' } }
    const name = { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }
    expect(events(toolDelta({ ...name, extra_content }), chunk({}, 'stop'))).toContainEqual(seal)
    expect(events(toolDelta(name), toolDelta({ index: 0, extra_content }), chunk({}, 'stop'))).toContainEqual(seal)
  })

  it('hazard 47: tool calls although finish_reason says stop', () => {
    const list = events(toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }), chunk({}, 'stop'))
    expect(last(list)).toEqual({ type: 'finish', stop: { reason: 'tool-calls' } })
  })
})

describe('the end', () => {
  it('hazard 97: usage after the finish reason is waited for', () => {
    const usage = { prompt_tokens: 5, completion_tokens: 1 }
    const list = events(chunk({ content: 'x' }, 'stop'), chunk({}, null, { choices: [], usage }), done)
    expect(last(list)).toEqual({ type: 'finish', stop: { reason: 'end' }, usage: { input: 5, output: 1 } })
  })

  it('hazard 98: of usage in every chunk the last wins, field by field', () => {
    const usage = (n: number) => ({ usage: { prompt_tokens: 5, completion_tokens: n } })
    const list = events(chunk({ content: 'x' }, null, usage(1)), chunk({}, 'stop', usage(2)))
    expect(last(list)).toMatchObject({ usage: { input: 5, output: 2 } })
  })

  it('hazard 96: neither [DONE] nor a final blank line is needed', () => {
    const list = events(chunk({ content: 'x' }), chunk({}, 'stop').trimEnd())
    expect(last(list)).toMatchObject({ type: 'finish' })
  })

  it('hazard 108: [DONE] without a finish reason is a cut stream', () => {
    expect(last(events(chunk({ content: 'x' }), done))).toMatchObject({
      type: 'error',
      error: { code: 'stream_truncated', status: 502 },
    })
    expect(events()).toMatchObject([{ type: 'error' }])
  })

  it('hazard 107: an error in the stream is the end, in every spelling', () => {
    for (const error of [{ error: { message: 'no', type: 'server_error' } }, { error: 'no' }]) {
      const list = events(chunk({ content: 'x' }), frame(error), chunk({}, 'stop'), done)
      expect(last(list)).toMatchObject({ type: 'error', error: { message: 'no', kind: 'server' } })
    }
    const named = events(chunk({ content: 'x' }), `event: error\n${frame({ message: 'no' })}`)
    expect(last(named)).toMatchObject({ type: 'error', error: { message: 'no' } })
    const inChoice = frame({
      choices: [{ index: 0, delta: {}, finish_reason: 'error', error: { code: 502, message: 'no' } }],
    })
    expect(last(events(chunk({ content: 'x' }), inChoice))).toMatchObject({ error: { message: 'no', status: 502 } })
  })

  it('sources that come behind the calls belong to the text before them', () => {
    const annotation = { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 1 } }
    const call = toolDelta({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } })
    const list = events(chunk({ content: 'x' }), call, chunk({ annotations: [annotation] }), chunk({}, 'tool_calls'))
    expect(list.filter(({ type }) => type === 'citation')).toMatchObject([{ index: 0, citation: { url: 'u' } }])
    const named = events(chunk({ content: 'x' }), call, chunk({}, 'tool_calls', { citations: ['https://a'] }))
    expect(named.filter(({ type }) => type === 'citation')).toMatchObject([
      { index: 0, citation: { url: 'https://a' } },
    ])
    const { losses } = decodeStream(chunk({ annotations: [annotation] }) + chunk({}, 'stop'))
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'choices[0].delta.annotations' }])
  })

  it('annotations count in all the text together, citations in the text they begin in', () => {
    const cite = (start_index: number, end_index: number) => ({
      type: 'url_citation',
      url_citation: { url: 'u', title: 't', start_index, end_index },
    })
    const call = toolDelta({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } })
    const list = events(
      chunk({ content: 'A\u00e9' }),
      chunk({ content: '\n\u{1f98a}' }),
      call,
      chunk({ content: 'cd' }),
      chunk({ annotations: [cite(0, 2), cite(3, 5), cite(5, 6), cite(6, 7)] }),
      chunk({}, 'tool_calls', { citations: ['https://a'] }),
    )
    expect(list.flatMap((event) => (event.type === 'citation' ? [[event.index, event.citation]] : []))).toEqual([
      [0, { url: 'u', title: 't', start: 0, end: 2 }],
      [0, { url: 'u', title: 't', start: 3, end: 5 }],
      [2, { url: 'u', title: 't', start: 0, end: 1 }],
      [2, { url: 'u', title: 't', start: 1, end: 2 }],
      [2, { url: 'https://a' }],
    ])
  })

  it('sources that come before the text are those of the text', () => {
    const annotation = { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 1 } }
    const list = events(chunk({ annotations: [annotation] }), chunk({ content: 'x' }), chunk({}, 'stop'))
    expect(list.filter(({ type }) => type === 'citation')).toMatchObject([{ index: 0, citation: { start: 0, end: 1 } }])
  })

  it('a choice that failed may tell what it cost; nothing is told after it', () => {
    const failed = frame({
      choices: [{ index: 0, delta: {}, finish_reason: 'error', error: { code: 502, message: 'no' } }],
      usage: { prompt_tokens: 5, completion_tokens: 2 },
    })
    expect(events(chunk({ content: 'x' }), failed, done).slice(-2)).toMatchObject([
      { type: 'usage', usage: { input: 5, output: 2 } },
      { type: 'error', error: { message: 'no' } },
    ])
  })

  it('a frame that is no JSON object breaks the stream', () => {
    for (const data of ['{"choices":', 'null', '[1]', 'hello']) {
      const list = events(chunk({ content: 'x' }), frame(data), chunk({}, 'stop'))
      expect(list.filter((event) => event.type === 'error' || event.type === 'finish')).toMatchObject([
        { type: 'error' },
      ])
    }
  })

  it('hazards 106 and 115: chunks without choices or content say nothing', () => {
    const prelude = frame({ id: '', model: '', choices: [], prompt_filter_results: [] })
    const filtered = frame({ id: '', choices: [{ index: 0, content_filter_results: {}, finish_reason: null }] })
    const list = events(
      prelude,
      ': ping\n\n',
      frame(' '),
      frame({}),
      chunk({ content: 'x' }),
      chunk({}, 'stop'),
      filtered,
      done,
    )
    expect(list.map((event) => event.type)).toEqual(['start', 'open', 'text', 'close', 'finish'])
    expect(list[0]).toMatchObject({ id: 'chatcmpl-1', model: 'gpt-4o' })
  })

  it('odd types in a chunk are absent', () => {
    const odd = frame({
      id: 4,
      model: {},
      created: 'x',
      choices: [{ index: 'a', delta: { content: 5, tool_calls: 'x' } }, 3, null],
    })
    const calls = chunk({ tool_calls: [null, 5, { index: 'x', function: 'f' }, {}] })
    expect(last(events(odd, calls, chunk({}, 'stop')))).toMatchObject({ type: 'finish', stop: { reason: 'end' } })
  })
})
