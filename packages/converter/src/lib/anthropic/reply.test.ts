import type Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { fixtureJson, fixtureNames, replyContext } from '../../../test/anthropic-kit.ts'
import { ConversionError } from '../chat/error.ts'
import type { JsonObject } from '../chat/json.ts'
import type { AssistantPart } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'
import type { StopReason } from '../chat/stop.ts'
import type { ReplyContext } from '../codec.ts'
import { LossReport } from '../report.ts'
import { anthropicCodec } from './index.ts'

function decode(wire: JsonObject): { reply: ChatReply; losses: string[] } {
  const report = new LossReport()
  const reply = anthropicCodec.decodeReply(wire, report)
  return { reply, losses: report.losses.map((loss) => `${loss.kind} ${loss.path}`) }
}

function encode(
  reply: Partial<ChatReply>,
  context: Partial<ReplyContext> = {},
): { body: JsonObject; losses: string[] } {
  const report = new LossReport()
  const body = anthropicCodec.encodeReply(
    { parts: [], stop: { reason: 'end' }, ...reply },
    replyContext(report, context),
  )
  return { body, losses: report.losses.map((loss) => `${loss.kind} ${loss.path}`) }
}

const message = (content: JsonObject[], rest: JsonObject = {}): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 2 },
  ...rest,
})
const usage = { input: 10, output: 5 }

describe('decodeReply', () => {
  it('reads parts in order', () => {
    expect(decode(fixtureJson('parallel-tools', 'reply.json')).reply).toEqual({
      id: 'msg_01Parallel',
      model: 'claude-sonnet-5',
      parts: [
        { type: 'text', text: 'I will look both up.', at: 'content[0]' },
        {
          type: 'tool-call',
          id: 'toolu_01A',
          name: 'get_weather',
          input: '{"city":"Oslo","unit":"c"}',
          inputKind: 'json',
          at: 'content[1]',
        },
        {
          type: 'tool-call',
          id: 'toolu_01B',
          name: 'get_time',
          input: '{"city":"Oslo"}',
          inputKind: 'json',
          at: 'content[2]',
        },
      ],
      stop: { reason: 'tool-calls' },
      usage: { input: 412, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 96 },
      serviceTier: 'default',
    })
  })

  it('hazard 81: input includes what the cache read and wrote', () => {
    expect(decode(fixtureJson('cache-control', 'reply.json')).reply.usage).toEqual({
      input: 2305,
      cacheRead: 2000,
      cacheWrite: 300,
      cacheWrite1h: 200,
      output: 3,
    })
  })

  it.each<[string, StopReason]>([
    ['end_turn', 'end'],
    ['max_tokens', 'length'],
    ['stop_sequence', 'stop-sequence'],
    ['tool_use', 'tool-calls'],
    ['pause_turn', 'pause'],
    ['refusal', 'refusal'],
    ['model_context_window_exceeded', 'context-window'],
  ])('hazards 84 to 86: stop_reason %s is %s', (word, reason) => {
    expect(decode(message([], { stop_reason: word })).reply.stop).toEqual({ reason })
  })

  it('keeps the word of an unknown stop, also one that is a name of Object', () => {
    expect(decode(message([], { stop_reason: 'tired' })).reply.stop).toEqual({ reason: 'other', said: 'tired' })
    expect(decode(message([], { stop_reason: 'constructor' })).reply.stop.reason).toBe('other')
  })

  it('hazard 47: tool calls with end_turn are still to be run', () => {
    const call = { type: 'tool_use', id: 'a', name: 'f', input: {} }
    expect(decode(message([call])).reply.stop).toEqual({ reason: 'tool-calls' })
  })

  it('hazards 85 and 87: keeps the explanation of a refusal and the sequence of a stop', () => {
    expect(decode(fixtureJson('refusal', 'reply.json')).reply.stop).toEqual({
      reason: 'refusal',
      explanation: 'The request asks for help with an attack.',
    })
    expect(decode(fixtureJson('stop-sequence', 'reply.json')).reply.stop).toEqual({
      reason: 'stop-sequence',
      sequence: '5',
    })
  })

  it('reads citations, and hazard 105: blocks of server tools as opaque parts', () => {
    const { reply } = decode(fixtureJson('server-tools', 'reply.json'))
    expect(reply.parts.map((part) => (part.type === 'opaque' ? part.kind : part.type))).toEqual([
      'text',
      'web_search_tool_result',
      'text',
      'text',
    ])
    expect(reply.parts[1]).toMatchObject({
      search: { queries: ['Oslo population'], pages: [{ url: 'https://example.com/oslo', title: 'Oslo' }] },
    })
    expect(reply.parts[2]).toMatchObject({
      citations: [{ url: 'https://example.com/oslo', title: 'Oslo', quote: 'Oslo has 717,710 inhabitants.' }],
    })
    expect(reply.stop).toEqual({ reason: 'end' })
  })

  it('says what it had to invent', () => {
    expect(decode(message([], { stop_reason: null }))).toMatchObject({
      reply: { stop: { reason: 'end' } },
      losses: ['invented stop_reason'],
    })
  })

  it.each<JsonObject>([
    {},
    { type: 'message' },
    { content: 'text' },
    { type: 'error', error: { type: 'api_error', message: 'broken' } },
    { choices: [] },
  ])('hazard 122: %j is no reply', (wire) => {
    let thrown: unknown
    try {
      decode(wire)
    } catch (error) {
      thrown = error
    }
    expect(ConversionError.is(thrown) && [thrown.code, thrown.status]).toEqual(['INVALID_REPLY', 502])
  })

  it('survives a reply with wrong types everywhere', () => {
    const { reply } = decode({
      id: 7,
      model: [],
      content: [
        null,
        7,
        'x',
        {},
        { type: 7 },
        { type: 'text', text: 7, citations: 'x' },
        { type: 'tool_use', input: 'x' },
      ],
      stop_reason: 7,
      usage: { input_tokens: 'many', output_tokens: -1, cache_creation: [] },
    })
    expect(reply.usage).toBeUndefined()
    expect(reply.parts.at(-1)).toMatchObject({ type: 'tool-call', id: '', input: '{}' })
  })
})

