import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convertRequest, type Dialect, type JsonObject } from '../src/index.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'
import { wholeCases } from './corpus.ts'

/**
 * What Anthropic Messages and Chat Completions both can say, as requests of Anthropic: there and back they must come out as they
 * were. `gpt-5.6-sol` and `claude-opus-4-8` are the models that take most.
 */

const chatModel = 'gpt-4.1'
const claudeModel = 'claude-sonnet-4-5'
const runs = { numRuns: 400, seed: 20_261_123 }

/** Text with something in it: a block of white space alone is no legal text. */
const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== '')
const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,40}$/)
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,40}$/)
const base64 = fc.base64String({ maxLength: 24 })

const text = words.map((value): JsonObject => ({ type: 'text', text: value }))
const image = fc.oneof(
  base64.map((data): JsonObject => ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } })),
  fc.webUrl().map((url): JsonObject => ({ type: 'image', source: { type: 'url', url } })),
)
const pdf = fc.record({
  type: fc.constant('document'),
  source: base64.map((data) => ({ type: 'base64', media_type: 'application/pdf', data })),
  title: words,
})

/** Objects whose text JSON writes as it reads: no numbers that lose digits, no integer-like keys that change places. */
const value = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]\w{0,8}$/), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value
const input = fc.dictionary(fc.stringMatching(/^[a-z]\w{0,8}$/), value, { maxKeys: 4, noNullPrototype: true })

const tool = fc.record(
  {
    name,
    description: words,
    // Closed, for only such are held to.
    input_schema: input.map((properties) => ({ type: 'object', properties, additionalProperties: false })),
  },
  { requiredKeys: ['name', 'input_schema'] },
)

interface Exchange {
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: JsonValue }[]
  readonly said: string | undefined
  readonly results: readonly string[]
  readonly asked: readonly JsonObject[]
}

/** What the assistant said and called, the results of its calls, and what the user said to that. */
const exchange: fc.Arbitrary<Exchange> = fc
  .record({
    calls: fc.uniqueArray(fc.record({ id, name, input }), { maxLength: 3, selector: (call) => call.id }),
    said: fc.option(words, { nil: undefined }),
    results: fc.array(words, { minLength: 3, maxLength: 3 }),
    asked: fc.array(fc.oneof(text, image, pdf), { minLength: 1, maxLength: 3 }),
  })
  .filter(({ calls, said }) => calls.length > 0 || said !== undefined)

function messagesOf({ calls, said, results, asked }: Exchange): JsonObject[] {
  const content: JsonObject[] = [
    ...(said === undefined ? [] : [{ type: 'text', text: said }]),
    ...calls.map((call) => ({ type: 'tool_use', ...call })),
  ]
  const answered = calls.map((call, i) => ({
    type: 'tool_result',
    tool_use_id: call.id,
    content: [{ type: 'text', text: results[i] ?? 'none' }],
  }))
  return [
    { role: 'assistant', content },
    { role: 'user', content: [...answered, ...asked] },
  ]
}

const choice = fc.oneof(
  fc.constantFrom<JsonObject>({ type: 'auto' }, { type: 'any' }, { type: 'none' }),
  fc.constantFrom<JsonObject>({ type: 'auto', disable_parallel_tool_use: true }),
  fc.constantFrom<JsonObject>({ type: 'any', disable_parallel_tool_use: true }),
)

const settings = fc.record(
  {
    stop_sequences: fc.array(words, { minLength: 1, maxLength: 4 }),
    temperature: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    metadata: fc.record({ user_id: name }),
    service_tier: fc.constantFrom('auto', 'standard_only'),
    stream: fc.constant(true),
    output_config: input.map((properties) => ({
      format: { type: 'json_schema', schema: { type: 'object', properties, additionalProperties: false } },
    })),
  },
  { requiredKeys: [] },
)

/** A request of Anthropic's that Chat Completions can say word for word. */
const shared: fc.Arbitrary<JsonObject> = fc
  .record({
    max_tokens: fc.integer({ min: 1, max: 32_000 }),
    system: fc.array(text, { maxLength: 3 }),
    first: fc.array(fc.oneof(text, image, pdf), { minLength: 1, maxLength: 3 }),
    exchanges: fc.array(exchange, { maxLength: 3 }),
    tools: fc.uniqueArray(tool, { maxLength: 3, selector: (each) => each.name }),
    choice: fc.option(choice, { nil: undefined }),
    settings,
  })
  .map(({ max_tokens, system, first, exchanges, tools, choice: chosen, settings: rest }) => ({
    model: claudeModel,
    max_tokens,
    ...toolsOf(tools, chosen, exchanges),
    ...(system.length > 0 && { system }),
    messages: [{ role: 'user', content: first }, ...exchanges.flatMap(messagesOf)],
    ...(rest as JsonObject),
  }))

