import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aliasOf } from './tool-names.ts'

describe('aliasOf', () => {
  it('leaves a legal name alone', () => {
    expect(aliasOf('get_weather-2', 64)).toBe('get_weather-2')
  })

  it('hazard 32: makes long and dotted names legal, the same way every time', () => {
    const name = `mcp.server/${'x'.repeat(100)}`
    expect(aliasOf(name, 64)).toBe(aliasOf(name, 64))
    expect(aliasOf(name, 64)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    expect(aliasOf('a.b', 64)).not.toBe(aliasOf('a/b', 64))
  })

  it('is legal for any name and tells names apart', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(40, 64, 128), (a, b, limit) => {
        expect(aliasOf(a, limit)).toMatch(new RegExp(`^[a-zA-Z0-9_-]{1,${limit}}$`))
        if (a !== b) expect(aliasOf(a, limit)).not.toBe(aliasOf(b, limit))
      }),
      { numRuns: 2_000 },
    )
  })

  it('an alias is its own alias, so that a second hop changes nothing', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const alias = aliasOf(name, 64)
        expect(aliasOf(alias, 64)).toBe(alias)
      }),
    )
  })
})
