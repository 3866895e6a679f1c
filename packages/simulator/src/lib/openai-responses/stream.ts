import { eventFrame, type Frame } from '../frame.ts'
import { type Generation, isHosted, type Part } from '../generation.ts'
import { type JsonObject, show } from '../json.ts'
import { logprobsOf } from '../openai-chat/reply.ts'
import { countTokens } from '../tokens.ts'
import { codeOf, hostedItem, mcpArguments } from './hosted.ts'
import { contentOf, type Draft, draftsOf, itemOf, type ReplyOptions, reply } from './reply.ts'

/** What of the request shows in the stream. */
export interface StreamOptions extends ReplyOptions {
  /** Pads deltas to one length, which OpenAI does unless told not to. */
  obfuscate: boolean
}

/** OpenAI pads a delta so that its length does not tell the token's. */
const OBFUSCATED_LENGTH = 16

/** A response as OpenAI's sequence of events. `keep` is called with the response before its last event. */
export function* stream(
  generation: Generation,
  options: StreamOptions,
  keep: (response: JsonObject) => void,
): Generator<Frame> {
  const writer = new EventWriter(options)
  const opened = reply(generation, options, true)
  if (options.request.background === true) {
    const queued = { ...opened, status: 'queued' }
    yield writer.event('response.created', { response: queued })
    yield writer.event('response.queued', { response: queued })
  } else yield writer.event('response.created', { response: opened })
  yield writer.event('response.in_progress', { response: opened })
  for (const [index, draft] of draftsOf(generation).entries()) yield* writer.item(index, draft)
  const response = reply(generation, options)
  keep(response)
  yield writer.event(`response.${show(response.status)}`, { response })
}

class EventWriter {
  readonly #options: StreamOptions
  #sequence = 0

  constructor(options: StreamOptions) {
    this.#options = options
  }

  event(type: string, fields: JsonObject, tokens = 0): Frame {
    const data = { type, ...fields, sequence_number: this.#sequence }
    this.#sequence += 1
    return { text: eventFrame(type, data), tokens }
  }

  *item(index: number, draft: Draft): Generator<Frame> {
    const [part] = draft.parts
    yield this.event('response.output_item.added', { output_index: index, item: itemOf(draft, this.#options, true) })
    if (isHosted(part)) yield* this.#hosted(index, draft.id, part)
    else if (part.kind === 'tool') yield* this.#call(index, draft.id, part)
    else if (part.kind === 'reasoning') yield* this.#reasoning(index, draft.id, part)
    else if (part.kind !== 'redacted') yield* this.#message(index, draft)
    const hidden = part.kind === 'redacted' || (part.kind === 'reasoning' && !this.#options.summary)
    const item = itemOf(draft, this.#options, false)
    yield this.event('response.output_item.done', { output_index: index, item }, hidden ? part.tokens : 0)
  }

  *#message(index: number, draft: Draft): Generator<Frame> {
    for (const [place, part] of draft.parts.entries()) {
      const at = { item_id: draft.id, output_index: index, content_index: place }
      const refusal = part.kind === 'refusal'
      const name = refusal ? 'response.refusal' : 'response.output_text'
      const probable = (text: string): JsonObject => {
        if (refusal) return {}
        return { logprobs: this.#options.logprobs ? (logprobsOf(text).content ?? []) : [] }
      }
      yield this.event('response.content_part.added', { ...at, part: contentOf(part, this.#options, true) })
      yield* this.#deltas(`${name}.delta`, at, part.pieces, probable)
      const whole = refusal ? { refusal: part.text } : { text: part.text, ...probable(part.text) }
      yield this.event(`${name}.done`, { ...at, ...whole })
      yield this.event('response.content_part.done', { ...at, part: contentOf(part, this.#options, false) })
    }
  }

  *#reasoning(index: number, id: string, part: Part): Generator<Frame> {
    if (!this.#options.summary) return
    const at = { item_id: id, output_index: index, summary_index: 0 }
    const summary = (text: string): JsonObject => ({ ...at, part: { type: 'summary_text', text } })
    yield this.event('response.reasoning_summary_part.added', summary(''))
    yield* this.#deltas('response.reasoning_summary_text.delta', at, part.pieces)
    yield this.event('response.reasoning_summary_text.done', { ...at, text: part.text })
    yield this.event('response.reasoning_summary_part.done', summary(part.text))
  }

  *#call(index: number, id: string, part: Part): Generator<Frame> {
    const at = { item_id: id, output_index: index }
    const custom = part.call?.kind === 'custom'
    const name = custom ? 'response.custom_tool_call_input' : 'response.function_call_arguments'
    yield* this.#deltas(`${name}.delta`, at, part.pieces)
    yield this.event(`${name}.done`, { ...at, ...(custom ? { input: part.text } : { arguments: part.text }) })
  }

  *#hosted(index: number, id: string, part: Part): Generator<Frame> {
    const at = { item_id: id, output_index: index }
    const type = show(hostedItem(id, part, 'completed').type)
    const name = `response.${type}`
    switch (type) {
      case 'web_search_call':
      case 'file_search_call':
        yield* this.#steps(name, at, ['in_progress', 'searching', 'completed'], part.tokens)
        return
      case 'image_generation_call':
        yield* this.#steps(name, at, ['in_progress', 'generating', 'completed'], part.tokens)
        return
      case 'code_interpreter_call':
        yield this.event(`${name}.in_progress`, at)
        yield this.event('response.code_interpreter_call_code.delta', { ...at, delta: codeOf(part) }, part.tokens)
        yield this.event('response.code_interpreter_call_code.done', { ...at, code: codeOf(part) })
        yield* this.#steps(name, at, ['interpreting', 'completed'], 0)
        return
      case 'mcp_call':
        yield this.event(`${name}.in_progress`, at)
        yield this.event('response.mcp_call_arguments.delta', { ...at, delta: mcpArguments(part) }, part.tokens)
        yield this.event('response.mcp_call_arguments.done', { ...at, arguments: mcpArguments(part) })
        yield this.event(`${name}.completed`, at)
    }
  }

  *#steps(name: string, at: JsonObject, steps: readonly string[], tokens: number): Generator<Frame> {
    for (const [place, step] of steps.entries()) yield this.event(`${name}.${step}`, at, place === 0 ? tokens : 0)
  }

  *#deltas(
    type: string,
    at: JsonObject,
    pieces: readonly string[],
    more: (piece: string) => JsonObject = () => ({}),
  ): Generator<Frame> {
    for (const piece of pieces) {
      const padding = 'x'.repeat(Math.max(0, OBFUSCATED_LENGTH - piece.length))
      const obfuscation = this.#options.obfuscate ? { obfuscation: padding } : {}
      yield this.event(type, { ...at, delta: piece, ...more(piece), ...obfuscation }, countTokens(piece))
    }
  }
}
