import { describe, expect, it } from 'vitest'
import { decodeStream, fixtureNames, fixtureText, framesOf, sseEvent } from '../../../test/anthropic-kit.ts'
import type { StreamTap } from '../codec.ts'
import { FrameSplitter } from '../sse.ts'
import { anthropicCodec } from './index.ts'

function tapped(sse: string): StreamTap {
  const tap = anthropicCodec.openTap()
  const splitter = new FrameSplitter((event, data) => tap.frame(event, data))
  splitter.push(sse)
  splitter.end()
  tap.end()
  return tap
}

describe('tap', () => {
  it.each(fixtureNames())('%s: tells what the decoder tells', (name) => {
    const sse = fixtureText(name, 'stream.sse')
    const tap = tapped(sse)
    const last = decodeStream(sse).at(-1)
    if (last?.type === 'finish') {
      expect([tap.usage, tap.stop, tap.finished, tap.error]).toEqual([last.usage, last.stop, true, undefined])
    } else if (last?.type === 'error') expect([tap.error, tap.finished]).toEqual([last.error, false])
    expect(tap.content).toBe(framesOf(sse).length > 3 || name === 'complete-in-start')
  })

  it('reads events that have no name', () => {
    const sse = fixtureText('text', 'stream.sse').replaceAll(/^event: .*\n/gm, '')
    expect(tapped(sse)).toMatchObject({ finished: true, content: true, stop: { reason: 'end' } })
    expect(tapped('data: {"delta":{"stop_reason":"max_tokens"},"type":"message_delta"}\n\n').stop).toEqual({
      reason: 'length',
    })
  })

  it.each([
    ['a ping', sseEvent('ping')],
    ['an empty start', sseEvent('message_start', { message: { content: [], usage: { input_tokens: 1 } } })],
    ['an empty block', sseEvent('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })],
    [
      'empty thinking',
      sseEvent('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } }),
    ],
    ['an empty delta', sseEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text: '' } })],
    ['an error', sseEvent('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })],
    ['rubbish', 'event: content_block_delta\ndata: {"delta"\n\n'],
  ])('%s is no content', (_, sse) => {
    expect(tapped(sse).content).toBe(false)
  })

  it.each([
    ['text', sseEvent('content_block_delta', { delta: { type: 'text_delta', text: 'x' } })],
    ['thinking', sseEvent('content_block_delta', { delta: { type: 'thinking_delta', thinking: 'x' } })],
    ['a signature', sseEvent('content_block_delta', { delta: { type: 'signature_delta', signature: 'x' } })],
    ['a call', sseEvent('content_block_start', { content_block: { type: 'tool_use', id: 'a', name: 'f', input: {} } })],
    ['redacted thinking', sseEvent('content_block_start', { content_block: { type: 'redacted_thinking', data: 'x' } })],
    ['a server tool', sseEvent('content_block_start', { content_block: { type: 'server_tool_use', id: 'a' } })],
  ])('%s is content', (_, sse) => {
    expect(tapped(sse).content).toBe(true)
  })

  it('reads completion from the message, not from a stop_reason inside a block', () => {
    const block = { type: 'web_search_tool_result', content: [{ stop_reason: 'end_turn' }] }
    expect(tapped(sseEvent('content_block_start', { content_block: block })).finished).toBe(false)
  })

  it('hazard 47: calls with end_turn stop for the calls, also behind text', () => {
    const sse = [
      sseEvent('content_block_delta', { delta: { type: 'text_delta', text: 'x' } }),
      sseEvent('content_block_start', { content_block: { type: 'tool_use', id: 'a', name: 'f', input: {} } }),
      sseEvent('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } }),
    ].join('')
    expect(tapped(sse).stop).toEqual({ reason: 'tool-calls' })
  })
})
