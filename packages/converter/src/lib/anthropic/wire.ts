import type { ErrorKind } from '../chat/error.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { CacheHint } from '../chat/part.ts'
import { numberAt, objectAt, stringAt } from '../chat/read.ts'
import type { Stop, StopReason } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'

/** Why the model stopped, in Anthropic's words: `StopReason` of `@anthropic-ai/sdk` 1.12 and beta `compaction`. */
export type WireStop =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'pause_turn'
  | 'refusal'
  | 'model_context_window_exceeded'
  | 'compaction'

const reasonOfStop: Readonly<Record<WireStop, StopReason>> = {
  end_turn: 'end',
  max_tokens: 'length',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
  model_context_window_exceeded: 'context-window',
  compaction: 'other',
}

/** The word a client is told; always one its SDK knows. */
export const stopOfReason: Readonly<Record<StopReason, WireStop>> = {
  end: 'end_turn',
  length: 'max_tokens',
  'context-window': 'model_context_window_exceeded',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  other: 'end_turn',
}

/**
 * Reads the stop of a message or of a `message_delta`'s delta; undefined while there is none.
 *
 * @param calls tool calls are in the answer: some servers say `end_turn` all the same, and a client would not run them.
 */
export function readStop(wire: JsonObject, calls: boolean): Stop | undefined {
  const word = stringAt(wire, 'stop_reason')
  if (word === undefined) return undefined
  const known = Object.hasOwn(reasonOfStop, word) ? reasonOfStop[word as WireStop] : undefined
  const reason = known === 'end' && calls ? 'tool-calls' : (known ?? 'other')
  const sequence = stringAt(wire, 'stop_sequence')
  const details = objectAt(wire, 'stop_details')
  const explanation = details && stringAt(details, 'explanation')
  return {
    reason,
    ...(reason === 'other' && { said: word }),
    ...(sequence !== undefined && { sequence }),
    ...(explanation !== undefined && { explanation }),
  }
}

/** Error types, `ErrorType` of the SDK. */
const typeWords: Readonly<Record<ErrorKind, ErrorType>> = {
  'invalid-request': 'invalid_request_error',
  authentication: 'authentication_error',
  billing: 'billing_error',
  permission: 'permission_error',
  'not-found': 'not_found_error',
  conflict: 'conflict_error',
  'too-large': 'invalid_request_error',
  'rate-limit': 'rate_limit_error',
  timeout: 'timeout_error',
  server: 'api_error',
  unavailable: 'overloaded_error',
  overloaded: 'overloaded_error',
}

export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'conflict_error'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'api_error'
  | 'overloaded_error'

export function typeOfKind(kind: ErrorKind): ErrorType {
  return typeWords[kind]
}

/** `request_too_large` is documented for 413, though the SDK's type lacks it. */
const kindWords: Readonly<Record<ErrorType | 'request_too_large', ErrorKind>> = {
  invalid_request_error: 'invalid-request',
  authentication_error: 'authentication',
  billing_error: 'billing',
  permission_error: 'permission',
  not_found_error: 'not-found',
  conflict_error: 'conflict',
  request_too_large: 'too-large',
  rate_limit_error: 'rate-limit',
  timeout_error: 'timeout',
  api_error: 'server',
  overloaded_error: 'overloaded',
}

/** The kind an error type stands for; undefined for another vendor's word. */
export function kindOfType(type: string | undefined): ErrorKind | undefined {
  return type !== undefined && Object.hasOwn(kindWords, type) ? kindWords[type as ErrorType] : undefined
}

/** A count as far as it is known: absent and null leave what was known. */
type Counts = { -readonly [field in keyof Usage]?: number }

/**
 * Gathers usage over a message or a stream. Anthropic's counts are cumulative and the last one told holds, up or down;
 * `input_tokens` leaves out what the cache read and wrote, so the canon's total is summed anew each time.
 */
export class UsageTally {
  readonly #counts: Counts = {}
  #known = false

  /** Takes a `usage` object; anything else changes nothing. */
  add(wire: JsonValue | undefined): void {
    if (!isObject(wire)) return
    this.#take('input', numberAt(wire, 'input_tokens'))
    this.#take('cacheRead', numberAt(wire, 'cache_read_input_tokens'))
    this.#take('cacheWrite', numberAt(wire, 'cache_creation_input_tokens'))
    this.#take('output', numberAt(wire, 'output_tokens'))
    const creation = objectAt(wire, 'cache_creation')
    this.#take('cacheWrite1h', creation && numberAt(creation, 'ephemeral_1h_input_tokens'))
    const details = objectAt(wire, 'output_tokens_details')
    this.#take('reasoning', details && numberAt(details, 'thinking_tokens'))
  }

