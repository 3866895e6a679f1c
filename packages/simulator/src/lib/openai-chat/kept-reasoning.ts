import type { Part } from '../generation.ts'
import { type JsonObject, objects, text } from '../json.ts'
import { Refused } from '../refused.ts'
import type { Seals } from '../seal.ts'
import type { Variant } from '../variant.ts'
import { errorBody } from './error.ts'

/**
 * Vendors that give more with their reasoning than text, and check what comes back: OpenRouter's `reasoning_details` (@openrouter/sdk
 * 1.3.19), those of Gemini's models under the id of the first call, those of all others as Claude's; Mistral's chunks of content
 * (@mistralai/mistralai 2.7.0).
 */
export type Keeping = Extract<Variant, 'openrouter' | 'mistral'>

/** Whether a vendor gives more than text. */
export function keeps(variant: Variant): variant is Keeping {
  return variant === 'openrouter' || variant === 'mistral'
}

/** Reasoning as it stands in an answer. */
export class KeptReasoning {
  readonly #seals: Seals
  readonly #isGemini: boolean

  constructor(model: string, seals: Seals) {
    this.#seals = seals
    this.#isGemini = model.includes('gemini')
  }

  /** Mistral's chunk of a thought, or of a piece of one: the signature is on the last. */
  chunk(piece: string, whole?: string): JsonObject {
    const signature = whole === undefined ? {} : { signature: this.#seals.issue(whole, whole) }
    return { type: 'thinking', thinking: [{ type: 'text', text: piece }], closed: whole !== undefined, ...signature }
  }

  /** OpenRouter's entry for a piece of text. */
  piece(piece: string): JsonObject {
    const format = this.#isGemini ? 'google-gemini-v1' : 'anthropic-claude-v1'
    return { type: 'reasoning.text', text: piece, format, index: 0 }
  }

  /** What OpenRouter sends behind the text: Claude's signature, or what Gemini sealed on a call. */
  ending(whole: string, calls: readonly Part[]): JsonObject | undefined {
    if (!this.#isGemini) {
      return {
        type: 'reasoning.text',
        signature: this.#seals.issue(whole, whole),
        format: 'anthropic-claude-v1',
        index: 0,
      }
    }
    const id = calls[0]?.call?.id
    const data = this.#seals.issue(whole, '')
    return id === undefined
      ? undefined
      : { id, format: 'google-gemini-v1', index: 0, type: 'reasoning.encrypted', data }
  }

  /** The list of an answer that does not stream. */
  details(whole: string, calls: readonly Part[]): JsonObject[] {
    const ending = this.ending(whole, calls)
    if (this.#isGemini) return [this.piece(whole), ...(ending ? [ending] : [])]
    return [{ ...this.piece(whole), ...(ending && { signature: ending.signature }) }]
  }
}

const unpreserved =
  'Gemini models require OpenRouter reasoning details to be preserved in each request. Please refer to our docs: https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning-blocks. Upstream error: Function call is missing a thought_signature in functionCall parts.'

/** Holds what comes back to what was given (microsoft/agent-framework#2947, agno-agi/agno#8794). */
export function checkKept(messages: readonly JsonObject[], model: string, variant: Variant, seals: Seals): void {
  if (!keeps(variant)) return
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'assistant') continue
    const unsigned = `messages.${index}.content.0: Invalid \`signature\` in \`thinking\` block`
    if (variant === 'mistral') {
      for (const chunk of objects(message.content)) {
        if (chunk.type === 'thinking' && !isSigned(objects(chunk.thinking), chunk.signature, seals)) refuse(unsigned)
      }
      continue
    }
    const details = objects(message.reasoning_details)
    if (!model.includes('gemini')) {
      if (!details.every((detail) => isSigned([detail], detail.signature, seals))) refuse(unsigned)
    } else if (message.tool_calls !== undefined) {
      const ids = objects(message.tool_calls).map((call) => text(call.id))
      const sealed = details.filter(({ type, id }) => type === 'reasoning.encrypted' && ids.includes(text(id)))
      if (!sealed.some(({ data }) => seals.verify(text(data) ?? '', ''))) refuse(unpreserved)
    }
  }
}

function isSigned(texts: readonly JsonObject[], signature: unknown, seals: Seals): boolean {
  return seals.verify(text(signature) ?? '', texts.map((each) => text(each.text) ?? '').join(''))
}

function refuse(message: string): never {
  throw new Refused(message, { status: 400, body: errorBody(message, 'invalid_request_error', null, null) })
}
