import { expect, it } from 'vitest'
import { TextReader, TextWriter } from './texts.ts'

it('keeps a text that comes again at once a single time', () => {
  const texts = new TextWriter()
  const cells = ['req_1', 'req_1', 'up_1', 'req_1'].map((text) => texts.text(text))
  const packed = texts.packed()
  expect(packed.bytes).toHaveLength('req_1up_1req_1'.length)
  expect(cells[1]).toBe(cells[0])
  expect(cells.map((cell) => new TextReader(packed).text(cell))).toEqual(['req_1', 'req_1', 'up_1', 'req_1'])
})

it('keeps a text anew after it has begun anew', () => {
  const texts = new TextWriter()
  texts.text('req_1')
  texts.name('gw_a')
  texts.clear()
  const cells = [texts.name('gw_b'), texts.text('req_1'), texts.name('gw_a')]
  const reader = new TextReader(texts.packed())
  expect(cells.map((cell) => reader.text(cell))).toEqual(['gw_b', 'req_1', 'gw_a'])
})

it('finds names, and takes no other cell for one', () => {
  const texts = new TextWriter()
  const [name, text] = [texts.name('gw_a'), texts.text('gw_a')]
  expect(texts.name('gw_a')).toBe(name)
  expect(texts.isName(name, 'gw_a')).toBe(true)
  expect(texts.isName(name, 'gw_b')).toBe(false)
  for (const cell of [text, Number.NaN, -9]) expect(texts.isName(cell, 'gw_a')).toBe(false)
})
