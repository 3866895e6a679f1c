import { joinedTo, mapped } from '../chat/flat.ts'
import type { JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, ReasoningPart, TextPart, ToolCallPart, ToolResult, UserPart } from '../chat/part.ts'
import {
  checkObject,
  checkString,
  dropOthers,
  invalid,
  mustString,
  pathOf,
  placedAll,
  present,
  readString,
  stringAt,
} from '../chat/read.ts'
import type { ChatRequest, Extra, Turn } from '../chat/request.ts'
import { argumentsText } from '../openai-chat/wire.ts'
import { readContent } from './content.ts'
import type { ToolNames } from './tool-names.ts'
import { idOf, isCall, sectionBreak, sectionsOf } from './wire.ts'

type System = ChatRequest['system'][number]

/** A turn in the making; an assistant's keeps the results of its calls, which stand directly after it. */
type Draft =
  | { readonly turn: Turn }
  | { assistant: AssistantPart[]; readonly at: string; results: ToolResult[] | undefined }

type AssistantDraft = Extract<Draft, { assistant: AssistantPart[] }>

/** Item keys that are read, by item type. `id` and `status` say nothing to another dialect. */
const knownMembers = {
  message: new Set(['type', 'role', 'content', 'id', 'status', 'phase']),
  call: new Set(['type', 'call_id', 'name', 'namespace', 'arguments', 'input', 'id', 'status', 'caller', 'created_by']),
  output: new Set(['type', 'call_id', 'output', 'name', 'namespace', 'id', 'status', 'caller', 'created_by']),
  reasoning: new Set(['type', 'id', 'summary', 'content', 'encrypted_content', 'status']),
} as const

/** Items of tools that OpenAI has already run: the text that used them remains. */
const finishedCalls: ReadonlySet<string> = new Set([
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_list_tools',
  'mcp_call',
])

/** Reads `input`: instructions that lead the conversation apart, the rest as turns in order. */
export function decodeInput(
  wire: JsonObject,
  reading: { readonly names: ToolNames; readonly extras: Extra[]; readonly report: Report },
): { readonly system: System[]; readonly turns: Turn[] } {
  const input = present(wire, 'input')
  const conversation = new Conversation(reading.names, reading.extras, reading.report)
  if (typeof input === 'string') conversation.say(input, 'input')
  else {
    const items = Array.isArray(input) ? placedAll(input, 'input') : undefined
    for (const { value, at } of items ?? invalid('input', 'is required and must be a string or an array of items')) {
      conversation.add(value, at)
    }
  }
  return { system: conversation.system, turns: conversation.finish() }
}

class Conversation {
  readonly system: System[] = []
  readonly #names: ToolNames
  readonly #extras: Extra[]
  readonly #report: Report
  readonly #drafts: Draft[] = []
  /** The assistant turn that made each call, by call id, and the tool's name. */
  readonly #calls = new Map<string, { readonly by: AssistantDraft; readonly name: string }>()

  constructor(names: ToolNames, extras: Extra[], report: Report) {
    this.#names = names
    this.#extras = extras
    this.#report = report
  }

  say(text: string, at: string): void {
    this.#drafts.push({ turn: { role: 'user', parts: text === '' ? [] : [{ type: 'text', text, at }], at } })
  }

  add(item: JsonObject, at: string): void {
    const type = checkString(item.type, 'type', at) ?? untypedKind(item)
    switch (type) {
      case 'message':
        this.#message(item, at)
        break
      case 'function_call':
      case 'custom_tool_call':
        if (isCall(item)) this.#call(item, at, type)
        else this.#opaque(item, at, type)
        break
      case 'function_call_output':
      case 'custom_tool_call_output':
        this.#output(item, at)
        break
      case 'reasoning':
        this.#assistant(at, [this.#reasoning(item, at)])
        break
      default:
        this.#other(item, at, type)
    }
  }

  finish(): Turn[] {
    const turns: Turn[] = []
    for (const draft of this.#drafts) {
      if ('turn' in draft) turns.push(draft.turn)
      else {
        const { assistant, at, results } = draft
        turns.push({ role: 'assistant', parts: assistant, at })
        const first = results?.[0]
        if (results !== undefined && first !== undefined) turns.push({ role: 'tool', results, at: first.at })
      }
    }
    return turns
  }