describe('encodeReply', () => {
  it('hazard 92: writes every key the SDK declares', () => {
    const { body, losses } = encode({ id: 'msg_1', model: 'm', parts: [{ type: 'text', text: 'hi', at: 'x' }], usage })
    expect(body).toEqual({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'hi', citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: {
        input_tokens: 10,
        output_tokens: 5,
        cache_creation_input_tokens: null,
        cache_read_input_tokens: null,
        cache_creation: null,
        output_tokens_details: null,
        server_tool_use: null,
        service_tier: null,
        inference_geo: null,
        speed: null,
      },
    } satisfies Anthropic.Message)
    expect(losses).toEqual([])
  })

  it('hazard 82: input tokens leave out what the cache read and wrote, and never fall below 0', () => {
    const cached = { input: 2305, cacheRead: 2000, cacheWrite: 300, cacheWrite1h: 200, output: 3, reasoning: 1 }
    expect(encode({ usage: cached }).body.usage).toMatchObject({
      input_tokens: 5,
      cache_read_input_tokens: 2000,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_1h_input_tokens: 200, ephemeral_5m_input_tokens: 100 },
      output_tokens_details: { thinking_tokens: 1 },
    })
    expect(encode({ usage: { input: 5, cacheRead: 9 } }).body.usage).toMatchObject({ input_tokens: 0 })
  })

  it('hazard 98: without usage the counts are numbers and the invention is told', () => {
    const { body, losses } = encode({})
    expect(body.usage).toMatchObject({ input_tokens: 0, output_tokens: 0 })
    expect(losses).toEqual(['invented usage'])
  })

  it.each<[StopReason, Anthropic.StopReason]>([
    ['end', 'end_turn'],
    ['length', 'max_tokens'],
    ['context-window', 'model_context_window_exceeded'],
    ['stop-sequence', 'stop_sequence'],
    ['tool-calls', 'tool_use'],
    ['content-filter', 'refusal'],
    ['refusal', 'refusal'],
    ['pause', 'pause_turn'],
    ['other', 'end_turn'],
  ])('hazards 84 and 85: stop %s is %s', (reason, word) => {
    expect(encode({ stop: { reason }, usage }).body.stop_reason).toBe(word)
  })

  it('hazard 47: a call makes the stop tool_use although the upstream said end', () => {
    const call: AssistantPart = { type: 'tool-call', id: 'a', name: 'f', input: '', inputKind: 'json', at: 'x' }
    expect(encode({ parts: [call], usage }).body).toMatchObject({ stop_reason: 'tool_use', content: [{ input: {} }] })
  })

  it('hazard 87: a refusal is text and the stop says so', () => {
    const { body } = encode({ parts: [{ type: 'refusal', text: 'No.', at: 'x' }], usage })
    expect(body).toMatchObject({
      content: [{ type: 'text', text: 'No.' }],
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: null, explanation: null },
    })
  })

  it('hazard 21: cut arguments crash nothing', () => {
    const call: AssistantPart = { type: 'tool-call', id: 'a', name: 'f', input: '{"a":', inputKind: 'json', at: 'x' }
    const { body, losses } = encode({ parts: [call], stop: { reason: 'length' }, usage })
    expect(body.content).toMatchObject([{ type: 'tool_use', input: { _raw: '{"a":' } }])
    expect(losses).toEqual(['approximated x'])
  })

  it('hazards 74 and 75: reasoning without a seal of Anthropic is never shown and its signature never forged', () => {
    const { body, losses } = encode({
      parts: [
        { type: 'reasoning', text: 'secret', at: 'r' },
        { type: 'text', text: 'open', at: 't' },
      ],
      usage,
    })
    expect(JSON.stringify(body)).not.toContain('secret')
    expect(losses).toEqual(['dropped r'])
  })

  it('hazard 89: tells the first answer only', () => {
    const { body, losses } = encode({
      parts: [{ type: 'text', text: 'one', at: 'x' }],
      alternatives: [{ parts: [{ type: 'text', text: 'two', at: 'y' }], stop: { reason: 'end' } }],
      logprobs: {},
      usage,
    })
    expect(JSON.stringify(body)).not.toContain('two')
    expect(losses).toEqual(['dropped choices', 'dropped logprobs'])
  })

  it('restores tool names, mints what the upstream did not name and shows the model asked for', () => {
    const call: AssistantPart = { type: 'tool-call', id: 'a:b', name: 'alias', input: '{}', inputKind: 'json', at: 'x' }
    const { body } = encode({ parts: [call], usage }, { originalToolName: () => 'the.real/name', model: 'shown' })
    expect(body).toMatchObject({ id: 'msg_fresh', model: 'shown', content: [{ name: 'the.real/name' }] })
    expect((body.content as JsonObject[])[0]?.id).toMatch(/^[a-zA-Z0-9_-]+$/)
  })

  it('tells own citations and reports others', () => {
    const native = { dialect: 'anthropic' as const, value: { type: 'char_location' } }
    const { body, losses } = encode({
      parts: [{ type: 'text', text: 'x', at: 't', citations: [{ native }, { title: 'a.pdf' }] }],
      usage,
    })
    expect(body.content).toMatchObject([{ citations: [{ type: 'char_location' }] }])
    expect(losses).toEqual(['dropped t.citations'])
  })
})

