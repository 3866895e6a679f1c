import type { ErrorKind } from '../chat/error.ts'
import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { ReasoningPlace } from '../chat/part.ts'
import { arrayAt, countAt, objectAt, stringAt } from '../chat/read.ts'
import type { Effort } from '../chat/request.ts'
import type { Stop, StopReason } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'

/**
 * The wire of OpenAI's Chat Completions (openai 7.57.0) as this package writes it, and its word tables. What compatible vendors
 * send besides is read where it is read.
 */

/** The finish reasons the official SDK declares. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call'

/** The canon's stop reasons in the dialect's words. */
export const finishOfStop: Readonly<Record<StopReason, FinishReason>> = {
  end: 'stop',
  length: 'length',
  'context-window': 'length',
  'stop-sequence': 'stop',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  other: 'stop',
}

/** Reasons the dialect has only a vaguer word for: why the answer looks more finished than it was. */
export const vagueStops: Readonly<Partial<Record<StopReason, string>>> = {
  pause: 'openai-chat has no word for a paused turn',
  other: 'openai-chat has no word for this stop reason',
}

/** What each word means, from the words for each meaning, which spaces part. */
function meanings<Meaning extends string>(
  words: Readonly<Partial<Record<Meaning, string>>>,
): ReadonlyMap<string, Meaning> {
  const known = Object.entries(words) as [Meaning, string][]
  return new Map(known.flatMap(([meaning, list]) => list.split(' ').map((word) => [word, meaning])))
}

/** OpenAI's words, and those compatible vendors and gateways use in their place, in either case. */
const stopOfFinish: ReadonlyMap<string, StopReason> = /* @__PURE__ */ meanings({
  end: 'stop end_turn eos eos_token complete',
  length: 'length max_tokens max_output_tokens',
  'tool-calls': 'tool_calls function_call tool_use tool_call',
  'content-filter': 'content_filter sensitive content-filter safety recitation',
  'stop-sequence': 'stop_sequence',
  'context-window': 'model_length model_context_window_exceeded',
  refusal: 'refusal',
})

/**
 * What a finish reason means. Servers say `stop` although calls are there, and `tool_calls` although none is: the calls decide.
 *
 * @param has what the answer holds besides text.
 */
export function readStop(finish: string, has: { readonly calls: boolean; readonly refusal: boolean }): Stop {
  const reason = stopOfFinish.get(finish.toLowerCase())
  if (reason === undefined) return { reason: has.calls ? 'tool-calls' : 'other', said: finish }
  if (reason === 'tool-calls' && !has.calls) return { reason: 'end', said: finish }
  if (reason !== 'end') return { reason }
  if (has.calls) return { reason: 'tool-calls' }
  return { reason: has.refusal ? 'refusal' : 'end' }
}

/** The finish reason that tells a stop, given whether the answer holds calls the client can read. */
export function finishOf(stop: Stop, calls: 'none' | 'tools' | 'function'): FinishReason {
  const word = finishOfStop[stop.reason]
  if (calls === 'none') return word === 'tool_calls' ? 'stop' : word
  if (word !== 'stop' && word !== 'tool_calls') return word
  return calls === 'function' ? 'function_call' : 'tool_calls'
}

/** `error.type` by kind. */
export const typeOfKind: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'invalid_request_error',
  authentication: 'authentication_error',
  billing: 'insufficient_quota',
  permission: 'permission_error',
  'not-found': 'not_found_error',
  conflict: 'conflict_error',
  'too-large': 'invalid_request_error',
  'rate-limit': 'rate_limit_error',
  timeout: 'timeout_error',
  server: 'server_error',
  unavailable: 'server_error',
  overloaded: 'server_error',
}

/** Words found in `error.type` and `error.code`, for errors that come without an HTTP status; Google's compatible endpoint keeps its own. */
export const kindOfType: ReadonlyMap<string, ErrorKind> = /* @__PURE__ */ meanings({
  'invalid-request':
    'invalid_request_error context_length_exceeded content_filter BadRequestError INVALID_ARGUMENT FAILED_PRECONDITION',
  authentication: 'authentication_error invalid_api_key UNAUTHENTICATED',
  permission: 'permission_error PERMISSION_DENIED',
  'not-found': 'not_found_error model_not_found NotFoundError NOT_FOUND',
  conflict: 'conflict_error ABORTED',
  'rate-limit': 'rate_limit_error rate_limit_exceeded requests tokens RESOURCE_EXHAUSTED',
  billing: 'insufficient_quota billing_error',
  timeout: 'timeout timeout_error DEADLINE_EXCEEDED',
  server: 'server_error api_error internal_server_error InternalServerError INTERNAL',
  unavailable: 'service_unavailable service_unavailable_error UNAVAILABLE',
  overloaded: 'overloaded overloaded_error insufficient_system_resource',
})

/** Every effort word of the dialect, weakest first. */
export const effortWords: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** `service_tier` of a reply. */
export const serviceTiers: ReadonlySet<string> = new Set(['auto', 'default', 'flex', 'scale', 'priority', 'fast'])

