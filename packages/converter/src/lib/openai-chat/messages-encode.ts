import { flatten } from '../chat/flat.ts'
import type { JsonObject } from '../chat/json.ts'
import { dataUrl, textOfBase64 } from '../chat/media-source.ts'
import { breakpointOf, renderingOf, tellCitations } from '../chat/openai-content.ts'
import type {
  AssistantPart,
  FilePart,
  ImagePart,
  OpaquePart,
  TextPart,
  ToolCallPart,
  ToolResult,
  UserPart,
} from '../chat/part.ts'
import { cachePlace, placeOf } from '../chat/places.ts'
import type { ChatRequest, Turn } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { EchoedReasoning } from './reasoning-encode.ts'
import { sealed } from './wire.ts'

type Assistant = Extract<Turn, { role: 'assistant' }>
type ToolTurn = Extract<Turn, { role: 'tool' }>

/** Writes instructions and turns as messages. */
export function encodeMessages(chat: ChatRequest, context: RequestContext): JsonObject[] {
  return new MessageWriter(chat, context).write()
}

class MessageWriter {
  readonly #chat: ChatRequest
  readonly #context: RequestContext
  /** The turn before was of tool results. */
  #afterTools = false

  constructor(chat: ChatRequest, context: RequestContext) {
    this.#chat = chat
    this.#context = context
  }

