import { describe, expect, it } from 'vitest'
import { convertReply, type JsonObject, openStream, streamOfReply } from '../src/index.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { fixed } from './corpus.ts'
import { type Chatty, callTold, convert, outline, pairs, turnsKey } from './hazard-kit.ts'

/** Hazards of calls and what comes of them, which only show between two dialects: each request is converted whole. */

describe('calls and their results', () => {
  const looks = (id: string): JsonObject => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } })
  const told = (callId: string): JsonObject => ({ type: 'function_call_output', call_id: callId, output: callId })
  const made = (callId: string): JsonObject => ({
    type: 'function_call',
    call_id: callId,
    name: 'look',
    arguments: '{}',
  })
  /** Two calls in one turn; the words that follow stand before or between the results where the dialect lets them. */
  const requests: { readonly [dialect in Chatty]: JsonObject } = {
    anthropic: {
      max_tokens: 99,
      messages: [
        { role: 'user', content: 'Go.' },
        { role: 'assistant', content: ['a', 'b'].map((id) => ({ type: 'tool_use', id, name: 'look', input: {} })) },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'And?' },
            { type: 'tool_result', tool_use_id: 'a', content: 'a' },
            { type: 'tool_result', tool_use_id: 'b', content: 'b' },
          ],
        },
      ],
      tools: [{ name: 'look', input_schema: { type: 'object' } }],
    },
    'openai-chat': {
      messages: [
        { role: 'user', content: 'Go.' },
        { role: 'assistant', content: '', tool_calls: [looks('a'), looks('b')] },
        { role: 'tool', tool_call_id: 'a', content: 'a' },
        { role: 'tool', tool_call_id: 'b', content: 'b' },
        { role: 'user', content: 'And?' },
      ],
      tools: [{ type: 'function', function: { name: 'look' } }],
    },
    'openai-responses': {
      input: [
        { role: 'user', content: 'Go.' },
        made('a'),
        made('b'),
        { role: 'user', content: 'And?' },
        told('a'),
        told('b'),
      ],
      tools: [{ type: 'function', name: 'look', parameters: null, strict: false }],
    },
    gemini: {
      contents: [
        { role: 'user', parts: [{ text: 'Go.' }] },
        { role: 'model', parts: ['a', 'b'].map((id) => ({ functionCall: { id, name: 'look', args: {} } })) },
        {
          role: 'user',
          parts: [
            { text: 'And?' },
            ...['a', 'b'].map((id) => ({ functionResponse: { id, name: 'look', response: { output: id } } })),
          ],
        },
      ],
      tools: [{ functionDeclarations: [{ name: 'look' }] }],
    },
  }
  const legal: { readonly [dialect in Chatty]: readonly string[] } = {
    anthropic: ['Go.', 'call a, call b', 'result a, result b, And?'],
    'openai-chat': ['Go.', 'call a, call b', 'result a', 'result b', 'And?'],
    'openai-responses': ['Go.', 'call a', 'call b', 'result a', 'result b', 'And?'],
    gemini: ['Go.', 'call a, call b', 'result a, result b', 'And?'],
  }

  it.each(pairs)(
    'hazards 8, 9, 10 and 11: all results stand directly behind their calls, before any words, $from to $to',
    ({ from, to }) => {
      const { body } = convert({ model: 'm', ...requests[from] }, from, to)
      expect(outline(to, body)).toEqual(legal[to])
    },
  )

  it('hazard 9: results that words came between lead their message to Anthropic all the same', () => {
    const messages = [...(requests['openai-chat'].messages as JsonObject[])]
    const [last] = messages.splice(-1)
    messages.splice(3, 0, last as JsonObject)
    const { body } = convert({ model: 'm', ...requests['openai-chat'], messages }, 'openai-chat', 'anthropic')
    expect(outline('anthropic', body)).toEqual(legal.anthropic)
  })

  it.each(pairs)('hazard 7: the prompt holds what was said and nothing else, $from to $to', ({ from, to }) => {
    const instructed: { readonly [dialect in Chatty]: JsonObject } = {
      anthropic: { system: 'Be kind.' },
      'openai-chat': {
        messages: [{ role: 'system', content: 'Be kind.' }, ...(requests['openai-chat'].messages as JsonObject[])],
      },
      'openai-responses': { instructions: 'Be kind.' },
      gemini: { systemInstruction: { parts: [{ text: 'Be kind.' }] } },
    }
    const { body } = convert({ model: 'm', ...requests[from], ...instructed[from] }, from, to)
    const texts = JSON.stringify(body).match(/"(?:text|content|instructions|system|output)":"[^"]*"/g) ?? []
    const said = texts.map((text) => text.replace(/^"\w+":"(.*)"$/, '$1')).filter((text) => text !== '')
    expect([...said].sort()).toEqual(['And?', 'Be kind.', 'Go.', 'a', 'b'])
  })
})

