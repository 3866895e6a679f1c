import { isObject, type JsonObject, type JsonValue } from './chat/json.ts'

/** `JSON.rawJSON` and the reviver's `source` (ECMAScript "JSON.parse source text access"; Node 22, Chrome 114). */
interface SourceAccess {
  rawJSON(text: string): JsonValue
  parse(text: string, reviver: (key: string, value: JsonValue, context: { source?: string }) => JsonValue): JsonValue
}

const QUOTE = 34
const BACKSLASH = 92

/** What a fragile number has somewhere: a point, an exponent, 16 digits in a row, or a sign before its zero. */
const suspicion = /\d(?:[.eE][\d+-]|\d{15})|-0(?![.\d])/g

/** After so many suspicions that were nothing, such as version numbers in prose, passing over the strings is faster. */
const maxSuspicions = 64

/**
 * Whether a JSON text holds numbers that would change their digits when parsed and written again: more of them than a double
 * holds, an exponent, a trailing zero after the point, minus zero. Strings are passed over: what is written in them stays.
 */
export function hasFragileNumbers(text: string): boolean {
  suspicion.lastIndex = 0
  for (let found = 0; found < maxSuspicions; found++) {
    // A search for the few characters that matter takes a fifth of the time of a walk over all of them.
    if (!suspicion.test(text)) return false
    if (mayBeFragileAt(text, suspicion.lastIndex - 1)) break
  }
  return holdsFragileNumber(text)
}

/** Whether what stands around an index would be a fragile number, were it not inside a string. */
function mayBeFragileAt(text: string, at: number): boolean {
  let from = at
  while (from > 0 && isOfNumber(text.charCodeAt(from - 1))) from--
  const end = numberEnd(text, at)
  const literal = text.slice(from, end)
  return isBound(text, from - 1, ':[,') && isBound(text, end, ',]}') && String(Number(literal)) !== literal
}

/** Whether white space, one of some characters, or the text's own edge stands there. */
function isBound(text: string, at: number, characters: string): boolean {
  const c = text.charAt(at)
  return c === '' || c === ' ' || c === '\n' || c === '\r' || c === '\t' || characters.includes(c)
}

function holdsFragileNumber(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === QUOTE) {
      at = stringEnd(text, at + 1)
      if (at === -1) return false
    } else if (c === 45 || isDigit(c)) {
      const end = numberEnd(text, at + 1)
      const literal = text.slice(at, end)
      if (String(Number(literal)) !== literal) return true
      at = end - 1
    }
  }
  return false
}

/** Where the string whose text starts at `from` has its closing quote; -1 when it has none. */
function stringEnd(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end
  }
  return -1
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57
}

/** A digit, point, exponent or sign. */
function isOfNumber(c: number): boolean {
  return isDigit(c) || c === 46 || c === 69 || c === 101 || c === 43 || c === 45
}

/** Past the digits, point, exponent and signs of a number. */
function numberEnd(text: string, from: number): number {
  let at = from
  while (isOfNumber(text.charCodeAt(at))) at++
  return at
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
