import { describe, expect, it } from 'vitest'
import type { Sink } from '../port.ts'
import { JsonArraySink } from './json-array-sink.ts'

function recorded(): {
  sink: JsonArraySink
  pieces: string[]
  heads: Record<string, string | string[]>[]
  ended: () => boolean
} {
  const pieces: string[] = []
  const heads: Record<string, string | string[]>[] = []
  let over = false
  const inner: Sink = {
    head: (_status, headers) => heads.push(headers),
    write: (chunk) => pieces.push(Buffer.from(chunk).toString()) > 0,
    end: (chunk = '') => {
      pieces.push(Buffer.from(chunk).toString())
      over = true
    },
    destroy: () => {},
    onDrain: () => {},
    onClose: () => {},
  }
  return { sink: new JsonArraySink(inner), pieces, heads, ended: () => over }
}

const events = { 'content-type': 'text/event-stream; charset=utf-8' }
const stream = 'data: {"text":"a\u2028é"}\r\n\r\ndata: {"n":\r\ndata: 2}\r\n\r\ndata: {"error":{"code":500}}\r\n\r\n'

describe('JsonArraySink', () => {
  it('tells the same array wherever the stream is cut', () => {
    const bytes = Buffer.from(stream)
    for (let at = 0; at <= bytes.length; at++) {
      const { sink, pieces, heads, ended } = recorded()
      sink.head(200, { ...events })
      sink.write(bytes.subarray(0, at))
      sink.end(bytes.subarray(at))
      expect(JSON.parse(pieces.join(''))).toEqual([{ text: 'a\u2028é' }, { n: 2 }, { error: { code: 500 } }])
      expect(heads).toEqual([{ 'content-type': 'application/json; charset=UTF-8' }])
      expect(ended()).toBe(true)
    }
  })

  it('gives each element when it comes, and keeps a silent stream alive by white space', () => {
    const { sink, pieces } = recorded()
    sink.head(200, { ...events })
    sink.write('\r\n')
    sink.write('data: {"a":1}\r\n\r\n')
    sink.write('\r\n')
    sink.write('data: {"b":2}\r\n\r\n')
    sink.end()
    expect(pieces).toEqual([' ', '[{"a":1}', ' ', ',\r\n{"b":2}', ']'])
  })

  it('closes an array without elements', () => {
    const { sink, pieces } = recorded()
    sink.head(200, { ...events })
    sink.end()
    expect(pieces.join('')).toBe('[]')
  })

  it('leaves an answer that is no stream as it is', () => {
    const { sink, pieces, heads } = recorded()
    sink.head(400, { 'content-type': 'application/json' })
    sink.end('{"error":{}}')
    expect(heads).toEqual([{ 'content-type': 'application/json' }])
    expect(pieces).toEqual(['{"error":{}}'])
  })
})