describe('calls without arguments', () => {
  const call = { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'look' } }] }
  const requests: { readonly [dialect in Chatty]: JsonObject } = {
    anthropic: {
      max_tokens: 99,
      messages: [
        { role: 'user', content: 'Go.' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'look' }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] },
      ],
    },
    'openai-chat': {
      messages: [{ role: 'user', content: 'Go.' }, call, { role: 'tool', tool_call_id: 'a', content: '' }],
    },
    'openai-responses': {
      input: [
        { role: 'user', content: 'Go.' },
        { type: 'function_call', call_id: 'a', name: 'look' },
        { type: 'function_call_output', call_id: 'a', output: '' },
      ],
    },
    gemini: {
      contents: [
        { role: 'user', parts: [{ text: 'Go.' }] },
        { role: 'model', parts: [{ functionCall: { id: 'a', name: 'look' } }] },
        { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'look' } }] },
      ],
    },
  }
  const replies: { readonly [dialect in Chatty]: JsonObject } = {
    anthropic: { content: [{ type: 'tool_use', id: 'a', name: 'look' }], stop_reason: 'end_turn', usage: {} },
    'openai-chat': { choices: [{ index: 0, message: call, finish_reason: 'stop' }] },
    'openai-responses': {
      object: 'response',
      status: 'completed',
      output: [{ type: 'function_call', id: 'fc_1', call_id: 'a', name: 'look' }],
    },
    gemini: {
      candidates: [
        { content: { role: 'model', parts: [{ functionCall: { id: 'a', name: 'look' } }] }, finishReason: 'STOP' },
      ],
    },
  }
  /** No arguments as each dialect writes them, and the word that makes a client run the call. */
  const none: { readonly [dialect in Chatty]: readonly [args: string, stop: string] } = {
    anthropic: ['"input":{}', '"stop_reason":"tool_use"'],
    'openai-chat': ['"arguments":"{}"', '"finish_reason":"tool_calls"'],
    'openai-responses': ['"arguments":"{}"', '"status":"completed"'],
    gemini: ['"args":{}', '"finishReason":"STOP"'],
  }

  it.each(pairs)(
    'hazards 20, 46 and 47: have none, in a request and an answer, and are run, $from to $to',
    ({ from, to }) => {
      const { body } = convert({ model: 'm', ...requests[from] }, from, to)
      expect(JSON.stringify(body)).toContain(none[to][0])
      const whole = JSON.stringify(convertReply(replies[from], { from, to, ...fixed }).body)
      expect(whole).toContain(none[to][0])
      expect(whole).toContain(none[to][1])
      const stream = openStream({ from, to, ...fixed })
      const text = stream.push(streamOfReply(replies[from], { from, to: from, ...fixed }).text) + stream.end()
      expect(callTold(to, text).input).toMatch(/^(\{\})?$/)
      expect(text).toContain(none[to][1])
    },
  )
})

describe('calls whose ids come again', () => {
  const look = (id: string): JsonObject => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } })
  const rounds = ['1', '2', '3'].map((content): JsonObject[] => [
    { role: 'assistant', tool_calls: [look('functions.look:0'), look('call_0')] },
    { role: 'tool', tool_call_id: 'call_0', content: `b${content}` },
    { role: 'tool', tool_call_id: 'functions.look:0', content: `a${content}` },
  ])
  const requestOf = (turns: number): JsonObject => ({
    model: 'm',
    messages: [{ role: 'user', content: 'Go.' }, ...rounds.slice(0, turns).flat()],
    tools: [{ type: 'function', function: { name: 'look' } }],
  })

  it.each(pairs.filter(({ from }) => from === 'openai-chat'))(
    'hazards 33 and 45: are told apart, and each has its own result, as servers that count anew in each answer need, $from to $to',
    ({ from, to }) => {
      const { body } = convert(requestOf(3), from, to)
      const chat = codecOf(to).decodeRequest({ model: 'm', ...body }, new LossReport())
      const made = chat.turns.flatMap((turn) =>
        turn.role === 'assistant' ? turn.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])) : [],
      )
      expect(new Set(made).size).toBe(6)
      const told = new Map(
        chat.turns.flatMap((turn) =>
          turn.role === 'tool'
            ? turn.results.map(({ callId, parts }) => [callId, (parts[0] as { text: string }).text] as const)
            : [],
        ),
      )
      expect(made.map((id) => told.get(id))).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
      // What was said stays as it was sent, so that prompt caches stay warm.
      const before = JSON.stringify(convert(requestOf(2), from, to).body[turnsKey[to]]).slice(0, -1)
      expect(JSON.stringify(body[turnsKey[to]]).startsWith(before)).toBe(true)
    },
  )
})

