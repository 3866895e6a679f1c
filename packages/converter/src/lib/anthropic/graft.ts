import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'

/**
 * Takes the subtrees whose digits matter from a parse of the same text that kept number literals: tool inputs in a request's
 * history or in a reply, tool schemas, the schema of the answer. `wire` is changed in place.
 */
export function graft(wire: JsonObject, lossless: JsonObject): void {
  graftInputs(member(wire, 'content'), member(lossless, 'content'))
  eachPair(member(wire, 'messages'), member(lossless, 'messages'), (message, exact) => {
    graftInputs(member(message, 'content'), member(exact, 'content'))
  })
  eachPair(member(wire, 'tools'), member(lossless, 'tools'), (tool, exact) => take(tool, exact, 'input_schema'))
  const config = member(wire, 'output_config')
  const exactConfig = member(lossless, 'output_config')
  if (isObject(config) && isObject(exactConfig)) graftSchema(member(config, 'format'), member(exactConfig, 'format'))
  graftSchema(member(wire, 'output_format'), member(lossless, 'output_format'))
}

function graftInputs(content: JsonValue | undefined, exact: JsonValue | undefined): void {
  eachPair(content, exact, (block, exactBlock) => {
    if (member(block, 'type') === 'tool_use') take(block, exactBlock, 'input')
  })
}

function graftSchema(format: JsonValue | undefined, exact: JsonValue | undefined): void {
  if (isObject(format) && isObject(exact)) take(format, exact, 'schema')
}

/** Only objects are taken: a bare number has to stay one that can be checked. */
function take(target: JsonObject, exact: JsonObject, key: string): void {
  const value = member(exact, key)
  if (isObject(member(target, key)) && isObject(value)) target[key] = value
}

function eachPair(
  list: JsonValue | undefined,
  exact: JsonValue | undefined,
  visit: (item: JsonObject, exactItem: JsonObject) => void,
): void {
  if (!Array.isArray(list) || !Array.isArray(exact)) return
  for (const [i, item] of list.entries()) {
    const exactItem = exact[i]
    if (isObject(item) && isObject(exactItem)) visit(item, exactItem)
  }
}