/** Anthropic refuses a history of calls without tools. */
function toolsOf(
  tools: readonly JsonObject[],
  chosen: JsonObject | undefined,
  exchanges: readonly Exchange[],
): JsonObject {
  const called = exchanges.some(({ calls }) => calls.length > 0)
  if (tools.length > 0) return { tools: [...tools], ...(chosen && { tool_choice: chosen }) }
  return called ? { tools: [{ name: 'any', input_schema: { type: 'object', properties: {} } }] } : {}
}

function to(body: JsonObject, from: Dialect, target: Dialect, model: string): JsonObject {
  const { body: converted, losses } = convertRequest(JSON.stringify(body), { from, to: target, model })
  expect(losses).toEqual([])
  return JSON.parse(JSON.stringify(converted)) as JsonObject
}

/** That what both can say comes back is held for every pair by `laws-pairs-request.test.ts`. */
describe('law: there and back again', () => {
  it.each(wholeCases.filter(({ request }) => 'messages' in request))(
    'what $dialect/$name loses on the way, it loses once',
    ({ dialect, request }) => {
      const other = dialect === 'anthropic' ? 'openai-chat' : 'anthropic'
      const model = (target: Dialect): string => (target === 'anthropic' ? claudeModel : chatModel)
      const turn = (body: JsonObject, from: Dialect, target: Dialect): JsonObject =>
        convertRequest(body, { from, to: target, model: model(target) }).body
      // Another dialect takes no document by URL.
      const sendable = JSON.parse(
        JSON.stringify(request).replace(/,{"type":"document","source":{"type":"url"[^}]*}}/, ''),
      )
      const there = turn(sendable as JsonObject, dialect, other)
      const back = turn(there, other, dialect)
      const again = turn(back, dialect, other)
      expect(turn(again, other, dialect)).toEqual(back)
    },
  )
})

/** The text of the messages of a body, without the bracket that ends the list. */
function prefixOf(body: JsonObject): string {
  return JSON.stringify(body.messages).slice(0, -1)
}

describe('law: one more turn only adds to the prompt, so that caches stay warm', () => {
  const pairs = [
    { from: 'anthropic', target: 'openai-chat', model: chatModel },
    { from: 'openai-chat', target: 'anthropic', model: claudeModel },
    { from: 'openai-chat', target: 'anthropic', model: 'claude-opus-4-8' },
  ] as const

  it.each(pairs)('$from to $target, $model', ({ from, target, model }) => {
    fc.assert(
      fc.property(shared, (request) => {
        const whole = from === 'anthropic' ? request : to(request, 'anthropic', from, chatModel)
        const messages = whole.messages as JsonObject[]
        const ends = messages.map((_, i) => i + 1).filter((end) => endsTurn(messages, end - 1))
        const bodies = ends.map((end) => ({ ...whole, messages: messages.slice(0, end) }))
        const sent = bodies.map((body) => convertRequest(body, { from, to: target, model }).body)
        for (const [i, body] of sent.entries()) {
          const next = sent[i + 1]
          if (next === undefined) break
          expect(prefixOf(next).startsWith(prefixOf(body))).toBe(true)
          expect({ ...next, messages: [] }).toEqual({ ...body, messages: [] })
        }
      }),
      runs,
    )
  })

  /** A request ends with what the user said, or with the last of the results. */
  function endsTurn(messages: readonly JsonObject[], i: number): boolean {
    const role = messages[i]?.role
    const next = messages[i + 1]?.role
    return (role === 'user' || role === 'tool') && (next === 'assistant' || next === undefined)
  }

  it('hazard 1: a late instruction is not moved to the front', () => {
    const early = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
    ]
    const late = [...early, { role: 'system', content: 'Hurry.' }]
    for (const model of ['claude-sonnet-4-5', 'claude-opus-4-8']) {
      const [before, after] = [early, late].map((messages) =>
        convertRequest({ model: 'x', messages }, { from: 'openai-chat', to: 'anthropic', model }),
      )
      expect(after?.body.system).toEqual(before?.body.system)
    }
  })
})
