import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanObject } from './json-scan.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const members = (text: string): Record<string, string> => {
  const scan = scanObject(bytes(text))
  if (!scan.ok) throw new Error(scan.message)
  const all = bytes(text)
  return Object.fromEntries(
    [...scan.members].map(([key, { start, end }]) => [key, new TextDecoder().decode(all.subarray(start, end))]),
  )
}

describe('scanObject', () => {
  it('finds the values of top-level members and of no others', () => {
    const text = ' {"a": {"model": "inner"}, "model" : "outer", "list": [1, {"model": 2}], "s": "\\"model\\": \\\\"} '
    expect(members(text)).toEqual({
      a: '{"model": "inner"}',
      model: '"outer"',
      list: '[1, {"model": 2}]',
      s: '"\\"model\\": \\\\"',
    })
  })

  it('decodes keys with escapes and beyond ASCII', () => {
    expect(members('{"mo\\u0064el": 1, "模型": 2}')).toEqual({ model: '1', 模型: '2' })
  })

  it('names keys that stand twice and takes the last, as JSON.parse does', () => {
    const scan = scanObject(bytes('{"model": "a", "model": "b"}'))
    expect(scan).toMatchObject({ ok: true, repeated: ['model'] })
    expect(members('{"model": "a", "model": "b"}')).toEqual({ model: '"b"' })
  })

  it('finds the end of long strings, whatever stands before the quote', () => {
    const long = `${'x'.repeat(100)}\\\\\\"${'y'.repeat(100)}\\\\`
    expect(members(`{"data": "${long}", "n": 1}`)).toEqual({ data: `"${long}"`, n: '1' })
  })

  it.each([
    ['', 0],
    ['[', 1],
    ['[] {}', 3],
    ['hello', 0],
    ['{', 1],
    ['{"a"', 4],
    ['{"a":', 5],
    ['{"a": 1', 7],
    ['{"a": 1,}', 8],
    ['{"a": tru}', 6],
    ['{"a": 01}', 6],
    ['{"a": 1.}', 8],
    ['{"a": -}', 6],
    ['{"a": 1e}', 8],
    ['{"a": "x}', 9],
    ['{a: 1}', 1],
    ['{"a": 1} x', 9],
    ['{"a": "\n"}', 7],
    ['{"a": [1 2]}', 9],
  ])('says where %j stops being JSON', (text, at) => {
    expect(scanObject(bytes(text))).toMatchObject({ ok: false, at })
  })

  it.each([
    ['[]', 'an array'],
    [' [{"model": "m"}]\n', 'an array'],
    ['"x"', 'a string'],
    ['-3', 'a number'],
    ['null', 'null'],
    ['true', 'true'],
    ['false', 'false'],
  ])('tells %j, which is JSON, by what it is', (text, what) => {
    expect(scanObject(bytes(text))).toMatchObject({
      ok: false,
      notObject: true,
      at: text.length - text.trimStart().length,
      message: `must be a JSON object, not ${what}`,
    })
  })

  it('refuses nesting beyond the limit at once, however deep it goes', () => {
    const refused = { ok: false, limit: true, message: 'nested deeper than 128 levels' }
    for (const deep of [`{"a": ${'['.repeat(5_000_000)}`, '['.repeat(5_000_000)]) {
      expect(scanObject(bytes(deep))).toMatchObject(refused)
    }
    expect(scanObject(bytes(`{"a": ${'['.repeat(127)}${']'.repeat(127)}}`)).ok).toBe(true)
  })

  it('refuses lists of more objects than a conversation has, and no lists of numbers or texts', () => {
    const list = (of: string, count: number): Uint8Array => bytes(`{"a": [${Array(count).fill(of).join(',')}]}`)
    expect(scanObject(list('{}', 10_001))).toEqual({
      ok: false,
      limit: true,
      at: 7 + 10_000 * 3,
      message: 'more than 10000 objects in one array',
    })
    expect(scanObject(list('{}', 10_000)).ok).toBe(true)
    expect(scanObject(list('{"b":[{},{},{}]}', 2), { maxObjects: 2 }).ok).toBe(false)
    for (const of of ['1', '"a"', '[1]', 'null']) expect(scanObject(list(of, 20_000)).ok).toBe(true)
  })

  it('refuses a body of more members than any API has, repeated ones counted too', () => {
    const body = (count: number, key: (index: number) => string): Uint8Array =>
      bytes(`{${Array.from({ length: count }, (_, index) => `"${key(index)}":1`).join(',')}}`)
    const refused = { ok: false, limit: true, message: 'more than 1000 members' }
    expect(scanObject(body(1_001, (index) => `k${index}`))).toMatchObject(refused)
    expect(scanObject(body(200_000, () => 'k'))).toMatchObject(refused)
    expect(scanObject(body(1_000, (index) => `k${index}`)).ok).toBe(true)
  })

  it('agrees with JSON.parse on what is an object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value)
        const found = members(text)
        expect(Object.keys(found).sort()).toEqual(Object.keys(value).sort())
        for (const [key, slice] of Object.entries(found)) expect(slice).toBe(JSON.stringify(value[key]))
      }),
    )
  })

  it('never accepts what JSON.parse refuses, but for control characters in long strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\01.eE-+ truefalsn'), maxLength: 24 }), (text) => {
        const scan = scanObject(bytes(`{"a":${text}}`))
        if (scan.ok) expect(() => JSON.parse(`{"a":${text}}`)).not.toThrow()
      }),
      { numRuns: 5_000 },
    )
  })
})
