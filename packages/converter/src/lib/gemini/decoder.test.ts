import { describe, expect, it } from 'vitest'
import { chunk, decodeStream, finish, frame } from '../../../test/gemini-kit.ts'
import type { ChatEvent } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { ChatReply } from '../chat/reply.ts'
import { Fold } from '../stream/fold.ts'
import { parsePath } from './call-decoder.ts'

function reply(...frames: string[]): ChatReply | undefined {
  const fold = new Fold()
  for (const event of decodeStream(frames.join('')).events) fold.push(event)
  return fold.reply()
}

function last(...frames: string[]): ChatEvent | undefined {
  return decodeStream(frames.join('')).events.at(-1)
}

const calls = (...pieces: JsonObject[]): string[] => pieces.map((functionCall) => chunk([{ functionCall }]))
const partial = (jsonPath: string, value: JsonObject): JsonObject => ({
  partialArgs: [{ jsonPath, ...value }],
  willContinue: true,
})

function inputs(answer: ChatReply | undefined): unknown {
  return answer?.parts.map((part) => (part.type === 'tool-call' ? [part.name, part.id, part.input] : part.type))
}

describe('reading a stream of chunks', () => {
  it('joins what is said of one kind, and parts what is not', () => {
    const answer = reply(
      chunk([{ text: 'Let ', thought: true }]),
      chunk([{ text: 'me.', thought: true }, { text: 'It ' }]),
      chunk([{ text: 'is.' }]),
      chunk([{ text: 'Hm.', thought: true }]),
      finish(),
    )
    expect(answer?.parts).toMatchObject([
      { type: 'reasoning', text: 'Let me.' },
      { type: 'text', text: 'It is.' },
      { type: 'reasoning', text: 'Hm.' },
    ])
    expect(answer).toMatchObject({ id: 'r1', model: 'gemini-x', stop: { reason: 'end' } })
  })

  it('cuts the text of like chunks out as the literal it is', () => {
    const usageMetadata = { promptTokenCount: 3 }
    const like = (text: string): string => chunk([{ text }], {}, { usageMetadata })
    const { events } = decodeStream(
      [like('a'), like('b'), like('"c" \u2028 \\'), like(''), like('🦊'), finish()].join(''),
    )
    expect(events.flatMap((event) => (event.type === 'text' ? [JSON.parse(event.literal) as string] : []))).toEqual([
      'a',
      'b',
      '"c" \u2028 \\',
      '🦊',
    ])
  })

  it('hazard 47: says that tools are called although Gemini says STOP', () => {
    expect(reply(...calls({ name: 'f', args: {} }), chunk([{ text: 'done' }]), finish())?.stop).toEqual({
      reason: 'tool-calls',
    })
  })

  it('hazard 45: one tool called twice in two chunks are two calls', () => {
    const answer = reply(...calls({ name: 'f', args: { a: 1 } }, { name: 'f', args: { a: 2 } }), finish())
    expect(inputs(answer)).toEqual([
      ['f', 'call_r1_0', '{"a":1}'],
      ['f', 'call_r1_1', '{"a":2}'],
    ])
  })

  it('hazard 46: a call without arguments has none', () => {
    expect(inputs(reply(...calls({ name: 'f', id: 'x' }, { name: 'g', args: {} }), finish()))).toEqual([
      ['f', 'x', '{}'],
      ['g', 'call_r1_1', '{}'],
    ])
  })

  it('hazard 23: arguments keep their digits', () => {
    const data = chunk([{ functionCall: { name: 'f', args: { n: 0 } } }]).replace('"n":0', '"n":12345678901234567890')
    expect(inputs(reply(data, finish()))).toEqual([['f', 'call_r1_0', '{"n":12345678901234567890}']])
  })

  it('hazard 48: keeps the seal of a call and of a thought; one on an empty text belongs to what was said', () => {
    const { events } = decodeStream(
      [
        chunk([{ text: 'Hm.', thought: true, thoughtSignature: 'S1' }]),
        chunk([{ functionCall: { name: 'f', args: {} }, thoughtSignature: 'S2' }]),
        chunk([{ text: 'So.' }]),
        chunk([{ text: '', thoughtSignature: 'S3' }], { finishReason: 'STOP' }),
      ].join(''),
    )
    const seals = events.flatMap((event) => (event.type === 'seal' ? [[event.index, event.seal.value]] : []))
    expect(seals).toEqual([
      [0, 'S1'],
      [1, 'S2'],
      [2, 'S3'],
    ])
  })

  it('a seal with nothing to belong to is told as lost', () => {
    const { losses } = decodeStream(chunk([{ text: '', thoughtSignature: 'S' }], { finishReason: 'STOP' }))
    expect(losses).toMatchObject([{ kind: 'dropped' }])
  })

  it('hazards 83, 97 and 98: the last usage counts, thoughts among the output, also behind the finish', () => {
    const usage = (more: JsonObject): JsonObject => ({ usageMetadata: { promptTokenCount: 10, ...more } })
    expect(
      reply(
        chunk([{ text: 'a' }], {}, usage({ candidatesTokenCount: 1 })),
        finish('STOP', usage({ candidatesTokenCount: 2 })),
        frame(
          usage({
            candidatesTokenCount: 5,
            thoughtsTokenCount: 7,
            toolUsePromptTokenCount: 3,
            cachedContentTokenCount: 4,
          }),
        ),
      )?.usage,
    ).toEqual({ input: 13, cacheRead: 4, output: 12, reasoning: 7 })
    expect(reply(finish('STOP', { usageMetadata: { trafficType: 'ON_DEMAND' } }))?.usage).toBeUndefined()
  })

  it.each([
    ['MAX_TOKENS', { reason: 'length' }],
    ['CONTINUATION', { reason: 'length', said: 'CONTINUATION' }],
    ['SAFETY', { reason: 'content-filter' }],
    ['RECITATION', { reason: 'content-filter', said: 'RECITATION' }],
    ['MALFORMED_FUNCTION_CALL', { reason: 'other', said: 'MALFORMED_FUNCTION_CALL' }],
    ['SOMETHING_NEW', { reason: 'other', said: 'SOMETHING_NEW' }],
    ['constructor', { reason: 'other', said: 'constructor' }],
  ])('hazard 84: %s is %j', (reason, stop) => {
    expect(reply(chunk([{ text: 'a' }]), finish(reason))?.stop).toEqual(stop)
  })

  it('hazard 90: a refused prompt is a stop of its own', () => {
    expect(reply(frame({ promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: 'No.' } }))).toMatchObject({
      parts: [],
      stop: { reason: 'content-filter', explanation: 'No.' },
    })
    expect(last(frame({ promptFeedback: { safetyRatings: [] } }))).toMatchObject({ type: 'error' })
  })

  it('hazard 94: chunks of compatible servers end in LF, come as comments and arrays, and end in a trailer', () => {
    const lf = chunk([{ text: 'a' }]).replaceAll('\r\n', '\n')
    const array = frame([JSON.parse(finish().slice(6)) as JsonObject] as unknown as JsonObject)
    expect(reply(': hello\n\n', lf, array, 'data: [DONE]\n\n')?.parts).toMatchObject([{ text: 'a' }])
  })

  it('tells of what other candidates say', () => {
    const two = {
      candidates: [{ content: { parts: [{ text: 'a' }] } }, { content: { parts: [{ text: 'b' }] }, index: 1 }],
    }
    const { events, losses } = decodeStream(frame(two) + finish())
    expect(events.filter(({ type }) => type === 'text')).toHaveLength(1)
    expect(losses).toMatchObject([{ path: 'candidates[1]', kind: 'dropped' }])
  })

  it('hazard 91: parts it does not know pass by', () => {
    const answer = reply(
      chunk([{ newest: {} }, { text: 'a' }, { executableCode: { code: 'x' } }, { text: 'b' }]),
      finish(),
    )
    expect(answer?.parts.map(({ type }) => type)).toEqual(['text', 'opaque', 'text'])
  })

  it('places sources in the text by bytes, and only where they fit', () => {
    const groundingMetadata = {
      groundingChunks: [
        { web: { uri: 'https://a.test', title: 'A' } },
        { web: { uri: 'https://b.test' } },
        { maps: { title: 'C' } },
      ],
      groundingSupports: [
        { segment: { startIndex: 0, endIndex: 8, text: 'Grüße 🦊'.slice(0, 6) }, groundingChunkIndices: [0] },
        { segment: { startIndex: 8, endIndex: 12, text: '🦊' }, groundingChunkIndices: [0, 7] },
        { segment: { startIndex: 9, endIndex: 12 }, groundingChunkIndices: [1] },
      ],
    }
    const [part] =
      reply(chunk([{ text: 'Grüße ' }]), chunk([{ text: '🦊' }], { groundingMetadata }), finish())?.parts ?? []
    expect(part?.type === 'text' && part.citations).toEqual([
      { url: 'https://a.test', title: 'A', quote: 'Grüße ', start: 0, end: 6 },
      { url: 'https://a.test', title: 'A', quote: '🦊', start: 6, end: 8 },
      { url: 'https://b.test' },
      { title: 'C' },
    ])
  })

  it('places of sources count in all the text of the stream, those of citations in the text they begin in', () => {
    const segment = (startIndex: number, endIndex: number): JsonObject => ({
      segment: { startIndex, endIndex },
      groundingChunkIndices: [0],
    })
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://a.test' } }, { web: { uri: 'https://b.test' } }],
      groundingSupports: [segment(0, 7), segment(8, 10)],
    }
    const code = { executableCode: { language: 'PYTHON', code: '1' } }
    const answer = reply(
      chunk([{ text: 'Gr\u00fc\u00dfe ' }]),
      chunk([code]),
      chunk([{ text: 'oké' }], { groundingMetadata }),
      finish(),
    )
    expect(answer?.parts).toMatchObject([
      { citations: [{ url: 'https://a.test', start: 0, end: 5 }] },
      { type: 'opaque' },
      { citations: [{ url: 'https://a.test', start: 0, end: 2 }, { url: 'https://b.test' }] },
    ])
  })

  it('sources belong to the text before them, also behind a call', () => {
    const groundingMetadata = { groundingChunks: [{ web: { uri: 'https://a.test' } }] }
    const call = { functionCall: { name: 'f', args: {} } }
    const answer = reply(chunk([{ text: 'a' }]), chunk([call], { groundingMetadata }), finish())
    expect(answer?.parts).toMatchObject([{ citations: [{ url: 'https://a.test' }] }, { type: 'tool-call' }])
  })

  it('token probabilities are told as the canon has them', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'a', logProbability: -0.5 }],
      topCandidates: [
        {
          candidates: [
            { token: 'a', logProbability: -0.5 },
            { token: 'b', logProbability: -2 },
          ],
        },
      ],
    }
    expect(reply(chunk([{ text: 'a' }], { logprobsResult }), finish())?.logprobs).toMatchObject([
      { content: [{ token: 'a', logprob: -0.5, top_logprobs: [{ token: 'a' }, { token: 'b', logprob: -2 }] }] },
    ])
  })
})

