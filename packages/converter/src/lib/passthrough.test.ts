import { describe, expect, it } from 'vitest'
import { insertMember, readBody, removeMembers, spliceMember } from './passthrough.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (all: Uint8Array): string => new TextDecoder().decode(all)

function facts(body: string): Extract<ReturnType<typeof readBody>, { ok: true }>['facts'] {
  const read = readBody(bytes(body))
  if (!read.ok) throw new Error(read.message)
  return read.facts
}

describe('readBody', () => {
  it('reads the model and whether to stream', () => {
    expect(facts('{"model":"m\\u0061x","stream":true}')).toMatchObject({ model: 'max', stream: true })
    expect(facts('{"stream":null}').stream).toBe(false)
    expect(facts('{}').model).toBeUndefined()
  })

  it.each([
    ['{"model":', 'not valid JSON'],
    ['', 'the request body is empty'],
    [' \n', 'the request body is empty'],
    ['[{"model":"m"}]', 'the request body must be a JSON object, not an array'],
    ['"x"', 'the request body must be a JSON object, not a string'],
    ['model=m', 'not valid JSON: expected a JSON value (at byte 0)'],
    ['{"model":1}', 'model must be a string'],
    ['{"stream":"yes"}', 'stream must be true or false'],
    ['{"model":"a","model":"b"}', 'model stands more than once'],
    ['{"model":"a","m\\u006fdel":"b"}', 'model stands more than once'],
  ])('refuses %s: %s', (body, message) => {
    const read = readBody(bytes(body))
    expect(read).toMatchObject({ ok: false })
    expect(read.ok ? '' : read.message).toContain(message)
    if (!message.includes('not valid JSON')) expect(read.ok ? '' : read.message).not.toContain('not valid JSON')
  })
})

describe('a fault of a body', () => {
  it.each([
    [
      '{"messages":[{},{"content":tru}]}',
      'messages[1].content',
      /not valid JSON: .*in messages\[1\]\.content, at byte 27/,
    ],
    ['{"a":', 'a', /not valid JSON/],
    [
      `{"tools":[{"x":${'['.repeat(127)}`,
      'tools[0].x[0][0][0]…',
      /more than the gateway takes: nested deeper than 128/,
    ],
    [`{"messages":[${Array(10_001).fill('{}').join(',')}]}`, 'messages[10000]', /more than 10000 objects in one array/],
  ])('%s is told by the name of its place', (body, path, message) => {
    expect(readBody(bytes(body))).toEqual({ ok: false, path, message: expect.stringMatching(message) })
  })
})

describe('spliceMember', () => {
  it('changes one value and no other byte', () => {
    const body = '{ "x": {"model":"inner"}, "model" :  "old-ü",\n "n": 1.0 }'
    const member = facts(body).scan.members.get('model')
    if (!member) throw new Error('no model')
    expect(text(spliceMember(bytes(body), member, '"new"'))).toBe(
      '{ "x": {"model":"inner"}, "model" :  "new",\n "n": 1.0 }',
    )
  })
})

describe('what passes as bytes', () => {
  it('hazard 76: thinking keeps its signature and its place before the call, byte for byte', () => {
    const thinking =
      '{"signature":"Eq\\u0041=","thinking":"","type":"thinking"},{"type":"redacted_thinking","data":"x/+="}'
    const call = '{ "type":"tool_use","input": {"n":1.0,"n2":12345678901234567890},"id":"toolu_1","name":"f"}'
    const turn = `{"role":"assistant","content":[${thinking},\n ${call}]}`
    const body = `{"model":"alias","messages":[${turn}],"thinking":{"type":"adaptive"},"of_tomorrow":1e2}`
    const member = facts(body).scan.members.get('model')
    if (!member) throw new Error('no model')
    expect(text(spliceMember(bytes(body), member, '"claude-opus-4-8"'))).toBe(body.replace('alias', 'claude-opus-4-8'))
  })
})

describe('insertMember', () => {
  it.each([
    ['{"a":1}', '{"model":"m","a":1}'],
    [' {}', ' {"model":"m"}'],
    ['{ \n }', '{"model":"m" \n }'],
  ])('puts a member in front of %s', (body, extended) => {
    expect(text(insertMember(bytes(body), 'model', '"m"'))).toBe(extended)
    expect(facts(extended).model).toBe('m')
  })
})

describe('removeMembers', () => {
  it.each([
    ['{"model":"m","stream":true}', '{}'],
    ['{"a":1,"model":"m","stream":true}', '{"a":1}'],
    ['{ "model" : "m" ,"a": [1 , 2], "stream":false }', '{ "a": [1 , 2] }'],
    ['{"a":{"model":"x"},\n "stream": true\n}', '{"a":{"model":"x"}\n}'],
    ['{"a":1}', '{"a":1}'],
  ])('takes model and stream out of %s', (body, rest) => {
    expect(text(removeMembers(bytes(body), ['model', 'stream']))).toBe(rest)
  })
})
