import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import { withheldSeal } from '../chat/loss.ts'
import type { Citation, Seal } from '../chat/part.ts'
import type { Search } from '../chat/search.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { ReplyContext, StreamEncoder } from '../codec.ts'
import { mergeUsage } from '../stream/fold.ts'
import { Sequential } from '../stream/sequential.ts'
import { type CitedPiece, tells, writeSources } from './citations.ts'
import { argsOf } from './content-encode.ts'
import { errorFrame } from './error.ts'
import { encodeLogprobs } from './logprobs.ts'
import { cutCall, encodeStop, malformedCall } from './reply-encode.ts'
import { showsThoughts, writeUsage } from './wire.ts'

interface TextState {
  readonly type: 'text'
  /** What stands before the text's literal in a chunk. */
  readonly head: string
  /** What was said so far, where sources may point into it; undefined for thoughts. */
  readonly literals: string[] | undefined
  readonly citations: Citation[]
}

interface CallState {
  readonly type: 'call'
  readonly part: Extract<OpenPart, { type: 'tool-call' }>
  readonly pieces: string[]
  signature?: string
}

interface HiddenState {
  readonly type: 'hidden'
}

type PartState = TextState | CallState | HiddenState

const frameStart = 'data: {"candidates":[{"content":{"parts":['
const textHead = `${frameStart}{"text":`
const thoughtHead = `${frameStart}{"thought":true,"text":`
const contentEnd = '],"role":"model"}'
/** Google ends lines as HTTP does. */
const frameEnd = '\r\n\r\n'

/** Writes a stream of generateContent chunks. Text goes from event to chunk as the literal it is; a call is told when it is whole. */
export class GeminiEncoder implements StreamEncoder {
  readonly #context: ReplyContext
  readonly #showsThoughts: boolean
  readonly #parts = new Map<number, PartState>()
  /** `,"modelVersion":…,"responseId":…}`, the same in every chunk. */
  #tail = ''
  /** What ends a chunk of one text. */
  #textEnd = ''
  /** Calls are told when they are whole, in the order in which they began. */
  readonly #sequential: Sequential
  #out = ''
  /** The text part written to last, by its index in the source, for the common case of one delta after the other. */
  #lastSource = -1
  #last: TextState | undefined
  /** Texts whose sources are told at the end; their places count in all the texts together. */
  readonly #texts: TextState[] = []
  /** Searches that are told with the sources. */
  readonly #searches: Search[] = []
  /** Calls whose arguments are no JSON object: whether a limit cut them is known only at the end. */
  readonly #malformed: { readonly state: CallState; readonly index: number }[] = []
  #usage: Usage | undefined
  #over = false

