import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../chat/json.ts'
import { TextTemplate } from './text-template.ts'

const template = (learned: string): TextTemplate => {
  const made = new TextTemplate('content', (frame: JsonObject) => frame.content)
  made.learn(learned)
  return made
}

describe('a text template', () => {
  it('cuts out the text of frames that differ in nothing else', () => {
    const known = template('{"id":1,"content":"a","end":null}')
    expect(known.match('{"id":1,"content":"b \\" c","end":null}')).toBe('"b \\" c"')
    expect(known.match('{"id":1,"content":"","end":null}')).toBe('""')
  })

  it.each([
    '{"id":2,"content":"b","end":null}',
    '{"id":1,"content":"b","end":"stop"}',
    '{"id":1,"content":"b","end":null} ',
    '{"id":1,"content":"b',
    '{"id":1,"content":"b\\","end":null}',
    '{"id":1,"content":"b\\x","end":null}',
    '{"id":1,"content":"b\n","end":null}',
    '{"id":1,"content":"b\\u12","end":null}',
    '{"id":1,"content":null,"end":null}',
    '{"id":1,"content":"b","content":"c","end":null}',
    '',
  ])('leaves %j to the parser', (data) => {
    expect(template('{"id":1,"content":"a","end":null}').match(data)).toBeUndefined()
  })

  it('learns spaced spellings as they are', () => {
    expect(template('{"id": 1, "content": "a"}').match('{"id": 1, "content": "b"}')).toBe('"b"')
  })

  it('does not learn a place that is not the text’s', () => {
    const inside = '{"note":{"content":"x"},"content":"a"}'
    expect(template(inside).match('{"note":{"content":"y"},"content":"a"}')).toBeUndefined()
    const twice = '{"content":"x","content":"a"}'
    expect(template(twice).match('{"content":"y","content":"a"}')).toBeUndefined()
  })

  it.each(['obfuscation', 'p'])('lets %s padding vary, and nothing else after the text', (key) => {
    const known = template(`{"content":"a","${key}":"xyz"}`)
    expect(known.match(`{"content":"b","${key}":""}`)).toBe('"b"')
    expect(known.match(`{"content":"b","${key}":"longer"}`)).toBe('"b"')
    expect(known.match(`{"content":"b","${key}":"x","error":"y"}`)).toBeUndefined()
    expect(known.match(`{"content":"b","${key}":"x"},"z"}`)).toBeUndefined()
  })

  it('gives up on a stream whose frames never repeat', () => {
    const known = new TextTemplate('content', (frame: JsonObject) => frame.content)
    const frame = (n: number): string => `{"n":${n},"content":"a"}`
    for (let n = 0; n < 20; n++) {
      expect(known.match(frame(n))).toBeUndefined()
      known.learn(frame(n))
    }
    expect(known.match(frame(19))).toBeUndefined()
  })
})
