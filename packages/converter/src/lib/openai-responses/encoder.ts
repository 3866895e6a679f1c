import type { ChatError } from '../chat/error.ts'
import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import { withheldSeal } from '../chat/loss.ts'
import type { Citation } from '../chat/part.ts'
import type { Usage } from '../chat/usage.ts'
import type { ReplyContext, StreamEncoder } from '../codec.ts'
import { serviceTiers } from '../openai-chat/wire.ts'
import { mergeUsage } from '../stream/fold.ts'
import { errorEvent, responseError } from './error.ts'
import type { ItemWriter, Send, Text } from './item-base.ts'
import { CallWriter, MessageWriter, ReasoningWriter, SearchWriter } from './item-writers.ts'
import { callHeads, type Head, type ItemStatus, responseOf, type State, showsReasoning } from './output.ts'
import { tellSearch } from './search.ts'
import { endingOf, vagueStops, writeUsage } from './wire.ts'

type Spoken = Extract<OpenPart, { type: 'text' | 'refusal' }>

/**
 * Writes a Responses stream as the SDK's accumulator takes it: indexes without gaps, ids that stay, every event numbered.
 * Text goes from event to event as the literal it is.
 */
export class ResponsesEncoder implements StreamEncoder {
  readonly #context: ReplyContext
  readonly #shown: boolean
  readonly #headOf: ReturnType<typeof callHeads>
  readonly #body: string
  #head: Head | undefined
  #sequence = 0
  #out = ''
  #over = false
  /** The item of each open part; undefined for a part that is not told. */
  readonly #writers = new Map<number, ItemWriter | undefined>()
  readonly #items: ItemWriter[] = []
  /** The message that the next text goes into, as long as nothing else was opened after it. */
  #message: MessageWriter | undefined
  /** The item whose parts are all closed, which may yet turn out to have been cut. */
  #settled: ItemWriter | undefined
  /** Reasoning that has not said anything yet: its item is opened with its first word. */
  readonly #silent = new Set<number>()
  /** The text that was last written to, and its part, as long as no part was opened or closed since. */
  #live: Text | undefined
  #liveIndex = -1
  #refused = false
  #usage: Usage | undefined
  #serviceTier: string | undefined

  constructor(context: ReplyContext) {
    this.#context = context
    this.#shown = showsReasoning(context)
    this.#headOf = callHeads(context)
    this.#body = context.newId()
  }

  encode(event: ChatEvent): string {
    // Most events go on with the text that was last written to: everything else would be looked up for each of them.
    if (event.type === 'text' && event.index === this.#liveIndex && this.#live !== undefined) {
      return event.literal === '""' ? '' : this.#live.event(event.literal, this.#sequence++)
    }
    if (this.#over) return ''
    this.#out = ''
    this.#write(event)
    return this.#out
  }

  #write(event: ChatEvent): void {
    switch (event.type) {
      case 'text':
      case 'input':
        if (this.#silent.has(event.index)) this.#openReasoning(event.index)
        this.#delta(event.index, event.literal)
        break
      case 'start':
        this.#start(event)
        break
      case 'open':
        this.#live = undefined
        this.#open(event.index, event.part)
        break
      case 'close':
        this.#live = undefined
        this.#close(event.index)
        break
      case 'citation':
        this.#cite(event.index, event.citation)
        break
      case 'logprobs':
        this.#writers.get(event.index)?.logprobs(event.index, event.value)
        break
      case 'seal':
        this.#seal(event)
        break
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage)
        break
      case 'finish':
        this.#live = undefined
        this.#finish(event)
        break
      case 'error':
        this.#live = undefined
        this.#fail(event.error)
    }
  }

