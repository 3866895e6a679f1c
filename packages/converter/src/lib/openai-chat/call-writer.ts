import type { OpenPart } from '../chat/event.ts'
import type { JsonObject } from '../chat/json.ts'
import type { ReplyContext } from '../codec.ts'
import { freeText } from './reply-encode.ts'
import { sealed } from './wire.ts'

/** What stands around the delta in every chunk of a stream. */
interface ChunkFrame {
  readonly open: string
  readonly close: string
}

/** Writes one call of a stream as deltas and chunks. */
export class CallWriter {
  /** The delta it begins with. */
  readonly opening: JsonObject
  readonly #head: string
  readonly #tail: string
  /** Pieces of a wrapped custom tool's arguments, written when they are all there. */
  readonly #wrapped: string[] | undefined
  readonly #ordinal: number
  /** A piece of no arguments. Readers take every piece for one of arguments: some refuse others, some join what is not there. */
  readonly #empty: JsonObject
  #written: boolean

  constructor(
    frame: ChunkFrame,
    ordinal: number,
    part: Extract<OpenPart, { type: 'tool-call' }>,
    context: ReplyContext,
  ) {
    const { legacyFunctions } = context
    const name = context.originalToolName(part.name)
    const custom = part.inputKind === 'text' || context.customTools.has(part.name)
    const field = custom ? 'custom' : 'function'
    const inputKey = custom ? 'input' : 'arguments'
    this.#ordinal = ordinal
    this.#empty = { [field]: { [inputKey]: '' } }
    this.#wrapped = custom && part.inputKind === 'json' ? [] : undefined
    this.#written = custom
    this.#head = legacyFunctions
      ? `${frame.open}{"function_call":{"arguments":`
      : `${frame.open}{"tool_calls":[{"index":${ordinal},"${field}":{"${inputKey}":`
    this.#tail = legacyFunctions ? `}}${frame.close}` : `}}]}${frame.close}`
    this.opening = legacyFunctions
      ? { function_call: { name, arguments: '' } }
      : {
          tool_calls: [{ index: ordinal, id: context.callId(part.id), type: field, [field]: { name, [inputKey]: '' } }],
        }
  }

  /** The chunk of a piece of the arguments, a JSON string literal. */
  input(literal: string): string {
    if (this.#wrapped !== undefined) {
      this.#wrapped.push(JSON.parse(literal) as string)
      return ''
    }
    this.#written = true
    return this.#head + literal + this.#tail
  }

  /** The delta that bears its seal. */
  seal(value: string): JsonObject {
    return { tool_calls: [{ index: this.#ordinal, ...this.#empty, extra_content: sealed(value) }] }
  }

  /** The chunk it ends with, if any. */
  end(): string {
    if (this.#wrapped !== undefined) {
      const text = freeText(this.#wrapped.join(''))
      return text === '' ? '' : this.#head + JSON.stringify(text) + this.#tail
    }
    // A client parses the arguments it gathered: none at all must still be JSON.
    return this.#written ? '' : `${this.#head}"{}"${this.#tail}`
  }
}
