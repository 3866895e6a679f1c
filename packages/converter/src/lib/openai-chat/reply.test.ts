import type { ChatCompletion } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { replyContext } from '../../../test/openai-kit.ts'
import type { JsonObject } from '../chat/json.ts'
import type { Loss } from '../chat/loss.ts'
import type { AssistantPart, ToolCallPart } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'
import type { Stop } from '../chat/stop.ts'
import type { ReplyContext } from '../codec.ts'
import { LossReport } from '../report.ts'
import { decodeReply } from './reply-decode.ts'
import { encodeReply } from './reply-encode.ts'

function decode(message: JsonObject, finish: string | null = 'stop', more: JsonObject = {}): ChatReply {
  const wire = { id: 'chatcmpl-1', choices: [{ index: 0, message, finish_reason: finish }], ...more }
  return decodeReply(wire, new LossReport())
}

interface Encoded {
  readonly body: JsonObject
  readonly choice: JsonObject
  readonly message: JsonObject
  readonly losses: readonly Loss[]
}

function encode(parts: AssistantPart[], stop: Stop = { reason: 'end' }, context: Partial<ReplyContext> = {}): Encoded {
  const report = new LossReport()
  const body = encodeReply({ parts, stop }, replyContext(report, context))
  const choice = (body.choices as JsonObject[])[0] ?? {}
  return { body, choice, message: choice.message as JsonObject, losses: report.losses }
}

const call = (name: string, args: unknown): JsonObject => ({
  id: `id_${name}`,
  type: 'function',
  function: { name, arguments: args as string },
})
const text = (value: string, more: object = {}) => ({ type: 'text', text: value, at: 'content[0]', ...more }) as const
const toolCall = (more: Partial<ToolCallPart> = {}): ToolCallPart => ({
  type: 'tool-call',
  id: 'toolu_1',
  name: 'look',
  input: '{"n":1.0}',
  inputKind: 'json',
  at: 'content[1]',
  ...more,
})

describe('decodeReply', () => {
  it.each([
    ['stop', 'end'],
    ['length', 'length'],
    ['content_filter', 'content-filter'],
    ['eos_token', 'end'],
    ['model_length', 'context-window'],
    ['tool_calls', 'end'],
  ])('the finish reason %s is %s', (finish, reason) => {
    expect(decode({ content: 'x' }, finish).stop.reason).toBe(reason)
  })

  it('hazard 84: an unknown finish reason is kept as what was said', () => {
    expect(decode({ content: 'x' }, 'weird').stop).toEqual({ reason: 'other', said: 'weird' })
    expect(decode({ content: 'x' }, null).stop).toEqual({ reason: 'other', said: '' })
  })

  it('hazard 47: calls decide, although the finish reason says stop', () => {
    expect(decode({ content: null, tool_calls: [call('f', '{}')] }, 'stop').stop).toEqual({ reason: 'tool-calls' })
  })

  it('hazard 87: a refusal is a part and a stop reason', () => {
    expect(decode({ content: null, refusal: 'no' })).toMatchObject({
      parts: [{ type: 'refusal', text: 'no' }],
      stop: { reason: 'refusal' },
    })
  })

  it('hazard 89: further choices are alternatives, never part of the answer', () => {
    const choices = ['a', 'b'].map((content, index) => ({ index, message: { content }, finish_reason: 'stop' }))
    const reply = decodeReply({ choices }, new LossReport())
    expect(reply.parts).toMatchObject([{ text: 'a' }])
    expect(reply.alternatives).toMatchObject([{ parts: [{ text: 'b' }], stop: { reason: 'end' } }])
  })

  it('hazards 20 and 46: empty and missing arguments are an empty object', () => {
    const calls = [call('a', ''), call('b', undefined), call('c', { x: 1 })]
    expect(decode({ tool_calls: calls }).parts).toMatchObject([{ input: '{}' }, { input: '{}' }, { input: '{"x":1}' }])
  })

  it('calls without an id get one each that is the same whenever the reply is read', () => {
    const calls = [{ function: { name: 'a' } }, { id: '', function: { name: 'a' } }]
    const ids = () => decode({ tool_calls: calls }).parts.map((part) => (part as ToolCallPart).id)
    expect(new Set(ids()).size).toBe(2)
    expect(ids()).toEqual(ids())
  })

  it('hazard 81: cached tokens are part of the input, whichever way the vendor counts', () => {
    const usage = (usage: JsonObject) => decode({ content: 'x' }, 'stop', { usage }).usage
    expect(
      usage({
        prompt_tokens: 100,
        completion_tokens: 10,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 4 },
      }),
    ).toEqual({ input: 100, cacheRead: 60, cacheWrite: 20, output: 10, reasoning: 4 })
    expect(usage({ prompt_tokens: 100, completion_tokens: 1, prompt_cache_hit_tokens: 64 })).toMatchObject({
      input: 100,
      cacheRead: 64,
    })
    expect(usage({})).toBeUndefined()
    expect(usage({ prompt_tokens: 'many' })).toBeUndefined()
  })

  it('hazard 83: reasoning left out of the completion (xAI) is added, and only then', () => {
    const output = (completion: number, reasoning: number, total: number) =>
      decode({ content: 'x' }, 'stop', {
        usage: {
          prompt_tokens: 10,
          completion_tokens: completion,
          total_tokens: total,
          completion_tokens_details: { reasoning_tokens: reasoning },
        },
      }).usage?.output
    expect(output(5, 20, 35)).toBe(25)
    expect(output(25, 20, 35)).toBe(25)
    expect(output(0, 0, 10)).toBe(0)
  })

  it('annotations count in all the text together, citations in the text they begin in', () => {
    const cite = (start_index: number, end_index: number): JsonObject => ({
      type: 'url_citation',
      url_citation: { url: 'u', title: 't', start_index, end_index },
    })
    const content = [
      { type: 'text', text: 'Ab' },
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'cd' },
    ]
    const { parts } = decode({ content, annotations: [cite(0, 1), cite(2, 4), cite(3, 4)] }, 'stop', {
      citations: ['https://a'],
    })
    expect(parts).toMatchObject([
      { text: 'Ab', citations: [{ url: 'u', start: 0, end: 1 }] },
      { type: 'reasoning' },
      { text: 'cd', citations: [{ start: 0, end: 2 }, { start: 1, end: 2 }, { url: 'https://a' }] },
    ])
    const lost = new LossReport()
    const message = { content: null, annotations: [cite(0, 1)] }
    decodeReply({ choices: [{ message, finish_reason: 'stop' }], citations: ['https://a'] }, lost)
    expect(lost.losses).toMatchObject([
      { path: 'choices[0].message.annotations', kind: 'dropped' },
      { path: 'citations', kind: 'dropped' },
    ])
  })

  it('annotations are citations of the text', () => {
    const annotation = { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 1 } }
    expect(decode({ content: 'x', annotations: [annotation] }).parts).toMatchObject([
      { citations: [{ url: 'u', title: 't', start: 0, end: 1 }] },
    ])
  })

  it.each([{}, { choices: [] }, { choices: 5 }, { choices: [null] }])('%j is no reply', (wire) => {
    expect(() => decodeReply(wire as JsonObject, new LossReport())).toThrowError(/no chat completion/)
  })

  it('hazard 122: an error under 200 is no reply, and its message is kept', () => {
    expect(() => decodeReply({ error: { message: 'quota is gone' } }, new LossReport())).toThrowError(/quota is gone/)
  })

  it('odd types in a reply are absent', () => {
    const reply = decode({ content: 5, tool_calls: 'x', refusal: {}, audio: 7 }, 'stop', { id: 3, model: [], usage: 1 })
    expect(reply).toEqual({ parts: [], stop: { reason: 'end' } })
  })
})

