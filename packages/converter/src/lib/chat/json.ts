/** Any JSON value, as `JSON.parse` gives it. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject

/** A JSON object. Keys a caller sends are untrusted: read them with {@link member}, never by prototype lookup. */
export interface JsonObject {
  [key: string]: JsonValue | undefined
}

/** Whether a value is a JSON object (not null, not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object that a text is in JSON; undefined where it is no JSON, or JSON of something else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A member of an object that JSON text gave; undefined for inherited names such as `constructor`. */
export function member(object: JsonObject, key: string): JsonValue | undefined {
  const value = object[key]
  // What such an object inherits is a function, which no JSON value is, or `__proto__`; to ask for own members takes twice as long.
  return typeof value === 'function' || (key === '__proto__' && !Object.hasOwn(object, key)) ? undefined : value
}
