import type { ChatEvent, OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { Citation, Seal } from '../chat/part.ts'
import type { Usage } from '../chat/usage.ts'
import type { ReplyContext, StreamEncoder } from '../codec.ts'
import { Sequential } from '../stream/sequential.ts'
import { writeCitation } from './citations.ts'
import { errorFrame } from './error.ts'
import { wireStop } from './reply-encode.ts'
import { SearchBlocks } from './search-encode.ts'
import { wireDeltaUsage, wireUsage } from './wire.ts'

/** The one part that is being written. */
interface Live {
  readonly part: OpenPart
  /** The block's index on the wire; undefined for a part this dialect does not show. */
  readonly index: number | undefined
  /** What stands before and after the literal of a delta; empty for a part that takes none. */
  readonly head: string
  /** Argument text has been written. */
  hasInput: boolean
  /** Reasoning waits until it is known to bear a seal: without one it is not shown. */
  readonly held: string[]
  seal?: Seal
}

const tail = '}}\n\n'

function isRedacted(part: OpenPart): boolean {
  return part.type === 'reasoning' && part.redacted === true
}

/** Writes a Messages stream: named events, one block open at a time, in the order the SDK's accumulator takes them. */
export class AnthropicEncoder implements StreamEncoder {
  readonly #context: ReplyContext
  readonly #sequential: Sequential
  #out = ''
  #over = false
  #live: Live | undefined
  #blocks = 0
  #calls = false
  #refused = false
  #usage: Usage | undefined
  readonly #searches: SearchBlocks

  constructor(context: ReplyContext) {
    this.#context = context
    this.#searches = new SearchBlocks(context)
    this.#sequential = new Sequential((event) => this.#write(event))
  }

  encode(event: ChatEvent): string {
    if (this.#over) return ''
    this.#out = ''
    this.#sequential.push(event)
    return this.#out
  }

  #write(event: ChatEvent): void {
    switch (event.type) {
      case 'text':
        this.#text(event.literal)
        break
      case 'input':
        this.#input(event.literal)
        break
      case 'start':
        this.#start(event)
        break
      case 'open':
        this.#open(event.part)
        break
      case 'close':
        this.#close()
        break
      case 'seal':
        this.#seal(event.seal)
        break
      case 'citation':
        this.#citation(event.citation)
        break
      case 'logprobs':
        this.#context.report.dropped('logprobs', 'Anthropic tells no token probabilities')
        break
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage }
        break
      case 'finish':
        this.#finish(event)
        break
      case 'error':
        this.#over = true
        this.#out += errorFrame(event.error)
    }
  }

  #start(event: Extract<ChatEvent, { type: 'start' }>): void {
    const context = this.#context
    this.#usage = event.usage
    this.#send('message_start', {
      message: {
        id: event.id ?? `msg_${context.newId()}`,
        type: 'message',
        role: 'assistant',
        model: context.model ?? event.model ?? '',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        container: null,
        diagnostics: null,
        usage: wireUsage(event.usage, event.serviceTier),
      },
    })
  }

  #open(part: OpenPart): void {
    switch (part.type) {
      case 'text':
      case 'refusal':
        this.#refused ||= part.type === 'refusal'
        this.#begin(part, { type: 'text', text: '', citations: null }, 'text_delta', 'text')
        break
      case 'tool-call':
        this.#calls = true
        this.#begin(part, this.#toolUse(part), 'input_json_delta', 'partial_json')
        if (part.inputKind === 'text') this.#delta('"{\\"input\\":\\""')
        break
      case 'opaque':
        if (part.search) this.#whole(this.#searches.told(part.search, `parts[${this.#blocks}]`))
        else this.#context.report.dropped(`parts[${this.#blocks}]`, `Anthropic has no counterpart of ${part.kind}`)
        this.#hide(part)
        break
      case 'reasoning':
        this.#hide(part)
    }
  }

  #toolUse(part: Extract<OpenPart, { type: 'tool-call' }>): JsonObject {
    return {
      type: 'tool_use',
      id: this.#context.callId(part.id),
      name: this.#context.originalToolName(part.name),
      input: {},
      caller: { type: 'direct' },
    }
  }

  #begin(part: OpenPart, block: JsonObject, deltaType: string, field: string): void {
    const index = this.#blocks++
    this.#send('content_block_start', { index, content_block: block })
    const head = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${deltaType}","${field}":`
    this.#live = { part, index, head, hasInput: false, held: [] }
  }

  /** Whole blocks, the input of a call as a delta. */
  #whole(blocks: readonly JsonObject[]): void {
    for (const { input, ...block } of blocks) {
      const index = this.#blocks++
      this.#send('content_block_start', { index, content_block: { ...block, ...(input && { input: {} }) } })
      const delta = { type: 'input_json_delta', partial_json: JSON.stringify(input) }
      if (input) this.#send('content_block_delta', { index, delta })
      this.#send('content_block_stop', { index })
    }
  }

  #hide(part: OpenPart): void {
    this.#live = { part, index: undefined, head: '', hasInput: false, held: [] }
  }

  #text(literal: string): void {
    const live = this.#live
    if (live === undefined) return
    if (live.index !== undefined) this.#out += live.head + literal + tail
    else if (live.part.type === 'reasoning') live.held.push(literal)
  }

  #input(literal: string): void {
    const live = this.#live
    if (live?.part.type !== 'tool-call') return
    live.hasInput ||= literal !== '""'
    // Free text goes into a JSON string of its own, whose escapes are escaped once more.
    this.#delta(live.part.inputKind === 'text' ? JSON.stringify(literal.slice(1, -1)) : literal)
  }

  #delta(literal: string): void {
    if (this.#live) this.#out += this.#live.head + literal + tail
  }

  #seal(seal: Seal): void {
    const live = this.#live
    if (live?.part.type === 'reasoning') this.#sealed(live, seal)
    else this.#context.report.dropped('seal', 'Anthropic has no place for the seal')
  }

  /** From here on reasoning is told as it comes, except what is hidden. */
  #sealed(live: Live, seal: Seal): void {
    live.seal = seal
    if (live.index !== undefined || seal.issuer !== 'anthropic' || isRedacted(live.part)) return
    this.#begin(live.part, { type: 'thinking', thinking: '', signature: '' }, 'thinking_delta', 'thinking')
    if (this.#live) this.#live.seal = seal
    for (const literal of live.held) this.#delta(literal)
  }

  #citation(citation: Citation): void {
    const { report } = this.#context
    const live = this.#live
    this.#searches.cite(citation)
    const value = writeCitation(citation, 'citations', report)
    if (value === undefined) return
    if (live?.index !== undefined && live.part.type === 'text') {
      this.#send('content_block_delta', { index: live.index, delta: { type: 'citations_delta', citation: value } })
    } else report.dropped('citations', 'it came when the text it stands for was over')
  }

  #close(): void {
    const live = this.#live
    if (live === undefined) return
    if (live.part.type === 'reasoning') this.#reasoning(live)
    if (live.part.type === 'tool-call') {
      if (live.part.inputKind === 'text') this.#delta('"\\"}"')
      else if (!live.hasInput) this.#delta('"{}"')
    }
    this.#live = undefined
    if (live.index !== undefined) this.#send('content_block_stop', { index: live.index })
  }

  /** The end of reasoning, which is shown only with Anthropic's seal: a client could not send back any other. */
  #reasoning(live: Live): void {
    const seal = live.seal?.issuer === 'anthropic' ? live.seal.value : undefined
    if (seal === undefined) {
      this.#context.report.dropped('reasoning', 'reasoning without a signature of Anthropic is not taken back by it')
    } else if (live.index === undefined) {
      const index = this.#blocks++
      this.#send('content_block_start', { index, content_block: { type: 'redacted_thinking', data: seal } })
      this.#send('content_block_stop', { index })
    } else {
      this.#send('content_block_delta', {
        index: live.index,
        delta: { type: 'signature_delta', signature: seal },
      })
    }
  }

  #finish(event: Extract<ChatEvent, { type: 'finish' }>): void {
    const { report } = this.#context
    this.#over = true
    this.#whole(this.#searches.left())
    const usage = event.usage || this.#usage ? { ...this.#usage, ...event.usage } : undefined
    if (usage === undefined) report.invented('usage', 'the upstream told none; the counts are 0')
    const stop = wireStop(event.stop, { calls: this.#calls, refused: this.#refused, report })
    this.#send('message_delta', {
      delta: { ...stop, container: null },
      usage: wireDeltaUsage(usage, this.#searches.count),
    })
    this.#send('message_stop', {})
  }

  /** The SDK ignores events without a name, so each has one. */
  #send(type: string, members: Record<string, unknown>): void {
    this.#out += `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
  }
}
