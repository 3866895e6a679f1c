import type { Choice, Generation, Part } from '../generation.ts'
import { type JsonObject, parseJson } from '../json.ts'
import type { Stop } from '../script.ts'
import type { Seals } from '../seal.ts'
import type { Usage } from '../usage.ts'

/** Anthropic's words for why an answer ended. */
export const STOP_REASON: Readonly<Record<Stop, string>> = {
  end: 'end_turn',
  tool: 'tool_use',
  length: 'max_tokens',
  sequence: 'stop_sequence',
  filter: 'refusal',
  pause: 'pause_turn',
  context: 'model_context_window_exceeded',
}

/** What of the request shows in the answer. */
export interface ReplyOptions {
  seals: Seals
  /** Thinking is not shown, only its signature. */
  omitThinking: boolean
  speed: string | null
  serviceTier: string
}

/** Usage as Anthropic counts it: `input_tokens` is what was neither read from the cache nor written to it. */
export function usageOf(usage: Usage, options: ReplyOptions): JsonObject {
  return {
    input_tokens: uncached(usage),
    cache_creation_input_tokens: usage.written5m + usage.written1h,
    cache_read_input_tokens: usage.cached,
    cache_creation: { ephemeral_5m_input_tokens: usage.written5m, ephemeral_1h_input_tokens: usage.written1h },
    output_tokens: usage.output,
    output_tokens_details: detailsOf(usage),
    server_tool_use: null,
    service_tier: options.serviceTier,
    inference_geo: null,
    speed: options.speed ?? 'standard',
  }
}

/** Prompt tokens outside the cache. */
export function uncached(usage: Usage): number {
  return Math.max(0, usage.input - usage.cached - usage.written5m - usage.written1h)
}

/** `output_tokens_details`; null when there was no thinking. */
export function detailsOf(usage: Usage): JsonObject | null {
  return usage.reasoning > 0 ? { thinking_tokens: usage.reasoning } : null
}

/** `stop_reason` and what goes with it. */
export function stopOf(choice: Choice): JsonObject {
  const refused = choice.stop === 'filter'
  return {
    container: null,
    stop_reason: STOP_REASON[choice.stop],
    stop_sequence: choice.sequence ?? null,
    stop_details: refused ? { type: 'refusal', category: null, explanation: null } : null,
  }
}

/** The signature of a thinking part. */
export function signatureOf(part: Part, options: ReplyOptions): string {
  return options.seals.issue(part.text, options.omitThinking ? '' : part.text)
}

/** A content block; `empty` gives it as a stream opens it. */
export function blockOf(part: Part, options: ReplyOptions, empty: boolean): JsonObject {
  switch (part.kind) {
    case 'reasoning':
      if (empty) return { type: 'thinking', thinking: '', signature: '' }
      return {
        type: 'thinking',
        thinking: options.omitThinking ? '' : part.text,
        signature: signatureOf(part, options),
      }
    case 'redacted':
      return { type: 'redacted_thinking', data: options.seals.issue(part.text, '') }
    case 'tool':
      return {
        type: 'tool_use',
        id: part.call?.id ?? '',
        name: part.call?.name ?? '',
        // Arguments that max_tokens cut off are no JSON; the block stays, empty.
        input: empty ? {} : (parseJson(part.text) ?? {}),
        caller: { type: 'direct' },
      }
    default:
      return { type: 'text', text: empty ? '' : part.text, citations: null }
  }
}

/** A message. */
export function reply(generation: Generation, options: ReplyOptions): JsonObject {
  const [choice] = generation.choices
  return {
    id: generation.id,
    type: 'message',
    role: 'assistant',
    model: generation.model,
    content: choice.parts.map((part) => blockOf(part, options, false)),
    ...stopOf(choice),
    diagnostics: null,
    usage: usageOf(generation.usage, options),
  }
}
