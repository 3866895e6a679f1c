import { flatten } from '../chat/flat.ts'
import type { JsonObject } from '../chat/json.ts'
import type { ToolResult } from '../chat/part.ts'
import type { ChatRequest, Turn } from '../chat/request.ts'
import type { RequestContext } from '../codec.ts'
import { assistantParts, encodeResult, textParts, userParts } from './content-encode.ts'
import { placeholderSeal } from './wire.ts'

interface Call {
  readonly id: string
  readonly name: string
  /** What answers it. */
  result: JsonObject | undefined
}

/** A content, and what must stand directly behind it. */
interface Draft {
  readonly role: 'user' | 'model'
  readonly parts: JsonObject[]
  /** The calls a model content makes, in order. */
  calls: Call[] | undefined
  /** Media their results could not hold. */
  media?: JsonObject[]
}

/** The `contents` of a request: results directly behind their calls, instructions inside the user's words. */
export function encodeContents(chat: ChatRequest, context: RequestContext): JsonObject[] {
  const contents = new Contents(context)
  for (const turn of chat.turns) contents.add(turn)
  return contents.finish(chat.system.length > 0)
}

class Contents {
  readonly #context: RequestContext
  readonly #drafts: Draft[] = []
  /** The content that made each call. */
  readonly #callers = new Map<string, Draft>()

  constructor(context: RequestContext) {
    this.#context = context
  }

  add(turn: Turn): void {
    const context = this.#context
    switch (turn.role) {
      case 'user':
        this.#push(
          'user',
          flatten(turn.parts, (part) => userParts(part, context)),
          turn.at,
        )
        break
      case 'assistant':
        this.#assistant(turn)
        break
      case 'tool':
        for (const result of turn.results) this.#result(result)
        break
      case 'system':
        this.#system(turn)
    }
  }

  /** @param instructed instructions lead the conversation, which are something to answer even where nothing else is said. */
  finish(instructed: boolean): JsonObject[] {
    const { report, capabilities } = this.#context
    const [first] = this.#drafts
    if (first === undefined && !instructed) {
      return report.refuse('messages', 'Gemini needs a user message with some content')
    }
    const contents: JsonObject[] = []
    for (const draft of this.#drafts) write(draft, contents)
    if (first?.role !== 'user') {
      report.invented('messages', 'Gemini wants a user message first, so a neutral one is put there')
      contents.unshift(userText('(start of the conversation)'))
    }
    if (contents.at(-1)?.role === 'model' && !capabilities.prefill) {
      report.invented('messages', 'the model continues no assistant message, so a user message asks for it')
      contents.push(userText('Continue.'))
    }
    return contents
  }

  #push(role: Draft['role'], parts: JsonObject[], at: string): Draft | undefined {
    if (parts.length === 0) {
      this.#context.report.dropped(at, 'Gemini refuses an empty message')
      return undefined
    }
    const draft: Draft = { role, parts, calls: undefined }
    this.#drafts.push(draft)
    return draft
  }

  #assistant(turn: Extract<Turn, { role: 'assistant' }>): void {
    const context = this.#context
    const parts = flatten(turn.parts, (part) => assistantParts(part, context))
    const draft = this.#push('model', parts, turn.at)
    if (draft === undefined) return
    for (const part of turn.parts) {
      if (part.type !== 'tool-call') continue
      const call: Call = { id: part.id, name: context.toolName(part.name), result: undefined }
      if (draft.calls === undefined) draft.calls = [call]
      else draft.calls.push(call)
      this.#callers.set(part.id, draft)
    }
    this.#sealCalls(draft, turn.at)
  }

  /** The first call of a content must bear a seal: of calls in parallel Gemini seals only that one. */
  #sealCalls({ parts }: Draft, at: string): void {
    const { report, capabilities } = this.#context
    if (!capabilities.sealedCalls) return
    const first = parts.findIndex((part) => part.functionCall !== undefined)
    const call = parts[first]
    if (call === undefined || call.thoughtSignature !== undefined) return
    report.invented(at, 'the tool calls came without a seal of Gemini: its documented placeholder is sent')
    parts[first] = { ...call, thoughtSignature: placeholderSeal }
  }

  #result(result: ToolResult): void {
    const { draft, name } = this.#caller(result)
    const { part, media } = encodeResult(result, name, this.#context)
    for (const call of draft.calls ?? []) if (call.id === result.callId) call.result = part
    if (media.length === 0) return
    draft.media ??= []
    draft.media.push({ text: `From the result of the call of ${name}:` }, ...media)
  }

  /** The content that made the call a result answers, and the tool's name there. */
  #caller({ callId, at }: ToolResult): { readonly draft: Draft; readonly name: string } {
    const draft = this.#callers.get(callId)
    const name = draft?.calls?.find((call) => call.id === callId)?.name
    if (draft !== undefined && name !== undefined) return { draft, name }
    return this.#context.report.refuse(at, 'it answers no tool call of the conversation')
  }

  /** An instruction in the middle is told in the user's content next to it, tagged, because there is no place of its own. */
  #system(turn: Extract<Turn, { role: 'system' }>): void {
    const context = this.#context
    const parts = flatten(turn.parts, (part) => textParts(part, context)).map(remind)
    if (parts.length === 0) return
    context.report.approximated(turn.at, 'the instruction is told inside a user message: Gemini takes it only up front')
    const last = this.#drafts.at(-1)
    if (last?.role === 'user') last.parts.push(...parts)
    else this.#push('user', parts, turn.at)
  }
}

/** Nothing may stand between calls and their results, and the results stand in the order of the calls. */
function write({ role, parts, calls, media }: Draft, contents: JsonObject[]): void {
  contents.push({ role, parts })
  const answers = calls && flatten(calls, ({ result }) => (result === undefined ? [] : [result]))
  if (answers !== undefined && answers.length > 0) contents.push({ role: 'user', parts: answers })
  if (media) contents.push({ role: 'user', parts: media })
}

function userText(text: string): JsonObject {
  return { role: 'user', parts: [{ text }] }
}

/** The tag tells an instruction from the user's own words. */
function remind(part: JsonObject): JsonObject {
  return { text: `<system-reminder>\n${typeof part.text === 'string' ? part.text : ''}\n</system-reminder>` }
}
