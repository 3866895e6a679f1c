import { joinedTo, mapped } from '../chat/flat.ts'
import { isObject, type JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, TextPart, ToolCallPart, ToolResult, UserPart } from '../chat/part.ts'
import {
  checkObject,
  checkString,
  dropOthers,
  invalid,
  itemPath,
  mustObject,
  mustString,
  objectAt,
  pathOf,
  placedAll,
  present,
  readArray,
  readObjects,
  readString,
  requireString,
} from '../chat/read.ts'
import type { ChatRequest, Extra, Turn } from '../chat/request.ts'
import { type ContentPart, cacheOf, notContent, readContent, readPart, readRefusal } from './content.ts'
import { argumentsText, reasoningOf, thoughtSignatureOf } from './wire.ts'

type System = ChatRequest['system'][number]

const roles = 'must be developer, system, user, assistant, tool or function'

/** Message keys that are read; any other that says something is told as an extra. */
const knownKeys: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'tool_call_id',
  'reasoning_content',
  'reasoning',
])

/** Keys of replies that clients send back with the message they came in; they change nothing. */
const echoedKeys: ReadonlySet<string> = new Set(['annotations', 'parsed', 'reasoning_details', 'cache_control'])

/** Reads `messages`: instructions that lead the conversation apart, the rest as turns in order. */
export function decodeMessages(
  wire: JsonObject,
  extras: Extra[],
  report: Report,
): { readonly system: System[]; readonly turns: Turn[] } {
  const messages = readArray(wire, 'messages', '') ?? invalid('messages', 'is required and must be an array')
  if (messages.length === 0) invalid('messages', 'must not be empty')
  const conversation = new Conversation(extras, report)
  for (const { value, at } of placedAll(messages, 'messages')) conversation.add(value, at)
  return { system: conversation.system, turns: conversation.turns }
}

class Conversation {
  readonly system: System[] = []
  readonly turns: Turn[] = []
  readonly #extras: Extra[]
  readonly #report: Report
  /** Tool names by call id, which tool messages do not repeat. */
  readonly #names = new Map<string, string>()
  /** The id given to a legacy `function_call`, which has none, until its result takes it. */
  readonly #legacyIds = new Map<string, string>()
  /** The results of the tool turn that stands last. */
  #results: ToolResult[] = []
  /** How many messages were read. */
  #count = 0

  constructor(extras: Extra[], report: Report) {
    this.#extras = extras
    this.#report = report
  }

