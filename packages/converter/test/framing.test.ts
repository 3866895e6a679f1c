import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  ByteTap,
  ConversionError,
  keepAliveFrame,
  openStream,
  renderErrorFrame,
  type StreamOptions,
  streamOfReply,
} from '../src/index.ts'
import { fixed } from './corpus.ts'
import { converted, framesOf } from './streams.ts'

/** Gemini's stream without `alt=sse`: one JSON array. */

const root = new URL('../../../fixtures/gemini/', import.meta.url)
const cases = readdirSync(root)
  .sort()
  .map((name) => {
    const sse = readFileSync(new URL(`${name}/stream.sse`, root), 'utf8')
    return { name, sse, array: `[${framesOf(sse).join('\n,\r\n')}\n]\n` }
  })

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function run(text: string, options: Partial<StreamOptions>, pieces = [bytes(text)]): ReturnType<typeof converted> {
  return converted(pieces, { from: 'gemini', to: 'anthropic', ...fixed, ...options })
}

/** Everything a conversion leaves behind. */
function outcome({ text, stream }: ReturnType<typeof converted>): unknown {
  const { phase, usage, stop, error, losses } = stream
  return { text, phase, usage, stop, error, losses }
}

describe.each(cases)('gemini/$name as an array', ({ sse, array }) => {
  it.each(['anthropic', 'openai-chat', 'openai-responses'] as const)('is to %s what its events are', (to) => {
    expect(outcome(run(array, { to, fromFraming: 'json-array' }))).toEqual(outcome(run(sse, { to })))
  })

  it('is read the same cut in two at every byte', () => {
    const whole = outcome(run(array, { fromFraming: 'json-array' }))
    const all = bytes(array)
    for (let at = 0; at <= all.length; at += 3) {
      const cut = [all.subarray(0, at), all.subarray(at)]
      expect(outcome(run(array, { fromFraming: 'json-array' }, cut))).toEqual(whole)
    }
  })

  it('passes byte by byte as it is', () => {
    const options = { to: 'gemini', fromFraming: 'json-array', toFraming: 'json-array' } as const
    const pieces = [...bytes(array)].map((byte) => Uint8Array.of(byte))
    expect(run(array, options, pieces).text.trimEnd()).toBe(array.trimEnd())
  })

  it('is told as events, and events as an array, element by element', () => {
    const fromArray = run(array, { to: 'gemini', fromFraming: 'json-array' })
    expect(framesOf(fromArray.text)).toEqual(framesOf(sse))
    const toArray = run(sse, { to: 'gemini', toFraming: 'json-array' })
    expect(JSON.parse(toArray.text)).toEqual(framesOf(sse).map((data) => JSON.parse(data) as unknown))
    expect(toArray.stream.phase).toBe(fromArray.stream.phase)
    expect(toArray.stream.usage).toEqual(fromArray.stream.usage)
  })

  it('cut off anywhere it is a whole array for its reader, that ends well or in an error', () => {
    const all = bytes(array)
    for (let end = 0; end < all.length; end += 5) {
      const options = { to: 'gemini', fromFraming: 'json-array', toFraming: 'json-array' } as const
      const { text, stream } = run(array, options, [all.subarray(0, end)])
      const list = JSON.parse(text) as { error?: unknown }[]
      expect({ phase: stream.phase, tellsError: list.at(-1)?.error !== undefined }).toEqual({
        phase: stream.error ? 'failed' : 'finished',
        tellsError: stream.error !== undefined,
      })
    }
  })
})

describe('an array for a client', () => {
  const chat = [
    'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"Hel\\u2028lo"}}]}\n\n',
    'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
  ].map(bytes)
  const options = { from: 'openai-chat', to: 'gemini', toFraming: 'json-array', ...fixed } as const

  it('comes piece by piece and is whole at the end', () => {
    const stream = openStream(options)
    const pieces = [...chat.map((piece) => stream.push(piece)), stream.end()]
    expect(pieces[0]).toMatch(/^\[\{"candidates":.*\}$/s)
    expect(pieces[1]).toMatch(/^,\r\n\{.*\}\r\n\]\n$/s)
    const told = JSON.parse(pieces.join('')) as unknown[]
    const events = framesOf(converted(chat, { ...options, toFraming: 'sse' }).text)
    expect(told).toEqual(events.map((data) => JSON.parse(data) as unknown))
  })

  it.each([0, 1])('ends in an error when %i of the events came', (count) => {
    const { text } = converted(chat.slice(0, count), options)
    const list = JSON.parse(text) as { error?: { code: number } }[]
    expect(list.at(-1)?.error?.code).toBe(502)
    expect(list).toHaveLength(count + 1)
  })

  it('is what a whole reply is told as', () => {
    const reply = { content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' }
    const { text } = streamOfReply(reply, { from: 'anthropic', to: 'gemini', toFraming: 'json-array', ...fixed })
    expect(JSON.parse(text)).toMatchObject([{ candidates: [{ content: { parts: [{ text: 'Hi' }] } }] }, {}])
  })

  it('has its errors and its signs of life', () => {
    const error = { status: 503, kind: 'unavailable', message: 'busy' } as const
    const first = `[{"a":1}${keepAliveFrame('gemini', 'json-array')}`
    expect(JSON.parse(renderErrorFrame(error, 'gemini', 'json-array'))).toMatchObject([{ error: { code: 503 } }])
    expect(JSON.parse(first + renderErrorFrame(error, 'gemini', 'json-array', true))).toMatchObject([
      { a: 1 },
      { error: { code: 503 } },
    ])
    expect(renderErrorFrame(error, 'gemini')).toMatch(/^data: /)
  })

  it('is no framing of another dialect', () => {
    expect(() => openStream({ ...options, to: 'anthropic' })).toThrow(ConversionError)
    expect(() => new ByteTap('openai-chat', undefined, 'json-array')).toThrow(ConversionError)
    expect(() => keepAliveFrame('anthropic', 'json-array')).toThrow(ConversionError)
  })
})

describe('a tap on an array', () => {
  const finished = '{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}'

  it('knows the end of the array for the end of the stream', () => {
    const tap = new ByteTap('gemini', undefined, 'json-array')
    tap.push(bytes(`[${finished}`))
    expect({ complete: tap.complete, begun: tap.begun, phase: tap.phase }).toEqual({
      complete: false,
      begun: true,
      phase: 'finished',
    })
    tap.push(bytes(']'))
    expect(tap.complete).toBe(true)
    expect(tap.end()).toEqual([])
  })

  it('passes on no half of an element, and an element too large not at all', () => {
    const tap = new ByteTap('gemini', 100, 'json-array')
    expect(tap.push(bytes(`[${finished.slice(0, 30)}`))).toEqual([])
    expect(tap.push(bytes(' '.repeat(100)))).toEqual([])
    expect(tap.error?.status).toBe(502)
    expect(tap.begun).toBe(false)
  })
})
