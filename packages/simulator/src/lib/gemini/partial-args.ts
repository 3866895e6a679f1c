import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import { tokenize } from '../tokens.ts'

/**
 * A call as Vertex streams it when asked for its arguments as they come: its name, then one piece of an argument after
 * another, each under a JSON path, then an empty call. `head` is the part that holds the call, `args` its arguments.
 */
export function* partialParts(head: JsonObject, args: JsonObject): Generator<JsonObject> {
  const call = isObject(head.functionCall) ? head.functionCall : {}
  const { args: _, ...named } = call
  yield { ...head, functionCall: { ...named, willContinue: true } }
  for (const piece of pieces('$', args)) yield { functionCall: { partialArgs: [piece], willContinue: true } }
  yield { functionCall: {} }
}

function* pieces(path: string, value: Json): Generator<JsonObject> {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* pieces(`${path}[${index}]`, each)
  } else if (isObject(value)) {
    for (const [key, each] of Object.entries(value)) yield* pieces(path + step(key), each ?? null)
  } else if (typeof value === 'string') yield* texts(path, value)
  else if (typeof value === 'number') yield { jsonPath: path, numberValue: value }
  else if (typeof value === 'boolean') yield { jsonPath: path, boolValue: value }
  else yield { jsonPath: path, nullValue: 'NULL_VALUE' }
}

function* texts(path: string, value: string): Generator<JsonObject> {
  const tokens = tokenize(value)
  const last = tokens.length - 1
  if (last < 0) yield { jsonPath: path, stringValue: '' }
  for (const [index, token] of tokens.entries()) {
    yield { jsonPath: path, stringValue: token, ...(index < last && { willContinue: true }) }
  }
}

function step(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `['${key.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`
}
