import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { type Report, withheldSeal } from '../chat/loss.ts'
import type {
  AssistantPart,
  AudioPart,
  OpaquePart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResult,
  UserPart,
} from '../chat/part.ts'
import {
  checkObject,
  checkString,
  dropOthers,
  invalid,
  mustString,
  type Placed,
  pathOf,
  present,
  readString,
  requireObject,
  requireString,
  stringAt,
} from '../chat/read.ts'
import { noVideo, type PartContext, readFile, readInline } from './media-decode.ts'
import { bothSpellings, fieldOf, isSeal, keyOf, readList, snakeOf } from './wire.ts'

/** What a part may hold; it holds one of these. */
const kinds = [
  'functionCall',
  'functionResponse',
  'inlineData',
  'fileData',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
  'audioTranscription',
  'text',
] as const

type Kind = (typeof kinds)[number]

const knownMembers = bothSpellings([...kinds, 'thought', 'thoughtSignature', 'mediaResolution', 'videoMetadata'])

/** Where each kind stands among them, by either spelling of its key. */
const ranks: ReadonlyMap<string, number> = new Map(kinds.flatMap((kind, i) => [[kind, i] as const, [snakeOf(kind), i]]))

/** What is read of the objects in parts. */
const innerMembers = {
  call: bothSpellings(['id', 'name', 'args']),
  response: bothSpellings(['id', 'name', 'response', 'parts', 'scheduling', 'willContinue']),
} as const

/** What kind of part this is; undefined for one newer than this code, or with nothing in it. */
export function kindOf(part: JsonObject): Kind | undefined {
  let first: number = kinds.length
  for (const key in part) {
    const rank = ranks.get(key)
    if (rank !== undefined && rank < first && present(part, key) !== undefined) first = rank
  }
  return kinds.at(first)
}

/** The key of an object's only member; undefined where it has none or more. Most parts have one: there is nothing else to look for. */
function onlyMember(object: JsonObject): string | undefined {
  let only: string | undefined
  for (const key in object) {
    if (only !== undefined) return undefined
    only = key
  }
  return only
}

/** Whether a part is the result of a tool. */
export function isResult({ value }: Placed): boolean {
  return kindOf(value) === 'functionResponse'
}

/** The parts of a user turn; results of tools are not among them. */
export function readUserParts(part: Placed, context: PartContext): UserPart[] {
  const { value, at } = part
  dropOthers(value, at, knownMembers, context.report)
  const kind = kindOf(value)
  if (kind === 'text') return textParts(part, context)
  if (kind === 'inlineData') return [readInline(part, context)]
  if (kind === 'fileData') return [readFile(part, context)]
  if (fieldOf(value, 'videoMetadata') !== undefined) context.report.refuse(at, noVideo)
  return kind === undefined && isEmpty(value) ? [] : [opaquePart(part, kind)]
}

/** The parts of a model's turn. */
export function readAssistantParts(part: Placed, context: PartContext): AssistantPart[] {
  const { value, at } = part
  const { text, functionCall } = value
  if (onlyMember(value) !== undefined) {
    if (typeof text === 'string') return textOf(text, at)
    if (isObject(functionCall)) return [callOf(functionCall, `${at}.functionCall`, at, context.report)]
  }
  dropOthers(value, at, knownMembers, context.report)
  const kind = kindOf(value)
  if (kind === 'functionCall') return [readCall(part, context.report)]
  if (fieldOf(value, 'thought') === true && (kind === 'text' || kind === undefined)) return thoughtParts(part)
  if (kind === 'text') return textParts(part, context)
  if (kind === 'inlineData') {
    const media = readInline(part, context)
    return media.type === 'image' ? [media] : [opaquePart(part, kind)]
  }
  dropSeal(part, context.report)
  return kind === undefined && isEmpty(value) ? [] : [{ ...opaquePart(part, kind), at }]
}

/** A text without words says nothing, and other dialects refuse it. */
function textParts(part: Placed, context: PartContext): TextPart[] {
  dropSeal(part, context.report)
  const { value, at } = part
  return textOf(requireString(value, 'text', at), at)
}

function textOf(text: string, at: string): TextPart[] {
  return text === '' ? [] : [{ type: 'text', text, at }]
}

function thoughtParts({ value, at }: Placed): ReasoningPart[] {
  const text = readString(value, 'text', at) ?? ''
  const signature = readString(value, keyOf(value, 'thoughtSignature'), at)
  const seal = isSeal(signature) ? { seal: { issuer: 'gemini' as const, value: signature } } : {}
  return text === '' && !isSeal(signature) ? [] : [{ type: 'reasoning', text, at, ...seal }]
}

/** The canon has no place for the seal of a text: only calls and thoughts need theirs back. */
function dropSeal({ value, at }: Placed, report: Report): void {
  const key = keyOf(value, 'thoughtSignature')
  if (isSeal(readString(value, key, at))) report.dropped(pathOf(at, key), withheldSeal)
}

function isEmpty(part: JsonObject): boolean {
  return Object.keys(part).every((key) => knownMembers.has(key) || present(part, key) === undefined)
}

/** An id for a call that came without one, made of its place: the same on every turn that sends the history again. */
function mintedId(at: string): string {
  return `call${at.replaceAll(/\D+/g, '_').slice(0, -1)}`
}

