import type { JsonObject, JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { Citation } from '../chat/part.ts'
import type { Search } from '../chat/search.ts'
import { freeText } from '../openai-chat/reply-encode.ts'
import { annotationOf } from './content.ts'
import { Item, type Place, Text } from './item-base.ts'
import {
  type CallHead,
  callItem,
  foreignSearch,
  type ItemStatus,
  logprobList,
  messageItem,
  reasoningItem,
  refusalPart,
  textPart,
} from './output.ts'
import { searchItem } from './search.ts'

interface Spoken {
  readonly type: 'text' | 'refusal'
  readonly ordinal: number
  readonly text: Text
  readonly citations: Citation[]
  readonly tokens: JsonValue[]
}

/** Texts and refusals in a row: the parts of one message. */
export class MessageWriter extends Item {
  readonly #report: Report
  readonly #parts = new Map<number, Spoken>()
  readonly #content: JsonObject[] = []

  constructor(place: Place, report: Report) {
    super(place, 'msg')
    this.#report = report
  }

  get open(): number {
    return this.#parts.size
  }

  openPart(part: number, type: Spoken['type']): void {
    const ordinal = this.#content.length
    const where = { item_id: this.id, output_index: this.place.index, content_index: ordinal }
    const event = type === 'text' ? 'response.output_text.delta' : 'response.refusal.delta'
    const text = new Text(this.place, event, where, type === 'text' ? ',"logprobs":[]' : '')
    const spoken: Spoken = { type, ordinal, text, citations: [], tokens: [] }
    this.#parts.set(part, spoken)
    this.#content.push(this.#wire(spoken, []))
    this.#tell('response.content_part.added', spoken, { part: this.#wire(spoken, []) })
  }

  override delta(part: number, literal: string): void {
    this.#parts.get(part)?.text.write(literal)
  }

  override cite(part: number, citation: Citation): void {
    this.#parts.get(part)?.citations.push(citation)
  }

  /** They come after the delta they belong to, so they are told with an empty one. */
  override logprobs(part: number, value: JsonValue): void {
    const spoken = this.#parts.get(part)
    const tokens = logprobList(value)
    if (spoken?.type !== 'text' || tokens.length === 0) return
    spoken.tokens.push(...tokens)
    this.#tell('response.output_text.delta', spoken, { delta: '', logprobs: [...tokens] })
  }

  override close(part: number): void {
    const spoken = this.#parts.get(part)
    if (spoken === undefined) return
    this.#parts.delete(part)
    const whole = spoken.text.whole()
    const annotations = this.#annotations(spoken, part, whole.length)
    for (const [i, annotation] of annotations.entries()) {
      this.#tell('response.output_text.annotation.added', spoken, { annotation_index: i, annotation })
    }
    const wire = this.#wire(spoken, annotations)
    this.#content[spoken.ordinal] = wire
    if (spoken.type === 'text') {
      this.#tell('response.output_text.done', spoken, { text: whole, logprobs: spoken.tokens })
    } else this.#tell('response.refusal.done', spoken, { refusal: whole })
    this.#tell('response.content_part.done', spoken, { part: wire })
  }

  protected override draft(status: ItemStatus): JsonObject {
    for (const spoken of this.#parts.values()) this.#content[spoken.ordinal] = this.#wire(spoken, [])
    return messageItem(this.id, status, this.#content)
  }

  #annotations({ type, citations }: Spoken, part: number, length: number): JsonObject[] {
    if (type === 'refusal') return []
    return citations.flatMap((citation, i) => {
      const annotation = annotationOf(citation, length)
      if (annotation) return [annotation]
      this.#report.dropped(`parts[${part}].citations[${i}]`, 'a source without a URL has no place here')
      return []
    })
  }

  #wire({ type, text, tokens }: Spoken, annotations: readonly JsonObject[]): JsonObject {
    return type === 'text' ? textPart(text.whole(), annotations, tokens) : refusalPart(text.whole())
  }

  #tell(type: string, { ordinal }: Spoken, members: JsonObject): void {
    this.send(type, { item_id: this.id, content_index: ordinal, ...members })
  }
}

/** Reasoning as the one section of a summary. */
export class ReasoningWriter extends Item {
  readonly #text: Text
  /** A reasoning that is only sealed has no summary. */
  #summary = false
  #seal: string | undefined
  open = 1

  constructor(place: Place) {
    super(place, 'rs')
    const where = { item_id: this.id, output_index: place.index, summary_index: 0 }
    this.#text = new Text(place, 'response.reasoning_summary_text.delta', where)
  }

  override begin(): void {
    this.send('response.output_item.added', { item: reasoningItem(this.id, 'in_progress', []) })
  }

  override delta(_part: number, literal: string): void {
    if (!this.#summary)
      this.#tell('response.reasoning_summary_part.added', { part: { type: 'summary_text', text: '' } })
    this.#summary = true
    this.#text.write(literal)
  }

  /** What only the provider can read; it is told with the whole item. */
  seal(value: string): void {
    this.#seal = value
  }

  override close(): void {
    this.open = 0
    if (!this.#summary) return
    const text = this.#text.whole()
    this.#tell('response.reasoning_summary_text.done', { text })
    this.#tell('response.reasoning_summary_part.done', { part: { type: 'summary_text', text } })
  }

  protected override draft(status: ItemStatus): JsonObject {
    return reasoningItem(this.id, status, this.#summary ? [this.#text.whole()] : [], this.#seal)
  }

  #tell(type: string, members: JsonObject): void {
    this.send(type, { item_id: this.id, summary_index: 0, ...members })
  }
}

/** A call of a function or of a tool that takes free text. */
export class CallWriter extends Item {
  readonly #head: CallHead
  readonly #input: Text
  /** Arguments of a function that stands for a free text tool, taken out of their wrapping when they are all there. */
  readonly #wrapped: string[] | undefined
  open = 1

  constructor(place: Place, head: CallHead, wrapped: boolean) {
    super(place, head.custom ? 'ctc' : 'fc')
    this.#head = head
    this.#wrapped = wrapped ? [] : undefined
    const event = head.custom ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta'
    this.#input = new Text(place, event, { item_id: this.id, output_index: place.index })
  }

  override delta(_part: number, literal: string): void {
    if (this.#wrapped === undefined) this.#input.write(literal)
    else this.#wrapped.push(JSON.parse(literal) as string)
  }

  override close(): void {
    this.open = 0
    if (this.#wrapped !== undefined) this.#input.write(JSON.stringify(freeText(this.#wrapped.join(''))))
    // A client parses the arguments it gathered: none at all must still be JSON.
    else if (this.#input.empty && !this.#head.custom) this.#input.write('"{}"')
    const input = this.#input.whole()
    if (this.#head.custom) this.send('response.custom_tool_call_input.done', { item_id: this.id, input })
    else this.send('response.function_call_arguments.done', { item_id: this.id, arguments: input })
  }

  protected override draft(status: ItemStatus): JsonObject {
    return callItem(this.id, status, this.#head, this.#input.whole())
  }
}

/** A search of the web, told when it is over. */
export class SearchWriter extends Item {
  readonly #search: Search
  readonly open = 0

  constructor(place: Place, search: Search) {
    super(place, foreignSearch)
    this.#search = search
  }

  override begin(): void {
    super.begin()
    for (const step of ['in_progress', 'searching', 'completed'].slice(0, this.#search.failed ? 2 : 3)) {
      this.send(`response.web_search_call.${step}`, { item_id: this.id })
    }
  }

  protected override draft(status: ItemStatus): JsonObject {
    return searchItem(this.id, status, this.#search)
  }
}
