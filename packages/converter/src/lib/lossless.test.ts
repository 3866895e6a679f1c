import { describe, expect, it } from 'vitest'
import { hasFragileNumbers, parseBody, parseExact } from './lossless.ts'

describe('parseExact', () => {
  it.each([
    '{"id":12345678901234567890}',
    '{"price":1.0,"rate":0.10}',
    '{"big":1e400,"small":1E-7}',
    '[1.00,-0,0.1234567890123456789]',
    '{"a":{"b":[{"c":9007199254740993}]}}',
  ])('hazard 23: %s keeps its digits', (text) => {
    expect(hasFragileNumbers(text)).toBe(true)
    expect(JSON.stringify(parseExact(text))).toBe(text)
  })

  it('leaves ordinary numbers as numbers', () => {
    expect(hasFragileNumbers('{"a":1,"b":-2.5,"c":[100,0]}')).toBe(false)
    expect(parseExact('{"a":1,"b":12345678901234567890}')).toMatchObject({ a: 1 })
  })

  it('passes over what only looks like a number in a string', () => {
    for (const text of [
      '{"code":"f(1.0, 1e5, 12345678901234567890)"}',
      '["\\\\", "1.0"]',
      '{"a\\"b: 1.0,":1}',
      '{"1.0":2}',
    ]) {
      expect(hasFragileNumbers(text), text).toBe(false)
      expect(parseExact(text)).toEqual(JSON.parse(text))
    }
    expect(hasFragileNumbers('{"a":"\\\\","b":1.0}')).toBe(true)
    expect(hasFragileNumbers('{"never closed: 1.0')).toBe(false)
  })

  it('finds the one fragile number behind any number of words that look like one', () => {
    const prose = JSON.stringify('From 1.0 to 2.50, in 1e3 steps: [1.0, -0]. '.repeat(200))
    for (const fragile of ['1.0', '-0', '1E5', '12345678901234567', '0.30000000000000000001', '-2.50']) {
      expect(hasFragileNumbers(`{"a":${prose},"b":[${fragile}]}`), fragile).toBe(true)
      expect(hasFragileNumbers(`{"b" : ${fragile}\n}`), fragile).toBe(true)
      expect(hasFragileNumbers(fragile), fragile).toBe(true)
      expect(hasFragileNumbers(`{"a":${prose},"b":"${fragile}","c":[2.5,17,-3]}`)).toBe(false)
    }
  })

  it('hazard 24: keeps __proto__ an own key', () => {
    const value = parseExact('{"__proto__":{"x":1.0}}')
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true)
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  it('stays linear on long runs of digits and spaces', () => {
    const text = `{"a":[${'1'.repeat(500_000)}${' '.repeat(500_000)}]}`
    expect(hasFragileNumbers(text)).toBe(true)
    expect(hasFragileNumbers(`{"a":[${' '.repeat(1_000_000)}1]}`)).toBe(false)
  })
})

describe('parseBody', () => {
  it('gives a lossless twin only when digits are at stake', () => {
    expect(parseBody('{"a":1}').lossless).toBeUndefined()
    expect(JSON.stringify(parseBody('{"a":1.0}').lossless)).toBe('{"a":1.0}')
    expect(parseBody('{"a":1.0}').value).toEqual({ a: 1 })
  })
})
