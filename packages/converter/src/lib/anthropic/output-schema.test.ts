import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../chat/json.ts'
import { enforceable } from './output-schema.ts'

const closed = {
  type: 'object',
  properties: {
    city: { type: 'string', format: 'email' },
    days: { type: 'array', items: { type: 'integer' }, minItems: 1 },
  },
  required: ['city'],
  additionalProperties: false,
}

/** Schemas as clients of other dialects send them, each told as the official SDK tells it. */
const same: readonly (readonly [what: string, schema: JsonObject])[] = [
  ['a closed object', closed],
  ['an open one', { type: 'object', properties: { a: { type: 'string' } } }],
  ['one of any members', { type: 'object', properties: {}, additionalProperties: true }],
  [
    'bounds of numbers',
    { type: 'object', properties: { n: { type: 'integer', minimum: 1, maximum: 5 } }, required: ['n'] },
  ],
  ['lengths', { type: 'string', description: 'A name.', minLength: 1, maxLength: 20 }],
  [
    'counts',
    {
      type: 'array',
      items: { type: 'object', properties: { x: { type: 'number', multipleOf: 2 } } },
      maxItems: 3,
      minItems: 2,
    },
  ],
  ['an unknown format', { type: 'string', format: 'phone' }],
  ['one of', { oneOf: [{ type: 'string' }, { type: 'object', properties: { b: { type: 'boolean' } } }] }],
  [
    'definitions',
    { $defs: { p: { type: 'object', properties: { z: { type: 'string', minLength: 2 } } } }, $ref: '#/$defs/p' },
  ],
]

describe('enforceable', () => {
  it.each(same)('%s: as the SDK has it', (_what, schema) => {
    expect(enforceable(schema).schema).toEqual(transformJSONSchema(schema))
  })

  it('leaves what is taken as it is, not even copied', () => {
    const { schema, told, closed: shut } = enforceable(closed)
    expect([schema === closed, told.size, shut]).toEqual([true, 0, false])
  })

  it('keeps patterns and defaults, which Anthropic knows', () => {
    const schema = { type: 'string', pattern: '^a', default: 'a' }
    expect(enforceable(schema).schema).toBe(schema)
  })

  it('takes a member of any name for a member', () => {
    const schema = {
      type: 'object',
      properties: { minimum: { type: 'string' }, not: { type: 'string' } },
      additionalProperties: false,
    }
    expect(enforceable(schema)).toMatchObject({ told: new Set() })
    expect(
      enforceable(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string","maxLength":1}}}')).told,
    ).toEqual(new Set(['maxLength']))
  })

  it('says what is told and whether objects were closed', () => {
    const schema = { type: 'object', properties: { n: { type: 'number', minimum: 0, not: {} } } }
    expect(enforceable(schema)).toMatchObject({ told: new Set(['minimum', 'not']), closed: false })
  })

  it.each([
    [{ type: 'object' }, true],
    [{ type: 'object', properties: {} }, false],
    [{ type: 'object', properties: { a: {} }, additionalProperties: { type: 'string' } }, true],
    [{ type: 'object', properties: { a: {} } }, false],
    [{ type: ['object', 'null'], properties: { a: {} } }, false],
  ])('%j is closed, and that costs something: %s', (schema, cost) => {
    expect(enforceable(schema)).toMatchObject({ schema: { additionalProperties: false }, closed: cost })
  })

  it('ends however deep a schema is', () => {
    let schema: JsonObject = { type: 'string' }
    for (let i = 0; i < 5000; i++) schema = { type: 'array', items: schema }
    expect(() => enforceable(schema)).not.toThrow()
  })
})
