import type { JsonObject } from '../chat/json.ts'
import { stringAt } from '../chat/read.ts'
import { CallDecoder } from './call-decoder.ts'
import { Item, type ItemContext, type ItemDecoder } from './item-decoder.ts'
import { MessageDecoder } from './message-decoder.ts'
import { ReasoningDecoder } from './reasoning-decoder.ts'
import { searchOf } from './search.ts'
import { isCall } from './wire.ts'

/** The reader of an item by what it was announced as. */
export function openItem(item: JsonObject, context: ItemContext): ItemDecoder {
  const type = stringAt(item, 'type') ?? 'unknown'
  if (type === 'message') return new MessageDecoder(item, context)
  if (type === 'reasoning') return new ReasoningDecoder(item, context)
  return isCall(item) ? new CallDecoder(item, context) : new OpaqueDecoder(item, context)
}

/** What only this dialect understands, such as a tool OpenAI runs. A search is told when it is over, because it is told as a whole. */
class OpaqueDecoder extends Item {
  #item: JsonObject
  #index: number | undefined

  constructor(item: JsonObject, context: ItemContext) {
    super(item, context)
    this.#item = item
    if (stringAt(item, 'type') !== 'web_search_call') this.#index = this.#told()
  }

  protected override read(item: JsonObject): void {
    this.#item = item
  }

  protected override close(): void {
    this.context.emit({ type: 'close', index: this.#index ?? this.#told() })
  }

  #told(): number {
    const search = searchOf(this.#item)
    return this.open({ type: 'opaque', kind: stringAt(this.#item, 'type') ?? 'unknown', ...(search && { search }) })
  }
}
