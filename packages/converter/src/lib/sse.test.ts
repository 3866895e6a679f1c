import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameSplitter, FrameTooLargeError, wholeFrames } from './sse.ts'

type Frame = [event: string, data: string]

function frames(pieces: readonly (Uint8Array | string)[]): Frame[] {
  const found: Frame[] = []
  const splitter = new FrameSplitter((event, data) => found.push([event, data]))
  for (const piece of pieces) splitter.push(piece)
  splitter.end()
  return found
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('FrameSplitter', () => {
  it.each([
    ['LF', 'event: a\ndata: 1\n\ndata: 2\n\n'],
    ['CRLF', 'event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n'],
    ['CR', 'event: a\rdata: 1\r\rdata: 2\r\r'],
    ['a byte order mark', '\ufeffevent: a\ndata: 1\n\ndata: 2\n\n'],
    ['no space after the colon', 'event:a\ndata:1\n\ndata:2\n\n'],
    ['comments, also inside an event', ': hi\n\nevent: a\n: ping\ndata: 1\n\n:\n\ndata: 2\n\n'],
    ['other fields', 'id: 7\nevent: a\nretry: 3\ndata: 1\n\ndata: 2\n\n'],
    ['no blank line at the end', 'event: a\ndata: 1\n\ndata: 2'],
  ])('hazard 94, 96: reads %s', (_name, text) => {
    expect(frames([text])).toEqual([
      ['a', '1'],
      ['', '2'],
    ])
  })

  it('joins data lines and keeps an empty one', () => {
    expect(frames(['data: a\ndata:\ndata: b\n\ndata\n\n'])).toEqual([
      ['', 'a\n\nb'],
      ['', ''],
    ])
  })

  it('hazard 95: U+2028, U+2029, U+0085, VT and FF do not end lines', () => {
    const odd = 'a\u2028b\u2029c\u0085d\u000be\u000cf'
    expect(frames([bytes(`data: ${odd}\n\n`)])).toEqual([['', odd]])
  })

  it('hazard 93: gives the same events however the bytes are cut', () => {
    const text = 'event: é\r\ndata: {"t":"😀 漢字"}\r\n\r\n: c\n\ndata: 2\ndata: 3\r\r'
    const whole = frames([bytes(text)])
    const all = bytes(text)
    for (let i = 0; i <= all.length; i++) expect(frames([all.subarray(0, i), all.subarray(i)])).toEqual(whole)
    expect(frames([...all].map((byte) => Uint8Array.of(byte)))).toEqual(whole)
  })

  it('replaces what is not UTF-8 and goes on', () => {
    expect(frames([Uint8Array.of(...bytes('data: '), 0xff, 0xe2, 0x82, ...bytes('x\n\n'))])).toEqual([
      ['', '\ufffd\ufffdx'],
    ])
    expect(frames([Uint8Array.of(...bytes('data: x'), 0xe2)])).toEqual([['', 'x\ufffd']])
  })

  it('bounds one event', () => {
    const splitter = new FrameSplitter(() => {}, 100)
    expect(() => splitter.push(`data: ${'x'.repeat(200)}`)).toThrow(FrameTooLargeError)
  })

  it('takes anything without a crash, the same in one piece or many', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), (all, cut) => {
        expect(frames([all.subarray(0, cut), all.subarray(cut)])).toEqual(frames([all]))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('wholeFrames', () => {
  it.each([
    ['data: 1\n\n', 9],
    ['data: 1\n\ndata: 2', 9],
    ['data: 1\n', 0],
    ['data: 1\r\n\r\ndata', 11],
    ['data: 1\r\n', 0],
    ['data: 1\r\r', 9],
    ['', 0],
  ])('%j: %i bytes', (text, whole) => {
    expect(wholeFrames(bytes(text))).toBe(whole)
  })
})

describe('what is no event but means one', () => {
  const error = '{"error":{"message":"no"}}'

  it.each([
    ['alone', error],
    ['after an event', `data: 1\n\n${error}\n`, '1'],
    ['right behind an event', `data: 1\n${error}\n\n`, '1'],
  ])('a JSON object on a line of its own, %s', (_name, text, ...before) => {
    expect(frames([text])).toEqual([...before, error].map((data) => ['', data]))
  })

  it('a JSON object over several lines, and the events after it', () => {
    const pretty = '{\n  "error": {\n\n    "message": "no: data: x"\n  }\n}'
    const text = `data: 1\n\n${pretty}\r\ndata: 2\n\n`
    const found = frames([text])
    expect(found.map(([, data]) => JSON.parse(data) as unknown)).toEqual([1, { error: { message: 'no: data: x' } }, 2])
    for (let at = 0; at <= text.length; at++) expect(frames([text.slice(0, at), text.slice(at)])).toEqual(found)
  })

  it('half a JSON object is given at the end, for its reader to refuse', () => {
    expect(frames(['{"error":\n'])).toEqual([['', '{"error":']])
  })
})

describe('an event larger than the limit', () => {
  const splitter = (): FrameSplitter => new FrameSplitter(() => {}, 20)

  it.each([
    ['in one piece', [`data: ${'x'.repeat(21)}\n\n`]],
    ['in several', ['data: ', 'x'.repeat(12), 'x'.repeat(12)]],
    ['in several lines', [`data: ${'x'.repeat(12)}\ndata: ${'x'.repeat(12)}\n\n`]],
    ['without a field', ['{\n', 'x'.repeat(12), '\n', 'x'.repeat(12)]],
  ])('is refused %s', (_name, pieces) => {
    const reader = splitter()
    expect(() => {
      for (const piece of pieces) reader.push(piece)
    }).toThrow(FrameTooLargeError)
  })

  it('is not one of exactly the limit', () => {
    const reader = splitter()
    expect(() => reader.push(`data: ${'x'.repeat(20)}\n\n`)).not.toThrow()
  })
})

describe('lines of every ending', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('%s gives the same events, cut anywhere', (_, ending) => {
    const text = ['event: a', 'data: 1', '', 'event: a', 'data: 2', 'data: 3', '', 'data: 4', '', ''].join(ending)
    for (let cut = 0; cut <= text.length; cut++) {
      const events: string[] = []
      const splitter = new FrameSplitter((event, data) => events.push(`${event}:${data}`))
      splitter.push(text.slice(0, cut))
      splitter.push(text.slice(cut))
      splitter.end()
      expect(events, `cut at ${cut}`).toEqual(['a:1', 'a:2\n3', ':4'])
    }
  })
})