describe('reading arguments that are streamed', () => {
  it('puts the values of every kind in their places', () => {
    const answer = reply(
      ...calls(
        { name: 'f', willContinue: true },
        partial('$.text', { stringValue: 'He', willContinue: true }),
        partial('$.text', { stringValue: 'llo' }),
        partial("$.list[0]['a b']", { numberValue: 1.5 }),
        partial('$.list[1]', { boolValue: false }),
        partial('$["no\\"ne"]', { nullValue: 'NULL_VALUE' }),
        partial('$.later', {}),
        {},
      ),
      finish(),
    )
    expect(inputs(answer)).toEqual([['f', 'call_r1_0', '{"text":"Hello","list":[{"a b":1.5},false],"no\\"ne":null}']])
    expect(answer?.stop.reason).toBe('tool-calls')
  })

  it.each([
    ['an empty call', {}],
    ['a call that does not continue', { willContinue: false }],
    ['another call', { name: 'g', args: {} }],
  ])('%s ends the one before', (_name, end) => {
    const answer = reply(
      ...calls({ name: 'f' }, partial('$.a', { stringValue: 'x' }), end),
      chunk([{ text: 'b' }]),
      finish(),
    )
    expect(answer?.parts[0]).toMatchObject({ name: 'f', input: '{"a":"x"}' })
  })

  it('a text and the finish end a call', () => {
    expect(
      inputs(reply(...calls({ name: 'f' }, partial('$.a', { stringValue: 'x' })), chunk([{ text: 'b' }]), finish())),
    ).toEqual([['f', 'call_r1_0', '{"a":"x"}'], 'text'])
    expect(inputs(reply(...calls({ name: 'f' }, partial('$.a', { stringValue: 'x' })), finish()))).toEqual([
      ['f', 'call_r1_0', '{"a":"x"}'],
    ])
  })

  it('a name may be repeated while the call goes on', () => {
    const more = { ...partial('$.a', { stringValue: 'x' }), name: 'f' }
    expect(inputs(reply(...calls({ name: 'f', willContinue: true }, more, {}), finish()))).toEqual([
      ['f', 'call_r1_0', '{"a":"x"}'],
    ])
  })

  it('hazard 24: any key is only a key', () => {
    const answer = reply(...calls({ name: 'f' }, partial('$.__proto__.x', { stringValue: 'y' }), {}), finish())
    expect(inputs(answer)).toEqual([['f', 'call_r1_0', '{"__proto__":{"x":"y"}}']])
    expect(({} as { x?: string }).x).toBeUndefined()
  })

  it.each(['$', 'a', '$.a[99999]', '$.a[0', '$..a', '$.a[-1]', "$['a", '$[0]'])(
    'a place like %s breaks the stream',
    (path) => {
      expect(
        last(
          ...calls({ name: 'f' }, partial('$.a', { stringValue: 'x' }), partial(path, { stringValue: 'y' })),
          finish(),
        ),
      ).toMatchObject({
        type: 'error',
        error: { status: 502 },
      })
    },
  )

  it('reads the paths that name one place', () => {
    expect(parsePath('$.a.b[0]')).toEqual(['a', 'b', 0])
    expect(parsePath(`$['a.b']["c]d"][12]`)).toEqual(['a.b', 'c]d', 12])
    expect(parsePath('$')).toEqual([])
    expect(parsePath('$.a.*x')).toEqual(['a', '*x'])
    expect(parsePath(`$${'.a'.repeat(101)}`)).toBeUndefined()
  })
})

describe('a stream that goes wrong', () => {
  it('hazards 107 and 108: an error or an early end is never a finish', () => {
    const error = frame({ error: { code: 429, message: 'slow down', status: 'RESOURCE_EXHAUSTED' } })
    expect(last(chunk([{ text: 'a' }]), error, finish())).toMatchObject({
      type: 'error',
      error: { status: 429, kind: 'rate-limit', message: 'slow down' },
    })
    expect(last(chunk([{ text: 'a' }]))).toMatchObject({ type: 'error', error: { code: 'stream_truncated' } })
    expect(last('')).toMatchObject({ type: 'error', error: { code: 'stream_truncated' } })
  })

  it('a frame that is not JSON is an error, not an exception', () => {
    expect(last(chunk([{ text: 'a' }]), 'data: <html>\n\n', finish())).toMatchObject({
      type: 'error',
      error: { status: 502 },
    })
    expect(last('event: error\ndata: boom\n\n')).toMatchObject({ type: 'error', error: { message: 'boom' } })
  })
})
