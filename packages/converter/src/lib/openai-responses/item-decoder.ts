import type { Emit, OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { Citation } from '../chat/part.ts'
import { stringAt } from '../chat/read.ts'
import { idOf, isCall } from './wire.ts'

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

/** What the readers of all kinds of items have in common. */
export abstract class Item implements ItemDecoder {
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

/** Tells the sections of an item apart. */
export function sectionKey({ kind, ordinal }: Section): string {
  return `${kind} ${ordinal}`
}
