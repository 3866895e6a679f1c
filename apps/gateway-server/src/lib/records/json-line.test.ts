import { expect, test } from 'vitest'
import { JsonLine } from './json-line.ts'
import { memberName, piece, RecurringMember } from './json-piece.ts'

const name = memberName('a')

/** What stands in a line of one member. */
function written(write: (line: JsonLine) => void): string {
  const line = new JsonLine()
  write(line)
  line.closeObject(0)
  return line.toString()
}

test('numbers are what JSON.stringify writes', () => {
  const powers = Array.from({ length: 60 }, (_, power) => [
    2 ** power - 1,
    2 ** power,
    10 ** power - 1,
    10 ** power,
  ]).flat()
  const small = Array.from({ length: 2_000 }, (_, count) => count)
  for (const value of [...small, ...powers, -0, -1, 0.1, 1e-7, 5e-324, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(written((line) => line.number(name, value))).toBe(JSON.stringify({ a: value }))
    expect(written((line) => line.number(name, -value))).toBe(JSON.stringify({ a: -value }))
  }
})

test('billionths are written as JavaScript writes what they come to', () => {
  const around = [1, 999, 1_000, 1e6, 1e9, 1_000_000_001, 123e9, 1e12, 1e15, 2 ** 53, 1e21].flatMap((value) => [
    value - 1,
    value,
    value + 1,
  ])
  const spread = Array.from({ length: 20_000 }, (_, count) => Math.round(1.0017 ** count * (count % 7)))
  for (const value of [...around, ...spread, -0, -5_000, 1_500.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(written((line) => line.billionths(name, value))).toBe(JSON.stringify({ a: value / 1e9 }))
  }
})

test('objects and lists stand in each other, empty or not', () => {
  const line = new JsonLine()
  const list = line.open(name)
  line.closeObject(line.open())
  line.closeList(line.open())
  const inner = line.open()
  line.flag(name, true)
  line.texts(memberName('b'), ['x', 'y'])
  line.texts(memberName('c'), [])
  line.closeObject(inner)
  line.closeList(list)
  line.value(memberName('é"'), { z: [1] })
  line.closeObject(0)
  line.add(piece('\n'))
  expect(line.toString()).toBe('{"a":[{},[],{"a":true,"b":["x","y"],"c":[]}],"é\\"":{"z":[1]}}\n')
})

test('members without a value are left out', () => {
  expect(
    written((line) => {
      line.text(name, undefined)
      line.recurring(new RecurringMember('a'), undefined)
      line.number(name, undefined)
      line.billionths(name, undefined)
      line.flag(name, undefined)
      line.texts(name, undefined)
      line.value(name, undefined)
    }),
  ).toBe('{}')
})

test('it grows at whatever is written, without losing what it held', () => {
  const writes: readonly ((line: JsonLine) => void)[] = [
    (line) => line.text(name, 'x'),
    (line) => line.text(name, 'é"'),
    (line) => line.number(name, 2_000_000_000),
    (line) => line.number(name, 0.123_456_789),
    (line) => line.billionths(name, 1_000_000_001),
    (line) => line.plainText(name, Buffer.from('2026-11-28T13:06:22.007Z')),
    (line) => line.flag(name, false),
    (line) => line.closeList(line.open(name)),
    (line) => line.value(name, { b: '日' }),
  ]
  for (const write of writes) {
    const one = written(write).slice(1, -1)
    for (let length = 4_040; length < 4_100; length++) {
      const filler = 'y'.repeat(length)
      const all = written((line) => {
        line.text(memberName('f'), filler)
        write(line)
        write(line)
      })
      expect(all).toBe(`{"f":"${filler}",${one},${one}}`)
    }
  }
})

test('a member that recurs is the same the first time, the second, and when there are too many others', () => {
  const member = new RecurringMember('a')
  const values = Array.from({ length: 400 }, (_, count) => `é "${count}" \ud800`)
  for (const value of [...values, ...values]) {
    expect(written((line) => line.recurring(member, value))).toBe(JSON.stringify({ a: value }))
  }
})

test('begun anew it holds nothing of before, whatever its length was', () => {
  const line = new JsonLine()
  for (const text of ['x'.repeat(100_000), 'short', 'ü'.repeat(50_000), '']) {
    line.clear()
    expect(line.length).toBe(0)
    line.text(name, text)
    line.closeObject(0)
    expect(line.length).toBe(Buffer.byteLength(text) + '{"a":""}'.length)
    expect(line.toString()).toBe(JSON.stringify({ a: text }))
  }
})
