import { convertRequest, type Dialect, type JsonObject } from '../src/index.ts'
import type { JsonValue } from '../src/lib/chat/json.ts'
import type { ToolCallPart } from '../src/lib/chat/part.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { gathered } from './streams.ts'

/** The dialects of conversations, and every ordered pair of them. */
export type Chatty = Exclude<Dialect, 'openai-completions'>
export const dialects: readonly Chatty[] = ['anthropic', 'openai-chat', 'openai-responses', 'gemini']
export const pairs: readonly { readonly from: Chatty; readonly to: Chatty }[] = dialects.flatMap((from) =>
  dialects.filter((to) => to !== from).map((to) => ({ from, to })),
)

const models: { readonly [dialect in Dialect]: string } = {
  anthropic: 'claude-opus-4-8',
  'openai-chat': 'gpt-5.6-sol',
  'openai-completions': 'gpt-5.6-sol',
  'openai-responses': 'gpt-5.6-sol',
  gemini: 'gemini-2.5-pro',
}

/** A request converted as a client sends it, and each loss as `kind path`. */
export function convert(
  body: JsonObject,
  from: Dialect,
  to: Dialect,
  model: string = models[to],
): { readonly body: JsonObject; readonly told: readonly string[] } {
  const converted = convertRequest(structuredClone(body), { from, to, model })
  return { body: converted.body, told: converted.losses.map(({ kind, path }) => `${kind} ${path}`) }
}

/** Where a dialect has its conversation. */
export const turnsKey: { readonly [dialect in Chatty]: string } = {
  anthropic: 'messages',
  'openai-chat': 'messages',
  'openai-responses': 'input',
  gemini: 'contents',
}

function shown(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

function turnsOf(dialect: Chatty, body: JsonObject): readonly JsonObject[] {
  return (body[turnsKey[dialect]] ?? []) as readonly JsonObject[]
}

/** What a body says in turn, `role: text`, by the words all dialects share. Instructions up front are not part of it. */
export function spoken(dialect: Chatty, body: JsonObject): string[] {
  return turnsOf(dialect, body).flatMap((turn) => {
    const role = shown(turn.role ?? turn.type).replace('model', 'assistant')
    const content = turn.content ?? turn.parts
    if (typeof content === 'string') return [`${role}: ${content}`]
    return ((content ?? []) as JsonObject[]).map((part) => `${role}: ${shown(part.text ?? part.refusal)}`)
  })
}

/** What a request says, calls and gives back, message by message, as the dialect has it. */
export function outline(dialect: Chatty, body: JsonObject): string[] {
  const calls = (list: JsonValue | undefined): string[] =>
    ((list ?? []) as JsonObject[]).map(({ id }) => `call ${shown(id)}`)
  const block = (part: JsonObject): string => {
    const call = part.functionCall ?? (part.type === 'tool_use' ? part : undefined)
    const result = part.functionResponse as JsonObject | undefined
    if (call !== undefined) return `call ${shown((call as JsonObject).id)}`
    if (part.type === 'tool_result') return `result ${shown(part.tool_use_id)}`
    return result === undefined ? shown(part.text) : `result ${shown(result.id)}`
  }
  return turnsOf(dialect, body).map((turn) => {
    if (turn.type === 'function_call') return `call ${shown(turn.call_id)}`
    if (turn.type === 'function_call_output') return `result ${shown(turn.call_id)}`
    if (turn.role === 'tool') return `result ${shown(turn.tool_call_id)}`
    const content = turn.content ?? turn.parts ?? []
    const parts = typeof content === 'string' ? [content] : (content as JsonObject[]).map(block)
    return [...parts, ...calls(turn.tool_calls)].join(', ')
  })
}

/** The call in a reply or a stream, as a client of the dialect reads it. */
export function callTold(dialect: Chatty, told: JsonObject | string): ToolCallPart {
  const reply =
    typeof told === 'string' ? gathered(told, dialect) : codecOf(dialect).decodeReply(told, new LossReport())
  const call = reply?.parts.find((part) => part.type === 'tool-call')
  if (call === undefined) throw new Error('there is no call')
  return call
}

/** An answer that calls a tool by the name the upstream knows; the arguments are none unless given. */
export const replyCalling: {
  readonly [dialect in Chatty]: (name: string, id: string, args?: JsonObject) => JsonObject
} = {
  anthropic: (name, id, args = {}) => ({
    content: [{ type: 'tool_use', id, name, input: args }],
    stop_reason: 'tool_use',
    usage: {},
  }),
  'openai-chat': (name, id, args = {}) => ({
    choices: [
      {
        message: {
          role: 'assistant',
          tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(args) } }],
        },
        finish_reason: 'tool_calls',
      },
    ],
  }),
  'openai-responses': (name, id, args = {}) => ({
    object: 'response',
    status: 'completed',
    output: [{ type: 'function_call', id: 'fc_1', call_id: id, name, arguments: JSON.stringify(args) }],
  }),
  gemini: (name, id, args = {}) => ({
    candidates: [{ content: { role: 'model', parts: [{ functionCall: { id, name, args } }] }, finishReason: 'STOP' }],
  }),
}
