import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { invalid, pathOf } from '../chat/read.ts'
import { snakeOf } from './wire.ts'

/** Deeper schemas are refused; Google's own limit is far below. */
const maxDepth = 200

/** Counts, which the wire writes as strings because they are 64 bits wide. */
const counts: ReadonlySet<string> = new Set(
  ['Items', 'Length', 'Properties'].flatMap((what) => [`min${what}`, `max${what}`]),
)

/** Keys whose snake_case spelling is read too. */
const spelled: ReadonlyMap<string, string> = new Map(
  [...counts, 'anyOf', 'propertyOrdering'].map((name) => [snakeOf(name), name]),
)

/**
 * Reads Google's subset of an OpenAPI 3.0 schema (`parameters`, `responseSchema`) as JSON Schema: types in lower case, `nullable`
 * as a type of its own, counts as numbers. What the subset does not know is kept as it is. Throws `INVALID_REQUEST` when it is
 * nested too deeply.
 *
 * @param at the path of the schema.
 */
export function jsonSchemaOf(schema: JsonObject, at: string): JsonObject {
  return convert(schema, at, 0)
}

function convert(schema: JsonObject, at: string, depth: number): JsonObject {
  if (depth > maxDepth) return invalid(at, 'is nested too deeply')
  const inner = (value: JsonValue, key: string): JsonValue =>
    isObject(value) ? convert(value, pathOf(at, key), depth + 1) : value
  const entries: [string, JsonValue][] = []
  for (const name of Object.keys(schema)) {
    const key = spelled.get(name) ?? name
    const value = member(schema, name)
    if (value === undefined || value === null || key === 'nullable' || key === 'propertyOrdering') continue
    if (key === 'type') entries.push(...typeEntry(value))
    else if (counts.has(key)) entries.push([key, countOf(value)])
    else if (key === 'items') entries.push([key, inner(value, name)])
    else if (key === 'anyOf') entries.push([key, Array.isArray(value) ? value.map((one) => inner(one, name)) : value])
    else if (key === 'properties') entries.push([key, isObject(value) ? propertiesOf(value, schema, inner) : value])
    else if (key === 'example') entries.push(['examples', [value]])
    // `enum` as a format only repeats that there is an `enum`.
    else if (key !== 'format' || value !== 'enum') entries.push([key, value])
  }
  const converted = Object.fromEntries(entries)
  return member(schema, 'nullable') === true ? nullable(converted) : converted
}

function typeEntry(type: JsonValue): [string, JsonValue][] {
  if (typeof type !== 'string') return [['type', type]]
  return type === 'TYPE_UNSPECIFIED' ? [] : [['type', type.toLowerCase()]]
}

function countOf(value: JsonValue): JsonValue {
  const count = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
  return Number.isFinite(count) ? count : value
}

/** The properties in the order the schema asks for, which JSON Schema tells by nothing but their place. */
function propertiesOf(
  properties: JsonObject,
  schema: JsonObject,
  inner: (value: JsonValue, key: string) => JsonValue,
): JsonObject {
  const ordering = member(schema, 'propertyOrdering') ?? member(schema, 'property_ordering')
  const wanted = Array.isArray(ordering) ? ordering.filter((name) => typeof name === 'string') : []
  const names = new Set([...wanted.filter((name) => Object.hasOwn(properties, name)), ...Object.keys(properties)])
  return Object.fromEntries(
    [...names].map((name): [string, JsonValue] => [
      name,
      inner(member(properties, name) ?? {}, pathOf('properties', name)),
    ]),
  )
}

function nullable(schema: JsonObject): JsonObject {
  const { type, anyOf } = schema
  const values = member(schema, 'enum')
  return {
    ...schema,
    ...(typeof type === 'string' && type !== 'null' && { type: [type, 'null'] }),
    ...(Array.isArray(values) && !values.includes(null) && { enum: [...values, null] }),
    ...(type === undefined && Array.isArray(anyOf) && { anyOf: [...anyOf, { type: 'null' }] }),
  }
}
