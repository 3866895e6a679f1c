import { isObject, type JsonObject, type JsonValue } from './chat/json.ts'

/** `JSON.rawJSON` and the reviver's `source` (ECMAScript "JSON.parse source text access"; Node 22, Chrome 114). */
interface SourceAccess {
  rawJSON(text: string): JsonValue
  parse(text: string, reviver: (key: string, value: JsonValue, context: { source?: string }) => JsonValue): JsonValue
}

/**
 * A number whose digits `JSON.parse` does not keep: 16 digits and more, an exponent, a trailing zero after the point, a long
 * fraction, minus zero. May also match inside a string, which costs time but changes nothing.
 */
const fragileNumber = /[:[,]\s*(?:-0\s*[,\]}]|-?(?:\d{16}|\d*\.\d{15}|\d+(?:\.\d+)?[eE]|\d*\.\d*0\s*[,\]}]))/

/** Whether a JSON text may hold numbers that would change their digits when parsed and written again. */
export function hasFragileNumbers(text: string): boolean {
  return fragileNumber.test(text)
}

/**
 * Parses JSON so that `JSON.stringify` writes every number with the digits it came with. Numbers that would change are kept
 * as `JSON.rawJSON` leaves, so the value is for writing on, not for reading numbers from.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExact(text: string): JsonValue {
  if (!hasFragileNumbers(text)) return JSON.parse(text) as JsonValue
  const json = JSON as unknown as Partial<SourceAccess> & { parse: SourceAccess['parse'] }
  const raw = json.rawJSON
  if (raw === undefined) return JSON.parse(text) as JsonValue
  return json.parse(text, (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined && context.source !== String(value)
      ? raw.call(JSON, context.source)
      : value,
  )
}

/** Parses a body; `lossless` is given when a plain parse would change digits (see {@link parseExact}). */
export function parseBody(text: string): { value: JsonValue; lossless?: JsonObject } {
  const value = JSON.parse(text) as JsonValue
  if (!hasFragileNumbers(text)) return { value }
  const lossless = parseExact(text)
  return isObject(lossless) ? { value, lossless } : { value }
}
