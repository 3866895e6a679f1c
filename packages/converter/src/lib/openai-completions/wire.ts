import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { arrayAt, numberAt, objectAt, stringAt } from '../chat/read.ts'
import type { Stop, StopReason } from '../chat/stop.ts'
import { readStop } from '../openai-chat/wire.ts'

/** The wire of OpenAI's legacy Completions (openai 7.57.0): Chat Completions' envelope around a bare text. */

/** The finish reasons the official SDK declares. */
export type FinishReason = 'stop' | 'length' | 'content_filter'

export const finishOfStop: Readonly<Record<StopReason, FinishReason>> = {
  end: 'stop',
  length: 'length',
  'context-window': 'length',
  'stop-sequence': 'stop',
  'tool-calls': 'stop',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  other: 'stop',
}

/** Why the answer looks more finished than it was. */
export const vagueStops: Readonly<Partial<Record<StopReason, string>>> = {
  'tool-calls': 'openai-completions has no tool calls: told as stop',
  pause: 'openai-completions has no word for a paused turn: told as stop',
  other: 'openai-completions has no word for this stop reason: told as stop',
}

/** Why sources of an answer are lost. */
export const noCitations = 'openai-completions has no place for sources'

/** Output limit of a request that names none (OpenAI API reference, Completions `max_tokens`). Tokens. */
export const defaultMaxTokens = 16

export function stopOf(choice: JsonObject): Stop {
  return readStop(stringAt(choice, 'finish_reason') ?? '', { calls: false, refusal: false })
}

/** The dialect's log-probabilities in the shape the canon carries, which is that of Chat Completions. */
export function readLogprobs(wire: JsonObject): JsonObject {
  const logprobs = arrayAt(wire, 'token_logprobs')
  const tops = arrayAt(wire, 'top_logprobs')
  const content = arrayAt(wire, 'tokens').map((token, i): JsonObject => {
    const top = tops[i]
    return {
      token: typeof token === 'string' ? token : '',
      logprob: logprobs[i] ?? null,
      bytes: null,
      top_logprobs: isObject(top)
        ? Object.keys(top).map((other) => ({ token: other, logprob: top[other] ?? null, bytes: null }))
        : [],
    }
  })
  return { content, refusal: null }
}

/**
 * The canon's log-probabilities as parallel lists.
 *
 * @param offset where the tokens start in the choice's text.
 */
export function writeLogprobs(value: JsonValue, offset: number): JsonObject | null {
  const content = isObject(value) ? arrayAt(value, 'content').filter(isObject) : []
  if (content.length === 0) return null
  let at = offset
  const offsets: number[] = []
  for (const entry of content) {
    offsets.push(at)
    at += (stringAt(entry, 'token') ?? '').length
  }
  return {
    tokens: content.map((entry) => stringAt(entry, 'token') ?? ''),
    token_logprobs: content.map((entry) => numberAt(entry, 'logprob') ?? null),
    top_logprobs: content.map((entry) => topOf(entry)),
    text_offset: offsets,
  }
}

function topOf(entry: JsonObject): JsonObject {
  const tops = arrayAt(entry, 'top_logprobs').filter(isObject)
  return Object.fromEntries(tops.map((top) => [stringAt(top, 'token') ?? '', numberAt(top, 'logprob') ?? null]))
}

/** The text of a chunk's first choice. */
export function choiceText(chunk: JsonObject): JsonValue | undefined {
  const choice = arrayAt(chunk, 'choices')[0]
  return isObject(choice) ? member(choice, 'text') : undefined
}

/**
 * Whether a chunk carries text for one choice and nothing else that changes from chunk to chunk.
 *
 * @param only the index that choice must have; default any.
 */
export function isPlainText(chunk: JsonObject, only?: number): boolean {
  const choices = arrayAt(chunk, 'choices')
  const choice = choices[0]
  if (choices.length !== 1 || !isObject(choice)) return false
  if (only !== undefined && (numberAt(choice, 'index') ?? 0) !== only) return false
  if (objectAt(chunk, 'usage') !== undefined) return false
  return (member(choice, 'finish_reason') ?? null) === null && (member(choice, 'logprobs') ?? null) === null
}
