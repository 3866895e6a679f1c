import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import { lengthOf } from '../chat/literal.ts'
import { withheldSeal } from '../chat/loss.ts'
import type { Citation } from '../chat/part.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { ReplyContext, StreamEncoder } from '../codec.ts'
import { mergeUsage } from '../stream/fold.ts'
import { CallWriter } from './call-writer.ts'
import { annotationOf } from './content.ts'
import { errorFrame } from './error.ts'
import { finishOf, serviceTiers, vagueStops, writeUsage } from './wire.ts'

type Finish = Extract<ChatEvent, { type: 'finish' }>

interface TextState {
  readonly type: 'text'
  /** What stands before and after the text's literal in a chunk. */
  readonly head: string
  /** Where the part starts in the joined text. Characters. */
  readonly base: number
  /** Characters of the part so far. */
  length: number
  readonly citations: Citation[]
}

interface HiddenState {
  readonly type: 'hidden'
}

interface CallState {
  readonly type: 'call'
  readonly writer: CallWriter
}

type PartState = TextState | HiddenState | CallState

/** Writes a stream of chat chunks as OpenAI sends it. Text goes from event to chunk as the literal it is. */
export class ChatEncoder implements StreamEncoder {
  readonly #context: ReplyContext
  readonly #parts = new Map<number, PartState>()
  /** `data: {… "choices":[{"index":0,"delta":`, the same in every chunk. */
  #open = ''
  /** What ends a chunk after its delta. */
  #close = ''
  #base = ''
  /** `,"service_tier":…` once it is known. */
  #tier = ''
  /** The text part written to last, for the common case of one after the other. */
  #lastIndex = -1
  #last: TextState | undefined
  #calls = 0
  /** Characters of content so far, which annotations count in. */
  #length = 0
  #refused = false
  #annotations: JsonObject[] = []
  /** Where texts that are closed stand in the content, for sources that come late. */
  readonly #told = new Map<number, { readonly base: number; readonly length: number }>()
  #usage: Usage | undefined
  #over = false

  constructor(context: ReplyContext) {
    this.#context = context
  }

  encode(event: ChatEvent): string {
    if (event.type === 'text' && event.index === this.#lastIndex && this.#last !== undefined) {
      return this.#text(this.#last, event.literal)
    }
    return this.#over ? '' : this.#encode(event)
  }

  #encode(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        return this.#start(event)
      case 'open':
        return this.#openPart(event.index, event.part)
      case 'text':
        return this.#firstText(event.index, event.literal)
      case 'input':
        return this.#input(event.index, event.literal)
      case 'seal':
        return this.#seal(event)
      case 'citation':
        this.#cite(event.index, event.citation)
        return ''
      case 'logprobs':
        return `${this.#open}{},"logprobs":${JSON.stringify(event.value)},"finish_reason":null}]${this.#suffix}`
      case 'close':
        return this.#closePart(event.index)
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

