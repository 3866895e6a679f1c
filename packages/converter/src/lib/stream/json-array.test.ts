import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameTooLargeError } from '../sse.ts'
import { JsonArraySplitter, JsonArrayWriter } from './json-array.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function elements(pieces: readonly (Uint8Array | string)[], limit?: number): string[] {
  const found: string[] = []
  const splitter = new JsonArraySplitter((_event, data) => found.push(data), limit)
  for (const piece of pieces) splitter.push(piece)
  splitter.end()
  return found
}

describe('JsonArraySplitter', () => {
  it.each([
    ['tight', '[{"a":1},{"b":[2]}]'],
    ['as Google writes it', '[{"a":1}\n,\r\n{"b":[2]}\n]\n'],
    ['after a byte order mark', '\ufeff[{"a":1},{"b":[2]}]'],
    ['one object after the other', '{"a":1}\n{"b":[2]}\n'],
    ['with nothing read after its end', '[{"a":1},{"b":[2]}] {"c":3}'],
    ['without its end', '[{"a":1},{"b":[2]}'],
  ])('reads an array %s', (_name, text) => {
    expect(elements([text])).toEqual(['{"a":1}', '{"b":[2]}'])
  })

  it('takes brackets and quotes in strings for text', () => {
    const odd = String.raw`{"a":"]}[{\"\\","b\\":"\u2028"}`
    expect(elements([`[${odd},${odd}]`])).toEqual([odd, odd])
  })

  it('dispatches what there is of an element at the end, for its reader to refuse', () => {
    expect(elements(['[{"a":1},{"b":'])).toEqual(['{"a":1}', '{"b":'])
  })

  it.each(['<html></html>', '"text"', '7', 'null', '[[1]]'])('gives %s to the reader as no object', (text) => {
    const [first, ...more] = elements([text])
    expect(more).toEqual([])
    expect(() => JSON.parse(first ?? '') as unknown).toSatisfy((read: () => unknown) => {
      try {
        return typeof read() !== 'object'
      } catch {
        return true
      }
    })
  })

  it('hazard 93: gives the same elements however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), { maxLength: 5 }),
        fc.constantFrom(undefined, 2),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }),
        (list, indent, cuts) => {
          const all = bytes(JSON.stringify(list, undefined, indent))
          const pieces: Uint8Array[] = []
          for (let at = 0, i = 0; at < all.length; i++) {
            const end = at + 1 + (cuts[i % cuts.length] ?? 0)
            pieces.push(all.subarray(at, end))
            at = end
          }
          expect(elements(pieces).map((text) => JSON.parse(text) as unknown)).toEqual(
            JSON.parse(JSON.stringify(list)) as unknown,
          )
        },
      ),
    )
  })

  it('tells how much of a piece is whole', () => {
    const splitter = new JsonArraySplitter(() => {})
    splitter.push('[{"a":1},{"b"')
    expect(splitter.wholeEnd).toBe('[{"a":1}'.length)
    splitter.push(':2')
    expect(splitter.wholeEnd).toBe(0)
    splitter.push('}\n]\n')
    expect(splitter.wholeEnd).toBe('}\n]'.length)
    expect(splitter.closed).toBe(true)
  })

  it('refuses an element larger than the limit, whole or not', () => {
    expect(elements(['[{"a":"1234"}]'], 12)).toEqual(['{"a":"1234"}'])
    expect(() => elements(['[{"a":"12345"}]'], 12)).toThrow(FrameTooLargeError)
    expect(() => elements(['[{"a":"12', '34', '567'], 12)).toThrow(FrameTooLargeError)
  })
})

describe('JsonArrayWriter', () => {
  it('writes frames as elements', () => {
    const writer = new JsonArrayWriter()
    const text = writer.write('data: {"a":1}\r\n\r\n', false) + writer.write('data: {"b":2}\n\ndata: {"c":3}\n\n', true)
    expect(JSON.parse(text)).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }])
  })

  it('writes nothing as an empty array', () => {
    expect(JSON.parse(new JsonArrayWriter().write('', true))).toEqual([])
  })
})
