import type { JsonObject, JsonValue } from './json.ts'
import type { AssistantPart, CacheHint, TextPart, ToolResult, UserPart } from './part.ts'
import type { WebSearch } from './search-settings.ts'

/** One turn of the conversation, in order. Two turns of the same role may follow each other. */
export type Turn =
  | { readonly role: 'user'; readonly parts: readonly UserPart[]; readonly at: string }
  | { readonly role: 'assistant'; readonly parts: readonly AssistantPart[]; readonly at: string }
  /** Results of the assistant turn before it. */
  | { readonly role: 'tool'; readonly results: readonly ToolResult[]; readonly at: string }
  /** An instruction in the middle of the conversation; what leads it is `ChatRequest.system`. */
  | { readonly role: 'system'; readonly parts: readonly TextPart[]; readonly developer?: boolean; readonly at: string }

/** A tool the client runs. */
export interface FunctionTool {
  readonly type: 'function'
  readonly name: string
  readonly description?: string
  /** JSON Schema, verbatim. Absent: no arguments. */
  readonly parameters?: JsonObject
  readonly strict?: boolean
  readonly cache?: CacheHint
  readonly at: string
}

/** A tool that takes free text, perhaps bound by a grammar (OpenAI `custom`). */
export interface CustomTool {
  readonly type: 'custom'
  readonly name: string
  readonly description?: string
  /** OpenAI's `format` object, verbatim. */
  readonly format?: JsonObject
  readonly at: string
}

/** A tool the provider runs or defines: `web_search_20250305`, `bash_20250124`. `kind` is the source's own type word. */
export interface HostedTool {
  readonly type: 'hosted'
  readonly kind: string
  readonly name?: string
  readonly value: JsonObject
  /** Settings of the search, where the tool is a search of the web: the one such tool that every provider has. */
  readonly search?: WebSearch
  readonly at: string
}

export type Tool = FunctionTool | CustomTool | HostedTool

export type ToolChoice =
  | { readonly type: 'auto' | 'required' | 'none' }
  | { readonly type: 'tool'; readonly name: string }
  /** Only these tools: with `required` one of them must be called. */
  | { readonly type: 'allowed'; readonly mode: 'auto' | 'required'; readonly names: readonly string[] }

export type OutputFormat =
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema'
      readonly schema: JsonObject
      readonly name?: string
      readonly description?: string
      readonly strict?: boolean
    }

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

export interface Reasoning {
  readonly effort?: Effort
  /** Tokens reasoning may take (anthropic `budget_tokens`, gemini `thinkingBudget`). */
  readonly budget?: number
  /** `enabled` with a budget, `adaptive` as the model sees fit, `disabled`. */
  readonly mode?: 'enabled' | 'adaptive' | 'disabled'
  /** Whether the reasoning is to be shown: anthropic `display`. */
  readonly display?: 'summarized' | 'omitted'
}

/** What a dialect carries that the canon does not model; its encoder is the source's own or nobody's. */
export interface Extra {
  /** The top-level key or field name in the source: `logit_bias`, `mcp_servers`, `message.name`. */
  readonly key: string
  readonly path: string
  readonly value: JsonValue
  /**
   * What becomes of it when the target has no counterpart: `silent` changes nothing in the answer, `drop` is reported,
   * `refuse` would change the kind of answer.
   */
  readonly verdict: 'silent' | 'drop' | 'refuse'
  /** Why, for the loss report. */
  readonly detail?: string
}

/** Scalars of a request whose source name differs by dialect; `ChatRequest.paths` tells what the client called each. */
export type RequestField =
  | 'maxTokens'
  | 'stop'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'seed'
  | 'candidates'
  | 'logprobs'
  /** How many alternatives to each token are told. */
  | 'topLogprobs'
  | 'output'
  | 'reasoning'
  /** The mode, budget and display of reasoning, where they stand apart from its effort. */
  | 'thinking'
  /** How many tokens reasoning may take, where an effort is given too. */
  | 'budget'
  /** Whether reasoning is shown. */
  | 'display'
  | 'verbosity'
  | 'serviceTier'
  | 'fast'
  | 'user'
  | 'metadata'
  | 'store'
  | 'toolChoice'
  | 'parallelToolCalls'
  | 'cache'

/** A chat request in the canon. Absent means the client did not say. */
export interface ChatRequest {
  readonly model: string
  readonly stream: boolean
  /** The client wants a usage chunk at the end of a stream (openai `stream_options.include_usage`). */
  readonly wantsUsage?: boolean
  /** Instructions that lead the conversation, one part per source block or message. */
  readonly system: readonly (TextPart & { readonly developer?: boolean })[]
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly maxTokens?: number
  readonly stop?: readonly string[]
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly seed?: number
  /** How many alternative answers (openai `n`). */
  readonly candidates?: number
  readonly logprobs?: { readonly top?: number }
  readonly output?: OutputFormat
  readonly reasoning?: Reasoning
  readonly verbosity?: string
  /** In OpenAI's words (`auto`, `default`, `flex`, `priority`, `scale`). */
  readonly serviceTier?: string
  /** Faster generation at a higher price (anthropic `speed: fast`, openai `service_tier: fast`). */
  readonly fast?: boolean
  /** An opaque id of the end user, for abuse detection. */
  readonly user?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly store?: boolean
  /** Automatic caching of the whole prefix (anthropic top-level `cache_control`). */
  readonly cache?: CacheHint
  readonly extras: readonly Extra[]
  readonly paths: { readonly [field in RequestField]?: string }
}
