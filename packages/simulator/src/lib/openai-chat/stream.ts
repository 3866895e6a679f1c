import { dataFrame, type Frame } from '../frame.ts'
import { type Choice, type Generation, isReasoning, type Part } from '../generation.ts'
import type { JsonObject } from '../json.ts'
import { countTokens } from '../tokens.ts'
import {
  AZURE_FILTERS,
  finishReason,
  logprobsOf,
  type ReplyOptions,
  reasoningKey,
  toolCallOf,
  usageOf,
} from './reply.ts'

/** What of the request shows in the stream. */
export interface StreamOptions extends ReplyOptions {
  includeUsage: boolean
  /** Pads text chunks to one length, which OpenAI does unless told not to. */
  obfuscate: boolean
}

/** OpenAI pads a text chunk so that its length does not tell the token's. */
const OBFUSCATED_LENGTH = 16

interface Delta {
  delta: JsonObject
  tokens: number
  logprobs?: JsonObject
}

/** A chat completion as a stream of chunks. */
export function* stream(generation: Generation, options: StreamOptions): Generator<Frame> {
  const writer = new ChunkWriter(generation, options)
  if (options.variant === 'azure') yield writer.prelude()
  const { choices } = generation
  for (const [index] of choices.entries()) yield writer.opening(index)
  for (const [index, choice] of choices.entries()) yield* writer.choice(index, choice)
  yield* writer.ending()
}

function opening(choice: Choice | undefined, options: ReplyOptions): JsonObject {
  if (options.variant === 'mistral') return { content: '' }
  const silent =
    choice?.parts.some((part) => part.kind === 'tool') && !choice.parts.some((part) => part.kind === 'text')
  return { role: 'assistant', content: silent ? null : '', refusal: null }
}

class ChunkWriter {
  readonly #generation: Generation
  readonly #options: StreamOptions
  readonly #base: JsonObject

