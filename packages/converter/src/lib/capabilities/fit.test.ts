import { describe, expect, it } from 'vitest'
import { ConversionError } from '../chat/error.ts'
import { convertRequest } from '../convert.ts'
import type { CapabilityOverrides } from './capabilities.ts'

const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
const tool = { name: 'f', input_schema: { type: 'object' } }

function converted(more: object, capabilities: CapabilityOverrides): ReturnType<typeof convertRequest> {
  const body = { model: 'm', max_tokens: 9000, messages: [{ role: 'user', content: 'Hi' }], ...more }
  return convertRequest(JSON.stringify(body), {
    from: 'anthropic',
    to: 'openai-chat',
    model: 'house-model',
    capabilities,
  })
}

function refused(run: () => unknown): string {
  try {
    run()
  } catch (cause) {
    if (ConversionError.is(cause)) return `${cause.code} ${cause.message}`
    throw cause
  }
  return 'not refused'
}

describe('what a model can do at all', () => {
  it('an answer is asked for that the model can give', () => {
    const { body, losses } = converted({}, { maxOutputTokens: 4096 })
    expect(body.max_tokens).toBe(4096)
    expect(losses).toContainEqual({
      path: 'max_tokens',
      kind: 'approximated',
      detail: 'house-model answers with 4096 tokens at most, not 9000',
    })
    expect(converted({}, { maxOutputTokens: 9000 }).losses).toEqual([])
  })

  it('tools are refused for a model that calls none', () => {
    expect(refused(() => converted({ tools: [tool] }, { tools: false }))).toBe(
      'UNSUPPORTED tools[0]: house-model calls no tools',
    )
    expect(converted({ tools: [tool] }, {}).body.tools).toHaveLength(1)
    expect(converted({}, { tools: false }).body.tools).toBeUndefined()
  })

  it('media are refused for a model that does not take them', () => {
    const shown = { messages: [{ role: 'user', content: [image] }] }
    expect(refused(() => converted(shown, { media: [] }))).toBe(
      'UNSUPPORTED messages[0].content[0]: house-model takes no images',
    )
    expect(refused(() => converted(shown, { media: ['image'] }))).toBe('not refused')
    const text = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } }
    expect(refused(() => converted({ messages: [{ role: 'user', content: [text] }] }, { media: [] }))).toBe(
      'not refused',
    )
  })

  it('and so in the results of tools', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [image] }] },
    ]
    expect(refused(() => converted({ messages, tools: [tool] }, { media: ['document'] }))).toMatch(/takes no images/)
  })

  it.each([
    ['deepseek-chat', { structuredOutput: false, media: [] }],
    ['deepseek/deepseek-chat', { structuredOutput: false }],
    ['grok-3-mini', { efforts: ['low', 'high'], maxStops: 0 }],
    ['grok-4.3', { efforts: ['none', 'low', 'medium', 'high'] }],
    ['grok-4.5-latest', { efforts: ['low', 'medium', 'high'] }],
    ['grok-4-0709', { efforts: [], maxStops: 0 }],
    ['mistral-large-latest', { maxTemperature: 1.5 }],
    ['qwen3-max', { structuredOutput: true }],
    ['gpt-4', { media: [] }],
    ['o1-mini', { tools: false }],
  ] as const)('%s is known', async (model, known) => {
    const { capabilitiesOf } = await import('../codecs.ts')
    expect(capabilitiesOf('openai-chat', model)).toMatchObject(known)
  })
})
