import type { JsonObject } from '../chat/json.ts'
import { lengthOf } from '../chat/literal.ts'
import { stringAt } from '../chat/read.ts'
import { Item, type Section, sectionKey } from './item-decoder.ts'
import { idOf, objectsAt, sectionBreak } from './wire.ts'

/** Summaries and thoughts: one part, its sections apart by a break. */
export class ReasoningDecoder extends Item {
  #index: number | undefined
  /** Characters told of each section so far. */
  readonly #sections = new Map<string, number>()

  override delta(section: Section, literal: string): void {
    if (this.closed || (section.kind !== 'summary' && section.kind !== 'reasoning')) return
    const key = sectionKey(section)
    const told = this.#sections.get(key)
    this.#index ??= this.open({ type: 'reasoning' })
    if (told === undefined && this.#sections.size > 0) this.#write(JSON.stringify(sectionBreak))
    this.#sections.set(key, (told ?? 0) + lengthOf(literal))
    this.#write(literal)
  }

  override whole(section: Section, text: string): void {
    const told = this.#sections.get(sectionKey(section)) ?? 0
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
