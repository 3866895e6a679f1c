import { describe, expect, it } from 'vitest'
import { anthropicClient, anthropicReplyWriter, anthropicRequestReader } from './anthropic/client.ts'
import { anthropicReplyReader, anthropicUpstream } from './anthropic/upstream.ts'
import type { Dialect } from './chat/dialect.ts'
import { codecOf } from './codecs.ts'
import { convertError, convertReply, convertRequest } from './convert.ts'
import { openaiChatClient, openaiChatReplyWriter } from './openai-chat/client.ts'
import { openaiChatRequestWriter, openaiChatUpstream } from './openai-chat/upstream.ts'
import { pairOf, repliesOf, requestsOf } from './pair.ts'
import { sealsWith } from './seals/seals.ts'
import { openStream } from './stream-converter.ts'

const fixed = { newId: (): string => 'fresh', now: (): number => 1_700_000_000 }
const request = { model: 'claude-sonnet-4-5', max_tokens: 9, top_k: 1, messages: [{ role: 'user', content: 'Hi' }] }
const reply = { id: 'x', model: 'm', choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] }
const chunk =
  'data: {"id":"x","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

describe('a pair of dialects', () => {
  it('does what the functions do that know every dialect', () => {
    const between = { from: 'openai-chat', to: 'anthropic' } as const
    const pair = pairOf(anthropicClient, openaiChatUpstream)
    expect(pair.request(request, { model: 'gpt-4.1' })).toEqual(
      convertRequest(request, { from: 'anthropic', to: 'openai-chat', model: 'gpt-4.1' }),
    )
    expect(pair.reply(reply, fixed)).toEqual(convertReply(reply, { ...between, ...fixed }))
    expect(pair.error({ status: 429, body: 'slow' })).toEqual(convertError({ status: 429, body: 'slow' }, between))
    const [ours, theirs] = [pair.stream(fixed), openStream({ ...between, ...fixed })]
    expect(ours.push(chunk) + ours.end()).toBe(theirs.push(chunk) + theirs.end())
    expect(ours.phase).toBe('finished')
  })

  it('has its two ways apart', () => {
    const pair = pairOf(anthropicClient, openaiChatUpstream)
    expect(requestsOf(anthropicRequestReader, openaiChatRequestWriter).request(request)).toEqual(pair.request(request))
    expect(repliesOf(openaiChatUpstream, anthropicReplyWriter).reply(reply, fixed)).toEqual(pair.reply(reply, fixed))
  })

  it('carries seals as the functions do that take a key', () => {
    const pair = pairOf(openaiChatClient, anthropicUpstream)
    const between = { from: 'anthropic', to: 'openai-chat', sealKey: 'k', ...fixed } as const
    const seals = sealsWith('k')
    const thinking = { type: 'thinking', thinking: 'Simple.', signature: 'EqoB' }
    const call = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }
    const sealed = { id: 'msg_1', model: 'm', content: [thinking, call], stop_reason: 'tool_use', usage: {} }
    const told = pair.reply(sealed, { seals, ...fixed })
    expect(told).toEqual(convertReply(sealed, between))
    const message = (told.body as { choices: { message: object }[] }).choices[0]?.message
    const next = { model: 'm', messages: [{ role: 'user', content: 'Hi' }, message] }
    expect(JSON.stringify(pair.request(next, { seals }))).toContain('"signature":"EqoB"')
    expect(pair.request(next).losses).toContainEqual(
      expect.objectContaining({ detail: 'seals in envelopes are not carried here' }),
    )
  })

  it('is of two dialects', () => {
    expect(() => pairOf(anthropicClient, anthropicUpstream)).toThrow(/both sides are anthropic/)
    expect(() => pairOf(openaiChatClient, openaiChatUpstream)).toThrow(TypeError)
    expect(() => repliesOf(anthropicReplyReader, openaiChatReplyWriter)).not.toThrow()
  })

  it.each<Dialect>(['anthropic', 'gemini', 'openai-chat', 'openai-completions', 'openai-responses'])(
    'every part of %s knows its dialect',
    async (dialect) => {
      const halves: Record<string, { id: string }> = {
        ...(await import(`./${dialect}/client.ts`)),
        ...(await import(`./${dialect}/upstream.ts`)),
      }
      expect(Object.values(halves).map(({ id }) => id)).toEqual(Array.from({ length: 6 }, () => dialect))
      expect(codecOf(dialect).id).toBe(dialect)
    },
  )
})
