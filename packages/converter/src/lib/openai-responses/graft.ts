import { isObject, type JsonObject, member } from '../chat/json.ts'
import { objectAt } from '../chat/read.ts'

/**
 * Takes what is written on unread from a parse that kept number literals: the schemas of a request, and the arguments of calls
 * where a server sends them as an object.
 */
export function graft(wire: JsonObject, lossless: JsonObject): void {
  graftTools(wire, lossless)
  take(formatOf(wire), formatOf(lossless), 'schema')
  each(wire, lossless, 'input', (item, exact) => take(item, exact, 'arguments'))
  each(wire, lossless, 'output', (item, exact) => take(item, exact, 'arguments'))
}

function graftTools(holder: JsonObject, exact: JsonObject): void {
  each(holder, exact, 'tools', (tool, exactTool) => {
    take(tool, exactTool, 'parameters')
    each(tool, exactTool, 'tools', (inner, exactInner) => take(inner, exactInner, 'parameters'))
  })
}

function formatOf(wire: JsonObject): JsonObject | undefined {
  return objectAt(objectAt(wire, 'text') ?? {}, 'format')
}

/** Walks two arrays of objects side by side; both come from the same text, so they are equally long. */
function each(
  wire: JsonObject,
  lossless: JsonObject,
  key: string,
  visit: (item: JsonObject, exact: JsonObject) => void,
): void {
  const items = member(wire, key)
  const exactItems = member(lossless, key)
  if (!Array.isArray(items) || !Array.isArray(exactItems)) return
  for (const [i, item] of items.entries()) {
    const exact = exactItems[i]
    if (isObject(item) && isObject(exact)) visit(item, exact)
  }
}

/** Only subtrees: a bare number in their place is an error the decoder has to see as a number. */
function take(holder: JsonObject | undefined, exact: JsonObject | undefined, key: string): void {
  const value = exact && member(exact, key)
  if (holder && isObject(member(holder, key)) && value !== undefined) holder[key] = value
}
