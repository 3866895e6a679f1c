import type { Completion } from 'openai/resources/completions'
import { describe, expect, it } from 'vitest'
import {
  chatRequest,
  chunksOf,
  decodeStream,
  done,
  encode,
  encodeStream,
  eventsAround,
  frame,
  replyContext,
  saidIn,
  tapStream,
  userTurn,
} from '../../../test/openai-kit.ts'
import { ConversionError } from '../chat/error.ts'
import type { ChatEvent } from '../chat/event.ts'
import type { JsonObject, JsonValue } from '../chat/json.ts'
import type { ChatRequest } from '../chat/request.ts'
import { LossReport } from '../report.ts'
import { openaiCompletionsCodec as codec } from './index.ts'

function decode(overrides: JsonObject = {}): ChatRequest {
  return codec.decodeRequest({ model: 'gpt-3.5-turbo-instruct', prompt: 'Hi', ...overrides }, new LossReport())
}

function textChunk(text: string, finish: string | null = null, more: JsonObject = {}): string {
  const choices = [{ index: 0, text, logprobs: null, finish_reason: finish }]
  return frame({ id: 'cmpl-1', object: 'text_completion', created: 7, model: 'm', choices, ...more })
}

describe('requests', () => {
  it('the prompt is one user message, and the output limit is the dialect’s own default', () => {
    expect(decode()).toEqual({
      model: 'gpt-3.5-turbo-instruct',
      stream: false,
      system: [],
      turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi', at: 'prompt' }], at: 'prompt' }],
      tools: [],
      maxTokens: 16,
      extras: [],
      paths: {},
    })
  })

  it('reads its parameters', () => {
    const chat = decode({ prompt: ['Hi'], max_tokens: 5, stop: 'x', temperature: 0.1, logprobs: 2, user: 'u', seed: 1 })
    expect(chat).toMatchObject({
      maxTokens: 5,
      stop: ['x'],
      temperature: 0.1,
      logprobs: { top: 2 },
      user: 'u',
      seed: 1,
      paths: { maxTokens: 'max_tokens', logprobs: 'logprobs', user: 'user' },
    })
  })

  it.each([null, '', ['a', 'b'], [1, 2, 3], [[1], [2]], [[1, 2]], []] as JsonValue[])(
    'the prompt %j is refused',
    (prompt) => {
      expect(() => decode({ prompt })).toThrowError(ConversionError)
      expect(() => decode({ prompt })).toThrowError(/^prompt/)
    },
  )

  it('what no chat can do is refused; the same words said to no effect are not', () => {
    const refused = decode({ suffix: 'end', best_of: 3, echo: true, logit_bias: { 1: 1 } })
    expect(refused.extras.map((extra) => [extra.key, extra.verdict])).toEqual([
      ['suffix', 'refuse'],
      ['best_of', 'refuse'],
      ['echo', 'refuse'],
      ['logit_bias', 'refuse'],
    ])
    expect(decode({ suffix: '', best_of: 1, echo: false }).extras).toEqual([])
    expect(decode({ other: 1 }).extras).toMatchObject([{ key: 'other', verdict: 'drop' }])
  })

  it.each([5, true, {}, [{}]] as JsonValue[])('a prompt that is %j is refused', (prompt) => {
    expect(() => decode({ prompt })).toThrowError(/^prompt/)
  })

  it('writes a chat of one user text', () => {
    const { body, losses } = encode(
      chatRequest({ maxTokens: 9, stop: ['x'], logprobs: {}, user: 'u', stream: true, reasoning: { effort: 'low' } }),
      {},
      codec,
    )
    expect(body).toEqual({
      model: 'gpt-4o',
      prompt: 'hi',
      max_tokens: 9,
      stop: ['x'],
      logprobs: 0,
      user: 'u',
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(losses).toMatchObject([{ kind: 'dropped' }])
  })

  it.each([
    [{ turns: [userTurn('a'), userTurn('b', 'messages[1]')] }, 'messages[1]'],
    [{ system: [{ type: 'text', text: 's', at: 'messages[0].content' }] }, 'messages[0].content'],
    [{ tools: [{ type: 'function', name: 'f', at: 'tools[0]' }] }, 'tools[0]'],
    [{ output: { type: 'json' }, paths: { output: 'response_format' } }, 'response_format'],
  ] as [Partial<ChatRequest>, string][])('%j is refused: it is more than a text', (chat, path) => {
    expect(() => encode(chatRequest(chat), {}, codec)).toThrowError(path)
  })
})

describe('replies', () => {
  it('hold the text, the legal finish reasons and nothing else', () => {
    const report = new LossReport()
    const reply = codec.encodeReply(
      {
        parts: [
          { type: 'reasoning', text: 'hm', at: 'a' },
          { type: 'text', text: 'Hel', at: 'b' },
          { type: 'text', text: 'lo', citations: [{ url: 'u' }], at: 'c' },
          { type: 'tool-call', id: 'x', name: 'f', input: '{}', inputKind: 'json', at: 'd' },
        ],
        stop: { reason: 'tool-calls' },
        usage: { input: 3, output: 2 },
      },
      replyContext(report),
    )
    expect(reply).toEqual({
      id: 'cmpl-fresh',
      object: 'text_completion',
      created: 1_700_000_000,
      model: '',
      choices: [{ index: 0, text: 'Hello', logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    } satisfies Completion)
    expect(report.losses.map((loss) => loss.path)).toEqual(['stop_reason', 'a', 'c.citations', 'd'])
  })

  it('log-probabilities change their shape both ways', () => {
    const wire = {
      tokens: ['a', 'bc'],
      token_logprobs: [-1, -2],
      top_logprobs: [{ a: -1, z: -3 }, {}],
      text_offset: [0, 1],
    }
    const choices = [{ index: 0, text: 'abc', logprobs: wire, finish_reason: 'stop' }]
    const reply = codec.decodeReply({ choices }, new LossReport())
    expect(reply.logprobs).toMatchObject({ content: [{ token: 'a', logprob: -1 }, { token: 'bc' }] })
    expect(codec.encodeReply(reply, replyContext(new LossReport())).choices).toMatchObject([{ logprobs: wire }])
  })

  it('further choices stay apart', () => {
    const choices = ['a', 'b'].map((text, index) => ({ index, text, finish_reason: 'length' }))
    const reply = codec.decodeReply({ choices }, new LossReport())
    expect(reply).toMatchObject({ parts: [{ text: 'a' }], alternatives: [{ parts: [{ text: 'b' }] }] })
  })

  it.each([{}, { choices: [] }, { error: { message: 'gone' } }])('%j is no reply', (wire) => {
    expect(() => codec.decodeReply(wire as JsonObject, new LossReport())).toThrowError(ConversionError)
  })
})

describe('streams', () => {
  it('are read as one text part', () => {
    const { events } = decodeStream(
      textChunk('Hel') + textChunk('lo') + textChunk('!') + textChunk('', 'length') + done,
      codec,
    )
    expect(saidIn(events, 0)).toBe('Hello!')
    expect(events[0]).toEqual({ type: 'start', id: 'cmpl-1', model: 'm', created: 7 })
    expect(events.at(-1)).toEqual({ type: 'finish', stop: { reason: 'length' } })
  })

  it('hazard 108: cut before the finish reason they are errors', () => {
    expect(decodeStream(textChunk('Hel') + done, codec).events.at(-1)).toMatchObject({ type: 'error' })
    expect(tapStream(textChunk('Hel'), codec).finished).toBe(false)
  })

  it('other choices are left out and told', () => {
    const other = textChunk('B').replace('"index":0', '"index":1')
    const { events, losses } = decodeStream(textChunk('A') + other + other + textChunk('', 'stop'), codec)
    expect(saidIn(events, 0)).toBe('A')
    expect(losses).toMatchObject([{ path: 'choices[1]' }])
  })

  it('hazard 107: a choice that broke off ends them, whatever else its chunk holds', () => {
    const choice = (text: string, finish: string | null) => ({ index: 0, text, logprobs: null, finish_reason: finish })
    const chunk = textChunk('', null, { choices: [choice('', 'error'), choice('more', null)] })
    const { events } = decodeStream(textChunk('A') + chunk, codec)
    expect(events.at(-1)).toMatchObject({ type: 'error' })
    expect(events.filter(({ type }) => type === 'error' || type === 'text')).toHaveLength(2)
  })

  it('are written as text, with usage for those who asked', () => {
    const events: ChatEvent[] = eventsAround(
      [
        { type: 'open', index: 0, part: { type: 'reasoning' } },
        { type: 'text', index: 0, literal: '"hm"' },
        { type: 'close', index: 0 },
        { type: 'open', index: 1, part: { type: 'text' } },
        { type: 'text', index: 1, literal: '"Hel"' },
        { type: 'text', index: 1, literal: '"lo\\n"' },
        { type: 'citation', index: 1, citation: { url: 'u' } },
        { type: 'close', index: 1 },
      ],
      { usage: { input: 1, output: 2 } },
    )
    const { sse, losses } = encodeStream(events, { wantsUsage: true }, codec)
    const base = { id: 'msg_1', object: 'text_completion', created: 1_700_000_000, model: 'claude-x' }
    const chunk = (text: string, finish_reason: string | null = null) => ({
      ...base,
      choices: [{ index: 0, text, logprobs: null, finish_reason }],
      usage: null,
    })
    expect(chunksOf(sse)).toEqual([
      chunk('Hel'),
      chunk('lo\n'),
      chunk('', 'stop'),
      { ...base, choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
      '[DONE]',
    ])
    expect(losses.map((loss) => loss.path)).toEqual(['parts[0]', 'parts[1].citations'])
  })

  it('nothing follows an error', () => {
    const error: ChatEvent = { type: 'error', error: { status: 500, kind: 'server', message: 'no' } }
    const { sse } = encodeStream([{ type: 'start' }, error, { type: 'finish', stop: { reason: 'end' } }], {}, codec)
    expect(chunksOf(sse)).toEqual([{ error: { message: 'no', type: 'server_error', param: null, code: null } }])
  })

  it('the tap tells content, usage, stop and errors', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2 }
    const whole = textChunk('a') + textChunk('b') + textChunk('', 'stop') + textChunk('', null, { choices: [], usage })
    const tap = tapStream(whole, codec)
    expect([tap.content, tap.finished, tap.stop, tap.usage]).toEqual([
      true,
      true,
      { reason: 'end' },
      { input: 1, output: 2 },
    ])
    expect(tapStream(textChunk(''), codec).content).toBe(false)
    expect(tapStream(frame({ error: 'no' }), codec).error).toMatchObject({ message: 'no' })
  })
})