  write(): JsonObject[] {
    const { report, capabilities } = this.#context
    const { system, turns } = this.#chat
    const last = turns.at(-1)
    if (last?.role === 'assistant' && !capabilities.prefill && !last.parts.some((part) => part.type === 'tool-call')) {
      report.approximated(last.at, 'the model answers anew instead of continuing the last assistant message')
    }
    return this.#instructions(system).concat(
      flatten(turns, (turn) => {
        const messages = this.#turn(turn)
        this.#afterTools = turn.role === 'tool'
        return messages
      }),
    )
  }

  /** One message for all that leads; a `developer` mark of the source matters only to models that know the role. */
  #instructions(parts: readonly TextPart[]): JsonObject[] {
    if (parts.length === 0) return []
    const role = this.#context.capabilities.developerRole ? 'developer' : 'system'
    return [{ role, content: this.#texts(parts) }]
  }

  #turn(turn: Turn): JsonObject[] {
    switch (turn.role) {
      case 'system':
        return this.#instructions(turn.parts)
      case 'user':
        return [{ role: 'user', content: this.#content(flatten(turn.parts, (part) => this.#userPart(part))) }]
      case 'assistant':
        return this.#assistant(turn)
      case 'tool':
        return this.#toolTurn(turn)
    }
  }

  #texts(parts: readonly TextPart[]): string | JsonObject[] {
    return this.#content(parts.map((part) => this.#text(part)))
  }

  /** A single plain text is written as a string, which every server reads. */
  #content(parts: JsonObject[]): string | JsonObject[] {
    const [only] = parts
    if (only === undefined) return ''
    const plain = parts.length === 1 && only.prompt_cache_breakpoint === undefined
    return plain && typeof only.text === 'string' ? only.text : parts
  }

  #text(part: TextPart): JsonObject {
    tellCitations(part, this.#context)
    const wire = { type: 'text', text: part.text }
    // A spread of nothing costs as much as the text's own object.
    return part.cache === undefined ? wire : { ...wire, ...breakpointOf(part, this.#context) }
  }

  #userPart(part: UserPart): JsonObject[] {
    switch (part.type) {
      case 'text':
        return [this.#text(part)]
      case 'image':
        return [this.#image(part)]
      case 'file':
        return this.#file(part)
      case 'audio': {
        if (part.source.kind !== 'base64') this.#context.report.refuse(part.at, 'audio must be sent as base64 data')
        return [{ type: 'input_audio', input_audio: { data: part.source.data, format: part.format } }]
      }
      case 'opaque':
        return this.#opaque(part)
    }
  }

  #image(part: ImagePart): JsonObject {
    const { source, detail } = part
    if (source.kind !== 'base64' && source.kind !== 'url') {
      this.#context.report.refuse(part.at, 'an image stored at another provider cannot be sent: send its data or URL')
    }
    const url = source.kind === 'url' ? source.url : dataUrl(source)
    return {
      type: 'image_url',
      image_url: { url, ...(detail !== undefined && { detail }) },
      ...breakpointOf(part, this.#context),
    }
  }

  #file(part: FilePart): JsonObject[] {
    const { source, name, context } = part
    const hint = breakpointOf(part, this.#context)
    if (source.kind === 'text') {
      const text = [name, context, source.text].filter((piece) => piece !== undefined && piece !== '').join('\n\n')
      return [{ type: 'text', text, ...hint }]
    }
    const text = source.kind === 'base64' && name === undefined ? this.#plainText(source, part.at) : undefined
    if (text !== undefined) return [{ type: 'text', text, ...hint }]
    const file = { type: 'file', file: this.#fileOf(part), ...hint }
    if (context === undefined) return [file]
    this.#context.report.approximated(`${part.at}.context`, 'sent as a text before the document')
    return [{ type: 'text', text: context }, file]
  }

  /** The text of a nameless file of text, which the dialect's files are not for; undefined for any other. */
  #plainText(
    { mediaType, data }: { readonly mediaType: string; readonly data: string },
    at: string,
  ): string | undefined {
    if (!mediaType.startsWith('text/')) return undefined
    return textOfBase64(data) ?? this.#context.report.refuse(at, 'the data is not valid base64')
  }

  #fileOf({ source, name, at }: FilePart): JsonObject {
    const { report, from } = this.#context
    if (source.kind === 'base64') {
      const filename = name ?? (source.mediaType === 'application/pdf' ? 'document.pdf' : 'document')
      return { filename, file_data: dataUrl(source) }
    }
    // A file of Responses lies at the same provider.
    if (source.kind === 'id' && from === 'openai-responses') return { file_id: source.id }
    const what = source.kind === 'id' ? 'a file stored at another provider' : 'a document by URL'
    return report.refuse(at, `${what} cannot be sent: send its data`)
  }

  /** What only its own dialect understands: a readable rendering of it at most. */
  #opaque(part: OpaquePart): JsonObject[] {
    if (part.dialect === 'openai-chat' && typeof part.value === 'object' && part.value !== null) {
      return Array.isArray(part.value) ? [] : [part.value]
    }
    const text = renderingOf(part, this.#context)
    return text === undefined ? [] : [{ type: 'text', text }]
  }

  #assistant(turn: Assistant): JsonObject[] {
    let content: string | undefined
    let refusal: string | undefined
    let calls: JsonObject[] | undefined
    let reasoning = this.#context.capabilities.reasoningRequired ? new EchoedReasoning(this.#context) : undefined
    for (const part of turn.parts) {
      if (part.type === 'reasoning') {
        reasoning ??= new EchoedReasoning(this.#context)
        reasoning.add(part, content ?? '')
      } else if (part.type === 'refusal') refusal = refusal === undefined ? part.text : refusal + part.text
      else if (part.type === 'tool-call') {
        if (calls === undefined) calls = [this.#call(part)]
        else calls.push(this.#call(part))
      } else {
        const text = this.#assistantText(part)
        if (text === undefined) continue
        if (calls) this.#context.report.approximated(part.at, 'text after a tool call is sent before it')
        content = content === undefined ? text : content + text
      }
    }
    if (content === undefined && refusal === undefined && calls === undefined) {
      reasoning?.leave()
      return []
    }
    // What most turns have is no member added later, for which V8 would make room elsewhere.
    if (refusal === undefined && reasoning === undefined && calls) {
      return [{ role: 'assistant', content: content ?? null, tool_calls: calls }]
    }
    const message: JsonObject = { role: 'assistant', content: content ?? null }
    if (refusal !== undefined) message.refusal = refusal
    reasoning?.write(message, this.#afterTools || calls ? turn.at : undefined)
    if (calls) message.tool_calls = calls
    return [message]
  }

  #assistantText(part: Exclude<AssistantPart, ToolCallPart | { type: 'refusal' | 'reasoning' }>): string | undefined {
    const { report, from } = this.#context
    switch (part.type) {
      case 'text':
        if (part.cache) report.dropped(cachePlace(part, from), 'an assistant text carries no cache breakpoint')
        tellCitations(part, this.#context)
        return part.text
      case 'image':
        report.dropped(part.at, 'an assistant message holds no images')
        return undefined
      case 'opaque':
        return renderingOf(part, this.#context)
    }
  }

  #call(part: ToolCallPart): JsonObject {
    const { report, capabilities, from } = this.#context
    const id = this.#context.callId(part.id)
    const name = this.#context.toolName(part.name)
    const google = part.seal?.issuer === 'gemini' && capabilities.callSeals ? part.seal : undefined
    if (part.seal && google === undefined)
      report.dropped(
        placeOf('seal', part.at, from),
        `the seal of ${part.seal.issuer} goes back to its own provider only`,
      )
    if (part.cache) report.dropped(cachePlace(part, from), 'a tool call carries no cache breakpoint')
    if (part.inputKind === 'text' && capabilities.openaiExtensions) {
      return { id, type: 'custom', custom: { name, input: part.input } }
    }
    const json = part.inputKind === 'json' ? part.input : JSON.stringify({ input: part.input })
    const call = { id, type: 'function', function: { name, arguments: json } }
    return google === undefined ? call : { ...call, extra_content: sealed(google.value) }
  }

  /** The results first, then what tool messages cannot hold, in one user message that says whose it is. */
  #toolTurn(turn: ToolTurn): JsonObject[] {
    const media: JsonObject[] = []
    const messages = turn.results.map((result) => this.#result(result, media))
    return media.length === 0 ? messages : [...messages, { role: 'user', content: media }]
  }

  #result(result: ToolResult, media: JsonObject[]): JsonObject {
    const { report } = this.#context
    const moved: JsonObject[] = []
    const texts = flatten(result.parts, (part) => {
      const written = this.#userPart(part)
      if (part.type === 'opaque' || written.every((piece) => piece.type === 'text')) return written
      report.approximated(part.at, 'sent in a user message after the tool results')
      moved.push(...written)
      return []
    })
    const callId = this.#context.callId(result.callId)
    if (moved.length > 0) {
      media.push({ type: 'text', text: `From the result of tool call ${callId}:` }, ...moved)
      if (texts.length === 0) texts.push({ type: 'text', text: 'The result is in the next user message.' })
    }
    if (result.isError) this.#markError(texts, result)
    return { role: 'tool', tool_call_id: callId, content: this.#content(this.#hinted(texts, result)) }
  }

  #markError(texts: JsonObject[], result: ToolResult): void {
    const { report, from } = this.#context
    report.approximated(placeOf('error', result.at, from), 'told by the word Error before the result')
    const [first] = texts
    if (typeof first?.text === 'string') texts[0] = { ...first, text: `Error: ${first.text}` }
    else texts.unshift({ type: 'text', text: 'Error' })
  }

  /** A breakpoint on a whole result stands on its last part. */
  #hinted(texts: JsonObject[], result: ToolResult): JsonObject[] {
    if (result.cache === undefined) return texts
    const hint = breakpointOf(result, this.#context)
    const last = texts.at(-1)
    return last === undefined ? [] : [...texts.slice(0, -1), { ...last, ...hint }]
  }
}
