import type { ChatError } from '../chat/error.ts'
import type { ChatEvent, Emit, OpenPart } from '../chat/event.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { arrayAt, numberAt, objectAt, stringAt } from '../chat/read.ts'
import type { Stop } from '../chat/stop.ts'
import type { StreamDecoder } from '../codec.ts'
import { parseExact } from '../lossless.ts'
import { truncated } from '../stream/phase.ts'
import { readCitation, readCitations } from './content-decode.ts'
import { DeltaTemplate } from './delta-template.ts'
import { decodeError } from './error.ts'
import { isSearchCall, SearchCalls } from './search-decode.ts'
import { inputText, readServiceTier, readStop, reportCaller, UsageTally } from './wire.ts'

/** A content block between its start and its stop. */
interface Block {
  /** Undefined until there is something to say: an empty block gives no part. */
  index: number | undefined
  readonly part: OpenPart
  /** A tool's arguments given whole at its start; deltas, where they follow, replace them. */
  input?: JsonObject
  /** The call of a search, which is told with its result, and the pieces of its input. */
  readonly search?: { readonly call: JsonObject; input: string }
}

/** Reads a Messages stream. One object per stream. */
export class AnthropicDecoder implements StreamDecoder {
  readonly #sink: Emit
  readonly #report: Report
  readonly #usage = new UsageTally()
  /** Open blocks by the index the wire gives them. */
  readonly #blocks = new Map<number, Block>()
  readonly #searches = new SearchCalls()
  #state: 'idle' | 'started' | 'over' = 'idle'
  #parts = 0
  #calls = false
  #stop: Stop | undefined
  readonly #template = new DeltaTemplate()

  constructor(emit: Emit, report: Report) {
    this.#sink = emit
    this.#report = report
  }

