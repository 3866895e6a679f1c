import { afterEach, expect, it, vi } from 'vitest'
import { documentOf, freshDocumentOf, hasDuplicateKey } from './document.ts'
import { ConfigEditor } from './edit.ts'

afterEach(() => {
  vi.useRealTimers()
})

it('reads a text once for all who read it within a few seconds, and keeps it no longer', () => {
  vi.useFakeTimers()
  const first = documentOf('a: 1 # of the clock')
  vi.advanceTimersByTime(4_000)
  expect(documentOf('a: 1 # of the clock')).toBe(first)
  vi.advanceTimersByTime(4_000)
  expect(documentOf('a: 1 # of the clock')).toBe(first)
  vi.advanceTimersByTime(5_000)
  expect(documentOf('a: 1 # of the clock')).not.toBe(first)
})

it('keeps the texts of one change and not those of many', () => {
  const first = documentOf('a: 0')
  for (const text of ['a: 1', 'a: 2', 'a: 3']) documentOf(text)
  expect(documentOf('a: 0')).toBe(first)
  for (const text of ['a: 1', 'a: 2', 'a: 3', 'a: 4']) documentOf(text)
  expect(documentOf('a: 0')).not.toBe(first)
  expect(freshDocumentOf('a: 4')).not.toBe(documentOf('a: 4'))
})

it('shares a tree that no change reaches, also one that is made on a document', () => {
  const text = 'model_routes: # ours\n  - { source: a, target: b }\n'
  for (let round = 0; round < 2; round++) {
    const editor = new ConfigEditor(text)
    editor.setDefaultBehavior('reject')
    expect(editor.toString()).toContain('  routes:')
    const unchanged = new ConfigEditor(text)
    expect([unchanged.toString(), unchanged.get(['model_routes'])]).toEqual([text, [{ source: 'a', target: 'b' }]])
    expect(String(documentOf(text))).toBe(String(freshDocumentOf(text)))
  }
})

it.each([
  ['a: 1\nb: 2\na: 3', true],
  ['l: [{ x: 1, "x": 2 }]', true],
  ['1: a\n"1": b', false],
  ['a: { x: 1 }\nb: { x: 1 }', false],
])('%j has a key twice: %s', (text, twice) => {
  expect(hasDuplicateKey(documentOf(text))).toBe(twice)
  if (twice) expect(() => new ConfigEditor(text)).toThrow('not valid YAML')
})
