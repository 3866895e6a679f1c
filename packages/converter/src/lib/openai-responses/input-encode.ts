import { flatten } from '../chat/flat.ts'
import { isObject, type JsonObject } from '../chat/json.ts'
import { dataUrl } from '../chat/media-source.ts'
import type {
  AssistantPart,
  CacheHint,
  FilePart,
  ImagePart,
  OpaquePart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResult,
  UserPart,
} from '../chat/part.ts'
import { cachePlace, placeOf } from '../chat/places.ts'
import type { ChatRequest, Turn } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { hasWord, isJsonMode, saysJson } from '../openai-chat/json-mode.ts'

/** How long OpenAI keeps what a breakpoint covers; the shortest that is not shorter than asked for. Default 30m. */
const breakpointTtl: Readonly<Record<NonNullable<CacheHint['ttl']>, '30m' | '12h'>> = {
  '5m': '30m',
  '30m': '30m',
  '1h': '12h',
  '12h': '12h',
  '24h': '12h',
}

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
      parts.map((part) => this.#text(part)),
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
          flatten(turn.parts, (part) => this.#userPart(part)),
        )
      case 'assistant':
        return this.#assistant(turn.parts)
      case 'tool':
        return turn.results.map((result) => this.#result(result))
    }
  }

  #text(part: TextPart): JsonObject {
    this.#tellCitations(part)
    const wire = { type: 'input_text', text: part.text }
    // A spread of nothing costs as much as the text's own object.
    return part.cache === undefined ? wire : { ...wire, ...this.#breakpoint(part) }
  }

  #tellCitations({ citations, at }: TextPart): void {
    const { report, from } = this.#context
    if (citations) report.dropped(placeOf('citations', at, from), 'a text that is sent carries no sources')
  }

  #breakpoint(part: { readonly at: string; readonly cache?: CacheHint }): JsonObject {
    const { cache } = part
    if (cache === undefined) return {}
    const { report, capabilities, from } = this.#context
    if (!capabilities.cacheBreakpoints) {
      report.dropped(cachePlace(part, from), 'the model takes no cache breakpoints')
      return {}
    }
    const ttl = breakpointTtl[cache.ttl ?? '30m']
    if (cache.ttl !== undefined && cache.ttl !== ttl) {
      report.approximated(cachePlace(part, from), `a cache lifetime of ${cache.ttl} is sent as ${ttl}`)
    }
    return { prompt_cache_breakpoint: { mode: 'explicit', ...(cache.ttl !== undefined && { ttl }) } }
  }

  #userPart(part: UserPart): JsonObject[] {
    switch (part.type) {
      case 'text':
        return [this.#text(part)]
      case 'image':
        return [this.#image(part)]
      case 'file':
        return this.#file(part)
      case 'audio':
        return this.#context.report.refuse(part.at, 'openai-responses takes no audio')
      case 'opaque':
        return this.#opaque(part).map((text) => ({ type: 'input_text', text }))
    }
  }

  #image(part: ImagePart): JsonObject {
    const { source, detail, at } = part
    if (source.kind !== 'base64' && source.kind !== 'url') {
      return this.#context.report.refuse(at, 'an image stored at another provider cannot be sent: send its data or URL')
    }
    return {
      type: 'input_image',
      image_url: source.kind === 'url' ? source.url : dataUrl(source),
      detail: detail ?? 'auto',
      ...this.#breakpoint(part),
    }
  }

  #file(part: FilePart): JsonObject[] {
    const { source, name, context, at } = part
    const hint = this.#breakpoint(part)
    if (source.kind === 'text') {
      const text = [name, context, source.text].filter((piece) => piece !== undefined && piece !== '').join('\n\n')
      return [{ type: 'input_text', text, ...hint }]
    }
    const file = { type: 'input_file', ...this.#fileSource(part), ...hint }
    if (context === undefined) return [file]
    this.#context.report.approximated(`${at}.context`, 'sent as a text before the document')
    return [{ type: 'input_text', text: context }, file]
  }

  #fileSource({ source, name, at }: FilePart): JsonObject {
    switch (source.kind) {
      case 'url':
        return { file_url: source.url }
      case 'base64': {
        const filename = name ?? (source.mediaType === 'application/pdf' ? 'document.pdf' : 'document')
        return { filename, file_data: dataUrl(source) }
      }
      default:
        // A file of Chat Completions lies at the same provider.
        if (source.kind === 'id' && this.#context.from === 'openai-chat') return { file_id: source.id }
        return this.#context.report.refuse(at, 'a file stored at another provider cannot be sent: send its data')
    }
  }

  /** What only its own dialect understands: a readable rendering of it at most. */
  #opaque(part: OpaquePart): string[] {
    const { report } = this.#context
    if (part.kind === 'container_upload') report.refuse(part.at, 'a file in a provider container cannot be sent')
    if (part.text === undefined) report.dropped(part.at, `only ${part.dialect} understands ${part.kind}`)
    else report.approximated(part.at, `${part.kind} is sent as text`)
    return part.text === undefined ? [] : [part.text]
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
        this.#tellCitations(part)
        return [spokenText(part.text)]
      case 'refusal':
        return [{ type: 'refusal', refusal: part.text }]
      case 'image':
        this.#context.report.dropped(part.at, 'an assistant message holds no images')
        return []
      case 'opaque':
        if (part.dialect === 'openai-responses') return undefined
        return this.#opaque(part).map(spokenText)
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
    const parts = flatten(result.parts, (part) => this.#userPart(part))
    if (result.isError) this.#markError(parts, result)
    if (result.cache === undefined) return parts
    const last = parts.pop()
    const hint = this.#breakpoint(result)
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
