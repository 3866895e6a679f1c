import { flatten } from '../chat/flat.ts'
import { isObject, type JsonObject } from '../chat/json.ts'
import { breakpointOf, tellCitations } from '../chat/openai-content.ts'
import type { AssistantPart, ReasoningPart, TextPart, ToolCallPart, ToolResult } from '../chat/part.ts'
import { cachePlace, placeOf } from '../chat/places.ts'
import type { ChatRequest, Turn } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { hasWord, isJsonMode, saysJson } from '../openai-chat/json-mode.ts'
import { opaqueTexts, textPart, userParts } from './content-encode.ts'

/** Writes instructions and turns: `instructions` where one plain text leads the conversation, else everything as `input`. */
export function encodeInput(chat: ChatRequest, context: RequestContext): JsonObject {
  return new InputWriter(chat, context).write()
}

class InputWriter {
  readonly #chat: ChatRequest
  readonly #context: RequestContext
  /** Ids of calls of free text tools: their results have a type of their own. */
  readonly #customCalls = new Set<string>()

  constructor(chat: ChatRequest, context: RequestContext) {
    this.#chat = chat
    this.#context = context
  }

  write(): JsonObject {
    const { system, turns } = this.#chat
    this.#tellPrefill()
    const items = flatten(turns, (turn) => this.#turn(turn))
    const [only, ...others] = system
    const plain = only !== undefined && others.length === 0 && only.cache === undefined
    // Without a conversation the instruction is the input, because there must be some.
    if (plain && items.length > 0 && !this.#mustSayJson(only.text)) return { instructions: only.text, input: items }
    return { input: this.#leading().concat(items) }
  }

  /** JSON mode wants the word in the input, and does not look for it in the instructions. */
  #mustSayJson(instructions: string): boolean {
    const chat = this.#chat
    return isJsonMode(chat.output, this.#context) && hasWord(instructions) && !saysJson(chat)
  }

  #tellPrefill(): void {
    const { report, capabilities } = this.#context
    const last = this.#chat.turns.at(-1)
    if (last?.role !== 'assistant' || capabilities.prefill) return
    if (last.parts.some((part) => part.type === 'tool-call')) return
    report.approximated(last.at, 'the model answers anew instead of continuing the last assistant message')
  }

  /** Neighbours of one role are one message, a part each. */
  #leading(): JsonObject[] {
    const runs: { readonly developer: boolean; readonly parts: TextPart[] }[] = []
    for (const part of this.#chat.system) {
      const developer = part.developer ?? false
      const run = runs.at(-1)
      if (run?.developer === developer) run.parts.push(part)
      else runs.push({ developer, parts: [part] })
    }
    return runs.flatMap(({ developer, parts }) => this.#instruction(parts, developer))
  }

  #instruction(parts: readonly TextPart[], developer: boolean): JsonObject[] {
    return this.#message(
      developer ? 'developer' : 'system',
      parts.map((part) => textPart(part, this.#context)),
    )
  }

  #message(role: 'user' | 'system' | 'developer', content: JsonObject[]): JsonObject[] {
    return content.length === 0 ? [] : [{ type: 'message', role, content }]
  }

  #turn(turn: Turn): JsonObject[] {
    switch (turn.role) {
      case 'system':
        return this.#instruction(turn.parts, turn.developer ?? false)
      case 'user':
        return this.#message(
          'user',
          flatten(turn.parts, (part) => userParts(part, this.#context)),
        )
      case 'assistant':
        return this.#assistant(turn.parts)
      case 'tool':
        return turn.results.map((result) => this.#result(result))
    }
  }

  /** Texts and refusals in a row are one message; every call and every piece of reasoning is an item of its own, in order. */
  #assistant(parts: readonly AssistantPart[]): JsonObject[] {
    const items: JsonObject[] = []
    let content: JsonObject[] | undefined
    for (const part of parts) {
      const spoken = this.#spoken(part)
      if (spoken === undefined) {
        content = undefined
        for (const item of this.#item(part)) items.push(item)
      } else if (content !== undefined) content.push(...spoken)
      else if (spoken.length > 0) {
        content = spoken
        items.push({ type: 'message', role: 'assistant', content })
      }
    }
    if (items.at(-1)?.type === 'reasoning') this.#dropUnfollowed(items, parts)
    return items.map(plainly)
  }

  /** OpenAI refuses reasoning that no item of the same turn follows. */
  #dropUnfollowed(items: JsonObject[], parts: readonly AssistantPart[]): void {
    const sealed = parts.filter(isOwnReasoning)
    while (items.at(-1)?.type === 'reasoning') {
      items.pop()
      this.#context.report.dropped(sealed.pop()?.at ?? '', 'reasoning that nothing follows is not taken back')
    }
  }

  /** What a part says in the assistant's message; undefined for one that is an item of its own. */
  #spoken(part: AssistantPart): JsonObject[] | undefined {
    switch (part.type) {
      case 'text':
        if (part.cache) {
          this.#context.report.dropped(
            cachePlace(part, this.#context.from),
            'an assistant text carries no cache breakpoint',
          )
        }
        tellCitations(part, this.#context)
        return [spokenText(part.text)]
      case 'refusal':
        return [{ type: 'refusal', refusal: part.text }]
      case 'image':
        this.#context.report.dropped(part.at, 'an assistant message holds no images')
        return []
      case 'opaque':
        if (part.dialect === 'openai-responses') return undefined
        return opaqueTexts(part, this.#context).map(spokenText)
      default:
        return undefined
    }
  }

  #item(part: AssistantPart): JsonObject[] {
    switch (part.type) {
      case 'tool-call':
        return [this.#call(part)]
      case 'reasoning':
        return this.#reasoning(part)
      case 'opaque':
        return isObject(part.value) ? [part.value] : []
      default:
        return []
    }
  }

  /** Reasoning goes back with the seal OpenAI gave it and under the id that is bound to; what is without would be refused. */
  #reasoning(part: ReasoningPart): JsonObject[] {
    const { text, seal, at } = part
    if (seal === undefined || !isOwnReasoning(part)) {
      this.#context.report.dropped(at, 'reasoning goes back to its own provider only')
      return []
    }
    return [
      {
        type: 'reasoning',
        ...(seal.id !== undefined && { id: seal.id }),
        summary: text === '' ? [] : [{ type: 'summary_text', text }],
        encrypted_content: seal.value,
      },
    ]
  }

  #call(part: ToolCallPart): JsonObject {
    const { report, capabilities, from } = this.#context
    const id = this.#context.callId(part.id)
    const name = this.#context.toolName(part.name)
    if (part.seal)
      report.dropped(placeOf('seal', part.at, from), `a seal of ${part.seal.issuer} goes back to its own provider only`)
    if (part.cache) report.dropped(cachePlace(part, from), 'a tool call carries no cache breakpoint')
    if (part.inputKind === 'text' && capabilities.openaiExtensions) {
      this.#customCalls.add(part.id)
      return { type: 'custom_tool_call', call_id: id, name, input: part.input }
    }
    const json = part.inputKind === 'json' ? part.input : JSON.stringify({ input: part.input })
    return { type: 'function_call', call_id: id, name, arguments: json }
  }

