import type { JsonObject } from '../chat/json.ts'
import { stringAt } from '../chat/read.ts'
import { CallDecoder } from './call-decoder.ts'
import { Item, type ItemContext, type ItemDecoder } from './item-decoder.ts'
import { MessageDecoder } from './message-decoder.ts'
import { ReasoningDecoder } from './reasoning-decoder.ts'
import { isCall } from './wire.ts'

/** The reader of an item by what it was announced as. */
export function openItem(item: JsonObject, context: ItemContext): ItemDecoder {
  const type = stringAt(item, 'type') ?? 'unknown'
  if (type === 'message') return new MessageDecoder(item, context)
  if (type === 'reasoning') return new ReasoningDecoder(item, context)
  return isCall(item) ? new CallDecoder(item, context) : new OpaqueDecoder(item, context)
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
