import { describe, expect, it } from 'vitest'
import { ByteTap } from './byte-tap.ts'

const encoder = new TextEncoder()

function chunk(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
}

const hello = chunk({ content: 'Hello' })
const finish = chunk({}, 'stop')
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'
const done = 'data: [DONE]\n\n'

function textOf(pieces: readonly Uint8Array[]): string {
  return pieces.map((piece) => new TextDecoder().decode(piece)).join('')
}

describe('ByteTap', () => {
  it('passes a piece of whole events on as the very same bytes', () => {
    const tap = new ByteTap('openai-chat')
    const piece = encoder.encode(hello + hello)
    const [passed] = tap.push(piece)
    expect(passed).toBe(piece)
    expect(tap.phase).toBe('content')
  })

  it('holds half an event back until the other half has come', () => {
    const tap = new ByteTap('openai-chat')
    const piece = encoder.encode(hello + finish)
    const cut = encoder.encode(hello).length + 9
    expect(textOf(tap.push(piece.subarray(0, cut)))).toBe(hello)
    expect(textOf(tap.push(piece.subarray(cut)))).toBe(finish)
  })

  it('reads what the stream says of itself', () => {
    const tap = new ByteTap('openai-chat')
    expect(tap.phase).toBe('waiting')
    tap.push(encoder.encode(hello + finish + usage + done))
    expect(tap.end()).toEqual([])
    expect(tap).toMatchObject({
      phase: 'finished',
      usage: { input: 3, output: 4 },
      stop: { reason: 'end' },
      broken: false,
    })
  })

  it('hazard 96: gives the last event also without its blank line', () => {
    const tap = new ByteTap('openai-chat')
    tap.push(encoder.encode(hello + finish + usage.trimEnd()))
    expect(textOf(tap.end())).toBe(usage.trimEnd())
    expect(tap.usage).toEqual({ input: 3, output: 4 })
  })

  it('keeps an event back that the end of the stream cut in two', () => {
    const tap = new ByteTap('openai-chat')
    tap.push(encoder.encode(hello + finish + usage.slice(0, 20)))
    expect(tap.end()).toEqual([])
    expect(tap.phase).toBe('finished')
  })

  it('hazard 108: a stream that ends too soon is broken, and its receiver is told so by others', () => {
    const tap = new ByteTap('openai-chat')
    tap.push(encoder.encode(hello))
    expect(tap.end()).toEqual([])
    expect(tap.broken).toBe(true)
    expect(tap.error).toMatchObject({ code: 'stream_truncated', status: 502 })
    expect(tap.phase).toBe('failed')
  })

  it('an error the upstream told itself is no breakage: it has passed already', () => {
    const tap = new ByteTap('openai-chat')
    const failing = 'data: {"error":{"message":"Busy","code":503}}\n\n'
    expect(textOf(tap.push(encoder.encode(failing)))).toBe(failing)
    tap.end()
    expect(tap.broken).toBe(false)
    expect(tap.error).toMatchObject({ message: 'Busy', status: 503 })
  })

  describe('of responses', () => {
    const created = 'event: response.created\ndata: {"type":"response.created","response":{},"sequence_number":7}\n\n'
    const said = 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"x"}\n\n'
    const completed =
      'event: response.completed\ndata: {"type":"response.completed","response":{"status":"completed","output":[]}}\n\n'
    const lost = { status: 502, kind: 'server', message: 'lost' } as const

    it('is complete with its terminal event', () => {
      const tap = new ByteTap('openai-responses')
      tap.push(encoder.encode(created + said))
      expect(tap.complete).toBe(false)
      tap.push(encoder.encode(completed))
      expect(tap.complete).toBe(true)
    })

    it('a terminal error of ours is counted on from the last event that passed', () => {
      const tap = new ByteTap('openai-responses')
      tap.push(encoder.encode(created + said.slice(0, 40)))
      expect(tap.fail(lost)).toMatch(/"sequence_number":8\}\n\n$/)
      expect([tap.phase, tap.error, tap.push(encoder.encode(said))]).toEqual(['failed', lost, []])
    })

    it('without numbers the events are counted', () => {
      const tap = new ByteTap('openai-responses')
      expect(new ByteTap('openai-responses').fail(lost)).toContain('"sequence_number":0')
      tap.push(encoder.encode(said + said))
      expect(tap.fail(lost)).toContain('"sequence_number":2')
    })
  })

  it('a stream of Gemini’s is never known to be complete before its end: usage may follow', () => {
    const tap = new ByteTap('gemini')
    tap.push(encoder.encode('data: {"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}\n\n'))
    expect([tap.phase, tap.complete]).toEqual(['finished', false])
    tap.push(encoder.encode('data: {"usageMetadata":{"promptTokenCount":3}}\n\n'))
    expect(tap.usage).toEqual({ input: 3 })
  })

  it('an event beyond the limit breaks the stream, and no more is passed', () => {
    const tap = new ByteTap('openai-chat', 100)
    expect(tap.push(encoder.encode(`data: ${'x'.repeat(200)}`))).toEqual([])
    expect(tap.broken).toBe(true)
    expect(tap.push(encoder.encode(hello))).toEqual([])
    expect(tap.end()).toEqual([])
  })

  it('holds a large event back without copying it again for every piece', () => {
    const tap = new ByteTap('openai-chat', 64 * 1024 * 1024)
    const event = encoder.encode(chunk({ content: 'x'.repeat(16 * 1024 * 1024) }))
    const started = performance.now()
    let passed = 0
    for (let at = 0; at < event.length; at += 4096) {
      for (const piece of tap.push(event.subarray(at, at + 4096))) passed += piece.length
    }
    expect(passed).toBe(event.length)
    expect(performance.now() - started).toBeLessThan(4000)
  })

  it.each(['\n\n', '\r\n\r\n', '\r\r'])('passes whole events on wherever the blank line %j is cut', (blank) => {
    const text = (hello + finish).replaceAll('\n\n', blank)
    for (let at = 1; at < text.length; at++) {
      const tap = new ByteTap('openai-chat')
      const pieces = [text.slice(0, at), text.slice(at)].map((piece) => textOf(tap.push(encoder.encode(piece))))
      expect(pieces.join('') + textOf(tap.end())).toBe(text)
      expect(isWhole(pieces[0] ?? '')).toBe(true)
    }
  })
})

function isWhole(text: string): boolean {
  return text === '' || text.trimEnd().endsWith('}')
}
