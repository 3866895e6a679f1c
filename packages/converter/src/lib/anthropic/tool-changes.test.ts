import { describe, expect, it } from 'vitest'
import { decode } from '../../../test/anthropic-kit.ts'
import type { JsonObject } from '../chat/json.ts'
import { convertRequest } from '../convert.ts'

const schema: JsonObject = { type: 'object', properties: {} }
const tool = (name: string, more: JsonObject = {}): JsonObject => ({ name, input_schema: schema, ...more })
const reference = (name: string): JsonObject => ({ type: 'tool_reference', name })
const addition = (changed: JsonObject): JsonObject => ({ type: 'tool_addition', tool: changed })
const removal = (changed: JsonObject): JsonObject => ({ type: 'tool_removal', tool: changed })
const definition = (defined: JsonObject): JsonObject => ({ type: 'tool_definition', definition: defined })

/** A request in whose conversation the tools change by these blocks. */
function changed(
  blocks: readonly JsonObject[],
  tools: readonly JsonObject[] = [tool('read'), tool('write')],
): JsonObject {
  const messages: JsonObject[] = [
    { role: 'user', content: 'hi' },
    { role: 'system', content: [{ type: 'text', text: 'The tools have changed.' }, ...blocks] },
  ]
  return { model: 'claude-x', max_tokens: 100, tools: [...tools], messages }
}

const namesOf = (wire: JsonObject): unknown[] => decode(wire).chat.tools.map(({ name }) => name)

describe('tools that change in a conversation', () => {
  it('declares what a message defines, and takes out what one removes', () => {
    const { chat, losses } = decode(
      changed([addition(definition(tool('search', { description: 'Searches.' }))), removal(reference('write'))]),
    )
    expect(chat.tools).toMatchObject([
      { name: 'read' },
      { type: 'function', name: 'search', description: 'Searches.', at: 'messages[1].content[1].tool.definition' },
    ])
    expect(chat.turns[1]).toMatchObject({ role: 'system', parts: [{ text: 'The tools have changed.' }] })
    expect(losses.map(({ path, kind }) => [path, kind])).toEqual([
      ['messages[1].content[1]', 'approximated'],
      ['messages[1].content[2]', 'approximated'],
    ])
  })

  it('goes by the last change of a tool', () => {
    expect(namesOf(changed([removal(reference('read')), addition(reference('read'))]))).toEqual(['write', 'read'])
    expect(namesOf(changed([addition(definition(tool('a'))), removal(reference('a'))]))).toEqual(['read', 'write'])
    const newer = definition(tool('read', { description: 'new' }))
    expect(decode(changed([addition(newer)])).chat.tools[0]).toMatchObject({ name: 'read', description: 'new' })
  })

  it('takes up what a summary says of the changes before it', () => {
    const summary = { type: 'compaction', content: 'We talked.', tool_changes: [addition(definition(tool('search')))] }
    const wire = changed([])
    wire.messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [summary] },
      { role: 'user', content: 'on' },
    ]
    expect(namesOf(wire)).toEqual(['read', 'write', 'search'])
  })

  it('makes no turn of a message that only changes tools', () => {
    const wire = changed([])
    wire.messages = [
      { role: 'user', content: 'hi' },
      { role: 'system', content: [addition(definition(tool('a')))] },
    ]
    expect(decode(wire).chat.turns.map(({ role }) => role)).toEqual(['user'])
  })

  it.each([
    [{ type: 'mcp_toolset_reference', server_name: 's' }, 'only Anthropic reaches the tools of these servers'],
    [reference('nobody'), 'the request has no tool "nobody"'],
  ])('reports what it cannot let in: %j', (other, detail) => {
    const { chat, losses } = decode(changed([addition(other)]))
    expect(losses).toMatchObject([{ kind: 'dropped', path: 'messages[1].content[1]', detail }])
    expect(chat.tools).toHaveLength(2)
  })

  it('names the field of a change that makes no sense', () => {
    expect(() => decode(changed([{ type: 'tool_addition' }]))).toThrow(/messages\[1\]\.content\[1\]\.tool/)
    expect(() => decode(changed([addition({ type: 'tool_reference' })]))).toThrow(/tool\.name/)
  })
})

describe('what a search for tools found', () => {
  it.each(['openai-chat', 'openai-responses', 'gemini'] as const)('is told to %s', (to) => {
    const wire: JsonObject = {
      model: 'claude-x',
      max_tokens: 100,
      tools: [tool('ToolSearch'), tool('WebFetch', { defer_loading: true })],
      messages: [
        { role: 'user', content: 'fetch' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'ToolSearch', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'tool_reference', tool_name: 'WebFetch' }] },
          ],
        },
      ],
    }
    const { body, losses } = convertRequest(wire, { from: 'anthropic', to })
    expect(JSON.stringify(body)).toContain('The tool WebFetch can be called now.')
    expect(losses).toContainEqual(
      expect.objectContaining({ kind: 'approximated', path: 'messages[2].content[0].content[0]' }),
    )
  })
})