  /** Clients that asked for usage get `usage: null` on every chunk but the last, as OpenAI sends it. */
  get #suffix(): string {
    return this.#context.wantsUsage ? ',"usage":null}\n\n' : '}\n\n'
  }

  #start(event: Extract<ChatEvent, { type: 'start' }>): string {
    const context = this.#context
    const head = JSON.stringify({
      id: event.id ?? `chatcmpl-${context.newId()}`,
      object: 'chat.completion.chunk',
      created: event.created ?? context.now(),
      model: context.model ?? event.model ?? '',
    })
    this.#usage = event.usage
    if (isTier(event.serviceTier)) this.#tier = `,"service_tier":"${event.serviceTier}"`
    this.#base = `data: ${head.slice(0, -1)}${this.#tier},"choices":[`
    this.#open = `${this.#base}{"index":0,"delta":`
    this.#close = `,"logprobs":null,"finish_reason":null}]${this.#suffix}`
    return this.#delta({ role: 'assistant', content: '', refusal: null })
  }

  #delta(delta: JsonObject): string {
    return this.#open + JSON.stringify(delta) + this.#close
  }

  #openPart(index: number, part: OpenPart): string {
    switch (part.type) {
      case 'text':
      case 'refusal':
      case 'reasoning':
        this.#parts.set(index, this.#textState(part, index))
        return ''
      case 'tool-call':
        return this.#openCall(index, part)
      case 'opaque':
        this.#parts.set(index, { type: 'hidden' })
        this.#context.report.dropped(`parts[${index}]`, `openai-chat has no place for ${part.kind}`)
        return ''
    }
  }

  #textState(part: Extract<OpenPart, { type: 'text' | 'refusal' | 'reasoning' }>, index: number): PartState {
    if (part.type === 'reasoning' && !this.#context.showReasoning) {
      this.#context.report.dropped(`parts[${index}]`, 'reasoning is not shown')
      return { type: 'hidden' }
    }
    if (part.type === 'reasoning' && part.redacted) {
      this.#context.report.dropped(`parts[${index}]`, 'the provider hid the reasoning')
      return { type: 'hidden' }
    }
    if (part.type === 'refusal') this.#refused = true
    const key = part.type === 'text' ? 'content' : part.type === 'refusal' ? 'refusal' : 'reasoning_content'
    return {
      type: 'text',
      head: `${this.#open}{"${key}":`,
      base: part.type === 'text' ? this.#length : -1,
      length: 0,
      citations: [],
    }
  }

  #firstText(index: number, literal: string): string {
    const state = this.#parts.get(index)
    if (state?.type !== 'text') return ''
    this.#lastIndex = index
    this.#last = state
    return this.#text(state, literal)
  }

  #text(state: TextState, literal: string): string {
    if (literal === '""') return ''
    if (state.base !== -1) {
      const length = lengthOf(literal)
      this.#length += length
      state.length += length
    }
    return `${state.head + literal}}${this.#close}`
  }

  #openCall(index: number, part: Extract<OpenPart, { type: 'tool-call' }>): string {
    const { report, legacyFunctions } = this.#context
    if (legacyFunctions && this.#calls > 0) {
      this.#parts.set(index, { type: 'hidden' })
      report.dropped(`parts[${index}]`, 'function_call holds one call only')
      return ''
    }
    const writer = new CallWriter({ open: this.#open, close: this.#close }, this.#calls++, part, this.#context)
    this.#parts.set(index, { type: 'call', writer })
    return this.#delta(writer.opening)
  }

  #input(index: number, literal: string): string {
    const state = this.#parts.get(index)
    return state?.type === 'call' && literal !== '""' ? state.writer.input(literal) : ''
  }

  #seal({ index, seal }: Extract<ChatEvent, { type: 'seal' }>): string {
    const state = this.#parts.get(index)
    if (state?.type === 'hidden') return ''
    if (state?.type !== 'call' || seal.issuer !== 'gemini' || this.#context.legacyFunctions) {
      this.#context.report.dropped(`parts[${index}].seal`, withheldSeal)
      return ''
    }
    return this.#delta(state.writer.seal(seal.value))
  }

  #cite(index: number, citation: Citation): void {
    const state = this.#parts.get(index)
    const told = this.#told.get(index)
    if (state?.type !== 'text' && told === undefined) return
    if (citation.url === undefined) {
      this.#context.report.dropped(`parts[${index}].citations`, 'a source without a URL has no place here')
    } else if (told !== undefined) this.#annotate(citation, told)
    else if (state?.type === 'text') state.citations.push(citation)
  }

  #annotate(citation: Citation, { base, length }: { readonly base: number; readonly length: number }): void {
    const annotation = annotationOf(citation, base, length)
    if (annotation) this.#annotations.push(annotation)
  }

  #closePart(index: number): string {
    const state = this.#parts.get(index)
    this.#parts.delete(index)
    if (index === this.#lastIndex) this.#forget()
    if (state?.type === 'text' && state.base !== -1) {
      this.#told.set(index, state)
      for (const citation of state.citations) this.#annotate(citation, state)
    }
    return state?.type === 'call' ? state.writer.end() : ''
  }

  #finish({ stop, usage, serviceTier }: Finish): string {
    this.#stop()
    this.#usage = mergeUsage(this.#usage, usage)
    const { report, wantsUsage, legacyFunctions } = this.#context
    const calls = this.#calls === 0 ? 'none' : legacyFunctions ? 'function' : 'tools'
    const vague = vagueStops[stop.reason]
    let out = this.#annotations.length > 0 ? this.#delta({ annotations: this.#annotations }) : ''
    out += this.#explanation(stop)
    const finish = stop.reason === 'refusal' && this.#refused ? 'stop' : finishOf(stop, calls)
    if (vague !== undefined) report.approximated('stop_reason', `${vague}: told as ${finish}`)
    const tier = this.#tier === '' && isTier(serviceTier) ? `,"service_tier":"${serviceTier}"` : ''
    out += `${this.#open}{},"logprobs":null,"finish_reason":"${finish}"}]${tier}${this.#suffix}`
    if (wantsUsage && this.#usage) out += `${this.#base}],"usage":${JSON.stringify(writeUsage(this.#usage))}}\n\n`
    return `${out}data: [DONE]\n\n`
  }

  /** A refusal without a word of its own still says why. */
  #explanation(stop: Stop): string {
    if (stop.reason !== 'refusal' || this.#refused || !stop.explanation) return ''
    return this.#delta({ refusal: stop.explanation })
  }

  #stop(): void {
    this.#over = true
    this.#forget()
  }

  #forget(): void {
    this.#lastIndex = -1
    this.#last = undefined
  }
}

function isTier(tier: string | undefined): tier is string {
  return tier !== undefined && serviceTiers.has(tier)
}
