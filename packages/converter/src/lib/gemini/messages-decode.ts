import { flatten } from '../chat/flat.ts'
import type { JsonObject } from '../chat/json.ts'
import type { TextPart } from '../chat/part.ts'
import { checkString, dropOthers, invalid, type Placed, pathOf, readObject } from '../chat/read.ts'
import type { Turn } from '../chat/request.ts'
import { type Calls, isResult, readAssistantParts, readResult, readUserParts } from './content-decode.ts'
import type { PartContext } from './media-decode.ts'
import { joined } from './pieces.ts'
import { keyOf, readList } from './wire.ts'

/** The instruction that leads the conversation; it holds text alone. */
export function decodeSystem(wire: JsonObject, context: PartContext): TextPart[] {
  const key = keyOf(wire, 'systemInstruction')
  const content = readObject(wire, key, '')
  if (content === undefined) return []
  dropOthers(content, key, contentMembers, context.report)
  return flatten(readList(content, 'parts', key), (part) =>
    flatten(readUserParts(part, context), (read) => {
      if (read.type === 'text') return [read]
      context.report.dropped(read.at, 'an instruction can only hold text')
      return []
    }),
  )
}

/** Reads `contents` as turns in order. */
export function decodeContents(wire: JsonObject, context: PartContext): Turn[] {
  const contents = readList(wire, 'contents', '')
  if (contents.length === 0) invalid('contents', 'is required and must hold at least one content')
  const conversation = new Conversation(context)
  for (const content of contents) conversation.add(content)
  return conversation.turns
}

const contentMembers: ReadonlySet<string> = new Set(['role', 'parts'])

interface Call {
  readonly id: string
  answered: boolean
}

class Conversation implements Calls {
  readonly turns: Turn[] = []
  readonly #context: PartContext
  readonly #byId = new Map<string, Call>()
  /** Calls by their tool, in order; those before `next` are answered. */
  readonly #byName = new Map<string, { readonly calls: Call[]; next: number }>()

  constructor(context: PartContext) {
    this.#context = context
  }

  add({ value, at }: Placed): void {
    dropOthers(value, at, contentMembers, this.#context.report)
    const role = checkString(value.role, 'role', at) ?? 'user'
    const parts = readList(value, 'parts', at)
    if (role === 'model') this.#assistant(parts, at)
    // `function` is what the role of results was called at first.
    else if (role === 'user' || role === 'function') this.#user(parts, at)
    else invalid(pathOf(at, 'role'), 'must be "user" or "model"')
  }

  #assistant(wires: readonly Placed[], at: string): void {
    const parts = flatten(wires, (part) => readAssistantParts(part, this.#context))
    for (const part of parts) if (part.type === 'tool-call') this.#called(part.id, part.name)
    if (parts.length === 0) return
    const last = this.turns.at(-1)
    if (last?.role !== 'assistant') this.turns.push({ role: 'assistant', parts, at })
    else this.turns[this.turns.length - 1] = { ...last, parts: joined([...last.parts, ...parts]) }
  }

  /** The results come first whatever their place, because everywhere else they must follow their calls at once. */
  #user(wires: readonly Placed[], at: string): void {
    const [only] = wires
    if (wires.length === 1 && only !== undefined && isResult(only)) {
      this.turns.push({ role: 'tool', results: [readResult(only, this, this.#context)], at })
      return
    }
    const results = flatten(wires, (part) => (isResult(part) ? [readResult(part, this, this.#context)] : []))
    const parts = flatten(wires, (part) => (isResult(part) ? [] : readUserParts(part, this.#context)))
    if (results.length > 0) this.turns.push({ role: 'tool', results, at })
    if (parts.length > 0) this.turns.push({ role: 'user', parts, at })
  }

  #called(id: string, name: string): void {
    const call: Call = { id, answered: false }
    this.#byId.set(id, call)
    const queue = this.#byName.get(name)
    if (queue === undefined) this.#byName.set(name, { calls: [call], next: 0 })
    else queue.calls.push(call)
  }

  answered(id: string | undefined, name: string): string | undefined {
    const call = (id !== undefined && this.#byId.get(id)) || this.#nextOf(name)
    if (call) call.answered = true
    return call?.id
  }

  /** The first call of a tool that no result has answered. */
  #nextOf(name: string): Call | undefined {
    const queue = this.#byName.get(name)
    if (queue === undefined) return undefined
    while (queue.calls[queue.next]?.answered) queue.next++
    return queue.calls[queue.next]
  }
}
