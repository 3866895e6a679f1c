import { Scalar } from 'yaml'

/** Words that plain YAML reads as something else than text. */
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|~)$/i

const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./@+-]*$/

/** One space and the value, or line breaks and an indented block: what follows `key:`. */
export function emitAfterColon(value: unknown, indent: number, newline: string): string {
  if (!isBlock(value)) return ` ${emitFlow(value)}`
  return newline + emitBlock(value, indent + 2, newline)
}

/** The lines of a list or section, each indented, without a line break at the end. */
export function emitBlock(value: unknown, indent: number, newline: string): string {
  const pad = ' '.repeat(indent)
  if (Array.isArray(value)) return value.map((item) => pad + emitItem(item, indent, newline)).join(newline)
  const pairs = Object.entries(value as Record<string, unknown>)
  return pairs.map(([key, inner]) => pad + emitPair(key, inner, indent, newline)).join(newline)
}

/** A list item from its dash on; its further lines are indented. */
export function emitItem(item: unknown, indent: number, newline: string): string {
  if (!isBlock(item)) return `- ${emitFlow(item)}`
  return `- ${emitBlock(item, indent + 2, newline).trimStart()}`
}

/** A key with its value; further lines are indented. */
export function emitPair(key: string, value: unknown, indent: number, newline: string): string {
  return `${emitKey(key)}:${emitAfterColon(value, indent, newline)}`
}

/** A value on one line. Text is always quoted: it then means itself, whatever it looks like. */
export function emitFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(emitFlow).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, inner]) => `${emitKey(key)}: ${emitFlow(inner)}`)
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
  }
  if (typeof value === 'string') return doubleQuoted(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'null'
}

/** A key, quoted only where it must be. */
export function emitKey(key: string): string {
  return PLAIN.test(key) && !RESERVED.test(key) ? key : doubleQuoted(key)
}

/** A single value in the style of the one it replaces, or undefined where that style cannot hold it. */
export function emitLike(value: unknown, style: Scalar.Type | undefined): string | undefined {
  if (typeof value !== 'string') return typeof value === 'object' && value !== null ? undefined : emitFlow(value)
  if (style === Scalar.PLAIN && PLAIN.test(value) && !RESERVED.test(value)) return value
  const oneLine = !/\p{Cc}|[\u2028\u2029]/u.test(value)
  if (style === Scalar.QUOTE_SINGLE && oneLine) return `'${value.replaceAll("'", "''")}'`
  return doubleQuoted(value)
}

function doubleQuoted(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Lists of sections and sections are written on lines of their own; everything else on the key's. */
function isBlock(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null)
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}
