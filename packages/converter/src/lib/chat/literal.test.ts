import { describe, expect, it } from 'vitest'
import { lengthOf, literalEnd } from './literal.ts'

describe('literalEnd', () => {
  it.each([
    '""',
    '"plain"',
    '"a \\"b\\" c"',
    '"\\\\"',
    '"\\u00e9\\ud83d\\ude00"',
    '"\\/\\b\\f\\n\\r\\t"',
    '"🎉漢字\u2028"',
  ])('finds the closing quote of %s', (literal) => {
    expect(literalEnd(`x${literal}}}`, 1)).toBe(literal.length)
  })

  it.each(['"open', '"bad \\x escape"', '"\\u12g4"', '"\\u12', '"line\nfeed"', '"tab\there"', 'plain"', '"ends in \\'])(
    'refuses %j',
    (text) => {
      expect(literalEnd(text, 0)).toBe(-1)
    },
  )

  it('agrees with JSON.parse on every escape', () => {
    for (let c = 0; c < 128; c++) {
      const text = `"\\${String.fromCharCode(c)}"`
      let valid = true
      try {
        JSON.parse(text)
      } catch {
        valid = false
      }
      expect([c, literalEnd(text, 0) === text.length - 1]).toEqual([c, valid])
    }
  })
})

describe('lengthOf', () => {
  it.each([
    '""',
    '"plain"',
    '"a \\"b\\" c"',
    '"\\\\"',
    '"\\\\u0041"',
    '"\\\\\\u0041"',
    '"\\u00e9\\ud83d\\ude00x"',
    '"\\/\\b\\f\\n\\r\\t"',
    '"🎉漢字\u2028"',
  ])('counts the characters of %s', (literal) => {
    expect(lengthOf(literal)).toBe((JSON.parse(literal) as string).length)
  })
})
