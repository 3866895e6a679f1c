import type { JsonObject, JsonValue } from '../chat/json.ts'
import { lengthOf } from '../chat/literal.ts'
import type { Citation } from '../chat/part.ts'
import { stringAt } from '../chat/read.ts'
import { citationsOf, logprobsOf } from './content.ts'
import { Item, type Section, sectionKey } from './item-decoder.ts'
import { objectsAt } from './wire.ts'

interface SpokenPart {
  readonly index: number
  /** Characters told so far. */
  length: number
  cited: number
  scored: boolean
}

/** What the model says: texts and refusals, each a part. */
export class MessageDecoder extends Item {
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
    const spoken = this.#parts.get(sectionKey(section))
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
    const key = sectionKey(section)
    const known = this.#parts.get(key)
    if (known !== undefined) return known
    if (kind === 'refusal') this.#refused = true
    const part: SpokenPart = { index: this.open({ type: kind }), length: 0, cited: 0, scored: false }
    this.#parts.set(key, part)
    return part
  }
}
