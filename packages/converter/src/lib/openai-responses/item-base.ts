import type { JsonObject, JsonValue } from '../chat/json.ts'
import type { Citation } from '../chat/part.ts'
import { type ItemStatus, itemId } from './output.ts'

/** Sends one event with the next sequence number. */
export type Send = (type: string, members: JsonObject) => void

/** Where an item stands, and how its events are sent. */
export interface Place {
  /** Its `output_index`. */
  readonly index: number
  /** What the ids of this reply's items are made of. */
  readonly body: string
  readonly send: Send
  /** Sends a delta of a text. */
  readonly splice: (text: Text, literal: string) => void
}

/** Writes the events of one item of the output. Parts are known by their index in the canon. */
export interface ItemWriter {
  /** How many of its parts are open. */
  readonly open: number
  /** Announces the item. */
  begin(): void
  delta(part: number, literal: string): void
  cite(part: number, citation: Citation): void
  logprobs(part: number, value: JsonValue): void
  /** Tells a part as a whole. */
  close(part: number): void
  /** Tells the item as a whole. */
  end(status: ItemStatus): void
  /** The item as it stands: one that was not ended is incomplete. */
  item(): JsonObject
}

/** A piece of text that is written as deltas and then once more as a whole. */
export class Text {
  readonly #place: Place
  readonly #head: string
  readonly #tail: string
  /** All literals without their quotes, so the text as JSON writes it. */
  #said = ''
  #whole: string | undefined

  constructor(place: Place, type: string, members: JsonObject, tail = '') {
    this.#place = place
    this.#head = `event: ${type}\ndata: ${JSON.stringify({ type, ...members }).slice(0, -1)},"delta":`
    this.#tail = `${tail},"sequence_number":`
  }

  get empty(): boolean {
    return this.#said === ''
  }

  write(literal: string): void {
    if (literal !== '""') this.#place.splice(this, literal)
  }

  /** The event of a delta with its number, around its literal. */
  event(literal: string, sequence: number): string {
    this.#said += literal.slice(1, -1)
    this.#whole = undefined
    return `${this.#head + literal + this.#tail + sequence}}\n\n`
  }

  /** Everything written so far. */
  whole(): string {
    this.#whole ??= JSON.parse(`"${this.#said}"`) as string
    return this.#whole
  }
}

/** What the writers of all kinds of items do alike. */
export abstract class Item implements ItemWriter {
  protected readonly place: Place
  protected readonly id: string
  #ended: JsonObject | undefined

  constructor(place: Place, prefix: Parameters<typeof itemId>[0]) {
    this.place = place
    this.id = itemId(prefix, place.body, place.index)
  }

  abstract readonly open: number

  begin(): void {
    this.send('response.output_item.added', { item: this.draft('in_progress') })
  }

  delta(_part: number, _literal: string): void {}

  cite(_part: number, _citation: Citation): void {}

  logprobs(_part: number, _value: JsonValue): void {}

  close(_part: number): void {}

  end(status: ItemStatus): void {
    this.#ended = this.draft(status)
    this.send('response.output_item.done', { item: this.#ended })
  }

  item(): JsonObject {
    return this.#ended ?? this.draft('incomplete')
  }

  protected send(type: string, members: JsonObject): void {
    this.place.send(type, { output_index: this.place.index, ...members })
  }

  protected abstract draft(status: ItemStatus): JsonObject
}
