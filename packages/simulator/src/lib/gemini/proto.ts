import { isObject, type Json, type JsonObject } from '../json.ts'
import { unreadable } from './error.ts'

/**
 * Protocol buffers' JSON as Google reads it: fields in camelCase or snake_case, `null` for absent, numbers as strings,
 * enum values in any case, one thing where a list is wanted. A reader gives a value in its canonical spelling, or throws
 * Google's 400. `path` is in snake_case, as Google's messages have it.
 */
export type Reader = (value: Json, path: string) => Json

/** The fields of a message, by their camelCase names. */
export type ProtoFields = Readonly<Record<string, Reader>>

const PACKAGE = 'type.googleapis.com/google.ai.generativelanguage.v1beta.'

function shown(value: Json): string {
  const source = JSON.stringify(value)
  return source.length > 200 ? `${source.slice(0, 200)}…` : source
}

function wrong(path: string, type: string, value: Json): Error {
  return unreadable(`Invalid value at '${path}' (${type}), ${shown(value)}`, path)
}

/** `systemInstruction` as `system_instruction`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** A message. Of the fields in `oneof` at most one may be there. */
export function message(type: string, fields: ProtoFields, oneof: readonly string[] = []): Reader {
  return (value, path) => {
    if (!isObject(value)) throw wrong(path, PACKAGE + type, value)
    const result: JsonObject = {}
    for (const [key, entry] of Object.entries(value)) {
      const name = Object.hasOwn(fields, key) ? key : camelCase(key)
      const reader = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (!reader) throw unknownName(key, path)
      if (entry === null || entry === undefined) continue
      const set = oneof.includes(name) ? oneof.find((other) => result[other] !== undefined) : undefined
      if (set !== undefined) throw twice(path, name)
      result[name] = reader(entry, path === '' ? snakeCase(name) : `${path}.${snakeCase(name)}`)
    }
    return result
  }
}

/** A field there is not. `path` is where it was looked for. */
export function unknownName(key: string, path: string): Error {
  const where = path === '' ? '' : ` at '${path}'`
  return unreadable(`Invalid JSON payload received. Unknown name "${key}"${where}: Cannot find field.`, path)
}

function twice(path: string, name: string): Error {
  const description = `Invalid value at '${path}' (oneof), oneof field 'data' is already set. Cannot set '${name}'`
  return unreadable(description, path)
}

/** A repeated field; Google takes one thing for a list of one. */
export function list(item: Reader): Reader {
  return (value, path) => {
    if (!Array.isArray(value)) return [item(value, path)]
    return value.map((entry, index) => item(entry, `${path}[${index}]`))
  }
}

/** Text. */
export const string: Reader = (value, path) => {
  if (typeof value !== 'string') throw wrong(path, 'TYPE_STRING', value)
  return value
}

/** true or false. */
export const bool: Reader = (value, path) => {
  if (typeof value !== 'boolean') throw wrong(path, 'TYPE_BOOL', value)
  return value
}

function numeric(type: string, fits: (value: number) => boolean): Reader {
  return (value, path) => {
    const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof read !== 'number' || !fits(read)) throw wrong(path, type, value)
    return read
  }
}

/** A whole number of 32 bits. */
export const int32: Reader = numeric('TYPE_INT32', (value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31)
/** A whole number of 64 bits; usually a string. */
export const int64: Reader = numeric('TYPE_INT64', Number.isInteger)
/** A number. */
export const float: Reader = numeric('TYPE_FLOAT', Number.isFinite)

/** Bytes in base64, in either alphabet, padded or not. */
export const bytes: Reader = (value, path) => {
  if (typeof value !== 'string') throw wrong(path, 'TYPE_BYTES', value)
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(value) || value.replace(/=+$/, '').length % 4 === 1) {
    const head = value.length > 40 ? `${value.slice(0, 40)}…` : value
    throw unreadable(`Invalid value at '${path}' (TYPE_BYTES), Base64 decoding failed for "${head}"`, path)
  }
  return value
}

/** One of some words, in any case. `type` is the enum's name. */
export function enumeration(type: string, ...words: readonly string[]): Reader {
  return (value, path) => {
    const word =
      typeof value === 'string' ? words.find((each) => each.toLowerCase() === value.toLowerCase()) : undefined
    if (word === undefined) throw wrong(path, PACKAGE + type, value)
    return word
  }
}

/** google.protobuf.Struct: an object of anything. */
export const struct: Reader = (value, path) => {
  if (!isObject(value)) throw wrong(path, 'type.googleapis.com/google.protobuf.Struct', value)
  return value
}

/** google.protobuf.Value: anything. */
export const anything: Reader = (value) => value

/** A map: any keys, values of one kind. */
export function map(entry: Reader): Reader {
  return (value, path) => {
    if (!isObject(value)) throw wrong(path, 'TYPE_MESSAGE', value)
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, entry(each ?? null, `${path}[${JSON.stringify(key)}].value`)]),
    )
  }
}