describe('encodeReply', () => {
  it('hazard 92: has every key the official SDK declares', () => {
    const { body } = encode([text('Hi')])
    expect(body).toEqual({
      id: 'chatcmpl-fresh',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: '',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hi', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
    } satisfies ChatCompletion)
  })

  it('hazard 19: texts are joined without a separator, annotations count in the joined text', () => {
    const { message } = encode([text('Ab'), text('cd', { citations: [{ url: 'u', title: 't', start: 0, end: 1 }] })])
    expect(message.content).toBe('Abcd')
    expect(message.annotations).toEqual([
      { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 2, end_index: 3 } },
    ])
  })

  it('a source without a URL is told as lost', () => {
    const { message, losses } = encode([text('x', { citations: [{ title: 'page 3' }] })])
    expect(message.annotations).toBeUndefined()
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'content[0].citations[0]' }])
  })

  it('tool calls keep their argument text, and content is null without text', () => {
    const { message, choice } = encode([toolCall()], { reason: 'tool-calls' })
    expect(message).toEqual({
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'look', arguments: '{"n":1.0}' } }],
    })
    expect(choice.finish_reason).toBe('tool_calls')
  })

  it('hazard 47: calls decide, although the upstream said it was done', () => {
    expect(encode([toolCall()], { reason: 'end' }).choice.finish_reason).toBe('tool_calls')
    expect(encode([text('x')], { reason: 'tool-calls' }).choice.finish_reason).toBe('stop')
  })

  it.each([
    ['end', 'stop'],
    ['stop-sequence', 'stop'],
    ['length', 'length'],
    ['context-window', 'length'],
    ['content-filter', 'content_filter'],
    ['refusal', 'content_filter'],
    ['pause', 'stop'],
    ['other', 'stop'],
  ] as const)('hazards 84, 85 and 86: %s is %s', (reason, finish) => {
    expect(encode([text('x')], { reason }).choice.finish_reason).toBe(finish)
  })

  it('a pause told as stop is a loss', () => {
    expect(encode([text('x')], { reason: 'pause' }).losses).toMatchObject([{ kind: 'approximated' }])
    expect(encode([text('x')], { reason: 'end' }).losses).toEqual([])
  })

  it('hazard 85: a refusal says so in its own field', () => {
    const worded = encode([{ type: 'refusal', text: 'no', at: 'x' }], { reason: 'refusal' })
    expect([worded.message.refusal, worded.choice.finish_reason]).toEqual(['no', 'stop'])
    const explained = encode([], { reason: 'refusal', explanation: 'policy' })
    expect([explained.message.refusal, explained.choice.finish_reason]).toEqual(['policy', 'content_filter'])
  })

  it('hazard 74: reasoning is shown beside the answer or not at all', () => {
    const reasoning: AssistantPart = { type: 'reasoning', text: 'hm', at: 'content[0]' }
    expect(encode([reasoning, text('x')]).message).toMatchObject({ content: 'x', reasoning_content: 'hm' })
    const hidden = encode([reasoning, text('x')], { reason: 'end' }, { showReasoning: false })
    expect(JSON.stringify(hidden.body)).not.toContain('hm')
    expect(hidden.losses).toMatchObject([{ kind: 'dropped', path: 'content[0]' }])
  })

  it('hazard 18: clients of the legacy functions get function_call', () => {
    const { message, choice, losses } = encode(
      [toolCall(), toolCall({ at: 'content[2]' })],
      { reason: 'tool-calls' },
      { legacyFunctions: true },
    )
    expect(message.function_call).toEqual({ name: 'look', arguments: '{"n":1.0}' })
    expect([message.tool_calls, choice.finish_reason]).toEqual([undefined, 'function_call'])
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'content[2]' }])
  })

  it('hazard 30: a custom tool that went out as a function comes back as custom', () => {
    const part = toolCall({ name: 'patch', input: '{"input":"*** raw"}' })
    const { message } = encode([part], { reason: 'tool-calls' }, { customTools: new Set(['patch']) })
    expect(message.tool_calls).toEqual([{ id: 'toolu_1', type: 'custom', custom: { name: 'patch', input: '*** raw' } }])
  })

  it('hazard 32: the client sees its own tool names', () => {
    const { message } = encode([toolCall({ name: 'alias' })], { reason: 'end' }, { originalToolName: () => 'mcp.a/b' })
    expect(message.tool_calls).toMatchObject([{ function: { name: 'mcp.a/b' } }])
  })

  it('hazard 48: a thought signature travels with its call; another issuer’s seal does not', () => {
    const sealed = toolCall({ seal: { issuer: 'gemini', value: 'sig' } })
    expect(encode([sealed]).message.tool_calls).toMatchObject([
      { extra_content: { google: { thought_signature: 'sig' } } },
    ])
    expect(encode([sealed]).losses).toEqual([])
    const foreign = toolCall({ seal: { issuer: 'anthropic', value: 'sig' } })
    expect(JSON.stringify(encode([foreign]).message)).not.toContain('sig')
    expect(encode([foreign]).losses).toMatchObject([{ kind: 'dropped', path: 'content[1].seal' }])
  })

  it('hazards 75 and 77: a seal of reasoning is withheld and told, and so is reasoning the provider hid', () => {
    const seal = { issuer: 'anthropic', value: 'sig' } as const
    const shown = encode([{ type: 'reasoning', text: 'hm', seal, at: 'content[0]' }])
    expect(JSON.stringify(shown.body)).not.toContain('sig')
    expect(shown.losses).toMatchObject([{ kind: 'dropped', path: 'content[0].seal' }])
    const redacted = encode([{ type: 'reasoning', text: '', seal, redacted: true, at: 'content[0]' }])
    expect(JSON.stringify(redacted.body)).not.toMatch(/sig|reasoning_content/)
    expect(redacted.losses).toMatchObject([{ kind: 'dropped', path: 'content[0]' }])
  })

  it('hazards 78 and 91: opaque parts are hidden and told', () => {
    const opaque: AssistantPart = { type: 'opaque', dialect: 'anthropic', kind: 'server_tool_use', value: {}, at: 'x' }
    const { message, losses } = encode([opaque, text('done')])
    expect(message.content).toBe('done')
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'x' }])
  })

  it('usage includes the cache, and what is unknown stays out of the details', () => {
    const usage = { input: 100, cacheRead: 60, cacheWrite: 20, output: 10, reasoning: 4 }
    const body = encodeReply({ parts: [], stop: { reason: 'end' }, usage }, replyContext(new LossReport()))
    expect(body.usage).toEqual({
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 110,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 20 },
      completion_tokens_details: { reasoning_tokens: 4 },
    })
    const bare = encodeReply(
      { parts: [], stop: { reason: 'end' }, usage: { output: 3 } },
      replyContext(new LossReport()),
    )
    expect(bare.usage).toEqual({ prompt_tokens: 0, completion_tokens: 3, total_tokens: 3 })
  })

  it('alternatives are further choices', () => {
    const reply: ChatReply = {
      parts: [text('a')],
      stop: { reason: 'end' },
      alternatives: [{ parts: [text('b')], stop: { reason: 'length' } }],
    }
    expect(encodeReply(reply, replyContext(new LossReport())).choices).toMatchObject([
      { index: 0, message: { content: 'a' } },
      { index: 1, message: { content: 'b' }, finish_reason: 'length' },
    ])
  })
})
