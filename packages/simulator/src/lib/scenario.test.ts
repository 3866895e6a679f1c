import { expect, test } from 'vitest'
import { readDirectives } from './directive.ts'
import type { JsonObject } from './json.ts'
import { sampleSchema } from './schema-sample.ts'
import { Seals } from './seal.ts'
import { batchTokens, countTokens, tokenize } from './tokens.ts'

test('reads directives out of a text', () => {
  expect(readDirectives('go [[call f {"a":"]]"}]] and [[reason hm]] on')).toEqual({
    directives: [
      { name: 'call', rest: 'f {"a":"]]"}' },
      { name: 'reason', rest: 'hm' },
    ],
    text: 'go  and  on',
  })
})

test.each(['[[unknown x]]', '[[call', 'a[[1]]b', '[[callf]]', '[[ call f]]'])('leaves %j alone', (text) => {
  expect(readDirectives(text)).toEqual({ directives: [], text })
})

test('finds the end of arguments with brackets, quotes and escapes in them', () => {
  const rest = 'f {"a":[[1]],"b":"\\"}]]","c":{"d":[]}}'
  expect(readDirectives(`[[call ${rest}]]`).directives).toEqual([{ name: 'call', rest }])
  expect(readDirectives('[[call f {"a":]] [[say x]]').directives).toEqual([
    { name: 'call', rest: 'f {"a":' },
    { name: 'say', rest: 'x' },
  ])
})

test.each<[JsonObject, unknown]>([
  [{ const: 4 }, 4],
  [{ enum: ['b', 'a'] }, 'b'],
  [{ type: 'boolean' }, true],
  [{ type: ['null', 'string'] }, null],
  [{ type: 'integer', minimum: 5 }, 5],
  [{ type: 'number', exclusiveMinimum: 5, multipleOf: 2 }, 6],
  [{ type: 'integer', maximum: -3 }, -3],
  [{ type: 'integer', exclusiveMaximum: 0 }, -1],
  [{ type: 'string', minLength: 12 }, 'simulated...'],
  [{ type: 'string', maxLength: 3 }, 'sim'],
  [{ type: 'string', format: 'uuid' }, '00000000-0000-4000-8000-000000000000'],
  [{ type: 'array', items: { type: 'null' }, minItems: 2 }, [null, null]],
  [{ type: 'array', prefixItems: [{ const: 1 }, { const: 2 }], items: { const: 3 }, minItems: 3 }, [1, 2, 3]],
  [{ properties: { a: { $ref: '#/$defs/a~1b' } }, $defs: { 'a/b': { const: 'x' } } }, { a: 'x' }],
  [{ anyOf: [{ type: 'boolean' }, { type: 'null' }] }, true],
  [
    { allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } }, required: ['c'] }] },
    { a: 1, b: 2, c: 'simulated' },
  ],
  [{ type: 'object', required: ['free'] }, { free: 'simulated' }],
])('makes a value for %j', (schema, value) => {
  expect(sampleSchema(schema)).toEqual(value)
})

test('ends a schema that refers to itself', () => {
  const tree = {
    $defs: {
      node: {
        type: 'object',
        properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } },
        required: ['next'],
      },
    },
    $ref: '#/$defs/node',
  }
  const text = JSON.stringify(sampleSchema(tree))
  expect(text).toMatch(/^({"next":)+null}+$/)
  expect(text.length).toBeLessThan(200)
})

test.each(['', 'hello world', '  two  blanks\n\n', '日本語のテスト', '👩‍👩‍👧 ok', '\ud800 lone', '{"a":[1.0,"b"]}'])(
  'cuts %j into tokens without losing any of it',
  (text) => {
    const tokens = tokenize(text)
    expect(tokens.join('')).toBe(text)
    expect(countTokens(text)).toBe(tokens.length)
    expect(batchTokens(tokens, 3).join('')).toBe(text)
    expect(batchTokens(tokens, 3).length).toBe(Math.ceil(tokens.length / 3))
  },
)

test('cuts in linear time', () => {
  expect(countTokens(' '.repeat(1_000_000))).toBe(2)
  expect(countTokens('a'.repeat(1_000_000))).toBe(250_000)
})

test('verifies a seal for its text and issuer only', () => {
  const seals = new Seals(1)
  const seal = seals.issue('all of it', 'shown')
  expect(seals.verify(seal, 'shown')).toBe(true)
  expect(seals.verify(seal, 'all of it')).toBe(false)
  expect(new Seals(2).verify(seal, 'shown')).toBe(false)
  expect(seals.verify(`A${seal.slice(1)}`, 'shown')).toBe(seal.startsWith('A'))
  expect(seals.verify('', '')).toBe(false)
  expect(seals.issue('one', '')).not.toBe(seals.issue('two', ''))
})
