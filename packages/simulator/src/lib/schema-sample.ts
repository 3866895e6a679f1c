import { isObject, type Json, type JsonObject } from './json.ts'

/** Recursion through `$ref` stops here; a schema that demands more has no finite instance worth making. */
const MAX_DEPTH = 12

const STRING_FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-15',
  'date-time': '2026-01-15T12:00:00Z',
  time: '12:00:00Z',
  duration: 'P1D',
  email: 'sim@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

/**
 * A value that conforms to a JSON Schema: the same one every time. Follows type, const, enum, properties and
 * required, items and prefixItems, minItems, the bounds of numbers and strings, format, local `$ref`, anyOf,
 * oneOf and allOf. Optional properties are filled too. `pattern` is not followed.
 */
export function sampleSchema(schema: JsonObject, phrase = 'simulated'): Json {
  return new Sampler(schema, phrase).value(schema, 0)
}

class Sampler {
  readonly #root: JsonObject
  readonly #phrase: string

  constructor(root: JsonObject, phrase: string) {
    this.#root = root
    this.#phrase = phrase
  }

  value(schema: JsonObject, depth: number): Json {
    if (schema.const !== undefined) return schema.const
    if (Array.isArray(schema.enum) && schema.enum[0] !== undefined) return schema.enum[0]
    if (typeof schema.$ref === 'string') return this.value(this.#resolve(schema.$ref), depth + 1)
    const joined = this.#joined(schema, depth)
    if (joined) return this.value(joined, depth + 1)
    switch (this.#type(schema, depth)) {
      case 'object':
        return this.#object(schema, depth)
      case 'array':
        return this.#array(schema, depth)
      case 'integer':
      case 'number':
        return numberWithin(schema)
      case 'boolean':
        return true
      case 'null':
        return null
      default:
        return this.#string(schema)
    }
  }

  #type(schema: JsonObject, depth: number): Json | undefined {
    if (Array.isArray(schema.type)) return depth >= MAX_DEPTH && schema.type.includes('null') ? 'null' : schema.type[0]
    if (schema.type !== undefined) return schema.type
    if (schema.properties !== undefined || schema.additionalProperties !== undefined) return 'object'
    if (schema.items !== undefined || schema.prefixItems !== undefined) return 'array'
    return undefined
  }

  /** The schema with its allOf merged in, or with its first workable alternative. */
  #joined(schema: JsonObject, depth: number): JsonObject | undefined {
    const { allOf, anyOf, oneOf, ...rest } = schema
    if (Array.isArray(allOf)) {
      return allOf.filter(isObject).reduce((merged, part) => this.#merge(merged, part), rest)
    }
    const options = [anyOf, oneOf].find(Array.isArray)?.filter(isObject) ?? []
    const shallow = depth >= MAX_DEPTH ? options.find((option) => option.type === 'null') : undefined
    const option = shallow ?? options[0]
    return option && this.#merge(rest, option)
  }

  #merge(left: JsonObject, right: JsonObject): JsonObject {
    const part = typeof right.$ref === 'string' ? this.#resolve(right.$ref) : right
    const merged: JsonObject = { ...left, ...part }
    if (isObject(left.properties) && isObject(part.properties)) {
      merged.properties = { ...left.properties, ...part.properties }
    }
    if (Array.isArray(left.required) && Array.isArray(part.required)) {
      merged.required = [...left.required, ...part.required]
    }
    return merged
  }

  #resolve(reference: string): JsonObject {
    let node: Json | undefined = this.#root
    for (const step of reference.split('/').slice(1)) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
      node = isObject(node) ? node[key] : undefined
    }
    return isObject(node) ? node : {}
  }

  #object(schema: JsonObject, depth: number): JsonObject {
    const properties = isObject(schema.properties) ? schema.properties : {}
    const required = Array.isArray(schema.required) ? schema.required : []
    const result: JsonObject = {}
    for (const [key, property] of Object.entries(properties)) {
      if (depth >= MAX_DEPTH && !required.includes(key)) continue
      result[key] = this.#child(property, depth)
    }
    for (const key of required) if (typeof key === 'string' && !(key in result)) result[key] = this.#phrase
    return result
  }

  #array(schema: JsonObject, depth: number): Json[] {
    const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : []
    const wanted = typeof schema.minItems === 'number' ? schema.minItems : depth >= MAX_DEPTH ? 0 : 1
    const limit = typeof schema.maxItems === 'number' ? schema.maxItems : Number.POSITIVE_INFINITY
    const length = Math.min(limit, Math.max(first.length, wanted))
    return Array.from({ length }, (_, index) => this.#child(first[index] ?? schema.items, depth))
  }

  #child(schema: Json | undefined, depth: number): Json {
    return depth >= MAX_DEPTH * 2 ? null : this.value(isObject(schema) ? schema : {}, depth + 1)
  }

  #string(schema: JsonObject): string {
    const known = typeof schema.format === 'string' ? STRING_FORMATS[schema.format] : undefined
    if (known !== undefined) return known
    const min = typeof schema.minLength === 'number' ? schema.minLength : 0
    const max = typeof schema.maxLength === 'number' ? schema.maxLength : Number.POSITIVE_INFINITY
    return this.#phrase.padEnd(min, '.').slice(0, max)
  }
}

function numberWithin(schema: JsonObject): number {
  const step = typeof schema.multipleOf === 'number' ? schema.multipleOf : 1
  const above = typeof schema.exclusiveMinimum === 'number' ? schema.exclusiveMinimum : undefined
  const below = typeof schema.exclusiveMaximum === 'number' ? schema.exclusiveMaximum : undefined
  const min = typeof schema.minimum === 'number' ? schema.minimum : undefined
  const max = typeof schema.maximum === 'number' ? schema.maximum : undefined
  if (above !== undefined) return snap(above, step, true)
  if (min !== undefined) return snap(min, step, false)
  if (max !== undefined && max < step) return Math.floor(max / step) * step
  if (below !== undefined && below <= step) return (Math.ceil(below / step) - 1) * step
  return step
}

/** The least multiple of `step` at or, when `strict`, above `bound`. */
function snap(bound: number, step: number, strict: boolean): number {
  const multiple = Math.ceil(bound / step) * step
  return strict && multiple === bound ? multiple + step : multiple
}