function readCall({ value, at }: Placed, report: Report): ToolCallPart {
  const key = keyOf(value, 'functionCall')
  const call = requireObject(value, key, at)
  const path = pathOf(at, key)
  const signature = readString(value, keyOf(value, 'thoughtSignature'), at)
  const part = callOf(call, path, at, report)
  return isSeal(signature) ? { ...part, seal: { issuer: 'gemini', value: signature } } : part
}

/** @param at the path of the part, `path` that of the call in it. */
function callOf(call: JsonObject, path: string, at: string, report: Report): ToolCallPart {
  dropOthers(call, path, innerMembers.call, report)
  const object = checkObject(call.args, 'args', path) ?? {}
  return {
    type: 'tool-call',
    id: checkString(call.id, 'id', path) || mintedId(at),
    name: mustString(call.name, 'name', path),
    input: jsonText(object, path, 'args'),
    inputKind: 'json',
    object,
    at,
  }
}

/** JSON text of what stands under a key, with the digits it came with. */
function jsonText(value: JsonValue, at: string, key: string): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    // The parser takes any depth, the writer only what the stack holds.
    if (cause instanceof RangeError) return invalid(pathOf(at, key), 'is nested too deeply')
    throw cause
  }
}

/** What a result says of how the model is to wait for it. */
const unheeded = ['scheduling', 'willContinue'] as const

/** The calls made so far. */
export interface Calls {
  /** The call a result answers: by the id it names, else by its tool and the order of the calls. */
  answered(id: string | undefined, name: string): string | undefined
}

/** What a tool gave back. */
export function readResult(part: Placed, calls: Calls, context: PartContext): ToolResult {
  const { value, at } = part
  const key = isObject(value.functionResponse) ? 'functionResponse' : keyOf(value, 'functionResponse')
  const wire = requireObject(value, key, at)
  const path = pathOf(at, key)
  const name = mustString(wire.name, 'name', path)
  const { text, isError } = readResponse(checkObject(wire.response, 'response', path) ?? {}, name, path)
  const parts: ToolResult['parts'][number][] = text === '' ? [] : [{ type: 'text', text, at: `${path}.response` }]
  for (const key in wire) {
    if (key === 'id' || key === 'name' || key === 'response') continue
    readBesides(wire, path, parts, context)
    break
  }
  const id = checkString(wire.id, 'id', path)
  const callId = calls.answered(id, name) ?? id ?? mintedId(at)
  return isError ? { callId, name, at, parts, isError } : { callId, name, at, parts }
}

/** What a result has besides its id, its tool and its response: settings, and parts of its own. */
function readBesides(wire: JsonObject, path: string, parts: ToolResult['parts'][number][], context: PartContext): void {
  const { report } = context
  dropOthers(wire, path, innerMembers.response, report)
  for (const setting of unheeded) {
    const spelling = keyOf(wire, setting)
    if (present(wire, spelling)) report.dropped(pathOf(path, spelling), 'other dialects wait for the whole result')
  }
  for (const inner of readList(wire, 'parts', path)) {
    for (const read of readUserParts(inner, context)) parts.push(read.type === 'audio' ? noAudio(read, report) : read)
  }
}

function noAudio(part: AudioPart, report: Report): never {
  return report.refuse(part.at, 'no other dialect takes audio from a tool')
}

/**
 * The key whose value is the result itself. `output` and `error` alone are documented for that; `result` is what Google's SDKs wrap
 * a result in, and `{name, content}` what the Vercel AI SDK does. Undefined for a response that is the result as it stands.
 */
export function wrapperIn(response: JsonObject, tool: string): 'output' | 'result' | 'error' | 'content' | undefined {
  const [only, second, ...others] = Object.keys(response)
  if (second === undefined) return only === 'output' || only === 'result' || only === 'error' ? only : undefined
  const named = others.length === 0 && stringAt(response, 'name') === tool
  return named && Object.hasOwn(response, 'content') ? 'content' : undefined
}

/** The text of a response. */
function readResponse(
  response: JsonObject,
  tool: string,
  at: string,
): { readonly text: string; readonly isError: boolean } {
  const wrapper = wrapperIn(response, tool)
  const value: JsonValue = wrapper === undefined ? response : (response[wrapper] ?? null)
  const empty = wrapper === undefined && Object.keys(response).length === 0
  const text = typeof value === 'string' ? value : empty ? '' : jsonText(value, at, 'response')
  return { text, isError: wrapper === 'error' }
}

/** A part only Gemini understands; code it ran is told in words, because the answer rests on it. */
export function opaquePart({ value, at }: Placed, kind: Kind | undefined): OpaquePart {
  const name = kind ?? Object.keys(value).find((key) => !knownMembers.has(key)) ?? 'unknown'
  const text = kind === undefined ? undefined : readable(kind, fieldOf(value, kind))
  return { type: 'opaque', dialect: 'gemini', kind: name, value, at, ...(text && { text }) }
}

function readable(kind: Kind, value: JsonValue | undefined): string | undefined {
  if (!isObject(value)) return undefined
  if (kind === 'executableCode') {
    const code = stringAt(value, 'code')
    return code && `\`\`\`${(stringAt(value, 'language') ?? '').toLowerCase()}\n${code}\n\`\`\``
  }
  if (kind !== 'codeExecutionResult') return undefined
  const output = stringAt(value, 'output')
  return output && `Output of the code:\n${output}`
}
