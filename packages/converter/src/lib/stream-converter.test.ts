import { describe, expect, it } from 'vitest'
import type { Dialect } from './chat/dialect.ts'
import type { JsonObject } from './chat/json.ts'
import { openStream, streamOfReply, streamTransform } from './stream-converter.ts'

const fixed = { newId: () => 'fresh', now: () => 1_700_000_000 }
const backwards = { from: 'anthropic', to: 'openai-chat', ...fixed } as const

function event(type: string, members: JsonObject = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
}

const start = event('message_start', { message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 5 } } })
const open = event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
const delta = (text: string): string => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
const close = event('content_block_stop', { index: 0 })
const stop = event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } })
const end = event('message_stop')
const whole = [start, open, delta('Hi'), close, stop, end]

describe('the phase of a stream', () => {
  it.each(['openai-chat', 'anthropic'] as const)('goes from waiting over content to finished, towards %s', (to) => {
    const stream = openStream({ ...backwards, to })
    const phases: string[] = []
    for (const frame of whole.slice(0, 3)) {
      phases.push(stream.phase)
      stream.push(frame)
    }
    expect([...phases, stream.phase]).toEqual(['waiting', 'waiting', 'waiting', 'content'])
    for (const frame of whole.slice(3)) stream.push(frame)
    stream.end()
    expect(stream.phase).toBe('finished')
    expect(stream.usage).toEqual({ input: 5, output: 7 })
    expect(stream.stop).toEqual({ reason: 'end' })
    expect(stream.error).toBeUndefined()
  })

  it('a tool call is content as soon as it is named', () => {
    const stream = openStream(backwards)
    stream.push(
      start + event('content_block_start', { index: 0, content_block: { type: 'tool_use', id: 't', name: 'f' } }),
    )
    expect(stream.phase).toBe('content')
  })

  it('neither an empty text nor a sign of life is content', () => {
    const stream = openStream(backwards)
    stream.push(start + open + event('ping') + delta(''))
    expect(stream.phase).toBe('waiting')
  })
})

describe('how a stream ends', () => {
  it.each(['openai-chat', 'anthropic'] as const)('hazard 108: cut short it is an error, towards %s', (to) => {
    const stream = openStream({ ...backwards, to })
    stream.push(start + open + delta('Hi'))
    expect(stream.end()).toContain('the upstream ended the stream before it was complete')
    expect(stream.phase).toBe('failed')
    expect(stream.error).toMatchObject({ status: 502, code: 'stream_truncated' })
  })

  it('hazard 108: nothing at all is an error too', () => {
    const stream = openStream(backwards)
    expect(stream.end()).toMatch(/^data: \{"error":/)
    expect(stream.phase).toBe('failed')
  })

  it('complete but for the end of its trailer it is complete', () => {
    for (const cut of ['event: mess', 'event: message_stop\ndata: {"ty', ': comm', '\n']) {
      const stream = openStream(backwards)
      const text = stream.push([start, open, delta('Hi'), close, stop, cut].join('')) + stream.end()
      expect(text).toContain('"finish_reason":"stop"')
      expect(text).toMatch(/data: \[DONE\]\n\n$/)
      expect(stream.phase).toBe('finished')
    }
  })

  it('hazard 107: an error in it is the end, and nothing follows', () => {
    const stream = openStream(backwards)
    const failing = event('error', { error: { type: 'overloaded_error', message: 'Busy' } })
    expect(stream.push(start + failing + whole.join(''))).toMatch(/data: \{"error":\{"message":"Busy"[^\n]*\n\n$/)
    expect(stream.push(whole.join(''))).toBe('')
    expect(stream.end()).toBe('')
    expect(stream.error).toMatchObject({ kind: 'overloaded', status: 529 })
  })

  it.each(['openai-chat', 'anthropic'] as const)('one event too large is an error, towards %s', (to) => {
    const stream = openStream({ ...backwards, to, maxEventBytes: 1000 })
    const text = stream.push(start) + stream.push(delta('x'.repeat(2000)).trimEnd()) + stream.end()
    expect(text).toContain('an event of the stream is too large')
    expect(stream.phase).toBe('failed')
  })

  it('a failure its bytes do not tell is told where it happened', () => {
    const lost = { status: 502, kind: 'server', message: 'the connection was lost' } as const
    const told = (to: Dialect): string => {
      const stream = openStream({ ...backwards, to })
      const text = stream.push(start + open + delta('Hi')) + stream.fail(lost)
      expect([stream.phase, stream.error, stream.fail(lost), stream.end()]).toEqual(['failed', lost, '', ''])
      return text
    }
    expect(told('openai-chat')).toMatch(/data: \{"error":\{"message":"the connection was lost"[^\n]*\n\n$/)
    expect(told('anthropic')).toMatch(/event: error\ndata: [^\n]*the connection was lost[^\n]*\n\n$/)
    const numbers = [...told('openai-responses').matchAll(/"sequence_number":(\d+)/g)].map(([, number]) =>
      Number(number),
    )
    expect(numbers).toEqual(numbers.map((_, i) => i))
    expect(told('openai-responses')).toContain('event: response.failed')
  })

  it('what comes after the end is not read', () => {
    const stream = openStream(backwards)
    const text = stream.push(whole.join('')) + stream.end()
    expect(stream.push(whole.join('')) + stream.end()).toBe('')
    expect(text.match(/\[DONE\]/g)).toHaveLength(1)
  })
})

describe('same dialect', () => {
  const same = { ...backwards, to: 'anthropic' } as const

  it('passes text and bytes on as they came', () => {
    const text = whole.join('').replaceAll('data: ', 'data:  ')
    for (const chunk of [text, new TextEncoder().encode(text)]) {
      const stream = openStream(same)
      expect(stream.push(chunk) + stream.end()).toBe(text)
    }
  })

  it('an event the end cut in two is not passed on', () => {
    const stream = openStream(same)
    const complete = [start, open, delta('Hi'), close, stop].join('')
    expect(stream.push(`${complete}event: message_stop\ndata: {"type":"mess`) + stream.end()).toBe(complete)
    expect(stream.phase).toBe('finished')
  })

  it('an error without its blank line is passed on', () => {
    const failing = event('error', { error: { type: 'api_error', message: 'No' } }).trimEnd()
    const stream = openStream(same)
    expect(stream.push(start + failing) + stream.end()).toBe(start + failing)
    expect(stream.phase).toBe('failed')
  })
})

describe('streamTransform', () => {
  it('is the same conversion as a stage of web streams', async () => {
    const bytes = new TextEncoder().encode(whole.join(''))
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.subarray(at, at + 7))
        controller.close()
      },
    })
    const read = await new Response(source.pipeThrough(streamTransform(backwards))).text()
    const stream = openStream(backwards)
    expect(read).toBe(stream.push(bytes) + stream.end())
  })
})

describe('streamOfReply', () => {
  const reply = {
    id: 'chatcmpl-1',
    created: 5,
    model: 'gpt-x',
    choices: [
      {
        message: { content: 'Hi', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{}' } }] },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 3, completion_tokens: 4 },
  }

  it.each(['anthropic', 'openai-chat'] as const)('tells a whole reply as a stream of %s', (to) => {
    const { text, usage, stop: ended } = streamOfReply(reply, { from: 'openai-chat', to, ...fixed })
    expect(usage).toEqual({ input: 3, output: 4 })
    expect(ended).toEqual({ reason: 'tool-calls' })
    expect(text).toContain('"Hi"')
    expect(text).toContain(to === 'anthropic' ? '"stop_reason":"tool_use"' : '"finish_reason":"tool_calls"')
  })
})