describe('calls of Gemini without ids', () => {
  const call = { functionCall: { name: 'look', args: {} } }
  const result = (output: string): JsonObject => ({ functionResponse: { name: 'look', response: { output } } })

  it.each(pairs.filter(({ from }) => from === 'gemini'))(
    'hazard 45: one tool called twice, in one turn and in the next, are calls of their own, $from to $to',
    ({ from, to }) => {
      const contents = [
        { role: 'user', parts: [{ text: 'Go.' }] },
        { role: 'model', parts: [call, call] },
        { role: 'user', parts: [result('1'), result('2')] },
        { role: 'model', parts: [call] },
        { role: 'user', parts: [result('3')] },
      ]
      const { body } = convert({ contents, tools: [{ functionDeclarations: [{ name: 'look' }] }] }, from, to)
      const chat = codecOf(to).decodeRequest({ model: 'm', ...body }, new LossReport())
      const made = chat.turns.flatMap((turn) =>
        turn.role === 'assistant' ? turn.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])) : [],
      )
      const told = chat.turns.flatMap((turn) =>
        turn.role === 'tool'
          ? turn.results.map(({ callId, parts }) => [callId, (parts[0] as { text: string }).text])
          : [],
      )
      expect(new Set(made).size).toBe(3)
      expect(told).toEqual(made.map((id, i) => [id, String(i + 1)]))
    },
  )

  it.each(pairs.filter(({ to }) => to === 'gemini'))(
    'hazard 45: so are they in an answer, whole and streamed, $to to $from',
    ({ from, to }) => {
      const chunk = (parts: JsonObject[], more: object = {}): JsonObject => ({
        responseId: 'r',
        candidates: [{ content: { role: 'model', parts }, ...more }],
      })
      const whole = convertReply(chunk([call, call], { finishReason: 'STOP' }), { from: to, to: from, ...fixed }).body
      const stream = openStream({ from: to, to: from, ...fixed })
      const chunks = [chunk([call]), chunk([call], { finishReason: 'STOP' })]
      const streamed = stream.push(chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')) + stream.end()
      const idKey = from === 'openai-responses' ? 'call_id' : 'id'
      const ids = (text: string): Set<string> => new Set(text.match(new RegExp(`"${idKey}":"call_[^"]*"`, 'g')) ?? [])
      expect(ids(JSON.stringify(whole)).size).toBe(2)
      expect(ids(streamed)).toEqual(ids(JSON.stringify(whole)))
    },
  )

  it.each(['gemini', 'openai-chat'] as const)(
    'hazard 45: and so are those of two answers of %s that have no ids at all, whole and streamed',
    (upstream) => {
      let count = 0
      const newId = (): string => `fresh${count++}`
      const made = { function: { name: 'look', arguments: '{}' } }
      const replies = {
        gemini: { candidates: [{ content: { role: 'model', parts: [call] }, finishReason: 'STOP' }] },
        'openai-chat': {
          choices: [{ index: 0, message: { role: 'assistant', tool_calls: [made] }, finish_reason: 'stop' }],
        },
      }
      const chunks = {
        gemini: replies.gemini,
        'openai-chat': { choices: [{ index: 0, delta: { tool_calls: [made] }, finish_reason: 'stop' }] },
      }
      const ids = [1, 2].flatMap(() => {
        const options = { from: upstream, to: 'anthropic', ...fixed, newId } as const
        const whole = JSON.stringify(convertReply(replies[upstream], options).body)
        const stream = openStream(options)
        const streamed = stream.push(`data: ${JSON.stringify(chunks[upstream])}\n\n`) + stream.end()
        return [whole, streamed].flatMap((text) => text.match(/"id":"call_[^"]*"/g) ?? [])
      })
      expect(new Set(ids).size).toBe(4)
    },
  )
})
