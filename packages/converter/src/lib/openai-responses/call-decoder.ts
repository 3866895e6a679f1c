import { type JsonObject, member } from '../chat/json.ts'
import { lengthOf } from '../chat/literal.ts'
import { stringAt } from '../chat/read.ts'
import { argumentsText } from '../openai-chat/wire.ts'
import { Item, type ItemContext, type Section } from './item-decoder.ts'
import { nameOf, reportCaller } from './reply-decode.ts'
import { callIdOf } from './wire.ts'

/** A call of a tool the client runs; it opens when its name is known. */
export class CallDecoder extends Item {
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