/** `usage` as it is written. */
export interface WireUsage {
  [key: string]: JsonValue | undefined
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
}

/**
 * Reads `usage`. The prompt count includes the cached part and the completion count reasoning, as the canon has it; vendors differ:
 * DeepSeek says `prompt_cache_hit_tokens`, Moonshot `cached_tokens` beside the counts, LiteLLM `cache_creation_tokens`, xAI leaves reasoning out of the completion, which the total gives away.
 */
export function readUsage(usage: JsonObject): Usage | undefined {
  const input = countAt(usage, 'prompt_tokens')
  const completion = countAt(usage, 'completion_tokens')
  const promptDetails = objectAt(usage, 'prompt_tokens_details') ?? {}
  const cacheRead =
    countAt(promptDetails, 'cached_tokens') ??
    countAt(usage, 'prompt_cache_hit_tokens') ??
    countAt(usage, 'cached_tokens')
  const cacheWrite = countAt(promptDetails, 'cache_write_tokens') ?? countAt(promptDetails, 'cache_creation_tokens')
  const reasoning = countAt(objectAt(usage, 'completion_tokens_details') ?? {}, 'reasoning_tokens')
  const output =
    completion === undefined ? undefined : withReasoning(completion, reasoning, input, countAt(usage, 'total_tokens'))
  const known: Usage = {
    ...(input !== undefined && { input }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(output !== undefined && { output }),
    ...(reasoning !== undefined && { reasoning }),
  }
  return Object.keys(known).length === 0 ? undefined : known
}

/** The completion count with reasoning in it, whichever way the vendor counts. */
function withReasoning(
  completion: number,
  reasoning: number | undefined,
  input: number | undefined,
  total: number | undefined,
): number {
  if (reasoning === undefined || reasoning === 0) return completion
  const leftOut = total !== undefined && total === (input ?? 0) + completion + reasoning
  return leftOut || reasoning > completion ? completion + reasoning : completion
}

/** Usage of a reply or chunk: `usage`, or on the last chunk of a stream Groq's `x_groq.usage` or Moonshot's in its choice. */
export function usageOf(wire: JsonObject): Usage | undefined {
  const choice = arrayAt(wire, 'choices')[0]
  const usage =
    objectAt(wire, 'usage') ??
    objectAt(objectAt(wire, 'x_groq') ?? {}, 'usage') ??
    (isObject(choice) ? objectAt(choice, 'usage') : undefined)
  return usage === undefined ? undefined : readUsage(usage)
}

/** Writes `usage`. The three counts are required numbers, so an unknown one is 0; details stand only where known. */
export function writeUsage(usage: Usage): WireUsage {
  const prompt = usage.input ?? 0
  const completion = usage.output ?? 0
  const { cacheRead, cacheWrite, reasoning } = usage
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...((cacheRead !== undefined || cacheWrite !== undefined) && {
      prompt_tokens_details: {
        cached_tokens: cacheRead ?? 0,
        ...(cacheWrite !== undefined && { cache_write_tokens: cacheWrite }),
      },
    }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  }
}

/**
 * Reasoning text of a message or delta: DeepSeek, xAI and Alibaba say `reasoning_content`, Groq, vLLM and OpenRouter `reasoning`,
 * some both. Gateways that have neither list it in OpenRouter's `reasoning_details`.
 */
export function reasoningOf(message: JsonObject): string | undefined {
  const { reasoning_content, reasoning, reasoning_details: details } = message
  const text = stringIn(reasoning_content) || stringIn(reasoning)
  if (text) return text
  return Array.isArray(details) ? details.map(detailText).join('') : text
}

/** Where reasoning was read from, where that is not the usual member: what is sent back stands where it stood. */
export function reasoningPlace(message: JsonObject): { readonly member?: ReasoningPlace } {
  return !stringAt(message, 'reasoning_content') && stringAt(message, 'reasoning') ? { member: 'reasoning' } : {}
}

function stringIn(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function detailText(detail: JsonValue): string {
  return isObject(detail) ? (stringAt(detail, 'text') ?? stringAt(detail, 'summary') ?? '') : ''
}

/** Google's thought signature on a tool call of its compatible endpoint: `extra_content.google.thought_signature`. */
export function thoughtSignatureOf(call: JsonObject): string | undefined {
  const extra = call.extra_content
  const google = isObject(extra) ? objectAt(extra, 'google') : undefined
  return google && stringAt(google, 'thought_signature')
}

/** A tool call's arguments as JSON text: some servers send the object itself, and nothing at all for no arguments. */
export function argumentsText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

/** An id for a call that came without one: unique in its reply, and the same however often the reply is read. */
export function mintedCallId(replyId: string | undefined, ordinal: number): string {
  return replyId === undefined || replyId === '' ? `call_${ordinal}` : `call_${replyId}_${ordinal}`
}

/** Where Google's compatible endpoint carries a thought signature, so that chat clients can send it back. */
export function sealed(signature: string): JsonObject {
  return { google: { thought_signature: signature } }
}
