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

/** An own member of an object; undefined for inherited names such as `constructor`. */
export function member(object: JsonObject, key: string): JsonValue | undefined {
  const value = object[key]
  // Most keys that are asked for are absent, and an absent one is no inherited one either.
  return value !== undefined && Object.hasOwn(object, key) ? value : undefined
}