  #message(item: JsonObject, at: string): void {
    dropOthers(item, at, knownMembers.message, this.#report)
    const phase = item.phase ?? undefined
    if (phase !== undefined) {
      this.#extras.push({ key: 'message.phase', path: pathOf(at, 'phase'), value: phase, verdict: 'drop' })
    }
    const role = mustString(item.role, 'role', at)
    const content = readContent(item, 'content', at, this.#report)
    if (role === 'system' || role === 'developer') this.#instruction(content, at, role === 'developer')
    else if (role === 'user') this.#drafts.push({ turn: { role, parts: content.map(userPart), at } })
    else if (role === 'assistant') this.#assistant(at, mapped(content, assistantPart))
    else invalid(pathOf(at, 'role'), 'must be user, assistant, system or developer')
  }

  #instruction(content: readonly (UserPart | AssistantPart)[], at: string, developer: boolean): void {
    const parts = content.map(
      (part): TextPart => (part.type === 'text' ? part : invalid(part.at, 'an instruction must be text')),
    )
    const mark = developer ? { developer: true as const } : {}
    if (this.#drafts.length === 0) for (const part of parts) this.system.push({ ...part, ...mark })
    else this.#drafts.push({ turn: { role: 'system', parts, at, ...mark } })
  }

  /** Adds to the assistant turn that an item belongs to, and gives it: what the model says in a row is one turn, until a result ends it. */
  #assistant(at: string, parts: AssistantPart[]): AssistantDraft {
    const last = this.#drafts.at(-1)
    if (last !== undefined && 'assistant' in last && last.results === undefined) {
      last.assistant = joinedTo(last.assistant, parts)
      return last
    }
    const draft: AssistantDraft = { assistant: parts, at, results: undefined }
    this.#drafts.push(draft)
    return draft
  }

  #call(item: JsonObject, at: string, type: 'function_call' | 'custom_tool_call'): void {
    dropOthers(item, at, knownMembers.call, this.#report)
    this.#refuseProgram(item, at)
    const id = mustString(item.call_id, 'call_id', at)
    const namespace = checkString(item.namespace, 'namespace', at)
    const name = this.#names.flat(mustString(item.name, 'name', at), namespace)
    const call: ToolCallPart =
      type === 'custom_tool_call'
        ? { type: 'tool-call', id, name, at, input: readString(item, 'input', at) ?? '', inputKind: 'text' }
        : { type: 'tool-call', id, name, at, input: inputOf(item), inputKind: 'json' }
    this.#calls.set(id, { by: this.#assistant(at, [call]), name })
  }

  /** A result stands directly after the turn that made its call, wherever the client put it: other dialects insist on that. */
  #output(item: JsonObject, at: string): void {
    dropOthers(item, at, knownMembers.output, this.#report)
    this.#refuseProgram(item, at)
    const callId = mustString(item.call_id, 'call_id', at)
    const call = this.#calls.get(callId)
    const parts = mapped(readContent(item, 'output', at, this.#report), resultPart)
    const result: ToolResult = call === undefined ? { callId, at, parts } : { callId, at, parts, name: call.name }
    if (call === undefined) {
      this.#drafts.push({ turn: { role: 'tool', results: [result], at } })
      return
    }
    if (this.#drafts.at(-1) !== call.by) this.#report.approximated(at, 'moved to directly behind its call')
    if (call.by.results === undefined) call.by.results = [result]
    else call.by.results.push(result)
  }

  #refuseProgram(item: JsonObject, at: string): void {
    const caller = checkObject(item.caller, 'caller', at)
    if (caller !== undefined && stringAt(caller, 'type') !== 'direct') {
      this.#report.refuse(pathOf(at, 'caller'), 'a call made by a program of OpenAI cannot be told in another dialect')
    }
  }

  #reasoning(item: JsonObject, at: string): ReasoningPart {
    dropOthers(item, at, knownMembers.reasoning, this.#report)
    const value = readString(item, 'encrypted_content', at)
    const id = idOf(item)
    return {
      type: 'reasoning',
      text: sectionsOf(item).join(sectionBreak),
      at,
      ...(value && { seal: { issuer: 'openai-responses', value, ...(id !== undefined && { id }) } }),
    }
  }

  #other(item: JsonObject, at: string, kind: string): void {
    if (!finishedCalls.has(kind)) this.#report.refuse(at, whyRefused(kind))
    this.#opaque(item, at, kind)
  }

  #opaque(item: JsonObject, at: string, kind: string): void {
    this.#assistant(at, [{ type: 'opaque', dialect: 'openai-responses', kind, value: item, at }])
  }
}

/** A message may leave out its type, and so may a reference, which has nothing but an id. */
function untypedKind(item: JsonObject): string {
  return present(item, 'role') === undefined && idOf(item) !== undefined ? 'item_reference' : 'message'
}

/** Items that cannot be left out without changing what the conversation says. */
function whyRefused(kind: string): string {
  if (kind === 'item_reference') return 'items stored at OpenAI cannot be sent elsewhere: send the item itself'
  if (kind === 'compaction' || kind === 'compaction_trigger') {
    return 'a conversation compacted by OpenAI can be read by OpenAI alone: send its items'
  }
  return `only openai-responses understands an item of type ${kind}`
}

/** No arguments are told as `""`, which is no JSON. */
function inputOf(item: JsonObject): string {
  const text = argumentsText(item.arguments)
  return text.trim() === '' ? '{}' : text
}

type Content = ReturnType<typeof readContent>[number]

function userPart(part: Content): UserPart {
  return part.type === 'refusal' ? { type: 'text', text: part.text, at: part.at } : part
}

function assistantPart(part: Content): AssistantPart {
  if (part.type !== 'file' && part.type !== 'audio') return part
  return { type: 'opaque', dialect: 'openai-responses', kind: part.type, value: null, at: part.at }
}

function resultPart(part: Content): ToolResult['parts'][number] {
  const read = userPart(part)
  return read.type === 'audio' ? invalid(part.at, 'a result must be text, images or files') : read
}
