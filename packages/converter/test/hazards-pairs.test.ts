import { describe, expect, it } from 'vitest'
import { convertReply, convertRequest, type Dialect, type JsonObject, openStream, streamOfReply } from '../src/index.ts'
import type { ToolCallPart } from '../src/lib/chat/part.ts'
import type { ChatRequest, ToolChoice } from '../src/lib/chat/request.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { fixed } from './corpus.ts'
import { callTold, replyCalling } from './hazard-kit.ts'

/** Hazards of requests with tools, each for every ordered pair of dialects that have tools. */

type Chatty = Exclude<Dialect, 'openai-completions'>
const models = {
  anthropic: 'claude-opus-4-8',
  'openai-chat': 'gpt-5.6-sol',
  'openai-responses': 'gpt-5.6-sol',
  gemini: 'gemini-2.5-pro',
} as const
const dialects = Object.keys(models) as Chatty[]
const pairs = dialects.flatMap((from) => dialects.filter((to) => to !== from).map((to) => ({ from, to })))

/** A loop of one round: what is offered, what was called, and what came of it. */
interface Round {
  readonly tool: string
  readonly id: string
  /** The arguments as JSON text. */
  readonly args: string
  readonly schema?: JsonObject
  readonly choice?: 'auto' | 'required' | 'none' | 'named'
  readonly sequential?: boolean
}

/** The request as JSON text, because digits are lost in a value. */
function requestIn(dialect: Chatty, round: Round): string {
  const slot = '"ARGS"'
  return JSON.stringify({ model: 'm', ...builders[dialect](round) }).replaceAll(slot, round.args)
}

const args = 'ARGS'

const builders: { readonly [dialect in Chatty]: (round: Round) => JsonObject } = {
  anthropic: ({ tool, id, schema, choice, sequential }) => ({
    max_tokens: 1000,
    messages: [
      { role: 'user', content: 'Go.' },
      { role: 'assistant', content: [{ type: 'tool_use', id, name: tool, input: args }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'done' }] },
    ],
    tools: [{ name: tool, ...(schema && { input_schema: schema }) }],
    ...((choice || sequential) && {
      tool_choice: {
        ...(choice === 'named'
          ? { type: 'tool', name: tool }
          : { type: choice === 'required' ? 'any' : (choice ?? 'auto') }),
        ...(sequential && { disable_parallel_tool_use: true }),
      },
    }),
  }),
  'openai-chat': ({ tool, id, schema, choice, sequential }) => ({
    messages: [
      { role: 'user', content: 'Go.' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id, type: 'function', function: { name: tool, arguments: args } }],
      },
      { role: 'tool', tool_call_id: id, content: 'done' },
    ],
    tools: [{ type: 'function', function: { name: tool, ...(schema && { parameters: schema }) } }],
    ...(choice && { tool_choice: choice === 'named' ? { type: 'function', function: { name: tool } } : choice }),
    ...(sequential && { parallel_tool_calls: false }),
  }),
  'openai-responses': ({ tool, id, schema, choice, sequential }) => ({
    input: [
      { role: 'user', content: 'Go.' },
      { type: 'function_call', call_id: id, name: tool, arguments: args },
      { type: 'function_call_output', call_id: id, output: 'done' },
    ],
    tools: [{ type: 'function', name: tool, parameters: schema ?? null, strict: false }],
    ...(choice && { tool_choice: choice === 'named' ? { type: 'function', name: tool } : choice }),
    ...(sequential && { parallel_tool_calls: false }),
  }),
  gemini: ({ tool, id, schema, choice }) => ({
    contents: [
      { role: 'user', parts: [{ text: 'Go.' }] },
      { role: 'model', parts: [{ functionCall: { id, name: tool, args } }] },
      { role: 'user', parts: [{ functionResponse: { id, name: tool, response: { output: 'done' } } }] },
    ],
    tools: [{ functionDeclarations: [{ name: tool, ...(schema && { parametersJsonSchema: schema }) }] }],
    ...(choice && {
      toolConfig: {
        functionCallingConfig: {
          mode: { auto: 'AUTO', required: 'ANY', none: 'NONE', named: 'ANY' }[choice],
          ...(choice === 'named' && { allowedFunctionNames: [tool] }),
        },
      },
    }),
  }),
}

/** Chat and Responses carry arguments as text inside a string. */
function textIn(dialect: Chatty, round: Round): string {
  const inString = dialect === 'openai-chat' || dialect === 'openai-responses'
  return requestIn(dialect, inString ? { ...round, args: JSON.stringify(round.args) } : round)
}

function convert(from: Chatty, to: Chatty, round: Round): ReturnType<typeof convertRequest> {
  return convertRequest(textIn(from, round), { from, to, model: models[to] })
}

/** What a request that was written means, as its own dialect reads it. */
function read(to: Chatty, body: JsonObject): ChatRequest {
  return codecOf(to).decodeRequest({ model: 'm', ...body }, new LossReport())
}

function callIn(chat: ChatRequest): ToolCallPart {
  for (const turn of chat.turns) {
    if (turn.role !== 'assistant') continue
    const call = turn.parts.find((part) => part.type === 'tool-call')
    if (call) return call
  }
  throw new Error('there is no call')
}

function resultIn(chat: ChatRequest): string {
  for (const turn of chat.turns) if (turn.role === 'tool') return turn.results[0]?.callId ?? ''
  throw new Error('there is no result')
}