  #result(result: ToolResult): JsonObject {
    const parts = this.#resultParts(result)
    const [only] = parts
    const plain = parts.length <= 1 && only?.prompt_cache_breakpoint === undefined
    const text = only === undefined ? '' : only.text
    return {
      type: this.#customCalls.has(result.callId) ? 'custom_tool_call_output' : 'function_call_output',
      call_id: this.#context.callId(result.callId),
      output: plain && typeof text === 'string' ? text : parts,
    }
  }

  /** A failed result says so in words, and a breakpoint on the whole result stands on its last part. */
  #resultParts(result: ToolResult): JsonObject[] {
    const parts = flatten(result.parts, (part) => userParts(part, this.#context))
    if (result.isError) this.#markError(parts, result)
    if (result.cache === undefined) return parts
    const last = parts.pop()
    const hint = breakpointOf(result, this.#context)
    return last === undefined ? [] : [...parts, { ...last, ...hint }]
  }

  #markError(parts: JsonObject[], result: ToolResult): void {
    const { report, from } = this.#context
    report.approximated(placeOf('error', result.at, from), 'told by the word Error before the result')
    const [first] = parts
    if (typeof first?.text === 'string') parts[0] = { ...first, text: `Error: ${first.text}` }
    else parts.unshift({ type: 'input_text', text: 'Error' })
  }
}

/** The SDK's type has annotations always, and servers that check requests by it refuse a text without. */
function spokenText(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [] }
}

/**
 * An assistant's single text stands as a string: a message of parts is an answer of OpenAI's to the SDK's types, which has an id and a
 * status, and compatible servers refuse one without.
 */
function plainly(item: JsonObject): JsonObject {
  if (item.type !== 'message' || !Array.isArray(item.content) || item.content.length !== 1) return item
  const [only] = item.content
  return isObject(only) && typeof only.text === 'string' ? { ...item, content: only.text } : item
}

function isOwnReasoning(part: AssistantPart): boolean {
  return part.type === 'reasoning' && part.seal?.issuer === 'openai-responses'
}
