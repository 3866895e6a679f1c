import { ConversionError } from './error.ts'
import { isObject, type JsonObject, type JsonValue, member } from './json.ts'
import type { Report } from './loss.ts'

/**
 * Reading untrusted requests. Every reader takes the object, the key and the path of the object (`''` for the body itself),
 * takes `null` for absent as the providers do, and throws a {@link ConversionError} `INVALID_REQUEST` that names the path of
 * what has the wrong type.
 */

/** The path of a member: `messages[2]` and `content` give `messages[2].content`. */
export function pathOf(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`
}

/** The ends of the paths of items, of which a long history has many: `[0]`, `[1]`. */
const indices = Array.from({ length: 1024 }, (_, i) => `[${i}]`)

/** The path of an item: `messages` and 2 give `messages[2]`. */
export function itemPath(list: string, index: number): string {
  return list + (indices[index] ?? `[${index}]`)
}

/** Refuses a request: `invalid('messages[2].content', 'must be a string')`. */
export function invalid(path: string, must: string): never {
  throw new ConversionError('INVALID_REQUEST', `${path === '' ? 'the request body' : path}: ${must}`, { path })
}

/** A member that is there: undefined for absent, inherited and `null`. */
export function present(wire: JsonObject, key: string): JsonValue | undefined {
  return member(wire, key) ?? undefined
}

export function readString(wire: JsonObject, key: string, at: string): string | undefined {
  return checkString(member(wire, key), key, at)
}

export function requireString(wire: JsonObject, key: string, at: string): string {
  return mustString(member(wire, key), key, at)
}

/**
 * The readers named `check` and `must` are given the member itself: `checkString(message.role, 'role', at)`. What stands in every
 * message of a long history is read so, because V8 finds a member that is written out some ten times as fast as one whose key is in a
 * variable. Only for names that no object inherits.
 */
export function checkString(value: JsonValue | undefined, key: string, at: string): string | undefined {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? undefined : invalid(pathOf(at, key), 'must be a string')
}

export function mustString(value: JsonValue | undefined, key: string, at: string): string {
  return checkString(value, key, at) ?? invalid(pathOf(at, key), 'is required and must be a string')
}

export function readNumber(wire: JsonObject, key: string, at: string): number | undefined {
  const value = present(wire, key)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return invalid(pathOf(at, key), 'must be a number')
}

/** A whole number, 0 or more. */
export function readCount(wire: JsonObject, key: string, at: string): number | undefined {
  const value = readNumber(wire, key, at)
  if (value === undefined || (Number.isInteger(value) && value >= 0)) return value
  return invalid(pathOf(at, key), 'must be a whole number, 0 or more')
}

export function readBoolean(wire: JsonObject, key: string, at: string): boolean | undefined {
  const value = present(wire, key)
  if (value === undefined || typeof value === 'boolean') return value
  return invalid(pathOf(at, key), 'must be true or false')
}

export function readObject(wire: JsonObject, key: string, at: string): JsonObject | undefined {
  return checkObject(member(wire, key), key, at)
}

export function requireObject(wire: JsonObject, key: string, at: string): JsonObject {
  return mustObject(member(wire, key), key, at)
}

export function checkObject(value: JsonValue | undefined, key: string, at: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined
  return isObject(value) ? value : invalid(pathOf(at, key), 'must be an object')
}

export function mustObject(value: JsonValue | undefined, key: string, at: string): JsonObject {
  return checkObject(value, key, at) ?? invalid(pathOf(at, key), 'is required and must be an object')
}

export function readArray(wire: JsonObject, key: string, at: string): JsonValue[] | undefined {
  const value = present(wire, key)
  if (value === undefined || Array.isArray(value)) return value
  return invalid(pathOf(at, key), 'must be an array')
}

/** An object with its path. */
export interface Placed {
  readonly value: JsonObject
  readonly at: string
}

/** An array of objects, each with its path. */
export function readObjects(wire: JsonObject, key: string, at: string): readonly Placed[] | undefined {
  const items = readArray(wire, key, at)
  return items && placedAll(items, pathOf(at, key))
}

/** The objects in an array, each with its path; `list` is the path of the array. */
export function placedAll(items: readonly JsonValue[], list: string): readonly Placed[] {
  const placed = new Array<Placed>(items.length)
  for (let i = 0; i < items.length; i++) {
    const value = items[i]
    const at = itemPath(list, i)
    placed[i] = isObject(value) ? { value, at } : invalid(at, 'must be an object')
  }
  return placed
}

export function readStrings(wire: JsonObject, key: string, at: string): string[] | undefined {
  const list = pathOf(at, key)
  return readArray(wire, key, at)?.map((value, i) =>
    typeof value === 'string' ? value : invalid(itemPath(list, i), 'must be a string'),
  )
}

/**
 * Reports the members of an object that nothing reads, so that a field newer than this code is not lost in silence. What is null or
 * false says nothing.
 */
export function dropOthers(wire: JsonObject, at: string, known: ReadonlySet<string>, report: Report): void {
  for (const key in wire) {
    if (known.has(key)) continue
    const value = member(wire, key) ?? false
    if (value !== false) report.dropped(pathOf(at, key), 'other dialects have no such setting')
  }
}

/**
 * Reading what a provider sent: what has the wrong type counts as absent, because an answer that was paid for
 * is not thrown away for one odd field.
 */

/** The string under a key, if it is one. */
export function stringAt(wire: JsonObject, key: string): string | undefined {
  const value = member(wire, key)
  return typeof value === 'string' ? value : undefined
}

/** The finite number under a key, if it is one. */
export function numberAt(wire: JsonObject, key: string): number | undefined {
  const value = member(wire, key)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The count under a key, if it is one: no vendor means a negative number of tokens. */
export function countAt(wire: JsonObject, key: string): number | undefined {
  const value = numberAt(wire, key)
  return value !== undefined && value >= 0 ? value : undefined
}

/** Times beyond this are milliseconds: as seconds it is the year 5138. */
const latestSecond = 100_000_000_000

/** The time under a key in whole seconds since the epoch: some vendors give milliseconds, and some fractions. */
export function secondsAt(wire: JsonObject, key: string): number | undefined {
  const value = numberAt(wire, key)
  return value === undefined ? undefined : Math.floor(value > latestSecond ? value / 1000 : value)
}

/** The object under a key, if it is one. */
export function objectAt(wire: JsonObject, key: string): JsonObject | undefined {
  const value = member(wire, key)
  return isObject(value) ? value : undefined
}

const none: readonly JsonValue[] = []

/** The array under a key; empty if it is none. */
export function arrayAt(wire: JsonObject, key: string): readonly JsonValue[] {
  const value = member(wire, key)
  return Array.isArray(value) ? value : none
}
