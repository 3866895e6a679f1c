import { describe, expect, it } from 'vitest'
import type { ChatReply } from '../chat/reply.ts'
import { Fold, mergeUsage } from './fold.ts'
import { checked } from './grammar.ts'
import { unfold } from './unfold.ts'

const reply: ChatReply = {
  id: 'msg_1',
  model: 'm',
  created: 5,
  parts: [
    { type: 'reasoning', text: 'hm', seal: { issuer: 'anthropic', value: 'sig' }, at: 'parts[0]' },
    { type: 'text', text: 'Hé "quoted" 😀', at: 'parts[1]', citations: [{ url: 'https://a.example' }] },
    { type: 'tool-call', id: 'a', name: 'f', input: '{"n":1.0}', inputKind: 'json', at: 'parts[2]' },
    { type: 'tool-call', id: 'b', name: 'g', input: '{}', inputKind: 'json', at: 'parts[3]' },
    { type: 'refusal', text: 'no', at: 'parts[4]' },
  ],
  stop: { reason: 'tool-calls' },
  usage: { input: 3, output: 4 },
}

function refold(value: ChatReply): ChatReply | undefined {
  const fold = new Fold()
  unfold(
    value,
    checked((event) => fold.push(event)),
  )
  return fold.reply()
}

describe('fold and unfold', () => {
  it('are each other’s inverse', () => {
    expect(refold(reply)).toEqual(reply)
  })

  it('a call that streams no arguments has none', () => {
    expect(
      refold({ ...reply, parts: [{ type: 'tool-call', id: 'a', name: 'f', input: '', inputKind: 'json', at: '' }] })
        ?.parts[0],
    ).toMatchObject({
      input: '{}',
    })
  })

  it('gives no reply without a finish, and the error of a failed stream', () => {
    const fold = new Fold()
    fold.push({ type: 'start' })
    expect(fold.reply()).toBeUndefined()
    fold.push({ type: 'error', error: { status: 529, kind: 'overloaded', message: 'busy' } })
    expect(fold.reply()).toBeUndefined()
    expect(fold.error?.message).toBe('busy')
  })

  it('hazard 99: later usage overwrites, field by field', () => {
    expect(mergeUsage({ input: 1, output: 2 }, { output: 5 })).toEqual({ input: 1, output: 5 })
  })
})

describe('checked', () => {
  it.each([
    [[{ type: 'open', index: 0, part: { type: 'text' } }], 'before start'],
    [[{ type: 'start' }, { type: 'start' }], 'twice'],
    [[{ type: 'start' }, { type: 'text', index: 0, literal: '""' }], 'not open'],
    [[{ type: 'start' }, { type: 'open', index: 1, part: { type: 'text' } }], 'expected 0'],
    [
      [
        { type: 'start' },
        { type: 'open', index: 0, part: { type: 'text' } },
        { type: 'finish', stop: { reason: 'end' } },
      ],
      'still open',
    ],
  ] as const)('refuses what breaks the grammar: %j', (events, why) => {
    const emit = checked(() => {})
    expect(() => {
      for (const event of events) emit(event)
    }).toThrow(why)
  })
})
