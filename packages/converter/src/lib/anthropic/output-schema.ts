import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { RequestContext } from '../codec.ts'

/** Formats of strings that are enforced (the official SDK's lib/transform-json-schema). */
const formats: ReadonlySet<JsonValue> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
])

/** What Anthropic refuses in a schema it has to hold an answer to, whatever its value. */
const refused: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'contains',
  'minContains',
  'maxContains',
  'minProperties',
  'maxProperties',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'not',
  'if',
  'then',
  'else',
])

/** Members whose values are schemas by name. */
const named: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions'])
/** Members that are schemas, or lists of them. */
const nested: ReadonlySet<string> = new Set(['items', 'anyOf', 'oneOf', 'allOf', 'prefixItems'])

/** Below this a schema is left as it is: Anthropic refuses it anyway. */
const maxDepth = 100

/** A schema as Anthropic takes it, and what that cost. */
export interface Enforceable {
  /** The very same where nothing had to be changed. */
  readonly schema: JsonObject
  /** Keywords that are told in the descriptions, because they are not enforced. */
  readonly told: ReadonlySet<string>
  /**
   * Objects were closed that say they may have members beside their named ones, or none by name. One that says nothing of others
   * is served by a closed one as well.
   */
  readonly closed: boolean
}

/**
 * A JSON Schema as Anthropic takes it for structured output and strict tools: objects closed, `oneOf` as `anyOf`, and what it does not
 * enforce in the description, in the words of the official SDK, so that the model knows of it still.
 */
export function enforceable(schema: JsonObject): Enforceable {
  const told = new Set<string>()
  let closed = false

  function node(value: JsonObject, depth: number): JsonObject {
    if (depth > maxDepth) return value
    const unenforced: string[] = []
    let changed = false
    const members = Object.entries(value).flatMap(([key, member]): [string, JsonValue | undefined][] => {
      if (member === undefined) return []
      if (isUnenforced(key, member)) {
        told.add(key)
        unenforced.push(`${key}: ${JSON.stringify(member)}`)
        return []
      }
      const inner = children(key, member, depth)
      const name = key === 'oneOf' && !Object.hasOwn(value, 'anyOf') ? 'anyOf' : key
      changed ||= inner !== member || name !== key
      return [[name, inner]]
    })
    const open = isObjectSchema(value) && value.additionalProperties !== false
    if (!open && !changed && unenforced.length === 0) return value
    const made: JsonObject = Object.fromEntries(members)
    if (open) {
      closed ||= isFree(value)
      made.additionalProperties = false
    }
    if (unenforced.length > 0) made.description = described(made.description, unenforced)
    return made
  }

  function children(key: string, value: JsonValue, depth: number): JsonValue {
    if (named.has(key) && isObject(value)) return byName(value, depth)
    if (!nested.has(key)) return value
    if (isObject(value)) return node(value, depth + 1)
    if (!Array.isArray(value)) return value
    const list = value.map((one) => (isObject(one) ? node(one, depth + 1) : one))
    return list.some((one, at) => one !== value[at]) ? list : value
  }

  function byName(value: JsonObject, depth: number): JsonObject {
    const entries = Object.entries(value).map(
      ([name, one]) => [name, isObject(one) ? node(one, depth + 1) : one] as const,
    )
    return entries.some(([name, one]) => one !== value[name]) ? Object.fromEntries(entries) : value
  }

  return { schema: node(schema, 0), told, closed }
}

function isUnenforced(key: string, value: JsonValue): boolean {
  if (key === 'format') return typeof value === 'string' && !formats.has(value)
  if (key === 'minItems') return value !== 0 && value !== 1
  return refused.has(key)
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return (
    type === 'object' ||
    (Array.isArray(type) && type.includes('object')) ||
    (type === undefined && isObject(properties))
  )
}

function isFree({ properties, additionalProperties }: JsonObject): boolean {
  return additionalProperties !== undefined || !isObject(properties)
}

function described(description: JsonValue | undefined, unenforced: readonly string[]): string {
  const words = `{${unenforced.join(', ')}}`
  return typeof description === 'string' && description !== '' ? `${description}\n\n${words}` : words
}

/** The schema as Anthropic holds an answer to it, with what that leaves out reported. */
export function enforced(schema: JsonObject, at: string, { report }: RequestContext): JsonObject {
  const { schema: made, told, closed } = enforceable(schema)
  if (told.size > 0) {
    report.approximated(at, `Anthropic does not enforce ${[...told].join(', ')}: told in the schema's descriptions`)
  }
  if (closed)
    report.approximated(at, 'Anthropic holds answers to closed objects only: no members beside the named ones')
  return made
}
