import type { Choice, Generation, Part } from '../generation.ts'
import type { JsonObject } from '../json.ts'
import type { Stop } from '../script.ts'
import { tokenize } from '../tokens.ts'
import type { Usage } from '../usage.ts'
import type { Variant } from '../variant.ts'
import type { KeptReasoning } from './kept-reasoning.ts'

/** OpenAI's words for why an answer ended. */
export const FINISH: Readonly<Record<Stop, string>> = {
  end: 'stop',
  tool: 'tool_calls',
  length: 'length',
  sequence: 'stop',
  filter: 'content_filter',
  pause: 'stop',
  context: 'length',
}

/** What of the request shows in the answer. */
export interface ReplyOptions {
  variant: Variant
  /** How reasoning is given that must come back; absent: as text, or not at all. */
  kept?: KeptReasoning | undefined
  /** The client used `functions`, and is answered with `function_call`. */
  legacyFunctions: boolean
  logprobs: boolean
  /** The service tier asked for. */
  serviceTier: string | undefined
}

/** Where Azure tells what its filters found; nothing. */
export const AZURE_FILTERS: JsonObject = Object.fromEntries(
  ['hate', 'self_harm', 'sexual', 'violence'].map((name) => [name, { filtered: false, severity: 'safe' }]),
)

/** The key a vendor shows reasoning under, if it does. */
export function reasoningKey(variant: Variant): 'reasoning' | 'reasoning_content' | undefined {
  if (variant === 'deepseek' || variant === 'moonshot') return 'reasoning_content'
  return variant === 'groq' || variant === 'openrouter' ? 'reasoning' : undefined
}

/** `finish_reason` of a choice. A refusal ends like any other message: its own field tells of it. */
export function finishReason(choice: Choice, options: ReplyOptions): string {
  if (choice.stop === 'filter' && choice.parts.some((part) => part.kind === 'refusal')) return 'stop'
  return choice.stop === 'tool' && options.legacyFunctions ? 'function_call' : FINISH[choice.stop]
}

/** Usage as OpenAI counts it. */
export function usageOf(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cached,
      audio_tokens: 0,
      cache_write_tokens: usage.written5m + usage.written1h,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** The text of the parts of one kind, or null when there are none. */
export function joined(parts: readonly Part[], kind: Part['kind']): string | null {
  const found = parts.filter((part) => part.kind === kind)
  return found.length === 0 ? null : found.map((part) => part.text).join('')
}

/** Log probabilities for a text: every token was certain. */
export function logprobsOf(text: string, refusal = false): JsonObject {
  const entries = tokenize(text).map((token) => ({
    token,
    logprob: 0,
    bytes: [...Buffer.from(token)],
    top_logprobs: [],
  }))
  return refusal ? { content: null, refusal: entries } : { content: entries, refusal: null }
}

/** A tool call as it stands in a message. */
export function toolCallOf(part: Part): JsonObject {
  const { id = '', name = '', kind } = part.call ?? {}
  if (kind === 'custom') return { id, type: 'custom', custom: { name, input: part.text } }
  return { id, type: 'function', function: { name, arguments: part.text } }
}

function messageOf(choice: Choice, options: ReplyOptions): JsonObject {
  const calls = choice.parts.filter((part) => part.kind === 'tool').map(toolCallOf)
  const refusal = joined(choice.parts, 'refusal')
  const empty = calls.length > 0 || refusal !== null ? null : ''
  const reasoning = joined(choice.parts, 'reasoning')
  const key = reasoningKey(options.variant)
  const said = joined(choice.parts, 'text')
  const tools = choice.parts.filter((part) => part.kind === 'tool')
  const kept = reasoning === null ? undefined : options.kept
  const thought = kept && options.variant === 'mistral' ? kept.chunk(reasoning ?? '', reasoning ?? '') : undefined
  return {
    role: 'assistant',
    content: thought ? [thought, ...(said === null ? [] : [{ type: 'text', text: said }])] : (said ?? empty),
    refusal,
    annotations: [],
    ...(key && reasoning !== null && { [key]: reasoning }),
    ...(kept && !thought && { reasoning_details: kept.details(reasoning ?? '', tools) }),
    ...(calls.length > 0 && (options.legacyFunctions ? { function_call: calls[0]?.function } : { tool_calls: calls })),
  }
}

/** A chat completion. */
export function reply(generation: Generation, options: ReplyOptions): JsonObject {
  const azure = options.variant === 'azure'
  return {
    id: generation.id,
    object: 'chat.completion',
    created: Math.floor(generation.created / 1000),
    model: generation.model,
    ...(azure && { prompt_filter_results: [{ prompt_index: 0, content_filter_results: AZURE_FILTERS }] }),
    choices: generation.choices.map((choice, index) => ({
      index,
      message: messageOf(choice, options),
      logprobs: options.logprobs ? logprobsOf(joined(choice.parts, 'text') ?? '') : null,
      finish_reason: finishReason(choice, options),
      ...(azure && { content_filter_results: AZURE_FILTERS }),
    })),
    usage: usageOf(generation.usage),
    service_tier: options.serviceTier ?? 'default',
    system_fingerprint: 'fp_simulator',
  }
}
