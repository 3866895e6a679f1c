import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../chat/json.ts'
import { jsonSchemaOf } from './schema.ts'

describe('jsonSchemaOf', () => {
  it('hazard 41: types are in lower case at every depth, and nowhere else', () => {
    const schema: JsonObject = {
      type: 'OBJECT',
      description: 'STRING stays',
      properties: {
        OBJECT: { type: 'STRING', enum: ['STRING', 'NUMBER'], default: 'NUMBER' },
        list: { type: 'ARRAY', items: { type: 'INTEGER', format: 'int32' } },
        either: { anyOf: [{ type: 'NUMBER' }, { type: 'BOOLEAN' }] },
      },
      required: ['OBJECT'],
    }
    expect(jsonSchemaOf(schema, 's')).toEqual({
      type: 'object',
      description: 'STRING stays',
      properties: {
        OBJECT: { type: 'string', enum: ['STRING', 'NUMBER'], default: 'NUMBER' },
        list: { type: 'array', items: { type: 'integer', format: 'int32' } },
        either: { anyOf: [{ type: 'number' }, { type: 'boolean' }] },
      },
      required: ['OBJECT'],
    })
  })

  it('hazard 41: nullable is a type of its own, also of an enum and of alternatives', () => {
    expect(jsonSchemaOf({ type: 'STRING', nullable: true }, 's')).toEqual({ type: ['string', 'null'] })
    expect(jsonSchemaOf({ type: 'STRING', nullable: false }, 's')).toEqual({ type: 'string' })
    expect(jsonSchemaOf({ type: 'STRING', format: 'enum', enum: ['a'], nullable: true }, 's')).toEqual({
      type: ['string', 'null'],
      enum: ['a', null],
    })
    expect(jsonSchemaOf({ anyOf: [{ type: 'STRING' }], nullable: true }, 's')).toEqual({
      anyOf: [{ type: 'string' }, { type: 'null' }],
    })
  })

  it('counts written as strings are numbers, in either spelling', () => {
    expect(jsonSchemaOf({ type: 'ARRAY', minItems: '1', max_items: '9007199254740991' }, 's')).toEqual({
      type: 'array',
      minItems: 1,
      maxItems: 9_007_199_254_740_991,
    })
    expect(jsonSchemaOf({ minLength: 'many' }, 's')).toEqual({ minLength: 'many' })
  })

  it('properties stand in the order that is asked for', () => {
    const schema = { properties: { b: {}, a: {}, c: {} }, propertyOrdering: ['c', 'a', 'none'] }
    expect(Object.keys(jsonSchemaOf(schema, 's').properties as JsonObject)).toEqual(['c', 'a', 'b'])
  })

  it('an unspecified type is none, an example is one of several', () => {
    expect(jsonSchemaOf({ type: 'TYPE_UNSPECIFIED', example: 3 }, 's')).toEqual({ examples: [3] })
  })

  it('hazard 24: a property may have any name', () => {
    const schema = JSON.parse(
      '{"properties":{"__proto__":{"type":"STRING"},"constructor":{"type":"NULL"}}}',
    ) as JsonObject
    expect(JSON.stringify(jsonSchemaOf(schema, 's'))).toBe(
      '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"null"}}}',
    )
  })

  it('refuses what is nested too deeply, naming the place', () => {
    let schema: JsonObject = { type: 'STRING' }
    for (let i = 0; i < 300; i++) schema = { items: schema }
    expect(() => jsonSchemaOf(schema, 'tools[0]')).toThrow(/^tools\[0\]\.items.*: is nested too deeply$/)
  })
})
