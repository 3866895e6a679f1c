import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { objectAt } from '../chat/read.ts'

/**
 * Takes what is written on unread from a parse that kept number literals: the schemas of a request, and the arguments of a reply's
 * calls where a server sends them as an object.
 */
export function graft(wire: JsonObject, lossless: JsonObject): void {
  each(wire, lossless, 'tools', (tool, exact) =>
    take(objectAt(tool, 'function'), objectAt(exact, 'function'), 'parameters'),
  )
  each(wire, lossless, 'functions', (declared, exact) => take(declared, exact, 'parameters'))
  take(schemaHolder(wire), schemaHolder(lossless), 'schema')
  each(wire, lossless, 'messages', graftCalls)
  each(wire, lossless, 'choices', (choice, exact) => {
    const message = objectAt(choice, 'message')
    const exactMessage = objectAt(exact, 'message')
    if (message && exactMessage) graftCalls(message, exactMessage)
  })
}

function graftCalls(message: JsonObject, exact: JsonObject): void {
  take(objectAt(message, 'function_call'), objectAt(exact, 'function_call'), 'arguments')
  each(message, exact, 'tool_calls', (call, exactCall) =>
    take(objectAt(call, 'function'), objectAt(exactCall, 'function'), 'arguments'),
  )
}

function schemaHolder(wire: JsonObject): JsonObject | undefined {
  return objectAt(objectAt(wire, 'response_format') ?? {}, 'json_schema')
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
    const exact: JsonValue | undefined = exactItems[i]
    if (isObject(item) && isObject(exact)) visit(item, exact)
  }
}

/** Only subtrees: a bare number in their place is an error the decoder has to see as a number. */
function take(holder: JsonObject | undefined, exact: JsonObject | undefined, key: string): void {
  const value = exact && member(exact, key)
  if (holder && isObject(member(holder, key)) && value !== undefined) holder[key] = value
}