  /** The usage so far; undefined when none was told. */
  get usage(): Usage | undefined {
    if (!this.#known) return undefined
    const { input, cacheRead = 0, cacheWrite = 0, ...rest } = this.#counts
    return {
      ...(input !== undefined && { input: input + cacheRead + cacheWrite }),
      ...(this.#counts.cacheRead !== undefined && { cacheRead }),
      ...(this.#counts.cacheWrite !== undefined && { cacheWrite }),
      ...rest,
    }
  }

  #take(field: keyof Usage, count: number | undefined): void {
    if (count === undefined || count < 0) return
    this.#counts[field] = count
    this.#known = true
  }
}

/** The tier a message was served in, in OpenAI's words; undefined for one they lack. */
export function readServiceTier(wire: JsonObject): string | undefined {
  const usage = objectAt(wire, 'usage')
  const tier = usage && stringAt(usage, 'service_tier')
  return tier === 'standard' ? 'default' : tier === 'priority' ? tier : undefined
}

/**
 * Usage as a whole message has it. A count the upstream did not tell is 0 where the SDK's type has a number.
 *
 * @param searches how many the answer tells of.
 */
export function wireUsage(usage: Usage | undefined, serviceTier?: string, searches = 0): JsonObject {
  return {
    ...wireDeltaUsage(usage, searches),
    input_tokens: uncachedInput(usage) ?? 0,
    cache_creation: wireCacheCreation(usage),
    inference_geo: null,
    service_tier: serviceTier === 'default' ? 'standard' : serviceTier === 'priority' ? 'priority' : null,
    speed: null,
  }
}

/** Usage as `message_delta` has it. */
export function wireDeltaUsage(usage: Usage | undefined, searches: number): JsonObject {
  return {
    input_tokens: uncachedInput(usage) ?? null,
    output_tokens: usage?.output ?? 0,
    cache_creation_input_tokens: usage?.cacheWrite ?? null,
    cache_read_input_tokens: usage?.cacheRead ?? null,
    output_tokens_details: usage?.reasoning === undefined ? null : { thinking_tokens: usage.reasoning },
    server_tool_use: searches > 0 ? { web_search_requests: searches, web_fetch_requests: 0 } : null,
  }
}

function uncachedInput(usage: Usage | undefined): number | undefined {
  if (usage?.input === undefined) return undefined
  return Math.max(0, usage.input - (usage.cacheRead ?? 0) - (usage.cacheWrite ?? 0))
}

function wireCacheCreation(usage: Usage | undefined): JsonObject | null {
  if (usage?.cacheWrite === undefined || usage.cacheWrite1h === undefined) return null
  const hour = Math.min(usage.cacheWrite1h, usage.cacheWrite)
  return { ephemeral_1h_input_tokens: hour, ephemeral_5m_input_tokens: usage.cacheWrite - hour }
}

/** A `cache_control` object; undefined for none and for a type other than `ephemeral`. */
export function readCache(holder: JsonObject): CacheHint | undefined {
  const control = holder.cache_control
  if (!isObject(control) || member(control, 'type') !== 'ephemeral') return undefined
  const ttl = member(control, 'ttl')
  return ttl === '5m' || ttl === '1h' ? { ttl } : {}
}

/** Tells of what a call has no place for elsewhere: a caller other than the model itself, and the toolset its tool is one of. */
export function reportCaller(block: JsonObject, at: string, report: Report): void {
  const caller = objectAt(block, 'caller')
  if (caller && stringAt(caller, 'type') !== 'direct') {
    report.dropped(`${at}.caller`, 'a call by a program of the provider is told as one by the model')
  }
  if (stringAt(block, 'toolset_name')) report.dropped(`${at}.toolset_name`, 'other dialects have no toolsets')
}

/** A tool's input as JSON text; undefined when it is nested too deeply to be written. */
export function inputText(input: JsonObject): string | undefined {
  try {
    return JSON.stringify(input)
  } catch (cause) {
    // The parser takes any depth, the writer only what the stack holds.
    if (cause instanceof RangeError) return undefined
    throw cause
  }
}
