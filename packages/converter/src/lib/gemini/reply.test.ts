import { describe, expect, it } from 'vitest'
import { replyContext } from '../../../test/gemini-kit.ts'
import type { JsonObject } from '../chat/json.ts'
import type { AssistantPart } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'
import type { ReplyContext } from '../codec.ts'
import { LossReport } from '../report.ts'
import { geminiCodec } from './index.ts'

function decode(wire: JsonObject): { reply: ChatReply; losses: LossReport['losses'] } {
  const report = new LossReport()
  return { reply: geminiCodec.decodeReply(wire, report), losses: report.losses }
}

function candidate(parts: JsonObject[], more: JsonObject = {}): JsonObject {
  return { content: { role: 'model', parts }, finishReason: 'STOP', ...more }
}

function encode(
  reply: Partial<ChatReply>,
  overrides: Partial<ReplyContext> = {},
): { body: JsonObject; losses: LossReport['losses'] } {
  const report = new LossReport()
  const whole: ChatReply = { parts: [], stop: { reason: 'end' }, ...reply }
  return { body: geminiCodec.encodeReply(whole, replyContext(report, overrides)), losses: report.losses }
}

const at = 'content[0]'

describe('reading a reply', () => {
  it('reads every part in order', () => {
    const { reply, losses } = decode({
      candidates: [
        candidate([
          { text: 'Hm.', thought: true, thoughtSignature: 'S1' },
          { text: 'Here: ', thoughtSignature: 'S2' },
          { inlineData: { mimeType: 'image/png', data: 'AA==' } },
          { functionCall: { name: 'f' }, thoughtSignature: 'S3' },
          { functionCall: { name: 'f', id: 'x', args: { a: 1 } } },
          { text: '' },
        ]),
      ],
      responseId: 'r',
      modelVersion: 'm',
      createTime: '2026-11-20T10:00:00.5Z',
    })
    expect(reply).toMatchObject({
      id: 'r',
      model: 'm',
      created: 1_795_168_800,
      stop: { reason: 'tool-calls' },
      parts: [
        { type: 'reasoning', text: 'Hm.', seal: { issuer: 'gemini', value: 'S1' } },
        { type: 'text', text: 'Here: ' },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
        { type: 'tool-call', id: 'call_r_0', input: '{}', seal: { issuer: 'gemini', value: 'S3' } },
        { type: 'tool-call', id: 'x', input: '{"a":1}' },
      ],
    })
    expect(losses).toMatchObject([{ path: 'candidates[0].content.parts[1].thoughtSignature', kind: 'dropped' }])
  })

  it('hazard 89: other candidates are alternatives, never one answer', () => {
    const { reply } = decode({
      candidates: [candidate([{ text: 'a' }]), candidate([{ text: 'b' }], { finishReason: 'MAX_TOKENS' })],
    })
    expect(reply).toMatchObject({
      parts: [{ text: 'a' }],
      alternatives: [{ parts: [{ text: 'b' }], stop: { reason: 'length' } }],
    })
  })

  it('hazard 90: a refused prompt is an answer that was filtered', () => {
    expect(decode({ promptFeedback: { blockReason: 'BLOCKLIST' } }).reply).toEqual({
      parts: [],
      stop: { reason: 'content-filter', said: 'BLOCKLIST' },
    })
  })

  it('a finish reason that is not there is made up and told', () => {
    const { reply, losses } = decode({ candidates: [{ content: { parts: [{ text: 'a' }] } }] })
    expect(reply.stop).toEqual({ reason: 'end' })
    expect(losses).toMatchObject([{ kind: 'invented' }])
  })

  it('sources belong to the part they name', () => {
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://a.test' } }],
      groundingSupports: [{ segment: { partIndex: 1, endIndex: 2 }, groundingChunkIndices: [0] }],
    }
    const citationMetadata = { citations: [{ uri: 'https://q.test', startIndex: 1, endIndex: 3 }] }
    const { reply } = decode({
      candidates: [
        candidate([{ text: 'one' }, { text: 'two' }, { text: 'three' }], { groundingMetadata, citationMetadata }),
      ],
    })
    expect(reply.parts).toMatchObject([
      { text: 'one' },
      { text: 'two', citations: [{ url: 'https://a.test', start: 0, end: 2 }] },
      { text: 'three', citations: [{ url: 'https://q.test', start: 1, end: 3 }] },
    ])
    expect(reply.parts[0]).not.toHaveProperty('citations')
  })

  it.each([
    [{}, 'it has no candidates'],
    [{ candidates: [] }, 'it has no candidates'],
    [{ error: { code: 500, message: 'boom' } }, 'boom'],
    [{ choices: [] }, 'it has no candidates'],
  ])('hazard 122: %j is no reply', (wire, why) => {
    expect(() => decode(wire as JsonObject)).toThrow(
      expect.objectContaining({ code: 'INVALID_REPLY', message: expect.stringContaining(why) }),
    )
  })
})

