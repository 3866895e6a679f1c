import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { arrayAt } from '../chat/read.ts'
import { foreignMark } from '../chat/search.ts'
import type { ReplyContext } from '../codec.ts'
import { ToolNames } from './tool-names.ts'

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** What of a request its response repeats, with what it says where the client said nothing. */
const repeated: readonly (readonly [key: string, otherwise: JsonValue])[] = [
  ['background', false],
  ['instructions', null],
  ['max_output_tokens', null],
  ['max_tool_calls', null],
  ['metadata', {}],
  ['parallel_tool_calls', true],
  ['previous_response_id', null],
  ['prompt_cache_key', null],
  ['reasoning', null],
  ['safety_identifier', null],
  ['service_tier', null],
  ['store', false],
  ['temperature', null],
  ['text', { format: { type: 'text' } }],
  ['tool_choice', 'auto'],
  ['tools', []],
  ['top_logprobs', null],
  ['top_p', null],
  ['truncation', 'disabled'],
]

/** Whose response it is. */
export interface Head {
  readonly id: string
  readonly model: string
  readonly created: number
}

/** What a response says of its own state. */
export interface State {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
  readonly incomplete_details?: JsonObject | null
  readonly error?: JsonObject
  readonly output: readonly JsonObject[]
  readonly usage?: JsonObject
  readonly service_tier?: string
}

/** A whole Response, every key there. */
export function responseOf(head: Head, state: State, request: JsonObject = {}): JsonObject {
  return {
    id: head.id,
    object: 'response',
    created_at: head.created,
    status: state.status,
    error: state.error ?? null,
    incomplete_details: state.incomplete_details ?? null,
    model: head.model,
    output: [...state.output],
    ...Object.fromEntries(repeated.map(([key, otherwise]) => [key, member(request, key) ?? otherwise])),
    ...(state.service_tier !== undefined && { service_tier: state.service_tier }),
    access_programs: null,
    usage: state.usage ?? null,
  }
}

/** Ids of the items of one reply: fresh ones of one body, told apart by their place. */
export function itemId(
  prefix: 'msg' | 'fc' | 'ctc' | 'rs' | typeof foreignSearch,
  body: string,
  index: number,
): string {
  return `${prefix}_${body}_${index}`
}

/** What begins the ids of searches that OpenAI does not know of. */
export const foreignSearch: `ws_${typeof foreignMark}` = `ws_${foreignMark}`

export function messageItem(id: string, status: ItemStatus, content: readonly JsonObject[]): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content: [...content] }
}

export function textPart(text: string, annotations: readonly JsonObject[], logprobs: readonly JsonValue[]): JsonObject {
  return { type: 'output_text', text, annotations: [...annotations], logprobs: [...logprobs] }
}

export function refusalPart(refusal: string): JsonObject {
  return { type: 'refusal', refusal }
}

export function reasoningItem(id: string, status: ItemStatus, summary: readonly string[], seal?: string): JsonObject {
  return {
    id,
    type: 'reasoning',
    status,
    summary: summary.map((text) => ({ type: 'summary_text', text })),
    ...(seal !== undefined && { encrypted_content: seal }),
  }
}

/** Whether a call is of a tool the client declared as one of free text, and how the client names it. */
export interface CallHead {
  readonly callId: string
  readonly name: string
  readonly namespace?: string
  readonly custom: boolean
}

export function callItem(id: string, status: ItemStatus, call: CallHead, input: string): JsonObject {
  const { custom, callId, name, namespace } = call
  return {
    id,
    type: custom ? 'custom_tool_call' : 'function_call',
    status,
    call_id: callId,
    ...(namespace !== undefined && { namespace }),
    name,
    ...(custom ? { input } : { arguments: input }),
  }
}

/** Finds for a call what the client knows its tool as. */
export function callHeads(
  context: ReplyContext,
): (call: { readonly id: string; readonly name: string; readonly inputKind: 'json' | 'text' }) => CallHead {
  const names = new ToolNames(context.request ?? {})
  return ({ id, name, inputKind }) => ({
    callId: context.callId(id),
    ...names.spell(context.originalToolName(name)),
    custom: inputKind === 'text' || context.customTools.has(name),
  })
}

/** Token log-probabilities as Chat Completions has them, as this dialect lists them. */
export function logprobList(value: JsonValue): readonly JsonValue[] {
  return isObject(value) ? arrayAt(value, 'content') : []
}

/** Whether reasoning is to be told: as the summary of a reasoning item, to a client that asked for summaries. */
export function showsReasoning({ request, showReasoning }: ReplyContext): boolean {
  if (!showReasoning || request === undefined) return showReasoning
  const reasoning = member(request, 'reasoning')
  return isObject(reasoning) && Boolean(member(reasoning, 'summary') ?? member(reasoning, 'generate_summary'))
}
