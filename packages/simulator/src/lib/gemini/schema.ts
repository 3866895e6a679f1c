import { isObject, type JsonObject, objects, show, text } from '../json.ts'
import { violation } from './error.ts'

/** Checks what no message type tells of a schema in Google's subset. `where` in snake_case. */
export function checkSchema(schema: JsonObject, where: string): void {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : []
  required.forEach((name, index) => {
    if (!Object.hasOwn(properties, show(name)))
      throw violation(`${where}.required[${index}]`, 'property is not defined')
  })
  if (schema.enum !== undefined && schema.type !== 'STRING') {
    throw violation(`${where}.enum`, 'only allowed for STRING type')
  }
  if (Array.isArray(schema.enum) && schema.enum.includes('')) throw violation(`${where}.enum[0]`, 'cannot be empty')
  if (schema.type === 'ARRAY' && schema.items === undefined) throw violation(`${where}.items`, 'missing field.')
  if (schema.type === undefined && schema.anyOf === undefined) throw violation(`${where}.type`, 'must be specified')
  for (const [name, property] of Object.entries(properties)) {
    if (isObject(property)) checkSchema(property, `${where}.properties[${name}]`)
  }
  if (isObject(schema.items)) checkSchema(schema.items, `${where}.items`)
  objects(schema.anyOf).forEach((option, index) => {
    checkSchema(option, `${where}.any_of[${index}]`)
  })
}

/** A schema in Google's subset as JSON Schema. */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const { type, properties, items, anyOf, nullable: _, propertyOrdering: __, example: ___, ...rest } = schema
  const named = isObject(properties) ? Object.entries(properties) : []
  return {
    ...rest,
    ...(text(type) !== undefined && { type: text(type)?.toLowerCase() }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(named.map(([name, each]) => [name, isObject(each) ? jsonSchemaOf(each) : {}])),
    }),
    ...(isObject(items) && { items: jsonSchemaOf(items) }),
    ...(Array.isArray(anyOf) && { anyOf: objects(anyOf).map(jsonSchemaOf) }),
  }
}
