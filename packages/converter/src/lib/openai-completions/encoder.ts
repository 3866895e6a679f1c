import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { Usage } from '../chat/usage.ts'
import type { ReplyContext, StreamEncoder } from '../codec.ts'
import { writeUsage } from '../openai-chat/wire.ts'
import { mergeUsage } from '../stream/fold.ts'
import { errorFrame } from './error.ts'
import { finishOfStop, noCitations, vagueStops, writeLogprobs } from './wire.ts'

type Finish = Extract<ChatEvent, { type: 'finish' }>

/** Writes a stream of completion chunks: the answer's text and nothing else. */
export class CompletionsEncoder implements StreamEncoder {
  readonly #context: ReplyContext
  /** The parts whose text is told: text and refusals. */
  readonly #told = new Set<number>()
  #base = ''
  /** What stands before and after the text's literal in a chunk. */
  #head = ''
  #tail = ''
  /** Characters so far, and where the last delta began: token offsets count in them. */
  #length = 0
  #before = 0
  #usage: Usage | undefined
  #over = false

  constructor(context: ReplyContext) {
    this.#context = context
  }

  encode(event: ChatEvent): string {
    if (this.#over) return ''
    switch (event.type) {
      case 'start':
        this.#start(event)
        return ''
      case 'open':
        this.#open(event.index, event.part)
        return ''
      case 'text':
        return this.#text(event.index, event.literal)
      case 'citation':
        this.#context.report.dropped(`parts[${event.index}].citations`, noCitations)
        return ''
      case 'logprobs':
        return this.#chunk('""', writeLogprobs(event.value, this.#before), null)
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        return ''
      case 'finish':
        return this.#finish(event)
      case 'error':
        this.#over = true
        return errorFrame(event.error)
      default:
        return ''
    }
  }

  #start(event: Extract<ChatEvent, { type: 'start' }>): void {
    const context = this.#context
    const head = JSON.stringify({
      id: event.id ?? `cmpl-${context.newId()}`,
      object: 'text_completion',
      created: event.created ?? context.now(),
      model: context.model ?? event.model ?? '',
    })
    this.#usage = event.usage
    this.#base = `data: ${head.slice(0, -1)},"choices":[`
    this.#head = `${this.#base}{"index":0,"text":`
    this.#tail = `,"logprobs":null,"finish_reason":null}]${this.#suffix}`
  }

  get #suffix(): string {
    return this.#context.wantsUsage ? ',"usage":null}\n\n' : '}\n\n'
  }

  #open(index: number, part: OpenPart): void {
    if (part.type === 'text' || part.type === 'refusal') this.#told.add(index)
    else {
      const what = part.type === 'opaque' ? part.kind : part.type
      this.#context.report.dropped(`parts[${index}]`, `openai-completions has no place for ${what}`)
    }
  }

  #text(index: number, literal: string): string {
    if (literal === '""' || !this.#told.has(index)) return ''
    this.#before = this.#length
    this.#length += literal.includes('\\') ? (JSON.parse(literal) as string).length : literal.length - 2
    return this.#head + literal + this.#tail
  }

  #chunk(literal: string, logprobs: ReturnType<typeof writeLogprobs>, finish: string | null): string {
    const rest = `,"logprobs":${JSON.stringify(logprobs)},"finish_reason":${JSON.stringify(finish)}}]`
    return `${this.#head}${literal}${rest}${this.#suffix}`
  }

  #finish({ stop, usage }: Finish): string {
    this.#over = true
    this.#usage = mergeUsage(this.#usage, usage)
    const { report, wantsUsage } = this.#context
    const vague = vagueStops[stop.reason]
    if (vague !== undefined) report.approximated('stop_reason', vague)
    const explains = stop.reason === 'refusal' && this.#length === 0
    const text = explains ? JSON.stringify(stop.explanation ?? '') : '""'
    let out = this.#chunk(text, null, finishOfStop[stop.reason])
    if (wantsUsage && this.#usage) out += `${this.#base}],"usage":${JSON.stringify(writeUsage(this.#usage))}}\n\n`
    return `${out}data: [DONE]\n\n`
  }
}
