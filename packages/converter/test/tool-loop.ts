import { type Dialect, isObject, type JsonObject } from '../src/index.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { FrameSplitter } from '../src/lib/sse.ts'
import { Fold } from '../src/lib/stream/fold.ts'
import { fixed } from './corpus.ts'

/** Clients that call tools. */
export type Client = Exclude<Dialect, 'openai-completions'>
export const clients: readonly Client[] = ['openai-chat', 'openai-responses', 'anthropic', 'gemini']

const schema = { type: 'object', properties: { turn: { type: 'integer' } } }

function listOf(holder: JsonObject | undefined, key: string): JsonObject[] {
  const list = holder?.[key]
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** A client's side of the loop: how it starts, what it keeps of a reply, and how it sends a result. */
export interface Side {
  readonly start: JsonObject
  readonly history: string
  keep(reply: JsonObject): JsonObject[]
  answer(kept: readonly JsonObject[], turn: number): JsonObject
}

export const sides: { readonly [client in Client]: Side } = {
  'openai-chat': {
    start: {
      model: 'm',
      messages: [{ role: 'user', content: 'Go.' }],
      tools: [{ type: 'function', function: { name: 'step', parameters: schema } }],
      reasoning_effort: 'low',
    },
    history: 'messages',
    keep: (reply) => (reply.choices as { message: JsonObject }[]).map(({ message }) => message),
    answer: ([message], turn) => {
      const [call] = (message?.tool_calls ?? []) as { id: string }[]
      return { role: 'tool', tool_call_id: call?.id ?? '', content: `done ${turn}` }
    },
  },
  'openai-responses': {
    start: {
      model: 'm',
      input: [{ role: 'user', content: 'Go.' }],
      tools: [{ type: 'function', name: 'step', parameters: schema, strict: false }],
      reasoning: { effort: 'low', summary: 'auto' },
    },
    history: 'input',
    keep: (reply) => reply.output as JsonObject[],
    answer: (items, turn) => {
      const call = items.find((item) => item.type === 'function_call')
      return { type: 'function_call_output', call_id: call?.call_id ?? '', output: `done ${turn}` }
    },
  },
  anthropic: {
    start: {
      model: 'm',
      max_tokens: 16_000,
      messages: [{ role: 'user', content: 'Go.' }],
      tools: [{ name: 'step', input_schema: schema }],
      thinking: { type: 'enabled', budget_tokens: 2048 },
    },
    history: 'messages',
    keep: (reply) => [{ role: 'assistant', content: reply.content ?? [] }],
    answer: ([message], turn) => {
      const call = listOf(message, 'content').find((block) => block.type === 'tool_use')
      const result = { type: 'tool_result', tool_use_id: call?.id ?? '', content: `done ${turn}` }
      return { role: 'user', content: [result] }
    },
  },
  gemini: {
    start: {
      contents: [{ role: 'user', parts: [{ text: 'Go.' }] }],
      tools: [{ functionDeclarations: [{ name: 'step', parametersJsonSchema: schema }] }],
      generationConfig: { thinkingConfig: { thinkingBudget: 2048, includeThoughts: true } },
    },
    history: 'contents',
    // Gemini's clients do not send thoughts back.
    keep: (reply) =>
      (reply.candidates as { content: { parts: JsonObject[] } }[]).map(({ content }) => ({
        role: 'model',
        parts: content.parts.filter((part) => part.thought !== true),
      })),
    answer: ([content], turn) => {
      const call = listOf(content, 'parts').find((part) => part.functionCall !== undefined)
      const { id = '', name = '' } = isObject(call?.functionCall) ? call.functionCall : {}
      return { role: 'user', parts: [{ functionResponse: { id, name, response: { output: `done ${turn}` } } }] }
    },
  },
}

/** A request with more in its history. */
export function grown(request: JsonObject, client: Client, items: readonly JsonObject[]): JsonObject {
  const { history } = sides[client]
  return { ...request, [history]: [...(request[history] as JsonObject[]), ...items] }
}

/** What a client's SDK makes of a stream. */
export function foldedBy(client: Client, text: string, request: JsonObject): JsonObject {
  const fold = new Fold()
  const codec = codecOf(client)
  const decoder = codec.openDecoder((event) => fold.push(event), new LossReport())
  const splitter = new FrameSplitter((event, data) => decoder.frame(event, data))
  splitter.push(text)
  splitter.end()
  decoder.end()
  const reply = fold.reply()
  if (reply === undefined) throw new Error('the stream did not end well')
  const context = { ...fixed, report: new LossReport(), wantsUsage: true, legacyFunctions: false, showReasoning: true }
  const names = { customTools: new Set<string>(), originalToolName: (name: string) => name, callId: (id: string) => id }
  return codec.encodeReply(reply, { ...context, ...names, request })
}
