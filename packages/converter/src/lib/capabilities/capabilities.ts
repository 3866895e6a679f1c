import type { Effort } from '../chat/request.ts'

/**
 * What a model behind a dialect accepts: the part of a target that is data, not code. Each dialect has a table of these by
 * model name (`anthropic.ts`, `openai.ts`); an operator's own entries are laid over it.
 */
export interface Capabilities {
  /** Sent as the output limit where the dialect requires one and the client gave none. Tokens. */
  readonly defaultMaxTokens: number
  /** `full`: temperature, top_p and top_k as given; `either`: temperature or top_p, not both; `none`: sampling parameters are refused. */
  readonly sampling: 'full' | 'either' | 'none'
  /** The highest temperature accepted. */
  readonly maxTemperature: number
  /** Accepts an instruction (`role: system`) between turns. */
  readonly systemTurns: boolean
  /** Spells instructions as `developer` rather than `system` (OpenAI reasoning models). */
  readonly developerRole: boolean
  /** Continues a final assistant message instead of refusing it. */
  readonly prefill: boolean
  /** Effort words accepted, weakest first; empty when the model has no such control. */
  readonly efforts: readonly Effort[]
  /** How thinking is asked for: a token budget, adaptively, or not at all. */
  readonly thinking: 'budget' | 'adaptive' | 'none'
  /** How thinking is turned off (anthropic): by which word, or `never`. Default `disabled`. */
  readonly thinkingOff?: 'disabled' | 'between_tools' | 'never'
  /** Accepts a tool choice that forces a call. Default true. */
  readonly forcedTools?: boolean
  /** Accepts a JSON schema for the answer natively. */
  readonly structuredOutput: boolean
  /** Most stop sequences accepted. */
  readonly maxStops: number
  /** The field the output limit goes in (openai dialects). */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens'
  /** Accepts `stream_options.include_usage` (openai dialects). */
  readonly streamUsage: boolean
  /** Accepts OpenAI's newer request fields (`verbosity`, `safety_identifier`, `service_tier`, `store`, custom tools). */
  readonly openaiExtensions: boolean
  /** Accepts `verbosity` (openai dialects). Default as `openaiExtensions`. */
  readonly verbosity?: boolean
  /** Accepts `prompt_cache_breakpoint` on content parts (openai dialects). Default false. */
  readonly cacheBreakpoints?: boolean
  /** Least and most tokens a thinking budget may have, apart from none at all (gemini). Default any. */
  readonly thinkingBudgets?: readonly [least: number, most: number]
  /** Refuses tool calls in the history that bear no seal of its own (gemini). Default false. */
  readonly sealedCalls?: boolean
  /** Takes images and documents inside tool results (gemini). Default false. */
  readonly resultMedia?: boolean
  /** Takes a resolution for each image (gemini). Default false. */
  readonly imageDetail?: boolean
  /** Fetches media by their http URL (gemini). Default true. */
  readonly urlMedia?: boolean
  /** Takes tools and a format of the answer in one request (gemini). Default true. */
  readonly toolsWithFormat?: boolean
  /** Takes `parallel_tool_calls` (openai dialects); a model that does not calls one tool at a time. Default true. */
  readonly parallelToolCalls?: boolean
  /** Calls tools. Default true. */
  readonly tools?: boolean
  /** Searches the web where the provider's own tool for it is declared (anthropic, openai-responses, gemini). Default false. */
  readonly webSearch?: boolean
  /** Searches the web, as `web_search_options` say (openai-chat). Default false. */
  readonly webSearchOptions?: boolean
  /** Media taken; default any its dialect can carry. */
  readonly media?: readonly MediaKind[]
  /** The longest answer, reasoning included. Tokens, default unknown: nothing is held back. */
  readonly maxOutputTokens?: number
  /**
   * Members of an assistant message in which the endpoint takes reasoning back (openai-chat). Default any: most servers pass over
   * what they do not know, and some insist on their own. Signed or encrypted `reasoning_details` go only where they are named here.
   */
  readonly reasoningMembers?: readonly ReasoningMember[]
  /**
   * Refuses a message of a tool loop that comes without its reasoning (openai-chat). Reasoning without a seal is sent too then, and
   * where there is none, a blank stands in its place. Default false.
   */
  readonly reasoningRequired?: boolean
  /** Takes Google's seals on tool calls back in `extra_content`, where its own endpoint gave them (openai-chat). Default false. */
  readonly callSeals?: boolean
  /**
   * What a request and its answer may hold together. Tokens, default unknown. Told where models are listed; no request is refused
   * for it, because a prompt's length is an estimate until its provider has counted it.
   */
  readonly contextTokens?: number
}

/**
 * A model family: the part of a model's name that tells it, what it accepts, the longest answer and the context window (tokens; those
 * that are absent are not known).
 */
export type Family = readonly [
  name: string,
  accepts: Capabilities,
  maxOutputTokens?: number | undefined,
  contextTokens?: number,
]

/** What a family accepts, its limits included. */
export function capabilitiesOfFamily([, accepts, maxOutputTokens, contextTokens]: Family): Capabilities {
  return {
    ...accepts,
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(contextTokens !== undefined && { contextTokens }),
  }
}

/**
 * Where vendors of the chat dialect show reasoning: DeepSeek and Moonshot, Groq and vLLM, OpenRouter; and Mistral, whose `thinking` is no
 * member but chunks of the content.
 */
export type ReasoningMember = 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'thinking'

/** Media a model may take beside text. `document` is PDF and other files; plain text always goes. */
export type MediaKind = 'image' | 'document' | 'audio'

/** What an operator may say about a model; laid over the built-in table. */
export type CapabilityOverrides = Partial<Capabilities>
