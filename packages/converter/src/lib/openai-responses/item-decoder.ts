import type { Emit, OpenPart } from '../chat/event.ts'
import { type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { lengthOf } from '../chat/literal.ts'
import type { Report } from '../chat/loss.ts'
import type { Citation } from '../chat/part.ts'
import { stringAt } from '../chat/read.ts'
import { argumentsText } from '../openai-chat/wire.ts'
import { citationsOf, logprobsOf } from './content.ts'
import { nameOf, reportCaller } from './reply.ts'
import { callIdOf, idOf, isCall, objectsAt, sectionBreak } from './wire.ts'

/** A stretch of text within an item. */
export interface Section {
  readonly kind: 'text' | 'refusal' | 'summary' | 'reasoning' | 'input'
  /** `content_index` or `summary_index`; 0 for an input. */
  readonly ordinal: number
}

/** What an item needs of the stream it is part of. */
export interface ItemContext {
  readonly emit: Emit
  readonly report: Report
  /** Where the item stands, for loss reports. */
  readonly at: string
  /** The id of a call that has none. */
  readonly minted: string
  takeIndex(): number
}

/** Reads one item of the output, whichever of its events a server sends. */
export interface ItemDecoder {
  /** It is a call of a tool the client runs. */
  readonly called: boolean
  readonly refused: boolean
  /** Whether an item told under the same index is another one: some servers number every item alike. */
  isReplacedBy(item: JsonObject | undefined): boolean
  /** Its announcement has been read. */
  added(): void
  /** A piece of its text, as a JSON string literal. */
  delta(section: Section, literal: string): void
  /** A section as a whole: what its deltas have not told of it is told. */
  whole(section: Section, text: string): void
  /** A content part as a whole. */
  content(part: JsonObject, ordinal: number): void
  cite(section: Section, citation: Citation): void
  logprobs(section: Section, tokens: readonly JsonObject[]): void
  /** The item as a whole. */
  done(item: JsonObject): void
  /** Closes what is open; a second time does nothing. */
  finish(): void
}

/** The reader of an item by what it was announced as. */
export function openItem(item: JsonObject, context: ItemContext): ItemDecoder {
  const type = stringAt(item, 'type') ?? 'unknown'
  if (type === 'message') return new MessageDecoder(item, context)
  if (type === 'reasoning') return new ReasoningDecoder(item, context)
  return isCall(item) ? new CallDecoder(item, context) : new OpaqueDecoder(item, context)
}

abstract class Item implements ItemDecoder {
  protected readonly context: ItemContext
  readonly #type: string
  readonly #id: string | undefined
  readonly #isCall: boolean
  #closed = false

  constructor(item: JsonObject, context: ItemContext) {
    this.context = context
    this.#type = stringAt(item, 'type') ?? 'unknown'
    this.#id = identityOf(item)
    this.#isCall = isCall(item)
  }

  get called(): boolean {
    return false
  }

  get refused(): boolean {
    return false
  }

  isReplacedBy(item: JsonObject | undefined): boolean {
    if (item === undefined) return false
    if (stringAt(item, 'type') !== this.#type) return true
    const id = identityOf(item)
    const differs = id !== undefined && this.#id !== undefined && id !== this.#id
    // The id of an item may change from event to event behind some proxies, that of a call does not.
    return differs && (this.#closed || this.#isCall)
  }

  added(): void {}

  delta(_section: Section, _literal: string): void {}

  whole(_section: Section, _text: string): void {}

  content(_part: JsonObject, _ordinal: number): void {}

  cite(_section: Section, _citation: Citation): void {}

  logprobs(_section: Section, _tokens: readonly JsonObject[]): void {}

  done(item: JsonObject): void {
    if (this.#closed) return
    this.read(item)
    this.finish()
  }

  finish(): void {
    if (this.#closed) return
    this.#closed = true
    this.close()
  }

  protected get closed(): boolean {
    return this.#closed
  }

  /** Takes of the whole item what its events have not told. */
  protected read(_item: JsonObject): void {}

  protected abstract close(): void

  protected open(part: OpenPart): number {
    const index = this.context.takeIndex()
    this.context.emit({ type: 'open', index, part })
    return index
  }
}

/** What tells an item from another: of a call its own id, which the client answers to. */
function identityOf(item: JsonObject): string | undefined {
  return stringAt(item, 'call_id') || idOf(item)
}

interface SpokenPart {
  readonly index: number
  /** Characters told so far. */
  length: number
  cited: number
  scored: boolean
}

class MessageDecoder extends Item {
  readonly #parts = new Map<string, SpokenPart>()
  #refused = false
  /** The section written to last, for the common case of one delta after the other. */
  #section: Section | undefined
  #part: SpokenPart | undefined

  override get refused(): boolean {
    return this.#refused
  }

  override delta(section: Section, literal: string): void {
    const part = section === this.#section ? this.#part : this.#partOf(section)
    if (part === undefined) return
    this.#section = section
    this.#part = part
    part.length += lengthOf(literal)
    this.context.emit({ type: 'text', index: part.index, literal })
  }

  override whole(section: Section, text: string): void {
    const part = text === '' ? undefined : this.#partOf(section)
    if (part && text.length > part.length) this.delta(section, JSON.stringify(text.slice(part.length)))
  }

  override content(part: JsonObject, ordinal: number): void {
    const refusal = stringAt(part, 'refusal')
    if (refusal !== undefined) {
      this.whole({ kind: 'refusal', ordinal }, refusal)
      return
    }
    const section: Section = { kind: 'text', ordinal }
    this.whole(section, stringAt(part, 'text') ?? '')
    const spoken = this.#parts.get(keyOf(section))
    if (spoken === undefined) return
    for (const citation of citationsOf(part).slice(spoken.cited)) this.cite(section, citation)
    if (!spoken.scored) this.logprobs(section, objectsAt(part, 'logprobs'))
  }

  override cite(section: Section, citation: Citation): void {
    const part = this.#partOf(section)
    if (part === undefined) return
    part.cited++
    this.context.emit({ type: 'citation', index: part.index, citation })
  }

  override logprobs(section: Section, tokens: readonly JsonObject[]): void {
    const value: JsonValue | undefined = logprobsOf({ logprobs: [...tokens] })
    const part = value === undefined ? undefined : this.#partOf(section)
    if (value === undefined || part === undefined) return
    part.scored = true
    this.context.emit({ type: 'logprobs', index: part.index, value })
  }

  protected override read(item: JsonObject): void {
    for (const [i, part] of objectsAt(item, 'content').entries()) this.content(part, i)
  }

  protected override close(): void {
    for (const { index } of this.#parts.values()) this.context.emit({ type: 'close', index })
  }

  #partOf(section: Section): SpokenPart | undefined {
    const { kind } = section
    if (this.closed || (kind !== 'text' && kind !== 'refusal')) return undefined
    const key = keyOf(section)
    const known = this.#parts.get(key)
    if (known !== undefined) return known
    if (kind === 'refusal') this.#refused = true
    const part: SpokenPart = { index: this.open({ type: kind }), length: 0, cited: 0, scored: false }
    this.#parts.set(key, part)
    return part
  }
}

class ReasoningDecoder extends Item {
  #index: number | undefined
  /** Characters told of each section so far. */
  readonly #sections = new Map<string, number>()

  override delta(section: Section, literal: string): void {
    if (this.closed || (section.kind !== 'summary' && section.kind !== 'reasoning')) return
    const key = keyOf(section)
    const told = this.#sections.get(key)
    this.#index ??= this.open({ type: 'reasoning' })
    if (told === undefined && this.#sections.size > 0) this.#write(JSON.stringify(sectionBreak))
    this.#sections.set(key, (told ?? 0) + lengthOf(literal))
    this.#write(literal)
  }

  override whole(section: Section, text: string): void {
    const told = this.#sections.get(keyOf(section)) ?? 0
    if (text.length > told) this.delta(section, JSON.stringify(text.slice(told)))
  }

  override content(part: JsonObject, ordinal: number): void {
    this.whole({ kind: 'reasoning', ordinal }, stringAt(part, 'text') ?? '')
  }

  /** The seal of the announcement may be incomplete: only the whole item's counts. */
  protected override read(item: JsonObject): void {
    for (const [ordinal, part] of objectsAt(item, 'summary').entries()) {
      this.whole({ kind: 'summary', ordinal }, stringAt(part, 'text') ?? '')
    }
    for (const [ordinal, part] of objectsAt(item, 'content').entries()) this.content(part, ordinal)
    const value = stringAt(item, 'encrypted_content')
    if (!value) return
    this.#index ??= this.open({ type: 'reasoning' })
    const id = idOf(item)
    const seal = { issuer: 'openai-responses', value, ...(id !== undefined && { id }) } as const
    this.context.emit({ type: 'seal', index: this.#index, seal })
  }

  protected override close(): void {
    if (this.#index !== undefined) this.context.emit({ type: 'close', index: this.#index })
  }

  #write(literal: string): void {
    if (this.#index !== undefined) this.context.emit({ type: 'text', index: this.#index, literal })
  }
}

class CallDecoder extends Item {
  readonly #inputKind: 'json' | 'text'
  #id: string | undefined
  #name: string
  /** Input that was told with the announcement; deltas, where they follow, replace it. */
  #initial: string
  /** Deltas that came before the name. */
  readonly #held: string[] = []
  #index: number | undefined
  #length = 0

  constructor(item: JsonObject, context: ItemContext) {
    super(item, context)
    this.#inputKind = stringAt(item, 'type') === 'custom_tool_call' ? 'text' : 'json'
    this.#id = callIdOf(item)
    this.#name = nameOf(item)
    this.#initial = this.#inputOf(item)
  }

  override get called(): boolean {
    return this.#index !== undefined
  }

  override added(): void {
    this.#openNamed()
  }

  override delta(section: Section, literal: string): void {
    if (this.closed || section.kind !== 'input') return
    this.#length += lengthOf(literal)
    if (this.#index === undefined) this.#held.push(literal)
    else this.context.emit({ type: 'input', index: this.#index, literal })
  }

  override whole(section: Section, text: string): void {
    if (text.length > this.#length) this.delta(section, JSON.stringify(text.slice(this.#length)))
  }

  protected override read(item: JsonObject): void {
    this.#name ||= nameOf(item)
    this.#id ??= callIdOf(item)
    this.#openNamed()
    reportCaller(item, this.context.at, this.context.report)
    this.whole({ kind: 'input', ordinal: 0 }, this.#inputOf(item))
  }

  protected override close(): void {
    this.#openNamed()
    if (this.#index === undefined) {
      this.context.report.dropped(this.context.at, 'the upstream never named the tool')
      return
    }
    if (this.#length === 0 && this.#initial !== '') {
      this.context.emit({ type: 'input', index: this.#index, literal: JSON.stringify(this.#initial) })
    }
    this.context.emit({ type: 'close', index: this.#index })
  }

  #inputOf(item: JsonObject): string {
    return argumentsText(member(item, this.#inputKind === 'text' ? 'input' : 'arguments'))
  }

  #openNamed(): void {
    if (this.#index !== undefined || this.#name === '') return
    const id = this.#id ?? this.context.minted
    this.#index = this.open({ type: 'tool-call', id, name: this.#name, inputKind: this.#inputKind })
    for (const literal of this.#held.splice(0)) this.context.emit({ type: 'input', index: this.#index, literal })
  }
}

/** What only this dialect understands, such as a tool OpenAI runs. */
class OpaqueDecoder extends Item {
  readonly #index: number

  constructor(item: JsonObject, context: ItemContext) {
    super(item, context)
    this.#index = this.open({ type: 'opaque', kind: stringAt(item, 'type') ?? 'unknown' })
  }

  protected override close(): void {
    this.context.emit({ type: 'close', index: this.#index })
  }
}

function keyOf({ kind, ordinal }: Section): string {
  return `${kind} ${ordinal}`
}
