import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { snakeOf } from './wire.ts'

/**
 * Takes what is written on unread from a parse that kept number literals: the arguments and results of calls in a request's
 * history or in a reply, and schemas. `wire` is changed in place.
 */
export function graft(wire: JsonObject, lossless: JsonObject): void {
  each(wire, lossless, 'contents', graftContent)
  each(wire, lossless, 'tools', (tool, exact) => each(tool, exact, 'functionDeclarations', graftFunction))
  inner(wire, lossless, 'generationConfig', (config, exact) => {
    take(config, exact, 'responseSchema')
    take(config, exact, 'responseJsonSchema')
  })
  each(wire, lossless, 'candidates', (candidate, exact) => inner(candidate, exact, 'content', graftContent))
}

function graftContent(content: JsonObject, exact: JsonObject): void {
  each(content, exact, 'parts', (part, exactPart) => {
    inner(part, exactPart, 'functionCall', (call, exactCall) => take(call, exactCall, 'args'))
    inner(part, exactPart, 'functionResponse', (result, exactResult) => take(result, exactResult, 'response'))
  })
}

function graftFunction(declared: JsonObject, exact: JsonObject): void {
  take(declared, exact, 'parameters')
  take(declared, exact, 'parametersJsonSchema')
}

type Visit = (item: JsonObject, exact: JsonObject) => void

/** Both spellings of a field. */
function spellings(name: string): readonly string[] {
  const snake = snakeOf(name)
  return snake === name ? [name] : [name, snake]
}

function inner(wire: JsonObject, lossless: JsonObject, name: string, visit: Visit): void {
  for (const key of spellings(name)) pair(member(wire, key), member(lossless, key), visit)
}

/** Walks two lists of objects side by side; both come from the same text. One object may stand for a list of one. */
function each(wire: JsonObject, lossless: JsonObject, name: string, visit: Visit): void {
  for (const key of spellings(name)) {
    const items = member(wire, key)
    const exactItems = member(lossless, key)
    if (Array.isArray(items) && Array.isArray(exactItems)) {
      for (const [i, item] of items.entries()) pair(item, exactItems[i], visit)
    } else pair(items, exactItems, visit)
  }
}

function pair(item: JsonValue | undefined, exact: JsonValue | undefined, visit: Visit): void {
  if (isObject(item) && isObject(exact)) visit(item, exact)
}

/** Only objects are taken: a bare number in their place is an error the decoder has to see as a number. */
function take(holder: JsonObject, exact: JsonObject, name: string): void {
  for (const key of spellings(name)) {
    const value = member(exact, key)
    if (isObject(member(holder, key)) && isObject(value)) holder[key] = value
  }
}
