/** Any JSON value as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | Json[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  [key: string]: Json | undefined
}

/** Whether `value` is a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The objects of a list, or none when `value` is not a list. */
export function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** `value` when it is a string, else `undefined`. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** `value` when it is a number, else `undefined`. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** The value JSON text stands for, or `undefined` when it is no JSON. */
export function parseJson(source: string): Json | undefined {
  try {
    return JSON.parse(source) as Json
  } catch {
    return undefined
  }
}

/** A value as a message shows it: text as it is, anything else as JSON. */
export function show(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')
}
