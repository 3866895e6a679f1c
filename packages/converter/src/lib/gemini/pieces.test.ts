import { describe, expect, it } from 'vitest'
import { convertRequest } from '../convert.ts'

const call = (name: string): object => ({ functionCall: { name, args: {} } })
const user = { role: 'user', parts: [{ text: 'hi' }] }
const model = (...parts: object[]): object => ({ role: 'model', parts })

function messagesOf(to: 'openai-chat' | 'anthropic', ...contents: object[]): unknown {
  return convertRequest(JSON.stringify({ model: 'm', contents }), { from: 'gemini', to }).body.messages
}

describe('an answer that Google’s SDK kept in pieces', () => {
  it('is the same turn as the whole answer', () => {
    const parts = [{ text: 'think', thought: true }, { text: 'one two' }, call('a'), call('b')]
    const pieces = [
      model({ text: 'thi', thought: true }),
      model({ text: 'nk', thought: true }),
      model({ text: 'one' }),
      model({ text: ' two' }),
      model(call('a')),
      model(call('b')),
      model({ text: '' }),
    ]
    for (const to of ['openai-chat', 'anthropic'] as const) {
      const whole = JSON.stringify(messagesOf(to, user, model(...parts, { text: '' }), user))
      // Calls without an id are named by their place, which is the one difference.
      const named = (json: string): string => json.replace(/call_\d+_\d+/g, 'call')
      expect(named(JSON.stringify(messagesOf(to, user, ...pieces, user)))).toBe(named(whole))
    }
  })

  it('has its parallel calls answered together', () => {
    const results = { role: 'user', parts: ['a', 'b'].map((name) => ({ functionResponse: { name, response: {} } })) }
    const messages = messagesOf('openai-chat', user, model(call('a')), model(call('b')), results) as { role: string }[]
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool'])
  })
})
