import { isObject, show } from './json.ts'
import type { Refused } from './refused.ts'

/** One step into a body: a key, an index, or the variant of a tagged union (which only Anthropic names in its paths). */
export type Step = string | number | { readonly tag: string }
/** Where in a body a value lies. */
export type Path = readonly Step[]

/** What a shape can expect, for "invalid type" messages. */
export type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'null' | 'string or array'

/** A bound that a value, a text or a list missed. */
export interface Bound {
  side: 'min' | 'max'
  limit: number
  actual: number
}

/** How one provider words each kind of mistake. */
export interface Wording {
  unknown(path: Path): Refused
  missing(path: Path): Refused
  type(path: Path, expected: Kind, value: unknown): Refused
  choice(path: Path, allowed: readonly string[], value: unknown): Refused
  /** A discriminator that names no variant. */
  variant(path: Path, key: string, allowed: readonly string[], value: unknown): Refused
  range(path: Path, bound: Bound, whole: boolean): Refused
  length(path: Path, bound: Bound, of: 'string' | 'array'): Refused
  pattern(path: Path, pattern: RegExp): Refused
}

/** Checks one value; throws what `wording` makes of the first mistake. */
export type Shape = (value: unknown, path: Path, wording: Wording) => void

/** The JSON type of a value. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'decimal'
  return typeof value
}

interface Limits {
  min?: number
  max?: number
}

function missed(actual: number, limits: Limits): Bound | undefined {
  if (limits.min !== undefined && actual < limits.min) return { side: 'min', limit: limits.min, actual }
  if (limits.max !== undefined && actual > limits.max) return { side: 'max', limit: limits.max, actual }
  return undefined
}

/** Anything at all. */
export const anything: Shape = () => undefined

/** A boolean. */
export const boolean: Shape = (value, path, wording) => {
  if (typeof value !== 'boolean') throw wording.type(path, 'boolean', value)
}

/** Text of `min` to `max` UTF-16 units that matches `pattern`. */
export function string(limits: Limits & { pattern?: RegExp } = {}): Shape {
  return (value, path, wording) => {
    if (typeof value !== 'string') throw wording.type(path, 'string', value)
    const bound = missed(value.length, limits)
    if (bound) throw wording.length(path, bound, 'string')
    if (limits.pattern && !limits.pattern.test(value)) throw wording.pattern(path, limits.pattern)
  }
}

/** A number within limits. */
export function decimal(limits: Limits = {}): Shape {
  return (value, path, wording) => {
    if (typeof value !== 'number') throw wording.type(path, 'number', value)
    const bound = missed(value, limits)
    if (bound) throw wording.range(path, bound, false)
  }
}

/** A whole number within limits. */
export function integer(limits: Limits = {}): Shape {
  return (value, path, wording) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw wording.type(path, 'integer', value)
    const bound = missed(value, limits)
    if (bound) throw wording.range(path, bound, true)
  }
}

/** One of some words. */
export function oneOf(...allowed: readonly string[]): Shape {
  return (value, path, wording) => {
    if (typeof value !== 'string' || !allowed.includes(value)) throw wording.choice(path, allowed, value)
  }
}

/** `shape`, or null. */
export function nullable(shape: Shape): Shape {
  return (value, path, wording) => {
    if (value !== null) shape(value, path, wording)
  }
}

/** A list whose items all have one shape. */
export function array(item: Shape, limits: Limits = {}): Shape {
  return (value, path, wording) => {
    if (!Array.isArray(value)) throw wording.type(path, 'array', value)
    const bound = missed(value.length, limits)
    if (bound) throw wording.length(path, bound, 'array')
    value.forEach((entry, index) => {
      item(entry, [...path, index], wording)
    })
  }
}

/** Text, or what `otherwise` says of a list. */
export function stringOr(otherwise: Shape, text: Shape = string()): Shape {
  return (value, path, wording) => {
    if (typeof value === 'string') text(value, path, wording)
    else if (Array.isArray(value)) otherwise(value, path, wording)
    else throw wording.type(path, 'string or array', value)
  }
}

/** An object with any keys, each value of one shape. */
export function record(value: Shape = anything): Shape {
  return (candidate, path, wording) => {
    if (!isObject(candidate)) throw wording.type(path, 'object', candidate)
    for (const [key, entry] of Object.entries(candidate)) value(entry, [...path, key], wording)
  }
}

/** Named fields. */
export type Fields = Readonly<Record<string, Shape>>

/** An object with these fields and no others. */
export function object(required: Fields, optional: Fields = {}): Shape {
  return (value, path, wording) => {
    if (!isObject(value)) throw wording.type(path, 'object', value)
    for (const key of Object.keys(required)) if (value[key] === undefined) throw wording.missing([...path, key])
    for (const [key, entry] of Object.entries(value)) {
      const shape = Object.hasOwn(required, key)
        ? required[key]
        : Object.hasOwn(optional, key)
          ? optional[key]
          : undefined
      if (!shape) throw wording.unknown([...path, key])
      shape(entry, [...path, key], wording)
    }
  }
}

/** A union told apart by the word under `key`. */
export function tagged(key: string, variants: Fields, fallback?: string): Shape {
  return (value, path, wording) => {
    if (!isObject(value)) throw wording.type(path, 'object', value)
    const tag = value[key] ?? fallback
    const shape = typeof tag === 'string' && Object.hasOwn(variants, tag) ? variants[tag] : undefined
    if (tag === undefined) throw wording.missing([...path, key])
    if (!shape) throw wording.variant(path, key, Object.keys(variants), tag)
    shape(value, [...path, { tag: show(tag) }], wording)
  }
}

/** Words of a path: keys and indexes, without variants. */
export function plainSteps(path: Path): (string | number)[] {
  return path.filter((step) => typeof step !== 'object')
}
