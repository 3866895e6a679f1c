import type { Response } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import { decodeReply, encodeReply, fixture } from '../../../test/responses-kit.ts'
import { ConversionError } from '../chat/error.ts'
import type { JsonObject } from '../chat/json.ts'
import type { AssistantPart } from '../chat/part.ts'
import type { ChatReply } from '../chat/reply.ts'
import { tapReply } from './tap.ts'

const message = (...content: JsonObject[]): JsonObject => ({ type: 'message', id: 'msg_1', content })
const outputText = (text: string, more: JsonObject = {}): JsonObject => ({ type: 'output_text', text, ...more })
const response = (...output: JsonObject[]): JsonObject => ({ id: 'resp_1', status: 'completed', output })
const said = (text: string, more: Partial<AssistantPart> = {}): AssistantPart =>
  ({ type: 'text', text, at: 'content[0]', ...more }) as AssistantPart
const reply = (...parts: AssistantPart[]): ChatReply => ({
  id: 'msg_1',
  model: 'claude-x',
  parts,
  stop: { reason: 'end' },
})

describe('a reply is read', () => {
  it('hazard 88: with every item, in order', () => {
    const { reply: read } = decodeReply(fixture('agent-session', 'reply.json'))
    expect(read.parts.map((part) => part.type)).toEqual(['reasoning', 'text', 'tool-call', 'tool-call'])
    expect(read.parts[2]).toMatchObject({ id: 'call_wait', name: 'multi_agent__wait', input: '{}' })
    expect(read).toMatchObject({ stop: { reason: 'tool-calls' }, serviceTier: 'default', created: 1764000000 })
    expect(read.usage).toEqual({ input: 5200, cacheRead: 4096, cacheWrite: 0, output: 70, reasoning: 40 })
  })

  it('hazard 87: a refusal is visible, and the stop reason', () => {
    const { reply: read } = decodeReply(fixture('refusal', 'reply.json'))
    expect(read).toMatchObject({ parts: [{ type: 'refusal' }], stop: { reason: 'refusal' } })
  })

  it('sources keep their place, and those without a URL their own object', () => {
    const file = { type: 'file_citation', file_id: 'f', filename: 'a.txt', index: 3 }
    const { reply: read } = decodeReply(response(message(outputText('x', { annotations: [file] }))))
    expect(read.parts).toMatchObject([
      { citations: [{ title: 'a.txt', native: { dialect: 'openai-responses', value: file } }] },
    ])
  })

  it('log-probabilities of all texts are those of the answer', () => {
    const { reply: read } = decodeReply(
      response(message(outputText('a', { logprobs: [1] }), outputText('b', { logprobs: [2] }))),
    )
    expect(read.logprobs).toEqual({ content: [1, 2], refusal: null })
  })

  it.each([
    [{ id: 'r', status: 'failed', output: [], error: { code: 'server_error', message: 'boom' } }, 'boom'],
    [{ error: { message: 'no such model' } }, 'no such model'],
    [{ error: 'plain' }, 'plain'],
    [{ id: 'r', status: 'cancelled', output: [] }, 'cancelled'],
    [{ id: 'r', status: 'in_progress', output: [] }, 'in_progress'],
    [{ id: 'r', choices: [] }, 'no output'],
  ])('what is no answer is refused: %j', (wire, word) => {
    expect(() => decodeReply(wire)).toThrow(ConversionError)
    expect(() => decodeReply(wire)).toThrow(word)
  })

  it('a server that gives no status has answered, which is told', () => {
    const { reply: read, losses } = decodeReply({ id: 'r', output: [message(outputText('x'))] })
    expect(read.stop).toEqual({ reason: 'end' })
    expect(losses).toMatchObject([{ path: 'status', kind: 'invented' }])
  })
})

describe('a reply is written', () => {
  it('as the SDK has it', () => {
    const { body } = encodeReply({ ...reply(said('Hi')), created: 7, usage: { input: 1, output: 2 } })
    const expected: Omit<Response, 'output_text'> = {
      id: 'msg_1',
      object: 'response',
      created_at: 7,
      status: 'completed',
      error: null,
      incomplete_details: null,
      model: 'claude-x',
      output: [
        {
          id: 'msg_fresh_0',
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hi', annotations: [], logprobs: [] }],
        },
      ],
      background: false,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      metadata: {},
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: null,
      service_tier: null,
      temperature: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_logprobs: null,
      top_p: null,
      truncation: 'disabled',
      access_programs: null,
      prompt_cache_key: null,
      safety_identifier: null,
      usage: {
        input_tokens: 1,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 2,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 3,
      },
    }
    expect(body).toEqual({ ...expected, store: false })
  })

  it('hazard 89: the first of several answers, and the others are told', () => {
    const alternatives = [{ parts: [said('B')], stop: { reason: 'end' } as const }]
    const { body, losses } = encodeReply({ ...reply(said('A')), alternatives })
    expect(JSON.stringify(body)).not.toContain('"B"')
    expect(losses).toMatchObject([{ path: 'choices', kind: 'dropped' }])
  })

  it('hazard 33: ids and names are the client’s', () => {
    const call: AssistantPart = { type: 'tool-call', id: 'a:1', name: 'alias', input: '{}', inputKind: 'json', at: 'c' }
    const { body } = encodeReply(reply(call), { originalToolName: () => 'mcp.original' })
    const [item] = body.output as JsonObject[]
    expect(item).toMatchObject({ type: 'function_call', name: 'mcp.original' })
    expect(item?.call_id).toMatch(/^a_1_/)
  })

  it('what has no place is told: images, opaque parts, seals of others', () => {
    const { losses } = encodeReply(
      reply(
        { type: 'image', source: { kind: 'url', url: 'x' }, at: 'i' },
        { type: 'opaque', dialect: 'anthropic', kind: 'server_tool_use', value: {}, at: 'o' },
        { type: 'reasoning', text: 'hm', seal: { issuer: 'anthropic', value: 's' }, at: 't' },
      ),
    )
    expect(losses.map(({ path }) => path)).toEqual(['i', 'o', 't.seal'])
  })
})

describe('a reply that passes', () => {
  it('tells its usage and stop', () => {
    expect(tapReply(fixture('length-stop', 'reply.json'))).toMatchObject({
      usage: { input: 12, output: 16 },
      stop: { reason: 'length' },
    })
    expect(tapReply(fixture('parallel-tools', 'reply.json')).stop).toEqual({ reason: 'tool-calls' })
    expect(tapReply({ status: 'failed' })).toEqual({})
  })
})