  #delta(index: number, literal: string): void {
    this.#live = undefined
    this.#liveIndex = index
    this.#writers.get(index)?.delta(index, literal)
  }

  readonly #send: Send = (type, members) => {
    const data = { type, ...members, sequence_number: this.#sequence++ }
    this.#out += `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
  }

  readonly #splice = (text: Text, literal: string): void => {
    this.#live = text
    this.#out += text.event(literal, this.#sequence++)
  }

  #start(event: Extract<ChatEvent, { type: 'start' }>): void {
    const context = this.#context
    this.#usage = event.usage
    this.#serviceTier = event.serviceTier
    this.#head = {
      id: event.id ?? `resp_${this.#body}`,
      model: context.model ?? event.model ?? '',
      created: event.created ?? context.now(),
    }
    const response = this.#response({ status: 'in_progress', output: [] })
    this.#send('response.created', { response })
    this.#send('response.in_progress', { response })
  }

  #response(state: State): JsonObject {
    const head = this.#head ?? { id: `resp_${this.#body}`, model: '', created: 0 }
    return responseOf(head, state, this.#context.request)
  }

  #open(index: number, part: OpenPart): void {
    const { report } = this.#context
    switch (part.type) {
      case 'text':
      case 'refusal':
        this.#openSpoken(index, part)
        break
      case 'reasoning':
        this.#silent.add(index)
        break
      case 'tool-call': {
        const head = this.#headOf(part)
        const wrapped = head.custom && part.inputKind === 'json'
        this.#add(index, new CallWriter(this.#place, head, wrapped))
        break
      }
      case 'opaque':
        if (part.search) {
          tellSearch(part.search, `parts[${index}]`, report)
          this.#add(index, new SearchWriter(this.#place, part.search))
        } else report.dropped(`parts[${index}]`, `openai-responses has no place for ${part.kind}`)
    }
  }

  #openSpoken(index: number, part: Spoken): void {
    if (part.type === 'refusal') this.#refused = true
    if (this.#message === undefined) {
      const message = new MessageWriter(this.#place, this.#context.report)
      this.#add(index, message)
      this.#message = message
    } else {
      if (this.#settled === this.#message) this.#settled = undefined
      this.#writers.set(index, this.#message)
    }
    this.#message.openPart(index, part.type)
  }

  #openReasoning(index: number): void {
    if (!this.#shown) {
      this.#silent.delete(index)
      this.#context.report.dropped(`parts[${index}]`, 'the client asked for no summary of the reasoning')
      return
    }
    this.#silent.delete(index)
    this.#add(index, new ReasoningWriter(this.#place))
  }

  /** A text that is told as done gets no more annotations: a client has read it already. */
  #cite(index: number, citation: Citation): void {
    const writer = this.#writers.get(index)
    if (writer) writer.cite(index, citation)
    else this.#context.report.dropped(`parts[${index}].citations`, 'a source that comes after its text is done')
  }

  /** A seal in the place of OpenAI's own; its reasoning need not be shown to be sent back. */
  #seal({ index, seal }: Extract<ChatEvent, { type: 'seal' }>): void {
    if (seal.issuer !== 'openai-responses') {
      this.#context.report.dropped(`parts[${index}].seal`, withheldSeal)
      return
    }
    this.#silent.delete(index)
    let writer = this.#writers.get(index)
    if (writer === undefined) {
      writer = new ReasoningWriter(this.#place)
      this.#add(index, writer)
    }
    if (writer instanceof ReasoningWriter) writer.seal(seal.value)
  }

  get #place(): ConstructorParameters<typeof ReasoningWriter>[0] {
    return { index: this.#items.length, body: this.#body, send: this.#send, splice: this.#splice }
  }

  #add(index: number, item: ItemWriter): void {
    this.#settle(undefined, 'completed')
    this.#message = undefined
    this.#items.push(item)
    this.#writers.set(index, item)
    item.begin()
  }

  #close(index: number): void {
    if (this.#silent.delete(index)) {
      this.#context.report.dropped(`parts[${index}]`, 'the provider hid the reasoning')
    }
    const item = this.#writers.get(index)
    this.#writers.delete(index)
    item?.close(index)
    if (item && item.open === 0) this.#settle(item, 'completed')
  }

  /** Ends the item that was settled before, and lets another take its place. */
  #settle(next: ItemWriter | undefined, status: ItemStatus): void {
    this.#settled?.end(status)
    this.#settled = next
  }

  #finish({ stop, usage, serviceTier = this.#serviceTier }: Extract<ChatEvent, { type: 'finish' }>): void {
    this.#usage = mergeUsage(this.#usage, usage)
    const vague = vagueStops[stop.reason]
    if (vague !== undefined) this.#context.report.approximated('stop_reason', vague)
    if (stop.reason === 'refusal' && !this.#refused && stop.explanation) this.#explain(stop.explanation)
    const ending = endingOf(stop, { refusal: this.#refused })
    this.#settle(undefined, ending.status)
    this.#over = true
    const response = this.#ended({
      status: ending.status,
      incomplete_details: ending.incomplete_details && { ...ending.incomplete_details },
      ...(serviceTier !== undefined && serviceTiers.has(serviceTier) && { service_tier: serviceTier }),
    })
    this.#send(`response.${ending.status}`, { response })
  }

  /** A refusal without a word of its own still says why. */
  #explain(explanation: string): void {
    const index = -1
    this.#openSpoken(index, { type: 'refusal' })
    this.#writers.get(index)?.delta(index, JSON.stringify(explanation))
    this.#close(index)
  }

  /** A client that was told of a response is told that it failed; what was left open is not done. */
  #fail(error: ChatError): void {
    this.#over = true
    if (this.#head === undefined) {
      this.#out += errorEvent(error, this.#sequence++)
      return
    }
    this.#settle(undefined, 'completed')
    const response = this.#ended({ status: 'failed', error: responseError(error) })
    this.#send('response.failed', { response })
  }

  #ended(state: Omit<State, 'output'>): JsonObject {
    const usage = this.#usage && { usage: writeUsage(this.#usage) }
    return this.#response({ ...state, output: this.#items.map((item) => item.item()), ...usage })
  }
}
