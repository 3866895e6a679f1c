import { isObject, type Json, type JsonObject, show } from '../json.ts'

/** Keywords that structured outputs do not know (API reference, "Supported schemas"). */
const UNSUPPORTED = [
  'allOf',
  'not',
  'dependentRequired',
  'dependentSchemas',
  'if',
  'then',
  'else',
  'oneOf',
  'patternProperties',
]
const MAX_DEPTH = 10

/** What OpenAI has against a schema under `strict: true`, or `undefined`. */
export function strictSchemaProblem(schema: JsonObject): string | undefined {
  if (schema.type !== 'object') {
    const got = schema.type === undefined ? 'None' : show(schema.type)
    return `schema must be a JSON Schema of 'type: "object"', got 'type: "${got}"'.`
  }
  return nodeProblem(schema, [], 1)
}

function inContext(path: readonly string[], message: string): string {
  const context = path.map((step) => `'${step}'`).join(', ')
  return `In context=(${context}${path.length === 1 ? ',' : ''}), ${message}`
}

function nodeProblem(node: JsonObject, path: readonly string[], depth: number): string | undefined {
  const unsupported = UNSUPPORTED.find((keyword) => node[keyword] !== undefined)
  if (unsupported) return inContext(path, `'${unsupported}' is not permitted.`)
  if (depth > MAX_DEPTH) return inContext(path, `${depth} levels of nesting exceeds limit of ${MAX_DEPTH}.`)
  const object = node.type === 'object' || (Array.isArray(node.type) && node.type.includes('object'))
  return (object ? objectProblem(node, path) : undefined) ?? childProblem(node, path, depth)
}

function objectProblem(node: JsonObject, path: readonly string[]): string | undefined {
  if (node.additionalProperties !== false) {
    return inContext(path, "'additionalProperties' is required to be supplied and to be false.")
  }
  const keys = isObject(node.properties) ? Object.keys(node.properties) : []
  const required = Array.isArray(node.required) ? node.required : []
  const rule = "'required' is required to be supplied and to be an array including every key in properties."
  const missing = keys.find((key) => !required.includes(key))
  if (missing !== undefined) return inContext(path, `${rule} Missing '${missing}'.`)
  const extra = required.find((key) => !keys.includes(show(key)))
  return extra === undefined ? undefined : inContext(path, `${rule} Extra required key '${show(extra)}' supplied.`)
}

function childProblem(node: JsonObject, path: readonly string[], depth: number): string | undefined {
  const children: [string[], Json | undefined, number][] = [[['items'], node.items, 1]]
  for (const group of ['properties', '$defs', 'definitions']) {
    const entries = node[group]
    if (!isObject(entries)) continue
    for (const [key, child] of Object.entries(entries))
      children.push([[group, key], child, group === 'properties' ? 1 : 0])
  }
  if (Array.isArray(node.anyOf)) {
    for (const [index, child] of node.anyOf.entries()) children.push([['anyOf', String(index)], child, 0])
  }
  for (const [steps, child, deeper] of children) {
    const problem = isObject(child) ? nodeProblem(child, [...path, ...steps], depth + deeper) : undefined
    if (problem !== undefined) return problem
  }
  return undefined
}
