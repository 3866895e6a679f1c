import { describe, expect, it } from 'vitest'
import {
  decodeStream,
  fixtureJson,
  fixtureNames,
  fixtureText,
  sseEvent,
  sseMessage,
} from '../../../test/anthropic-kit.ts'
import type { ChatEvent } from '../chat/event.ts'
import type { AssistantPart } from '../chat/part.ts'
import { LossReport } from '../report.ts'
import { FrameSplitter } from '../sse.ts'
import { Fold } from '../stream/fold.ts'
import { checked } from '../stream/grammar.ts'
import { anthropicCodec } from './index.ts'

const start = (index: number, content_block: object): string =>
  sseEvent('content_block_start', { index, content_block })
const delta = (index: number, of: object): string => sseEvent('content_block_delta', { index, delta: of })
const stop = (index: number): string => sseEvent('content_block_stop', { index })
const textBlock = { type: 'text', text: '' }
const text = (index: number, value: string): string => delta(index, { type: 'text_delta', text: value })
const json = (index: number, value: string): string => delta(index, { type: 'input_json_delta', partial_json: value })
const tool = (id: string, input: object = {}): object => ({ type: 'tool_use', id, name: `tool_${id}`, input })

function folded(events: readonly ChatEvent[]): Fold {
  const fold = new Fold()
  for (const event of events) fold.push(event)
  return fold
}

/** Opaque blocks have no value in a stream, and positions have other names. */
function bare(part: AssistantPart): object {
  const { at: _, ...rest } = part
  return rest.type === 'opaque' ? { type: rest.type, kind: rest.kind } : rest
}

const complete = fixtureNames().filter((name) => name !== 'error-mid-stream')

describe('the corpus', () => {
  it.each(complete)('%s: the stream folds to the reply', (name) => {
    const reply = anthropicCodec.decodeReply(fixtureJson(name, 'reply.json'), new LossReport())
    const streamed = folded(decodeStream(fixtureText(name, 'stream.sse'))).reply()
    expect(streamed?.parts.map(bare)).toEqual(reply.parts.map(bare))
    expect(streamed?.stop).toEqual(reply.stop)
    expect(streamed?.usage).toEqual(reply.usage)
    expect([streamed?.id, streamed?.model]).toEqual([reply.id, reply.model])
  })

  it.each(complete)('hazard 108: %s cut at any event never looks finished', (name) => {
    const frames = fixtureText(name, 'stream.sse').split(/(?<=\n\n)/)
    const told = frames.findIndex(
      (frame) => frame.includes('"stop_reason":"') && !frame.startsWith('event: content_block'),
    )
    for (let n = 0; n < told; n++) {
      expect(decodeStream(frames.slice(0, n).join('')).at(-1)).toMatchObject({ type: 'error', error: { status: 502 } })
    }
    expect(decodeStream(frames.slice(0, told + 1).join('')).at(-1)).toMatchObject({ type: 'finish' })
  })

  it('hazard 107: an error mid-stream is the end, with its kind and words', () => {
    const events = decodeStream(fixtureText('error-mid-stream', 'stream.sse'))
    expect(events.at(-1)).toEqual({
      type: 'error',
      error: { status: 529, kind: 'overloaded', message: 'Overloaded', requestId: 'req_011' },
    })
    expect(folded(events).reply()).toBeUndefined()
  })
})

