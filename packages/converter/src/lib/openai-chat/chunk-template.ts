import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { arrayAt, numberAt, objectAt } from '../chat/read.ts'
import { usageOf } from './wire.ts'

/** The text of a chunk's first choice, where the common delta carries it. */
export function deltaContent(chunk: JsonObject): JsonValue | undefined {
  const choice = arrayAt(chunk, 'choices')[0]
  return isObject(choice) ? member(objectAt(choice, 'delta') ?? {}, 'content') : undefined
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
  if (usageOf(chunk) !== undefined) return false
  if ((member(choice, 'finish_reason') ?? null) !== null || (member(choice, 'logprobs') ?? null) !== null) return false
  const delta = objectAt(choice, 'delta') ?? {}
  return Object.keys(delta).every(
    (key) => key === 'content' || key === 'role' || delta[key] === null || delta[key] === '',
  )
}