describe('round trip', () => {
  const names = fixtureNames().filter((name) => name !== 'error-mid-stream')

  it.each(names)('%s: decoded and encoded again says the same', (name) => {
    const wire = fixtureJson(name, 'reply.json')
    const { reply } = decode(wire)
    const again = decode(encode(reply).body)
    const told = ({ parts, ...rest }: ChatReply): unknown => ({
      ...rest,
      parts: parts.map((part) => (part.type === 'opaque' ? part.search : { ...part, at: '' })),
    })
    expect(told(again.reply)).toEqual(told(reply))
  })
})

describe('tapReply', () => {
  it('reads usage and stop and nothing else', () => {
    expect(anthropicCodec.tapReply(fixtureJson('cache-control', 'reply.json'))).toMatchObject({
      usage: { input: 2305 },
      stop: { reason: 'end' },
    })
    expect(anthropicCodec.tapReply({ usage: 'x' })).toEqual({})
  })
})

describe('graft', () => {
  it('hazard 23: takes inputs and schemas with their digits, and leaves the rest', () => {
    const wire = {
      max_tokens: 1,
      messages: [
        { content: 'x' },
        {
          content: [
            { type: 'tool_use', input: { n: 1 } },
            { type: 'image', source: { n: 1 } },
          ],
        },
      ],
      tools: [{ input_schema: { n: 1 } }],
      output_config: { format: { schema: { n: 1 } } },
      content: [{ type: 'tool_use', input: { n: 1 } }],
    }
    const exact = JSON.parse(
      JSON.stringify(wire).replaceAll('"n":1', '"n":2').replace('"max_tokens":1', '"max_tokens":9'),
    ) as JsonObject
    anthropicCodec.graft(wire, exact)
    expect(wire).toEqual({
      max_tokens: 1,
      messages: [
        { content: 'x' },
        {
          content: [
            { type: 'tool_use', input: { n: 2 } },
            { type: 'image', source: { n: 1 } },
          ],
        },
      ],
      tools: [{ input_schema: { n: 2 } }],
      output_config: { format: { schema: { n: 2 } } },
      content: [{ type: 'tool_use', input: { n: 2 } }],
    })
  })
})