describe('text', () => {
  it('passes the literal through as it stands on the wire', () => {
    const literal = String.raw`"caf\u00e9 \ud83d\ude00 \/"`
    const line = (value: string): string =>
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${value}}}\n\n`
    const events = decodeStream(sseMessage([start(0, textBlock), text(0, 'learn'), line(literal), stop(0)]))
    expect(events.filter((event) => event.type === 'text').map((event) => event.literal)).toEqual(['"learn"', literal])
  })

  it.each([
    [
      'spaces after colons',
      '{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "%"}}',
    ],
    ['padding', '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%"}      }'],
    ['another order', '{"index":0,"type":"content_block_delta","delta":{"text":"%","type":"text_delta"}}'],
    ['more members', '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%"},"x":"\\"}}"}'],
    [
      'a member behind the text',
      '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%","x":{}}}',
    ],
    ['a look-alike inside', '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%\\"}}"}}'],
  ])('reads deltas spelled with %s, each once', (_, shape) => {
    const frames = ['a', 'b', 'c'].map((value) => `event: content_block_delta\ndata: ${shape.replace('%', value)}\n\n`)
    const reply = folded(decodeStream(sseMessage([start(0, textBlock), ...frames, stop(0)]))).reply()
    const tail = shape.includes('%\\"}}') ? '"}}' : ''
    expect(reply?.parts).toMatchObject([{ type: 'text', text: ['a', 'b', 'c'].map((value) => value + tail).join('') }])
  })

  it('an invalid escape in a delta is a broken stream, not text', () => {
    const bad = `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\x"}}\n\n`
    const events = decodeStream(sseMessage([start(0, textBlock), text(0, 'a'), bad]))
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { status: 502 } })
  })

  it('an empty block gives no part, an empty delta no event', () => {
    expect(decodeStream(sseMessage([start(0, textBlock), text(0, ''), stop(0)])).map((event) => event.type)).toEqual([
      'start',
      'usage',
      'finish',
    ])
  })

  it('reads text that stands in the block itself, and a block without a start', () => {
    const events = decodeStream(sseMessage([start(0, { type: 'text', text: 'given' }), stop(0), text(1, 'late')]))
    expect(folded(events).reply()?.parts).toMatchObject([{ text: 'given' }, { text: 'late' }])
  })
})

describe('tool calls', () => {
  it('hazard 101: interleaved blocks are told apart by their index', () => {
    const events = decodeStream(
      sseMessage(
        [
          start(0, tool('a')),
          start(1, tool('b')),
          json(0, '{"x"'),
          json(1, '{"y"'),
          json(0, ':1}'),
          json(1, ':2}'),
          stop(1),
          stop(0),
        ],
        'tool_use',
      ),
    )
    expect(folded(events).reply()?.parts).toMatchObject([
      { id: 'a', input: '{"x":1}' },
      { id: 'b', input: '{"y":2}' },
    ])
  })

  it('hazard 22: a call without arguments has none', () => {
    const events = decodeStream(sseMessage([start(0, tool('a')), json(0, ''), stop(0)], 'tool_use'))
    expect(events.some((event) => event.type === 'input')).toBe(false)
    expect(folded(events).reply()?.parts).toMatchObject([{ input: '{}' }])
  })

  it('reads arguments given at the start, digits and all, unless deltas give them', () => {
    const whole = sseMessage([start(0, tool('a', {})).replace('"input":{}', '"input":{"n":1.0}'), stop(0)])
    expect(folded(decodeStream(whole)).reply()?.parts).toMatchObject([{ input: '{"n":1.0}' }])
    const both = sseMessage([start(0, tool('a', { n: 1 })), json(0, '{"n":2}'), stop(0)])
    expect(folded(decodeStream(both)).reply()?.parts).toMatchObject([{ input: '{"n":2}' }])
  })

  it('hazard 47: calls with end_turn finish as tool calls', () => {
    expect(decodeStream(sseMessage([start(0, tool('a')), stop(0)])).at(-1)).toMatchObject({
      stop: { reason: 'tool-calls' },
    })
  })

  it('a reply is complete inside message_start, its calls with their arguments', () => {
    const content = [{ type: 'text', text: 'Looking.' }, tool('a', { n: 1 }), tool('b')]
    const usage = { input_tokens: 0, output_tokens: 0 }
    const message = { id: 'msg_1', model: 'm', content, stop_reason: 'end_turn', usage }
    const events = decodeStream(sseEvent('message_start', { message }) + sseEvent('message_stop'))
    expect(folded(events).reply()).toMatchObject({
      parts: [{ text: 'Looking.' }, { id: 'a', input: '{"n":1}' }, { id: 'b', input: '{}' }],
      stop: { reason: 'tool-calls' },
      usage: { input: 0, output: 0 },
    })
  })

  it('a stop reason in the result of a server tool is not the message’s', () => {
    const result = {
      type: 'web_fetch_tool_result',
      tool_use_id: 'srvtoolu_1',
      content: { type: 'web_fetch_result', content: { stop_reason: 'end_turn' } },
    }
    const sse = sseMessage([start(0, result), stop(0)], 'max_tokens')
    expect(decodeStream(sse).at(-1)).toMatchObject({ type: 'finish', stop: { reason: 'length' } })
    const cut = sse.slice(0, sse.indexOf('event: message_delta'))
    expect(decodeStream(cut).at(-1)).toMatchObject({ type: 'error', error: { code: 'stream_truncated' } })
  })

  it('hazard 105: the input of a server tool is nobody’s arguments', () => {
    const events = decodeStream(fixtureText('server-tools', 'stream.sse'))
    expect(events.some((event) => event.type === 'input')).toBe(false)
    expect(events.filter((event) => event.type === 'open').map((event) => event.part.type)).toEqual([
      'text',
      'opaque',
      'text',
      'text',
    ])
  })
})

