import { describe, expect, it } from 'vitest'
import { tapStream } from '../../../test/openai-kit.ts'
import { cases, decodeStream, event, streamFixture } from '../../../test/responses-kit.ts'
import type { StreamTap } from '../codec.ts'
import { openaiResponsesCodec as codec } from './index.ts'

const tap = (sse: string): StreamTap => tapStream(sse, codec)
const created = event('response.created', { response: { id: 'r', output: [] } })

describe('what a tap tells is what the decoder tells', () => {
  it.each(cases)('%s', (name) => {
    const last = decodeStream(streamFixture(name)).events.at(-1)
    const seen = tap(streamFixture(name))
    const end = last?.type === 'finish' ? last : undefined
    expect({ stop: seen.stop, usage: seen.usage, finished: seen.finished }).toEqual({
      stop: end?.stop,
      usage: end?.usage,
      finished: end !== undefined,
    })
    expect(seen.error).toEqual(last?.type === 'error' ? last.error : undefined)
  })

  it.each(cases)('%s: without event names', (name) => {
    const nameless = streamFixture(name).replaceAll(/^event: .*\n/gm, '')
    const { stop, usage, error } = tap(streamFixture(name))
    expect(tap(nameless)).toMatchObject({ stop, usage, error })
  })
})

describe('content has begun', () => {
  const delta = (type: string, text: string): string => event(type, { output_index: 0, delta: text })
  const item = (value: object): string => event('response.output_item.added', { output_index: 0, item: { ...value } })

  it.each([
    ['nothing', '', false],
    ['the announcement of a response', created, false],
    ['a message without text', item({ type: 'message', content: [] }), false],
    ['reasoning without text', item({ type: 'reasoning', summary: [] }), false],
    ['an empty delta', delta('response.output_text.delta', ''), false],
    ['a keep-alive', event('keepalive'), false],
    ['text', delta('response.output_text.delta', 'x'), true],
    ['reasoning', delta('response.reasoning_summary_text.delta', 'x'), true],
    ['a refusal', delta('response.refusal.delta', 'x'), true],
    ['a call', item({ type: 'function_call', name: 'f' }), true],
    ['a message told whole', item({ type: 'message', content: [{ type: 'output_text', text: 'x' }] }), true],
  ])('with %s: %#', (_, frames, content) => {
    expect(tap(created + frames).content).toBe(content)
  })

  it('a stream that was cut is not finished', () => {
    const whole = streamFixture('text')
    expect(tap(whole.slice(0, whole.indexOf('event: response.completed'))).finished).toBe(false)
  })

  it('hazard 109: an error is told, and nothing after it counts', () => {
    const seen = tap(streamFixture('error-at-once') + streamFixture('text'))
    expect(seen.error).toMatchObject({ kind: 'rate-limit' })
    expect(seen.finished).toBe(false)
  })

  it('usage of a response that failed still counts', () => {
    const usage = { input_tokens: 5, output_tokens: 1 }
    const failed = event('response.failed', { response: { error: { message: 'x' }, usage } })
    expect(tap(created + failed).usage).toEqual({ input: 5, output: 1 })
  })
})
