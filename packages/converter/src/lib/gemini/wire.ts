import type { ErrorKind } from '../chat/error.ts'
import type { JsonObject, JsonValue } from '../chat/json.ts'
import { isObject } from '../chat/json.ts'
import { countAt, objectAt, type Placed, pathOf, placedAll, present, readObjects } from '../chat/read.ts'
import type { Effort } from '../chat/request.ts'
import type { Stop, StopReason } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { ReplyContext } from '../codec.ts'

/** The wire of Gemini's generateContent (`@google/genai` 3.1.0) as this package writes it, and its word tables. */

/** Every finish reason the official SDK declares. */
export type FinishReason =
  | 'FINISH_REASON_UNSPECIFIED'
  | 'STOP'
  | 'MAX_TOKENS'
  | 'CONTINUATION'
  | 'SAFETY'
  | 'RECITATION'
  | 'LANGUAGE'
  | 'BLOCKLIST'
  | 'PROHIBITED_CONTENT'
  | 'SPII'
  | 'IMAGE_SAFETY'
  | 'IMAGE_PROHIBITED_CONTENT'
  | 'IMAGE_RECITATION'
  | 'MALFORMED_FUNCTION_CALL'
  | 'UNEXPECTED_TOOL_CALL'
  | 'TOO_MANY_TOOL_CALLS'
  | 'MALFORMED_RESPONSE'
  | 'NO_IMAGE'
  | 'IMAGE_OTHER'
  | 'OTHER'

/** What finish reasons mean that mean something to other dialects. */
const reasonOfFinish: Readonly<Partial<Record<FinishReason, StopReason>>> = {
  STOP: 'end',
  MAX_TOKENS: 'length',
  CONTINUATION: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  LANGUAGE: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
}

/** The word a client is told; always one its SDK knows. */
export const finishOfReason: Readonly<Record<StopReason, FinishReason>> = {
  end: 'STOP',
  length: 'MAX_TOKENS',
  'context-window': 'MAX_TOKENS',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  pause: 'OTHER',
  other: 'OTHER',
}

/** The word for a stop. A turn that ended in a compaction of the conversation came to its end. */
export function finishOf({ reason, said }: Stop): FinishReason {
  return reason === 'other' && said === 'compaction' ? 'STOP' : finishOfReason[reason]
}

/** Reasons the dialect has only a vaguer word for. */
export const vagueStops: Readonly<Partial<Record<StopReason, string>>> = {
  pause: 'Gemini has no word for a paused turn: told as OTHER',
  other: 'Gemini has no word for this stop reason: told as OTHER',
}

/** The finish reasons whose meaning the canon keeps whole. */
const plain: ReadonlySet<string> = new Set<FinishReason>(['STOP', 'MAX_TOKENS', 'SAFETY'])

/**
 * What a finish reason means.
 *
 * @param calls the answer calls tools: the dialect says `STOP` all the same.
 * @param message `finishMessage`, why an answer was withheld.
 */
export function readStop(finish: string, calls: boolean, message?: string): Stop {
  const known = Object.hasOwn(reasonOfFinish, finish) ? reasonOfFinish[finish as FinishReason] : undefined
  const reason = known ?? 'other'
  if (reason === 'end') return { reason: calls ? 'tool-calls' : 'end' }
  return {
    reason,
    ...(!plain.has(finish) && { said: finish }),
    ...(reason === 'content-filter' && message && { explanation: message }),
  }
}

/** The stop of an answer that was refused with its prompt: `promptFeedback` names why, and there are no candidates. */
export function blockOf(wire: JsonObject): Stop | undefined {
  const feedback = objectAt(wire, 'promptFeedback')
  const reason = feedback?.blockReason
  if (typeof reason !== 'string' || reason === 'BLOCKED_REASON_UNSPECIFIED') return undefined
  const message = feedback?.blockReasonMessage
  return {
    reason: 'content-filter',
    ...(reason !== 'SAFETY' && { said: reason }),
    ...(typeof message === 'string' && message !== '' && { explanation: message }),
  }
}

/** `error.status` by kind: the names of google.rpc.Code. */
export const statusOfErrorKind: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'INVALID_ARGUMENT',
  authentication: 'UNAUTHENTICATED',
  billing: 'RESOURCE_EXHAUSTED',
  permission: 'PERMISSION_DENIED',
  'not-found': 'NOT_FOUND',
  conflict: 'ABORTED',
  'too-large': 'INVALID_ARGUMENT',
  'rate-limit': 'RESOURCE_EXHAUSTED',
  timeout: 'DEADLINE_EXCEEDED',
  server: 'INTERNAL',
  unavailable: 'UNAVAILABLE',
  overloaded: 'UNAVAILABLE',
}