  constructor(generation: Generation, options: StreamOptions) {
    this.#generation = generation
    this.#options = options
    this.#base = {
      id: generation.id,
      object: 'chat.completion.chunk',
      created: Math.floor(generation.created / 1000),
      model: generation.model,
      service_tier: options.serviceTier ?? 'default',
      system_fingerprint: 'fp_simulator',
    }
  }

  /** What Azure sends first: results for the prompt, before there is an answer to name. */
  prelude(): Frame {
    const results = [{ prompt_index: 0, content_filter_results: AZURE_FILTERS }]
    return this.#frame({ choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: results }, 0)
  }

  /** The chunk that names the role. Reasoning that is not shown is generated before it. */
  opening(index: number): Frame {
    const parts = this.#generation.choices[index]?.parts ?? []
    const shown = reasoningKey(this.#options.variant) !== undefined || this.#options.kept !== undefined
    const hidden = shown ? [] : parts.filter(isReasoning)
    const tokens = hidden.reduce((sum, part) => sum + part.tokens, 0)
    return this.chunk(index, { delta: opening(this.#generation.choices[index], this.#options), tokens })
  }

  chunk(index: number, { delta, tokens, logprobs }: Delta, finish: string | null = null): Frame {
    const { variant } = this.#options
    const choice: JsonObject = { index, delta, logprobs: logprobs ?? null, finish_reason: finish }
    if (variant === 'azure') choice.content_filter_results = finish === null ? {} : AZURE_FILTERS
    const chunk: JsonObject = { ...this.#base, choices: [choice] }
    const padding = this.#padding(delta)
    if (padding !== undefined) chunk.obfuscation = padding
    const usage = this.#chunkUsage(finish)
    if (usage !== undefined) chunk.usage = usage
    if (variant === 'groq' && finish !== null)
      chunk.x_groq = { id: this.#generation.id, usage: usageOf(this.#generation.usage) }
    return this.#frame(chunk, tokens)
  }

  *choice(index: number, choice: Choice): Generator<Frame> {
    const { variant } = this.#options
    const deltas = [...this.#deltas(choice)]
    const finish = finishReason(choice, this.#options)
    const merged = variant === 'mistral' || variant === 'finish-with-content' ? deltas.pop() : undefined
    for (const delta of deltas) yield this.chunk(index, delta)
    yield this.chunk(index, merged ?? { delta: {}, tokens: 0 }, finish)
  }

  *ending(): Generator<Frame> {
    const { variant, includeUsage } = this.#options
    const usage = usageOf(this.#generation.usage)
    if (variant === 'perplexity') {
      yield this.#frame({ ...this.#base, object: 'chat.completion.done', choices: [], usage }, 0)
      return
    }
    if (includeUsage && variant !== 'deepseek') yield this.#frame({ ...this.#base, choices: [], usage }, 0)
    if (variant !== 'no-done') yield { text: dataFrame('[DONE]', this.#lineEnd()), tokens: 0 }
  }

  #chunkUsage(finish: string | null): JsonObject | null | undefined {
    const { variant, includeUsage } = this.#options
    if (variant === 'perplexity' || (variant === 'deepseek' && finish !== null)) return usageOf(this.#generation.usage)
    return includeUsage ? null : undefined
  }

  #padding(delta: JsonObject): string | undefined {
    if (!this.#options.obfuscate || this.#options.variant !== 'openai') return undefined
    if (typeof delta.content !== 'string' || delta.content === '') return undefined
    return 'x'.repeat(Math.max(0, OBFUSCATED_LENGTH - delta.content.length))
  }

  *#deltas(choice: Choice): Generator<Delta> {
    const { variant, legacyFunctions, logprobs } = this.#options
    const calls = choice.parts.filter((part) => part.kind === 'tool')
    for (const part of choice.parts) {
      if (part.kind === 'tool' && variant === 'mistral') continue
      if (part.kind === 'tool' && legacyFunctions) yield* legacyDeltas(part)
      else if (part.kind === 'tool') yield* callDeltas(part, calls.indexOf(part))
      else if (part.kind === 'reasoning' && this.#options.kept) yield* this.#keptDeltas(part, calls)
      else yield* this.#textDeltas(part, logprobs)
    }
    if (variant === 'mistral' && calls.length > 0) yield wholeCalls(calls)
  }

  *#textDeltas(part: Part, logprobs: boolean): Generator<Delta> {
    const hidden = part.kind === 'reasoning' ? reasoningKey(this.#options.variant) : undefined
    const key = part.kind === 'text' ? 'content' : part.kind === 'refusal' ? 'refusal' : hidden
    if (key === undefined) return
    for (const piece of part.pieces) {
      const spoken = logprobs && hidden === undefined
      const probable = spoken ? { logprobs: logprobsOf(piece, part.kind === 'refusal') } : {}
      yield { delta: { [key]: piece }, tokens: countTokens(piece), ...probable }
    }
  }

  /** Reasoning that must come back, its seal behind its text. */
  *#keptDeltas(part: Part, calls: readonly Part[]): Generator<Delta> {
    const { kept, variant } = this.#options
    if (kept === undefined) return
    for (const [i, piece] of part.pieces.entries()) {
      const last = i === part.pieces.length - 1
      const delta =
        variant === 'mistral'
          ? { content: [kept.chunk(piece, last ? part.text : undefined)] }
          : { reasoning: piece, reasoning_details: [kept.piece(piece)] }
      yield { delta, tokens: countTokens(piece) }
    }
    const ending = variant === 'openrouter' ? kept.ending(part.text, calls) : undefined
    if (ending) yield { delta: { reasoning_details: [ending] }, tokens: 0 }
  }

  #lineEnd(): string {
    return this.#options.variant === 'crlf' ? '\r\n' : '\n'
  }

  #frame(chunk: JsonObject, tokens: number): Frame {
    return { text: dataFrame(JSON.stringify(chunk), this.#lineEnd()), tokens }
  }
}

function* callDeltas(part: Part, index: number): Generator<Delta> {
  const { id = '', name = '', kind } = part.call ?? {}
  const custom = kind === 'custom'
  const opened = custom
    ? { type: 'custom', custom: { name, input: '' } }
    : { type: 'function', function: { name, arguments: '' } }
  yield { delta: { tool_calls: [{ index, id, ...opened }] }, tokens: 0 }
  for (const piece of part.pieces) {
    const more = custom ? { custom: { input: piece } } : { function: { arguments: piece } }
    yield { delta: { tool_calls: [{ index, ...more }] }, tokens: countTokens(piece) }
  }
}

function* legacyDeltas(part: Part): Generator<Delta> {
  yield { delta: { function_call: { name: part.call?.name ?? '', arguments: '' } }, tokens: 0 }
  for (const piece of part.pieces) yield { delta: { function_call: { arguments: piece } }, tokens: countTokens(piece) }
}

/** Mistral sends calls whole, all in one delta, without index or type. */
function wholeCalls(calls: readonly Part[]): Delta {
  const toolCalls = calls.map((part) => {
    const { type: _type, ...call } = toolCallOf(part)
    return call
  })
  return { delta: { tool_calls: toolCalls }, tokens: calls.reduce((sum, part) => sum + part.tokens, 0) }
}
