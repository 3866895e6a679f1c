import { expect, test } from 'vitest'
import { JsonLine } from './json-line.ts'
import { memberName } from './json-piece.ts'
import { LineBuffer } from './line-buffer.ts'

test('gives the bytes of its lines, whatever their length and script, once', () => {
  const buffer = new LineBuffer()
  const lines = ['one\n', 'twö\n', '日本語 😀\n', 'half \ud800\n', 'x'.repeat(300_000), 'ü'.repeat(300_000), 'end\n']
  for (const line of lines) buffer.add(line)
  const expected = Buffer.from(lines.join(''))
  expect(buffer.length).toBe(expected.length)
  expect(buffer.take().equals(expected)).toBe(true)
  expect(buffer.length).toBe(0)
  expect(buffer.take()).toHaveLength(0)
})

test('leaves alone what was taken until it is given back', () => {
  const buffer = new LineBuffer()
  buffer.add('first')
  const first = buffer.take()
  buffer.add('second')
  const second = buffer.take()
  buffer.add('third')
  expect([first.toString(), second.toString()]).toEqual(['first', 'second'])
  buffer.giveBack(first)
  const third = buffer.take()
  buffer.add('fourth')
  expect([second.toString(), third.toString(), buffer.take().toString()]).toEqual(['second', 'third', 'fourth'])
})

test('takes lines made of bytes among those of text, and grows for them', () => {
  const buffer = new LineBuffer()
  const line = new JsonLine()
  const expected: string[] = []
  for (let count = 0; count < 400; count++) {
    line.clear()
    line.text(memberName('a'), 'ü'.repeat(count))
    line.closeObject(0)
    buffer.add(line)
    buffer.add('\n')
    expected.push(`${JSON.stringify({ a: 'ü'.repeat(count) })}\n`)
  }
  expect(buffer.take().toString()).toBe(expected.join(''))
})