/** Words found in `error.status`, for errors that come without an HTTP status. */
export const kindOfErrorStatus: ReadonlyMap<string, ErrorKind> = new Map<string, ErrorKind>([
  ['INVALID_ARGUMENT', 'invalid-request'],
  ['FAILED_PRECONDITION', 'invalid-request'],
  ['OUT_OF_RANGE', 'invalid-request'],
  ['UNAUTHENTICATED', 'authentication'],
  ['PERMISSION_DENIED', 'permission'],
  ['NOT_FOUND', 'not-found'],
  ['ALREADY_EXISTS', 'conflict'],
  ['ABORTED', 'conflict'],
  ['RESOURCE_EXHAUSTED', 'rate-limit'],
  ['DEADLINE_EXCEEDED', 'timeout'],
  ['UNAVAILABLE', 'unavailable'],
])

/** `thinkingLevel` in the canon's words; the wire's are the same in upper case. */
export const levels: readonly Effort[] = ['minimal', 'low', 'medium', 'high']

/**
 * Reads `usageMetadata`. The wire counts thoughts apart from the answer, and what tools put into the prompt apart from the prompt.
 */
export function readUsage(wire: JsonObject): Usage | undefined {
  const usage = objectAt(wire, 'usageMetadata')
  if (usage === undefined) return undefined
  const input = sum(countAt(usage, 'promptTokenCount'), countAt(usage, 'toolUsePromptTokenCount'))
  const cacheRead = countAt(usage, 'cachedContentTokenCount')
  const reasoning = countAt(usage, 'thoughtsTokenCount')
  const output = sum(countAt(usage, 'candidatesTokenCount'), reasoning)
  const known: Usage = {
    ...(input !== undefined && { input }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(output !== undefined && { output }),
    ...(reasoning !== undefined && { reasoning }),
  }
  return Object.keys(known).length === 0 ? undefined : known
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0)
}

/** Writes `usageMetadata`; a count that is not known is left out. */
export function writeUsage({ input, output, cacheRead, reasoning }: Usage): JsonObject {
  return {
    ...(input !== undefined && { promptTokenCount: input }),
    ...(output !== undefined && { candidatesTokenCount: Math.max(0, output - (reasoning ?? 0)) }),
    ...(input !== undefined && output !== undefined && { totalTokenCount: input + output }),
    ...(cacheRead !== undefined && { cachedContentTokenCount: cacheRead }),
    ...(reasoning !== undefined && { thoughtsTokenCount: reasoning }),
  }
}

/**
 * What Google documents to be put in the place of a thought signature in a history another model wrote; it claims nothing.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const placeholderSeal = 'skip_thought_signature_validator'

/** Both documented placeholders: clients send them where there is no seal. */
const placeholders: ReadonlySet<string> = new Set([placeholderSeal, 'context_engineering_is_the_way_to_go'])

/** Whether a `thoughtSignature` is one a model gave. */
export function isSeal(signature: string | undefined): signature is string {
  return signature !== undefined && signature !== '' && !placeholders.has(signature)
}

/** An id for a call that came without one: unique in its reply, and the same however often the reply is read. */
export function mintedCallId(replyId: string | undefined, ordinal: number): string {
  return replyId === undefined || replyId === '' ? `call_${ordinal}` : `call_${replyId}_${ordinal}`
}

/** The key a field of a request stands under: Google reads `systemInstruction` and `system_instruction` alike. */
export function keyOf(wire: JsonObject, name: string): string {
  if (present(wire, name) !== undefined) return name
  const snake = snakeOf(name)
  return snake === name || present(wire, snake) === undefined ? name : snake
}

/** A field of a request in either spelling; undefined for absent and `null`. */
export function fieldOf(wire: JsonObject, name: string): JsonValue | undefined {
  return present(wire, keyOf(wire, name))
}

const snakes = new Map<string, string>()

/** `systemInstruction` as `system_instruction`. Only for the names of fields, of which there are few. */
export function snakeOf(name: string): string {
  const known = snakes.get(name)
  if (known !== undefined) return known
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  snakes.set(name, snake)
  return snake
}

/** Names of fields in both spellings. */
export function bothSpellings(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => [name, snakeOf(name)]))
}

/** A list of messages, each with its path. One alone may stand without its brackets, as Google's own examples have it. */
export function readList(wire: JsonObject, name: string, at: string): readonly Placed[] {
  const given = present(wire, name)
  if (Array.isArray(given)) return placedAll(given, pathOf(at, name))
  const key = keyOf(wire, name)
  const value = given ?? present(wire, key)
  if (value === undefined) return []
  return isObject(value) ? [{ value, at: pathOf(at, key) }] : (readObjects(wire, key, at) ?? [])
}

/** Whether thoughts are shown to a client: one that did not ask for them may take them for the answer. */
export function showsThoughts({ showReasoning, request }: ReplyContext): boolean {
  return showReasoning && (request === undefined || asksForThoughts(request))
}

function asksForThoughts(request: JsonObject): boolean {
  const config = fieldOf(request, 'generationConfig')
  const thinking = isObject(config) ? fieldOf(config, 'thinkingConfig') : undefined
  return isObject(thinking) && fieldOf(thinking, 'includeThoughts') === true
}