  constructor(context: ReplyContext) {
    this.#context = context
    this.#showsThoughts = showsThoughts(context)
    this.#sequential = new Sequential((event) => {
      this.#out += this.#encode(event)
    })
  }

  encode(event: ChatEvent): string {
    if (event.type === 'text' && event.index === this.#lastSource && this.#last !== undefined) {
      return this.#text(this.#last, event.literal)
    }
    if (this.#over) return ''
    this.#out = ''
    this.#lastSource = -1
    this.#sequential.push(event)
    if (event.type === 'text' && event.index === this.#sequential.live) this.#lastSource = event.index
    return this.#out
  }

  #encode(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        this.#start(event)
        return ''
      case 'open':
        this.#parts.set(event.index, this.#stateOf(event.part, event.index))
        return ''
      case 'text':
        return this.#firstText(event.index, event.literal)
      case 'input': {
        const state = this.#parts.get(event.index)
        if (state?.type === 'call') state.pieces.push(JSON.parse(event.literal) as string)
        return ''
      }
      case 'seal':
        return this.#seal(event.index, event.seal)
      case 'citation': {
        const state = this.#parts.get(event.index)
        if (state?.type === 'text') state.citations.push(event.citation)
        return ''
      }
      case 'logprobs': {
        const logprobsResult = encodeLogprobs(event.value)
        return logprobsResult ? this.#chunk({ text: '' }, { logprobsResult }) : ''
      }
      case 'close':
        return this.#close(event.index)
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        return ''
      case 'finish':
        return this.#finish(event)
      case 'error':
        this.#stop()
        return errorFrame(event.error)
    }
  }

  #start(event: Extract<ChatEvent, { type: 'start' }>): void {
    const context = this.#context
    const modelVersion = context.model ?? event.model ?? ''
    const responseId = event.id ?? context.newId()
    this.#usage = event.usage
    this.#tail = `,${JSON.stringify({ modelVersion, responseId }).slice(1)}`
    this.#textEnd = `}${contentEnd},"index":0}]${this.#tail}${frameEnd}`
  }

  #stateOf(part: OpenPart, index: number): PartState {
    const { report } = this.#context
    switch (part.type) {
      case 'text':
      case 'refusal': {
        const state: TextState = { type: 'text', head: textHead, literals: [], citations: [] }
        this.#texts.push(state)
        return state
      }
      case 'reasoning':
        if (this.#showsThoughts && !part.redacted) {
          return { type: 'text', head: thoughtHead, literals: undefined, citations: [] }
        }
        report.dropped(
          `parts[${index}]`,
          this.#showsThoughts ? 'the provider hid the reasoning' : 'the client did not ask for thoughts',
        )
        return { type: 'hidden' }
      case 'tool-call':
        return { type: 'call', part, pieces: [] }
      case 'opaque':
        if (tells(part.search)) this.#searches.push(part.search)
        else report.dropped(`parts[${index}]`, `Gemini has no counterpart of ${part.kind}`)
        return { type: 'hidden' }
    }
  }

  #firstText(index: number, literal: string): string {
    const state = this.#parts.get(index)
    if (state?.type !== 'text') return ''
    this.#last = state
    return this.#text(state, literal)
  }

  #text(state: TextState, literal: string): string {
    if (literal === '""') return ''
    state.literals?.push(literal)
    return state.head + literal + this.#textEnd
  }

  /** The seal of a thought that has been told follows it on an empty one, as Google sends it. */
  #seal(index: number, { issuer, value }: Seal): string {
    const state = this.#parts.get(index)
    if (state === undefined || state.type === 'hidden') return ''
    if (issuer !== 'gemini') {
      this.#context.report.dropped(`parts[${index}].seal`, withheldSeal)
      return ''
    }
    if (state.type === 'text') {
      const thought = state.literals === undefined
      return this.#chunk({ text: '', ...(thought && { thought }), thoughtSignature: value })
    }
    state.signature = value
    return ''
  }

  #close(index: number): string {
    const state = this.#parts.get(index)
    // Sources may still come for a text.
    if (state?.type !== 'text') this.#parts.delete(index)
    if (state === this.#last) this.#forget()
    if (state?.type !== 'call') return ''
    const args = argsOf({ input: state.pieces.join(''), inputKind: state.part.inputKind })
    if (args !== undefined) return this.#call(state, args)
    this.#malformed.push({ state, index })
    return ''
  }

  #call({ part, signature }: CallState, args: JsonObject): string {
    const context = this.#context
    return this.#chunk({
      functionCall: { id: context.callId(part.id), name: context.originalToolName(part.name), args },
      ...(signature !== undefined && { thoughtSignature: signature }),
    })
  }

  #finish({ stop, usage }: Extract<ChatEvent, { type: 'finish' }>): string {
    const { report } = this.#context
    this.#usage = mergeUsage(this.#usage, usage)
    const calls = this.#rest(stop)
    const sources = this.#sources()
    const last = this.#chunk(
      // The SDK's chats keep an answer only if every chunk of it has a part.
      { text: '' },
      { ...encodeStop(stop, report), ...(sources && { groundingMetadata: sources }) },
      this.#usage && { usageMetadata: writeUsage(this.#usage) },
    )
    this.#stop()
    return calls + last
  }

  #rest(stop: Stop): string {
    const { report } = this.#context
    let out = ''
    for (const { state, index } of this.#malformed) {
      if (stop.reason === 'length') report.dropped(`parts[${index}]`, cutCall)
      else {
        report.approximated(`parts[${index}]`, malformedCall)
        out += this.#call(state, { _raw: state.pieces.join('') })
      }
    }
    return out
  }

  /** Sources of a stream count in all its text together, because its chunks are no parts of one content. */
  #sources(): JsonObject | undefined {
    if (this.#searches.length === 0 && this.#texts.every(({ citations }) => citations.length === 0)) return undefined
    let text = ''
    const pieces: CitedPiece[] = []
    for (const { literals = [], citations } of this.#texts) {
      const base = text.length
      text += literals.map((literal) => JSON.parse(literal) as string).join('')
      pieces.push({ base, length: text.length - base, citations })
    }
    return writeSources([{ text, pieces }], this.#searches, this.#context.report)
  }

  #chunk(part: JsonObject, candidate: JsonObject = {}, chunk: JsonObject = {}): string {
    const rest = JSON.stringify({ ...candidate, index: 0 }).slice(1)
    const members = JSON.stringify(chunk).slice(1, -1)
    return `${frameStart}${JSON.stringify(part)}${contentEnd},${rest}]${members && `,${members}`}${this.#tail}${frameEnd}`
  }

  #stop(): void {
    this.#over = true
    this.#forget()
  }

  #forget(): void {
    this.#lastSource = -1
    this.#last = undefined
  }
}