  frame(event: string, data: string): void {
    if (this.#state === 'over' || this.#plainDelta(data)) return
    const text = data.trim()
    if (text === '' || text === '[DONE]') return
    const wire = parseFrame(text)
    if (wire === undefined) {
      this.#fail(event === 'error' ? decodeError(0, text) : badStream('a frame of it is not JSON'))
      return
    }
    this.#event(stringAt(wire, 'type') ?? event, wire, text)
  }

  end(): void {
    if (this.#state === 'over') return
    if (this.#stop === undefined) this.#fail(truncated())
    else this.#finish(this.#stop)
  }

  #event(type: string, wire: JsonObject, data: string): void {
    switch (type) {
      case 'message_start':
        this.#messageStart(objectAt(wire, 'message') ?? {})
        break
      case 'content_block_start':
        this.#blockStart(numberAt(wire, 'index') ?? this.#parts, objectAt(wire, 'content_block') ?? {})
        break
      case 'content_block_delta':
        this.#blockDelta(numberAt(wire, 'index') ?? 0, objectAt(wire, 'delta') ?? {}, data)
        break
      case 'content_block_stop':
        this.#blockStop(numberAt(wire, 'index') ?? 0)
        break
      case 'message_delta':
        this.#messageDelta(wire)
        break
      case 'message_stop':
        this.end()
        break
      case 'error':
        this.#fail(decodeError(0, wire))
    }
  }

  #messageStart(message: JsonObject): void {
    if (this.#state !== 'idle') {
      this.#fail(badStream('a second message began before the first was complete'))
      return
    }
    this.#usage.add(member(message, 'usage'))
    this.#start(stringAt(message, 'id'), stringAt(message, 'model'), readServiceTier(message))
    // A short answer may be complete inside the start event.
    for (const [i, block] of arrayAt(message, 'content').entries()) {
      if (!isObject(block)) continue
      this.#blockStart(i, block)
      this.#blockStop(i)
    }
    this.#stop = readStop(message, this.#calls)
  }

  #start(id?: string, model?: string, serviceTier?: string): void {
    if (this.#state !== 'idle') return
    this.#state = 'started'
    const { usage } = this.#usage
    this.#emit({
      type: 'start',
      ...(id && { id }),
      ...(model && { model }),
      ...(usage && { usage }),
      ...(serviceTier && { serviceTier }),
    })
  }

  #blockStart(wireIndex: number, wire: JsonObject): void {
    this.#start()
    this.#blockStop(wireIndex)
    const search = isSearchCall(wire) ? { call: wire, input: '' } : undefined
    const found = this.#searches.result(wire, `content[${wireIndex}]`, this.#report)
    const block: Block = {
      index: undefined,
      part: { ...partOf(wire), ...(found && { search: found }) },
      ...(search && { search }),
    }
    this.#blocks.set(wireIndex, block)
    switch (block.part.type) {
      case 'text':
        this.#text(block, stringAt(wire, 'text'))
        for (const citation of readCitations(wire)) this.#emit({ type: 'citation', index: this.#open(block), citation })
        break
      case 'reasoning':
        this.#text(block, stringAt(wire, 'thinking'))
        this.#seal(block, stringAt(wire, block.part.redacted ? 'data' : 'signature'))
        break
      case 'tool-call': {
        this.#calls = true
        reportCaller(wire, `content[${wireIndex}]`, this.#report)
        this.#open(block)
        const input = objectAt(wire, 'input')
        if (input && Object.keys(input).length > 0) block.input = input
        break
      }
      default:
        if (search === undefined) this.#open(block)
    }
  }

  #blockDelta(wireIndex: number, delta: JsonObject, data: string): void {
    const type = stringAt(delta, 'type') ?? ''
    const block = this.#blocks.get(wireIndex) ?? this.#implied(wireIndex, type)
    if (block === undefined) return
    if (block.part.type === 'opaque') {
      if (block.search) block.search.input += stringAt(delta, 'partial_json') ?? ''
      return
    }
    switch (type) {
      case 'text_delta':
        if (block.part.type === 'text') this.#text(block, stringAt(delta, 'text'))
        break
      case 'thinking_delta':
        if (block.part.type === 'reasoning') this.#text(block, stringAt(delta, 'thinking'))
        break
      case 'input_json_delta':
        if (block.part.type === 'tool-call') this.#input(block, stringAt(delta, 'partial_json'))
        break
      case 'signature_delta':
        if (block.part.type === 'reasoning') this.#seal(block, stringAt(delta, 'signature'))
        break
      case 'citations_delta': {
        const citation = objectAt(delta, 'citation')
        if (citation && block.part.type === 'text') {
          this.#emit({ type: 'citation', index: this.#open(block), citation: readCitation(citation) })
        }
      }
    }
    if (block.index !== undefined) this.#template.learn(data, wireIndex, type, block.index)
  }

  /** Some proxies leave out the start of a text or thinking block. A tool without one has no name and cannot be called. */
  #implied(wireIndex: number, deltaType: string): Block | undefined {
    if (deltaType !== 'text_delta' && deltaType !== 'thinking_delta') return undefined
    this.#blockStart(wireIndex, { type: deltaType === 'text_delta' ? 'text' : 'thinking' })
    return this.#blocks.get(wireIndex)
  }

  #blockStop(wireIndex: number): void {
    const block = this.#blocks.get(wireIndex)
    if (block === undefined) return
    this.#blocks.delete(wireIndex)
    this.#template.forget()
    if (block.search) {
      const { call, input } = block.search
      this.#searches.call(call, `content[${wireIndex}]`, parseFrame(input))
    }
    if (block.index === undefined) return
    if (block.input) this.#wholeInput(block.index, block.input)
    this.#emit({ type: 'close', index: block.index })
  }

  #wholeInput(index: number, input: JsonObject): void {
    const text = inputText(input)
    if (text === undefined) this.#fail(badStream('the arguments of a call are nested too deeply'))
    else this.#emit({ type: 'input', index, literal: JSON.stringify(text) })
  }

  #messageDelta(wire: JsonObject): void {
    this.#start()
    this.#usage.add(member(wire, 'usage'))
    this.#stop = readStop(objectAt(wire, 'delta') ?? {}, this.#calls) ?? this.#stop
    const { usage } = this.#usage
    if (usage) this.#emit({ type: 'usage', usage })
  }

  #open(block: Block): number {
    if (block.index === undefined) {
      block.index = this.#parts++
      this.#emit({ type: 'open', index: block.index, part: block.part })
    }
    return block.index
  }

  #text(block: Block, text: string | undefined): void {
    if (text) this.#emit({ type: 'text', index: this.#open(block), literal: JSON.stringify(text) })
  }

  #input(block: Block, json: string | undefined): void {
    if (!json) return
    delete block.input
    this.#emit({ type: 'input', index: this.#open(block), literal: JSON.stringify(json) })
  }

  #seal(block: Block, value: string | undefined): void {
    if (value) this.#emit({ type: 'seal', index: this.#open(block), seal: { issuer: 'anthropic', value } })
  }

  /** A delta that differs from the one before in nothing but its text. */
  #plainDelta(data: string): boolean {
    const literal = this.#template.match(data)
    if (literal === undefined) return false
    const { type, part } = this.#template
    if (literal !== '""') this.#emit({ type, index: part, literal })
    return true
  }

  #finish(stop: Stop): void {
    for (const wireIndex of this.#blocks.keys()) this.#blockStop(wireIndex)
    this.#searches.finish(this.#report)
    const { usage } = this.#usage
    this.#over({ type: 'finish', stop, ...(usage && { usage }) })
  }

  #fail(error: ChatError): void {
    this.#over({ type: 'error', error })
  }

  #over(event: ChatEvent): void {
    this.#emit(event)
    this.#state = 'over'
  }

  /** Nothing is told after the end, whatever stands behind it in the same frame. */
  #emit(event: ChatEvent): void {
    if (this.#state !== 'over') this.#sink(event)
  }
}

function partOf(block: JsonObject): OpenPart {
  const type = stringAt(block, 'type') ?? 'unknown'
  switch (type) {
    case 'text':
      return { type: 'text' }
    case 'thinking':
      return { type: 'reasoning' }
    case 'redacted_thinking':
      return { type: 'reasoning', redacted: true }
    case 'tool_use':
      return {
        type: 'tool-call',
        id: stringAt(block, 'id') ?? '',
        name: stringAt(block, 'name') ?? '',
        inputKind: 'json',
      }
    default:
      return { type: 'opaque', kind: type }
  }
}

/** Keeps the digits of a tool input that comes whole in its block's start. */
function parseFrame(text: string): JsonObject | undefined {
  let value: JsonValue
  try {
    value = text.startsWith('{"type":"content_block_start"') ? parseExact(text) : (JSON.parse(text) as JsonValue)
  } catch {
    return undefined
  }
  return isObject(value) ? value : undefined
}

function badStream(what: string): ChatError {
  return { status: 502, kind: 'server', message: `the upstream broke its stream: ${what}` }
}
