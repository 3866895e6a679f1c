import { expect, test } from 'vitest'
import { renameEvents, renameReply } from './client-model.ts'

const text = (piece: Uint8Array | string): string => (typeof piece === 'string' ? piece : Buffer.from(piece).toString())
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

test('only the name of the model changes, and every other byte stays', () => {
  const reply = '{ "id":"x",\t"model" : "gpt-4o-2024" , "choices":[{"model":"inner"}], "n": 1.50 }\n'
  expect(text(renameReply(bytes(reply), 'openai-chat', 'mine "é"'))).toBe(
    reply.replace('"gpt-4o-2024"', '"mine \\"é\\""'),
  )
})

test.each([
  ['a reply without the name', '{"choices":[]}'],
  ['a name that is no text', '{"model":null,"choices":[]}'],
  ['a name that stands twice', '{"model":"a","model":"b"}'],
  ['what is no JSON', 'model "model": x'],
])('%s stays as it is', (_what, body) => {
  expect(text(renameReply(bytes(body), 'openai-chat', 'mine'))).toBe(body)
})

test.each([
  [
    'openai-chat',
    'data: {"model":"a"}\n\ndata: {"x":1}\n\ndata: [DONE]\n\n',
    'data: {"model":"m"}\n\ndata: {"x":1}\n\ndata: [DONE]\n\n',
  ],
  [
    'anthropic',
    'event: message_start\r\ndata:{"message":{"model":"a","id":1}}\r\n\r\n',
    'event: message_start\r\ndata:{"message":{"model":"m","id":1}}\r\n\r\n',
  ],
  ['openai-responses', 'data: {"response":{"model":"a"}}\n\n', 'data: {"response":{"model":"m"}}\n\n'],
  ['gemini', 'data: {"modelVersion":"a"}\n\n: "model"\n\n', 'data: {"modelVersion":"m"}\n\n: "model"\n\n'],
  [
    'openai-chat',
    'data: {"delta":"\\"model\\": \\"a\\"", "model": "a"}\n\n',
    'data: {"delta":"\\"model\\": \\"a\\"", "model": "m"}\n\n',
  ],
] as const)('events of %s are renamed where they name the model', (dialect, before, after) => {
  expect(text(renameEvents(bytes(before), dialect, 'm'))).toBe(after)
  expect(text(renameEvents(before, dialect, 'm'))).toBe(after)
})
