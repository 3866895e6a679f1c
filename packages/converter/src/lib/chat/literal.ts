const QUOTE = 34
const BACKSLASH = 92
const LOWER_U = 117

/**
 * Where the JSON string literal that opens at `start` ends: the index of its closing quote, or -1 when what stands there is no
 * well-formed literal. Lets a decoder cut text out of a frame without parsing it, and know that what it cut is sound.
 */
export function literalEnd(text: string, start: number): number {
  if (text.charCodeAt(start) !== QUOTE) return -1
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) return i
    if (c < 32) return -1
    if (c !== BACKSLASH) continue
    const escaped = text.charCodeAt(++i)
    if (escaped === LOWER_U) {
      if (!isHex4(text, i + 1)) return -1
      i += 4
    } else if (!isShortEscape(escaped)) return -1
  }
  return -1
}

/** One of `" \ / b f n r t`. */
function isShortEscape(c: number): boolean {
  return c === QUOTE || c === BACKSLASH || c === 47 || c === 98 || c === 102 || c === 110 || c === 114 || c === 116
}

function isHex4(text: string, start: number): boolean {
  for (let i = start; i < start + 4; i++) {
    const c = text.charCodeAt(i)
    const hex = (c >= 48 && c <= 57) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102)
    if (!hex) return false
  }
  return true
}

/** The characters of a well-formed JSON string literal, counted without parsing it: every delta of a stream is counted. */
export function lengthOf(literal: string): number {
  let length = literal.length - 2
  for (let at = literal.indexOf('\\'); at !== -1; at = literal.indexOf('\\', at + 2)) {
    length -= literal.charCodeAt(at + 1) === LOWER_U ? 5 : 1
  }
  return length
}

/** A copy of a text that is kept: V8 keeps all of what a slice was cut from, and compares it slower. */
export function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string
}
