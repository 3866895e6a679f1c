import { pathAt } from './json-path.ts'
import { type JsonScan, type Member, scanObject } from './json-scan.ts'

/** What routing needs of a request body, read without parsing it. */
export interface BodyFacts {
  readonly model?: string
  readonly stream: boolean
  readonly scan: Extract<JsonScan, { ok: true }>
}

/** What a body says of itself, or why it is none; `path` names the member at fault. */
export type BodyRead =
  | { readonly ok: true; readonly facts: BodyFacts }
  | { readonly ok: false; readonly message: string; readonly path?: string }

const decoder = new TextDecoder()
const openBrace = 123

/**
 * Reads `model` and `stream` of a request body. Refuses what would be read differently here and at the provider: malformed JSON,
 * and a `model` or `stream` that stands twice.
 */
export function readBody(bytes: Uint8Array): BodyRead {
  const scan = scanObject(bytes)
  if (!scan.ok) return faultOf(bytes, scan)
  for (const key of ['model', 'stream']) {
    if (scan.repeated.includes(key))
      return { ok: false, message: `${key} stands more than once in the request body`, path: key }
  }
  const model = readValue(bytes, scan.members.get('model'))
  if (model !== undefined && typeof model !== 'string')
    return { ok: false, message: 'model must be a string', path: 'model' }
  const stream = readValue(bytes, scan.members.get('stream'))
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    return { ok: false, message: 'stream must be true or false', path: 'stream' }
  }
  const facts = { stream: stream === true, scan }
  return { ok: true, facts: model === undefined ? facts : { ...facts, model } }
}

/** Where it is wrong, by the name of the member as well as by the byte. */
function faultOf(bytes: Uint8Array, scan: Extract<JsonScan, { ok: false }>): BodyRead {
  const { at, message, limit, notObject } = scan
  if (notObject) return { ok: false, message: `the request body ${message}` }
  const path = pathAt(bytes, at)
  const where = path === undefined ? `at byte ${at}` : `in ${path}, at byte ${at}`
  const what = limit ? 'the request body is more than the gateway takes' : 'the request body is not valid JSON'
  return { ok: false, message: `${what}: ${message} (${where})`, ...(path !== undefined && { path }) }
}

/** The parsed value of a member; only for small ones, such as a name or a flag. */
function readValue(bytes: Uint8Array, member: Member | undefined): unknown {
  if (member === undefined) return undefined
  try {
    return JSON.parse(decoder.decode(bytes.subarray(member.start, member.end)))
  } catch {
    return undefined
  }
}

/** The body, an object, with one more member in front and every other byte as it was. */
export function insertMember(bytes: Uint8Array, key: string, json: string): Uint8Array {
  const brace = bytes.indexOf(openBrace)
  const empty = /^\s*\}/.test(decoder.decode(bytes.subarray(brace + 1, brace + 64)))
  const member = new TextEncoder().encode(`${JSON.stringify(key)}:${json}${empty ? '' : ','}`)
  const extended = new Uint8Array(bytes.length + member.length)
  extended.set(bytes.subarray(0, brace + 1))
  extended.set(member, brace + 1)
  extended.set(bytes.subarray(brace + 1), brace + 1 + member.length)
  return extended
}

/** The body with one member's value replaced and every other byte as it was. */
export function spliceMember(bytes: Uint8Array, member: Member, json: string): Uint8Array {
  const value = new TextEncoder().encode(json)
  const spliced = new Uint8Array(bytes.length - (member.end - member.start) + value.length)
  spliced.set(bytes.subarray(0, member.start))
  spliced.set(value, member.start)
  spliced.set(bytes.subarray(member.end), member.start + value.length)
  return spliced
}

/** The body, a valid object, without these top-level members and every other byte as it was. Their keys must hold no escapes. */
export function removeMembers(bytes: Uint8Array, keys: readonly string[]): Uint8Array {
  let rest = bytes
  for (const key of keys) {
    const scan = scanObject(rest)
    const member = scan.ok ? scan.members.get(key) : undefined
    if (member === undefined) continue
    const { start, end } = around(rest, member)
    const joined = new Uint8Array(rest.length - (end - start))
    joined.set(rest.subarray(0, start))
    joined.set(rest.subarray(end), start)
    rest = joined
  }
  return rest
}

const quote = 34
const comma = 44

/** A member with its key and the one comma that goes with it: the one after it, or the one before where it is the last. */
function around(bytes: Uint8Array, member: Member): Member {
  const keyEnd = bytes.lastIndexOf(quote, member.start - 1)
  const start = bytes.lastIndexOf(quote, keyEnd - 1)
  let after = member.end
  while (isSpace(bytes[after])) after++
  if (bytes[after] === comma) return { start, end: after + 1 }
  let before = start - 1
  while (isSpace(bytes[before])) before--
  return { start: bytes[before] === comma ? before : start, end: member.end }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9
}