  add(message: JsonObject, at: string): void {
    const ordinal = this.#count++
    const role = mustString(message.role, 'role', at)
    this.#tellUnknown(message, at, role)
    if (role === 'system' || role === 'developer') this.#instruction(message, at, role === 'developer')
    else if (role === 'user') this.turns.push({ role, parts: userParts(message, at, this.#report), at })
    else if (role === 'assistant') this.turns.push({ role, parts: this.#assistantParts(message, at, ordinal), at })
    else if (role === 'tool') this.#result(message, at, mustString(message.tool_call_id, 'tool_call_id', at))
    else if (role === 'function') this.#result(message, at, this.#legacyResultId(message, at, ordinal))
    else invalid(pathOf(at, 'role'), roles)
  }

  #legacyResultId(message: JsonObject, at: string, ordinal: number): string {
    const name = requireString(message, 'name', at)
    const id = this.#legacyIds.get(name) ?? legacyId(ordinal)
    this.#names.set(id, name)
    return id
  }

  #instruction(message: JsonObject, at: string, developer: boolean): void {
    const parts = readContent(message, at, 'invalid', this.#report).map(
      (part): TextPart => (part.type === 'text' ? part : invalid(part.at, 'an instruction must be text')),
    )
    const mark = developer ? { developer: true as const } : {}
    if (this.turns.length > 0) this.turns.push({ role: 'system', parts, at, ...mark })
    else for (const part of parts) this.system.push({ ...part, ...mark })
  }

  /** Results that follow each other answer the same assistant turn. */
  #result(message: JsonObject, at: string, callId: string): void {
    const name = this.#names.get(callId)
    const cache = cacheOf(message, at, this.#report)
    const content = readContent(message, at, 'none', this.#report)
    const parts = mapped(content, (part) => this.#resultPart(part))
    const told = name === undefined ? { callId, at, parts } : { callId, at, parts, name }
    const result: ToolResult = cache === undefined ? told : { ...told, cache }
    if (this.turns.at(-1)?.role === 'tool') this.#results.push(result)
    else {
      this.#results = [result]
      this.turns.push({ role: 'tool', results: this.#results, at })
    }
  }

  #resultPart(part: ContentPart): ToolResult['parts'][number] {
    return part.type === 'audio' ? this.#report.refuse(part.at, 'no other dialect takes sound from a tool') : part
  }

  #assistantParts(message: JsonObject, at: string, ordinal: number): AssistantPart[] {
    const parts = assistantContent(message, at, this.#report)
    const reasoning = reasoningOf(message)
    if (reasoning) parts.unshift({ type: 'reasoning', text: reasoning, at: pathOf(at, reasoningKey(message)) })
    const refusal = checkString(message.refusal, 'refusal', at)
    if (refusal) parts.push({ type: 'refusal', text: refusal, at: pathOf(at, 'refusal') })
    const calls = message.tool_calls === undefined ? undefined : readObjects(message, 'tool_calls', at)
    const called = calls ? mapped(calls, (call) => this.#call(call.value, call.at)) : []
    const legacy = checkObject(message.function_call, 'function_call', at)
    if (legacy) called.push(this.#legacyCall(legacy, pathOf(at, 'function_call'), legacyId(ordinal)))
    return joinedTo(parts, called)
  }

  #call(wire: JsonObject, at: string): AssistantPart {
    const kind = checkString(wire.type, 'type', at) ?? 'function'
    if (kind !== 'function' && kind !== 'custom') {
      return { type: 'opaque', dialect: 'openai-chat', kind, value: wire, at }
    }
    const id = mustString(wire.id, 'id', at)
    dropOthers(wire, at, knownCallKeys, this.#report)
    const body = mustObject(kind === 'function' ? wire.function : wire.custom, kind, at)
    const path = kind === 'function' ? `${at}.function` : `${at}.custom`
    dropOthers(body, path, knownBodyKeys, this.#report)
    const name = mustString(body.name, 'name', path)
    this.#names.set(id, name)
    if (kind === 'custom') {
      return { type: 'tool-call', id, name, input: readString(body, 'input', path) ?? '', inputKind: 'text', at }
    }
    const call: ToolCallPart = { type: 'tool-call', id, name, input: inputOf(body), inputKind: 'json', at }
    const signature = thoughtSignatureOf(wire)
    return signature === undefined ? call : { ...call, seal: { issuer: 'gemini', value: signature } }
  }

  #legacyCall(wire: JsonObject, at: string, id: string): ToolCallPart {
    dropOthers(wire, at, knownBodyKeys, this.#report)
    const name = requireString(wire, 'name', at)
    this.#names.set(id, name)
    this.#legacyIds.set(name, id)
    return { type: 'tool-call', id, name, input: inputOf(wire), inputKind: 'json', at }
  }

  #tellUnknown(message: JsonObject, at: string, role: string): void {
    // The name of a result is its tool's, which the call tells.
    const isResult = role === 'function' || role === 'tool'
    for (const key in message) {
      // What nearly all have is told apart without a look into the sets.
      if (key === 'role' || key === 'content' || key === 'tool_calls' || key === 'tool_call_id') continue
      if (knownKeys.has(key) || echoedKeys.has(key) || (key === 'name' && isResult)) continue
      const value = present(message, key)
      if (value !== undefined)
        this.#extras.push({ key: `message.${key}`, path: pathOf(at, key), value, verdict: 'drop' })
    }
  }
}

/** `index` is of streams, whose pieces some clients send back as they came; the seal of `extra_content` is read. */
const knownCallKeys: ReadonlySet<string> = new Set(['id', 'type', 'function', 'custom', 'index', 'extra_content'])

const knownBodyKeys: ReadonlySet<string> = new Set(['name', 'arguments', 'input'])

/** Legal as an id in every dialect, and the same on every turn that sends the history again. */
function legacyId(ordinal: number): string {
  return `call_function_${ordinal}`
}

/** No arguments are told as `""`, which is no JSON. */
function inputOf(body: JsonObject): string {
  const text = argumentsText(body.arguments)
  return text.trim() === '' ? '{}' : text
}

function reasoningKey(message: JsonObject): string {
  return typeof message.reasoning_content === 'string' ? 'reasoning_content' : 'reasoning'
}

/** A hint on the message itself is for its last part, as OpenRouter's clients mean it. */
function userParts(message: JsonObject, at: string, report: Report): UserPart[] {
  const parts: UserPart[] = readContent(message, at, 'invalid', report)
  const cache = objectAt(message, 'cache_control') && cacheOf(message, at, report)
  const last = parts.at(-1)
  if (cache === undefined || last === undefined || last.type === 'audio' || last.type === 'opaque') return parts
  return [...parts.slice(0, -1), { ...last, cache: last.cache ?? cache }]
}

function assistantContent(message: JsonObject, at: string, report: Report): AssistantPart[] {
  const path = `${at}.content`
  const content = message.content ?? ''
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content, at: path }]
  if (!Array.isArray(content)) return invalid(path, notContent)
  return content
    .map((part, i): AssistantPart => {
      const place = itemPath(path, i)
      if (!isObject(part)) return invalid(place, 'must be an object')
      if (part.type === 'refusal') return readRefusal(part, place, report)
      const read = readPart(part, place, report)
      if (read.type === 'text' || read.type === 'image' || read.type === 'opaque') return read
      return { type: 'opaque', dialect: 'openai-chat', kind: read.type, value: part, at: place }
    })
    .filter((part) => (part.type !== 'text' && part.type !== 'refusal') || part.text !== '')
}
