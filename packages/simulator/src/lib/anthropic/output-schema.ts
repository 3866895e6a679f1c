import { isObject, type JsonObject, objects, show } from '../json.ts'
import { invalid } from './error.ts'

/** Keywords the grammar compiler does not take, by type. */
const UNSUPPORTED: Readonly<Record<string, readonly string[]>> = {
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength'],
  array: ['maxItems', 'uniqueItems'],
}

/** Refuses a schema that structured output or a strict tool cannot hold to. */
export function checkOutputSchema(schema: JsonObject, where: string): void {
  const type = show(schema.type)
  if (type === 'object' && schema.additionalProperties !== false) {
    throw invalid(`${where}: For 'object' type, 'additionalProperties' must be explicitly set to false`)
  }
  const found = (UNSUPPORTED[type] ?? []).filter((keyword) => schema[keyword] !== undefined)
  if (found.length > 0) throw invalid(`${where}: For '${type}' type, properties ${found.join(', ')} are not supported`)
  for (const group of ['properties', '$defs', 'definitions']) {
    const entries = schema[group]
    if (isObject(entries))
      for (const child of Object.values(entries)) if (isObject(child)) checkOutputSchema(child, where)
  }
  for (const group of ['anyOf', 'allOf', 'prefixItems'])
    for (const child of objects(schema[group])) checkOutputSchema(child, where)
  if (isObject(schema.items)) checkOutputSchema(schema.items, where)
}
