import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../chat/json.ts'
import { withholdReasoning } from './echoed-reasoning.ts'

const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"n":12345678901234567890}' } }

function bodyWith(assistant: JsonObject): string {
  return JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }, assistant], temperature: 1 })
}

describe('reasoning a client sends back', () => {
  const echoed = bodyWith({
    role: 'assistant',
    content: null,
    reasoning_content: 'hm',
    reasoning: 'hm',
    reasoning_details: [{ type: 'reasoning.text', text: 'hm' }],
    tool_calls: [call],
  })

  it.each(['gpt-4.1', 'gpt-5.6-sol', 'o3', 'mistral-medium-3-5'])('%s refuses it: it is left out and told', (model) => {
    const { body = '', losses = [] } = withholdReasoning(echoed, { model }) ?? {}
    expect(JSON.parse(body)).toEqual(JSON.parse(bodyWith({ role: 'assistant', content: null, tool_calls: [call] })))
    expect(body).toContain('12345678901234567890')
    expect(losses.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'dropped messages[1].reasoning_content',
      'dropped messages[1].reasoning',
      'dropped messages[1].reasoning_details',
    ])
  })

  it.each(['deepseek-v4-pro', 'kimi-k2-thinking', 'some-model'])('%s gets it as it came', (model) => {
    expect(withholdReasoning(echoed, { model })).toBeUndefined()
  })

  it('an endpoint that knows one of the names keeps that one', () => {
    const capabilities = { reasoningMembers: ['reasoning'] } as const
    const { body = '', losses } =
      withholdReasoning(new TextEncoder().encode(echoed), { model: 'x', capabilities }) ?? {}
    expect(body).toContain('"reasoning":"hm"')
    expect(body).not.toMatch(/reasoning_/)
    expect(losses).toHaveLength(2)
  })

  it('an empty one goes without a word, for it would be refused too', () => {
    const withheld = withholdReasoning(bodyWith({ role: 'assistant', content: 'y', reasoning_content: null }), {
      model: 'gpt-4.1',
    })
    expect(withheld).toEqual({ body: bodyWith({ role: 'assistant', content: 'y' }), losses: [] })
  })

  it.each([
    ['a word of the prompt', JSON.stringify({ messages: [{ role: 'user', content: 'what is "reasoning"?' }] })],
    ['the effort', JSON.stringify({ reasoning_effort: 'low', messages: [{ role: 'user', content: 'x' }] })],
    ['another role', JSON.stringify({ messages: [{ role: 'user', content: 'x', reasoning: 'y' }] })],
    ['no messages', '{"reasoning":1}'],
    ['no object', '["reasoning"]'],
  ])('%s is no echo', (_name, body) => {
    expect(withholdReasoning(body, { model: 'gpt-4.1' })).toBeUndefined()
  })
})
