import { describe, expect, it } from 'vitest'
import { ConversionError } from './error.ts'
import type { JsonObject } from './json.ts'
import {
  arrayAt,
  numberAt,
  objectAt,
  readArray,
  readBoolean,
  readCount,
  readNumber,
  readObject,
  readObjects,
  readString,
  readStrings,
  requireObject,
  requireString,
  stringAt,
} from './read.ts'

function refusal(read: () => unknown): { message: string; path: string | undefined; code: string } {
  try {
    read()
  } catch (error) {
    if (ConversionError.is(error)) return { message: error.message, path: error.path, code: error.code }
    throw error
  }
  throw new Error('expected a refusal')
}

describe('strict readers', () => {
  it('give the value, and nothing for absent and null', () => {
    const wire: JsonObject = { s: 'x', n: 1.5, b: false, o: {}, a: [1], gone: null }
    expect(readString(wire, 's', '')).toBe('x')
    expect(readNumber(wire, 'n', '')).toBe(1.5)
    expect(readBoolean(wire, 'b', '')).toBe(false)
    expect(readObject(wire, 'o', '')).toEqual({})
    expect(readArray(wire, 'a', '')).toEqual([1])
    expect(readString(wire, 'gone', '')).toBeUndefined()
    expect(readObject(wire, 'absent', '')).toBeUndefined()
  })

  it('name the path of what has the wrong type', () => {
    const wire: JsonObject = { content: 7 }
    expect(refusal(() => readString(wire, 'content', 'messages[2]'))).toEqual({
      code: 'INVALID_REQUEST',
      path: 'messages[2].content',
      message: 'messages[2].content: must be a string',
    })
    expect(refusal(() => readBoolean(wire, 'content', '')).path).toBe('content')
    expect(refusal(() => readArray(wire, 'content', '')).path).toBe('content')
    expect(refusal(() => readObject({ content: [] }, 'content', '')).path).toBe('content')
    expect(refusal(() => readStrings({ stop: ['a', 1] }, 'stop', '')).path).toBe('stop[1]')
    expect(refusal(() => readObjects({ tools: [{}, null] }, 'tools', '')).path).toBe('tools[1]')
  })

  it('require what must be there', () => {
    expect(refusal(() => requireString({}, 'model', '')).message).toBe('model: is required and must be a string')
    expect(refusal(() => requireObject({ a: null }, 'a', 'x')).path).toBe('x.a')
  })

  it('take only whole numbers for counts', () => {
    expect(readCount({ n: 0 }, 'n', '')).toBe(0)
    expect(refusal(() => readCount({ n: -1 }, 'n', '')).path).toBe('n')
    expect(refusal(() => readCount({ n: 1.5 }, 'n', '')).path).toBe('n')
    expect(refusal(() => readNumber({ n: '1' }, 'n', '')).path).toBe('n')
  })

  it('read own members only', () => {
    expect(readString({}, 'constructor', '')).toBeUndefined()
    expect(readObject(JSON.parse('{"__proto__":{"a":1}}') as JsonObject, 'a', '')).toBeUndefined()
  })
})

describe('tolerant readers', () => {
  it('take what has the wrong type for absent', () => {
    const wire: JsonObject = { s: 1, n: 'x', o: [], a: {} }
    expect(stringAt(wire, 's')).toBeUndefined()
    expect(numberAt(wire, 'n')).toBeUndefined()
    expect(objectAt(wire, 'o')).toBeUndefined()
    expect(arrayAt(wire, 'a')).toEqual([])
  })
})
