import { describe, expect, it } from 'vitest'
import { pathAt } from './json-path.ts'

/** The path of the place marked by `^`. */
function pathOf(marked: string): string | undefined {
  const bytes = new TextEncoder().encode(marked.replace('^', ''))
  return pathAt(bytes, new TextEncoder().encode(marked.split('^')[0]).length)
}

describe('the path of a byte of JSON', () => {
  it.each([
    ['{"model": ^"m"}', 'model'],
    ['{"a": 1, "messages": [{}, {"content": ^1}]}', 'messages[1].content'],
    ['{"a": [1, [2, ^3]]}', 'a[1][1]'],
    ['{"a": {"b": 1}, "c": ^1}', 'c'],
    ['{"a": {"b": 1}^}', 'a'],
    ['{"q\\"uo,te": {"x": ^1}}', '….x'],
    ['{"text": "a \\" [ { , ^b"}', 'text'],
    ['{"a": "é", "b": ^1}', 'b'],
    ['{"a": 1, "b^": 1}', 'a'],
    ['{^"a": 1}', undefined],
    ['^[]', undefined],
    [' ^', undefined],
    ['{"a":{"b":{"c":{"d":{"e":{"f":{"g":^1}}}}}}}', 'a.b.c.d.e.f…'],
  ])('%s is %s', (marked, path) => {
    expect(pathOf(marked)).toBe(path)
  })

  it('takes any bytes, whatever they are', () => {
    const bytes = Uint8Array.from({ length: 400 }, (_, i) => '{}[],":\\a0'.codePointAt((i * 7 + (i >> 3)) % 10) ?? 0)
    for (let at = 0; at <= bytes.length; at++) expect(() => pathAt(bytes, at)).not.toThrow()
  })
})