describe('thinking', () => {
  const thinking = { type: 'thinking', thinking: '', signature: '' }
  const sign = (value: string): string => delta(0, { type: 'signature_delta', signature: value })

  it('hazard 77: a later signature replaces an earlier one, and needs no text', () => {
    const events = decodeStream(sseMessage([start(0, thinking), sign('one'), sign('two'), stop(0)]))
    expect(folded(events).reply()?.parts).toMatchObject([
      { type: 'reasoning', text: '', seal: { issuer: 'anthropic', value: 'two' } },
    ])
  })

  it('hazard 74: thinking is never text', () => {
    const events = decodeStream(fixtureText('reasoning-sealed', 'stream.sse'))
    expect(
      folded(events)
        .reply()
        ?.parts.map((part) => part.type),
    ).toEqual(['reasoning', 'text'])
  })
})

describe('usage', () => {
  const deltaUsage = (usage: object): string =>
    sseEvent('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage })
  const finish = (usage: object): ChatEvent | undefined =>
    decodeStream(
      sseEvent('message_start', {
        message: { usage: { input_tokens: 100, cache_read_input_tokens: 50, output_tokens: 1 } },
      }) +
        deltaUsage(usage) +
        sseEvent('message_stop'),
    ).at(-1)

  it('hazard 99: later counts overwrite, up and down, and null leaves what was known', () => {
    expect(finish({ output_tokens: 9 })).toMatchObject({ usage: { input: 150, cacheRead: 50, output: 9 } })
    expect(finish({ input_tokens: 900, output_tokens: 9 })).toMatchObject({ usage: { input: 950 } })
    expect(finish({ input_tokens: 3, cache_read_input_tokens: null, output_tokens: 9 })).toMatchObject({
      usage: { input: 53 },
    })
    expect(finish({ cache_read_input_tokens: 7, output_tokens: 9 })).toMatchObject({
      usage: { input: 107, cacheRead: 7 },
    })
  })

  it('absent is unknown, not 0', () => {
    const events = decodeStream(
      sseEvent('message_start', { message: {} }) + deltaUsage({ output_tokens: 3 }) + sseEvent('message_stop'),
    )
    expect(events.at(-1)).toEqual({ type: 'finish', stop: { reason: 'end' }, usage: { output: 3 } })
  })
})

describe('ends', () => {
  it('hazard 96: a missing message_stop is no failure once the stop reason came', () => {
    const sse = sseMessage([start(0, textBlock), text(0, 'x')]).replace(sseEvent('message_stop'), '')
    expect(decodeStream(sse).map((event) => event.type)).toEqual(['start', 'open', 'text', 'usage', 'close', 'finish'])
  })

  it('hazard 108: message_stop without a stop reason is a cut stream', () => {
    const sse = sseEvent('message_start', { message: {} }) + sseEvent('message_stop')
    expect(decodeStream(sse).at(-1)).toMatchObject({ type: 'error' })
  })

  it('a second message is an error, never glued on', () => {
    const begin = sseEvent('message_start', { message: {} })
    expect(decodeStream(begin + start(0, tool('a')) + json(0, '{"a"') + begin).at(-1)).toMatchObject({
      type: 'error',
      error: { status: 502, kind: 'server' },
    })
  })

  it('tells nothing after the end', () => {
    const sse =
      sseMessage([]) +
      text(0, 'ghost') +
      sseEvent('error', { error: { type: 'api_error', message: 'x' } }) +
      sseMessage([])
    expect(decodeStream(sse).map((event) => event.type)).toEqual(['start', 'usage', 'finish'])
  })

  it('hazard 115: pings, unknown events, empty data and [DONE] mean nothing', () => {
    const noise = `${sseEvent('ping')}${sseEvent('future_event', { delta: { text: 'x' } })}event: x\ndata:\n\ndata: [DONE]\n\n`
    expect(decodeStream(noise + sseMessage([noise]) + noise).map((event) => event.type)).toEqual([
      'start',
      'usage',
      'finish',
    ])
  })

  it('hazard 112: events without a name are read by their type', () => {
    const sse = sseMessage([start(0, textBlock), text(0, 'x'), stop(0)]).replaceAll(/event: .*\n/g, '')
    expect(folded(decodeStream(sse)).reply()?.parts).toMatchObject([{ text: 'x' }])
  })
})

describe('hostile input', () => {
  it.each(['not json', '{"type":"content_block_delta"', '[]', 'null', '7', '"text"'])(
    'data %s is an error or nothing, never a throw',
    (data) => {
      const events = decodeStream(`data: ${data}\n\n`)
      expect(events).toMatchObject([{ type: 'error', error: { status: 502 } }])
    },
  )

  it.each([
    '{"type":"message_start","message":7}',
    '{"type":"content_block_start","index":-1,"content_block":[]}',
    '{"type":"content_block_delta"}',
    '{"type":"content_block_stop","index":"0"}',
    '{"type":"message_delta","delta":7,"usage":[]}',
    '{"type":"message_start","message":{"content":[7,null,"x",{}]}}',
  ])('%s keeps the grammar', (data) => {
    const sse = `data: ${data}\n\n`
    expect(decodeStream(sse + sse).at(-1)).toMatchObject({ type: 'error' })
    expect(() => decodeStream(sseMessage([sse, sse]))).not.toThrow()
  })

  it('an error event that is no JSON keeps its words', () => {
    expect(decodeStream('event: error\ndata: upstream exploded\n\n')).toMatchObject([
      { type: 'error', error: { message: 'upstream exploded', kind: 'server' } },
    ])
  })

  it('hazard 114: a hundred streams side by side do not mix', () => {
    const streams = Array.from({ length: 100 }, (_, i) => {
      const fold = new Fold()
      const decoder = anthropicCodec.openDecoder(
        checked((event) => fold.push(event)),
        new LossReport(),
      )
      const splitter = new FrameSplitter((event, data) => decoder.frame(event, data))
      const frames = sseMessage([start(0, textBlock), text(0, `${i}:`), text(0, `${i}`), stop(0)]).split(/(?<=\n\n)/)
      return { i, fold, splitter, frames }
    })
    for (let n = 0; n < 7; n++) for (const { splitter, frames } of streams) splitter.push(frames[n] ?? '')
    for (const { i, fold } of streams) expect(fold.reply()?.parts).toMatchObject([{ text: `${i}:${i}` }])
  })
})