describe('writing a reply', () => {
  it('hazard 92: every key of the envelope is there', () => {
    expect(
      encode({ id: 'x', model: 'm', parts: [{ type: 'text', text: 'a', at }], usage: { input: 3, output: 4 } }).body,
    ).toEqual({
      candidates: [{ content: { parts: [{ text: 'a' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 },
      modelVersion: 'm',
      responseId: 'x',
    })
    expect(encode({}, { model: 'mine' }).body).toEqual({
      candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      modelVersion: 'mine',
      responseId: 'fresh',
    })
  })

  it('hazards 20 and 23: calls have arguments that are objects, digit for digit', () => {
    const call = (id: string, input: string, inputKind: 'json' | 'text' = 'json'): AssistantPart => ({
      type: 'tool-call',
      id,
      name: 'f',
      input,
      inputKind,
      at,
    })
    const { body, losses } = encode({
      parts: [call('a', ''), call('b', '{"n":1.50}'), call('c', 'free', 'text'), call('d', '[1')],
    })
    expect(JSON.stringify(body)).toContain(
      '[{"functionCall":{"id":"a","name":"f","args":{}}},{"functionCall":{"id":"b","name":"f","args":{"n":1.50}}},' +
        '{"functionCall":{"id":"c","name":"f","args":{"input":"free"}}},{"functionCall":{"id":"d","name":"f","args":{"_raw":"[1"}}}]',
    )
    expect(losses).toMatchObject([{ kind: 'approximated' }])
    expect(JSON.stringify(encode({ parts: [call('d', '[1')], stop: { reason: 'length' } }).body)).not.toContain(
      'functionCall',
    )
  })

  it('hazards 74, 75 and 87: shows thoughts without another’s seal, refusals as text, and hides the rest', () => {
    const { body, losses } = encode({
      parts: [
        { type: 'reasoning', text: 'hm', seal: { issuer: 'anthropic', value: 'S' }, at: 'a' },
        { type: 'reasoning', text: '', redacted: true, at: 'b' },
        { type: 'refusal', text: 'No.', at: 'c' },
        { type: 'opaque', dialect: 'anthropic', kind: 'server_tool_use', value: {}, at: 'd' },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' }, at: 'e' },
      ],
      stop: { reason: 'refusal', explanation: 'Harm.' },
    })
    expect(body.candidates).toMatchObject([
      {
        content: {
          parts: [
            { text: 'hm', thought: true },
            { text: 'No.' },
            { inlineData: { mimeType: 'image/png', data: 'AA==' } },
          ],
        },
        finishReason: 'SAFETY',
        finishMessage: 'Harm.',
      },
    ])
    expect(JSON.stringify(body)).not.toContain('thoughtSignature')
    expect(losses.map(({ path }) => path)).toEqual(['a.seal', 'b', 'd'])
  })

  it('alternatives are candidates, token probabilities those of the first', () => {
    const logprobs = { content: [{ token: 'a', logprob: -1, top_logprobs: [{ token: 'b', logprob: -2 }] }] }
    const { body } = encode({
      parts: [{ type: 'text', text: 'a', at }],
      logprobs,
      alternatives: [{ parts: [], stop: { reason: 'length' } }],
    })
    expect(body.candidates).toMatchObject([
      {
        index: 0,
        logprobsResult: {
          chosenCandidates: [{ token: 'a', logProbability: -1 }],
          topCandidates: [{ candidates: [{ token: 'b', logProbability: -2 }] }],
        },
      },
      { index: 1, finishReason: 'MAX_TOKENS' },
    ])
  })

  it('texts that follow each other are one part, whose sources keep their places', () => {
    const call: AssistantPart = { type: 'tool-call', id: 'a', name: 'f', input: '', inputKind: 'json', at }
    const citations = [{ url: 'https://a.test', start: 1, end: 2 }, { url: 'https://b.test' }]
    const texts: AssistantPart[] = [
      { type: 'text', text: 'é', at },
      { type: 'text', text: 'aéb', citations, at },
    ]
    const { body } = encode({ parts: [call, ...texts] })
    expect(body.candidates).toMatchObject([
      {
        content: { parts: [{}, { text: 'éaéb' }] },
        groundingMetadata: {
          groundingChunks: [{ web: { uri: 'https://a.test' } }, { web: { uri: 'https://b.test' } }],
          groundingSupports: [
            { segment: { partIndex: 1, startIndex: 3, endIndex: 5, text: 'é' }, groundingChunkIndices: [0] },
            { segment: { partIndex: 1, startIndex: 2, endIndex: 6 }, groundingChunkIndices: [1] },
          ],
        },
      },
    ])
  })
})

describe('the usage of a reply', () => {
  it('hazards 81, 82 and 83: the canon counts all that was read and all that was written', () => {
    const usageMetadata = {
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      toolUsePromptTokenCount: 5,
      candidatesTokenCount: 7,
      thoughtsTokenCount: 11,
    }
    const wire = { candidates: [candidate([{ text: 'a' }])], usageMetadata }
    expect(decode(wire).reply.usage).toEqual({ input: 105, cacheRead: 60, output: 18, reasoning: 11 })
    expect(geminiCodec.tapReply(wire)).toEqual({ usage: decode(wire).reply.usage, stop: { reason: 'end' } })
    expect(encode({ usage: { input: 105, cacheRead: 60, output: 18, reasoning: 11 } }).body.usageMetadata).toEqual({
      promptTokenCount: 105,
      candidatesTokenCount: 7,
      totalTokenCount: 123,
      cachedContentTokenCount: 60,
      thoughtsTokenCount: 11,
    })
  })
})
