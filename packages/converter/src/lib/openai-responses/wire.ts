import type { ErrorKind } from '../chat/error.ts'
import { isObject, type JsonObject, member } from '../chat/json.ts'
import { arrayAt, countAt, objectAt, stringAt } from '../chat/read.ts'
import type { Stop, StopReason } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'

/** The wire of OpenAI's Responses (openai 7.57.0) as this package writes it, and its word tables. */

/** Why a response is `incomplete`. */
export type IncompleteReason = 'max_output_tokens' | 'content_filter'

/** How a response ended. */
export interface Ending {
  readonly status: 'completed' | 'incomplete'
  readonly incomplete_details: { readonly reason: IncompleteReason } | null
}

/** The reason of an incomplete response by the canon's stop reason; the others are `completed`. */
export const incompleteOfStop: Readonly<Record<StopReason, IncompleteReason | undefined>> = {
  end: undefined,
  length: 'max_output_tokens',
  'context-window': 'max_output_tokens',
  'stop-sequence': undefined,
  'tool-calls': undefined,
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: undefined,
  other: undefined,
}

/** Reasons the dialect has only a vaguer word for: why the answer looks more finished than it was. */
export const vagueStops: Readonly<Partial<Record<StopReason, string>>> = {
  pause: 'openai-responses has no word for a paused turn: told as completed',
  other: 'openai-responses has no word for this stop reason: told as completed',
}

/** How a stop is told. A refusal in the answer's own words is a complete answer. */
export function endingOf(stop: Stop, has: { readonly refusal: boolean }): Ending {
  const reason = stop.reason === 'refusal' && has.refusal ? undefined : incompleteOfStop[stop.reason]
  return reason === undefined
    ? { status: 'completed', incomplete_details: null }
    : { status: 'incomplete', incomplete_details: { reason } }
}

const stopOfIncomplete: ReadonlyMap<string, StopReason> = new Map<string, StopReason>([
  ['max_output_tokens', 'length'],
  ['max_tokens', 'length'],
  ['content_filter', 'content-filter'],
])

/**
 * Why a response ended, from its `status` and what it holds; undefined for one that has not ended or failed.
 * A server that leaves the status out has answered.
 */
export function readStop(
  response: JsonObject,
  has: { readonly calls: boolean; readonly refusal: boolean },
): Stop | undefined {
  const status = stringAt(response, 'status') ?? 'completed'
  if (status === 'incomplete') return readIncomplete(response)
  if (status !== 'completed') return undefined
  if (has.calls) return { reason: 'tool-calls' }
  return { reason: has.refusal ? 'refusal' : 'end' }
}

function readIncomplete(response: JsonObject): Stop {
  const said = stringAt(objectAt(response, 'incomplete_details') ?? {}, 'reason') ?? 'incomplete'
  const reason = stopOfIncomplete.get(said)
  return reason === undefined ? { reason: 'other', said } : { reason }
}

/** What the output of a response holds besides text. */
export function contentsOf(response: JsonObject): { calls: boolean; refusal: boolean } {
  const items = arrayAt(response, 'output').filter(isObject)
  return {
    calls: items.some(isCall),
    refusal: items.some((item) =>
      arrayAt(item, 'content').some((part) => isObject(part) && Boolean(stringAt(part, 'refusal'))),
    ),
  }
}

/**
 * Whether an item is a call of a tool the client runs by a name of its own. xAI tells the searches it runs itself as calls of custom
 * tools; their ids begin with `xs_call`, those of a client's tools do not.
 */
export function isCall(item: JsonObject): boolean {
  const type = stringAt(item, 'type')
  return type === 'function_call' || (type === 'custom_tool_call' && !stringAt(item, 'call_id')?.startsWith('xs_call'))
}