const plain: Round = { tool: 'look', id: 'call_1', args: '{}', schema: { type: 'object', properties: { a: {} } } }

describe.each(pairs)('hazards of tools, $from to $to', ({ from, to }) => {
  it('hazards 20, 22 and 46: no arguments are an empty object', () => {
    expect(JSON.parse(callIn(read(to, convert(from, to, plain).body)).input)).toEqual({})
  })

  it('hazard 23: numbers keep their digits', () => {
    const digits = '{"big":12345678901234567890,"one":1.0,"tiny":1e-400,"wide":1E+5,"minus":-0}'
    const { body, losses } = convert(from, to, { ...plain, args: digits })
    const text = JSON.stringify(body)
    for (const number of ['12345678901234567890', '1.0', '1e-400', '1E+5', '-0']) expect(text).toContain(number)
    expect(losses.filter(({ kind }) => kind === 'approximated')).toEqual([])
  })

  it('hazard 24: a key of the prototype is a key', () => {
    const { body } = convert(from, to, { ...plain, args: '{"__proto__":{"a":1},"b":2}' })
    expect(callIn(read(to, body)).input).toContain('__proto__')
    expect(({} as JsonObject).a).toBeUndefined()
  })

  it('hazard 24: of a key told twice the last counts, and half a character stays half', () => {
    const { body } = convert(from, to, { ...plain, args: '{"a":1,"b":"\\ud83d","a":2}' })
    const sent = new TextDecoder().decode(new TextEncoder().encode(JSON.stringify(body)))
    const { input } = callIn(read(to, JSON.parse(sent) as JsonObject))
    expect(JSON.parse(input)).toEqual({ a: 2, b: '\ud83d' })
  })

  it.each([
    ['auto', { type: 'auto' }],
    ['required', { type: 'required' }],
    ['none', { type: 'none' }],
    ['named', { type: 'tool', name: 'look' }],
  ] as const)(
    'hazards 25 and 27: the choice %s is the same choice, and the tools stay',
    (choice, meant: ToolChoice) => {
      const chat = read(to, convert(from, to, { ...plain, choice }).body)
      expect(chat.toolChoice).toEqual(meant)
      expect(chat.tools.map(({ name }) => name)).toEqual(['look'])
    },
  )

  it('hazard 26: one call at a time is asked for, or told as lost', () => {
    if (from === 'gemini') return
    const { body, losses } = convert(from, to, { ...plain, sequential: true })
    if (to === 'gemini') expect(losses.map(({ path }) => path).join()).toMatch(/parallel/)
    else expect(read(to, body).parallelToolCalls).toBe(false)
  })

  it('hazards 32, 33 and 34: names and ids beyond the limits get one legal alias, and are restored in the reply', () => {
    const round: Round = {
      ...plain,
      tool: `mcp__files.read/${'x'.repeat(150)}`,
      id: `functions.read:0 ${'y'.repeat(90)}`,
      choice: 'named',
    }
    const { body } = convert(from, to, round)
    const chat = read(to, body)
    const call = callIn(chat)
    const { toolName, callId } = codecOf(to).limits
    expect(call.name).toMatch(new RegExp(`^[a-zA-Z0-9_-]{1,${toolName}}$`))
    expect(call.id).toMatch(new RegExp(`^[a-zA-Z0-9_-]{1,${callId}}$`))
    expect([chat.tools[0]?.name, chat.toolChoice]).toEqual([call.name, { type: 'tool', name: call.name }])
    expect(resultIn(chat)).toBe(call.id)
    expect(JSON.stringify(convert(from, to, round).body)).toBe(JSON.stringify(body))
    const request = JSON.parse(textIn(from, round)) as JsonObject
    const answer = replyCalling[to](call.name, round.id)
    const whole = convertReply(answer, { from: to, to: from, request, ...fixed }).body
    const stream = openStream({ from: to, to: from, request, ...fixed })
    const streamed = stream.push(streamOfReply(answer, { from: to, to, ...fixed }).text) + stream.end()
    for (const told of [whole, streamed]) {
      const made = callTold(from, told)
      expect(made.name).toBe(round.tool)
      // Not the id of the item that Responses puts it in.
      expect(made.id).toMatch(/^functions_read/)
      expect(made.id).toMatch(new RegExp(`^[a-zA-Z0-9_-]{1,${codecOf(from).limits.callId}}$`))
    }
  })

  it('hazards 35 and 39: a schema is the same schema, and nothing else', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { a: { type: ['string', 'null'], const: 'x' }, b: { $ref: '#/$defs/b' } },
      required: ['a'],
      additionalProperties: false,
      $defs: { b: { type: 'number', exclusiveMinimum: 0 } },
    }
    const [tool] = read(to, convert(from, to, { ...plain, schema }).body).tools
    expect(tool).toMatchObject({ type: 'function', parameters: schema })
    expect(Object.keys(tool?.type === 'function' ? (tool.parameters ?? {}) : {})).toEqual(Object.keys(schema))
  })

  it('hazard 36: a tool without a schema takes an object', () => {
    const { schema: _, ...bare } = plain
    const { body } = convert(from, to, bare)
    const [tool] = read(to, body).tools
    expect(tool).toMatchObject({ type: 'function', name: 'look' })
    if (to === 'anthropic') expect(body.tools).toMatchObject([{ input_schema: { type: 'object', properties: {} } }])
  })

  it('hazards 8, 9 and 10: the result follows its call', () => {
    const { turns } = read(to, convert(from, to, plain).body)
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
  })
})