/** Codes of `response.error` and `error` events that say more than the envelopes of Chat Completions. */
export const kindOfCode: ReadonlyMap<string, ErrorKind> = new Map<string, ErrorKind>([
  ['invalid_prompt', 'invalid-request'],
  ['context_length_exceeded', 'invalid-request'],
  ['bio_policy', 'invalid-request'],
  ['misalignment_policy_violation', 'invalid-request'],
  ['data_residency_mismatch', 'invalid-request'],
  ['invalid_image', 'invalid-request'],
  ['invalid_image_format', 'invalid-request'],
  ['invalid_base64_image', 'invalid-request'],
  ['invalid_image_url', 'invalid-request'],
  ['image_too_large', 'invalid-request'],
  ['image_too_small', 'invalid-request'],
  ['image_parse_error', 'invalid-request'],
  ['image_content_policy_violation', 'invalid-request'],
  ['invalid_image_mode', 'invalid-request'],
  ['image_file_too_large', 'invalid-request'],
  ['unsupported_image_media_type', 'invalid-request'],
  ['empty_image_file', 'invalid-request'],
  ['failed_to_download_image', 'invalid-request'],
  ['image_file_not_found', 'invalid-request'],
  ['rate_limit_exceeded', 'rate-limit'],
  ['slow_down', 'rate-limit'],
  ['insufficient_quota', 'billing'],
  ['server_is_overloaded', 'overloaded'],
  ['vector_store_timeout', 'timeout'],
  ['server_error', 'server'],
])

/** `response.error.code` by kind: the codes the official SDK declares, and the two that agents look for besides. */
export const codeOfKind: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'invalid_prompt',
  authentication: 'server_error',
  billing: 'insufficient_quota',
  permission: 'server_error',
  'not-found': 'server_error',
  conflict: 'server_error',
  'too-large': 'invalid_prompt',
  'rate-limit': 'rate_limit_exceeded',
  timeout: 'server_error',
  server: 'server_error',
  unavailable: 'server_error',
  overloaded: 'server_is_overloaded',
}

/** `usage` of a response: input includes what the cache held, output includes reasoning, as the canon has it. */
export function usageOf(response: JsonObject): Usage | undefined {
  const usage = objectAt(response, 'usage')
  if (usage === undefined) return undefined
  const inputDetails = objectAt(usage, 'input_tokens_details') ?? {}
  const known: { -readonly [key in keyof Usage]: number | undefined } = {
    input: countAt(usage, 'input_tokens'),
    cacheRead: countAt(inputDetails, 'cached_tokens'),
    cacheWrite: countAt(inputDetails, 'cache_write_tokens'),
    output: countAt(usage, 'output_tokens'),
    reasoning: countAt(objectAt(usage, 'output_tokens_details') ?? {}, 'reasoning_tokens'),
  }
  const told = Object.entries(known).filter(([, count]) => count !== undefined)
  return told.length === 0 ? undefined : Object.fromEntries(told)
}

/** Writes `usage`; every count is required by the dialect, so an unknown one is 0. */
export function writeUsage(usage: Usage): JsonObject {
  const input = usage.input ?? 0
  const output = usage.output ?? 0
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead ?? 0, cache_write_tokens: usage.cacheWrite ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: input + output,
  }
}

/** What stands between the sections of a reasoning item where they are told as one text. */
export const sectionBreak = '\n\n'

/** The sections of a reasoning item in order: its summary, then, of models that show it, the reasoning itself. */
export function sectionsOf(item: JsonObject): string[] {
  return [...arrayAt(item, 'summary'), ...arrayAt(item, 'content')].flatMap((section) => {
    const text = isObject(section) ? stringAt(section, 'text') : undefined
    return text ? [text] : []
  })
}

/** The id of an item, where it has one. */
export function idOf(item: JsonObject): string | undefined {
  return stringAt(item, 'id') || undefined
}

/** A call's id in the conversation, which is not the id of its item; servers that have only one put it there. */
export function callIdOf(item: JsonObject): string | undefined {
  return stringAt(item, 'call_id') || idOf(item)
}

/** A list that may hold anything but objects, without what is none. */
export function objectsAt(wire: JsonObject, key: string): JsonObject[] {
  const list = member(wire, key)
  return Array.isArray(list) ? list.filter(isObject) : []
}
