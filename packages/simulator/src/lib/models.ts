/** What one family of Anthropic models accepts. */
export interface AnthropicModel {
  match: RegExp
  /** Values of `thinking.type` that are accepted. */
  thinking: readonly string[]
  /** Values of `output_config.effort`; empty: the parameter is refused. */
  efforts: readonly string[]
  /** `fixed`: only temperature 1, top_p of at least 0.99, and no top_k. */
  sampling: 'free' | 'fixed'
  /** Whether a final assistant message may be continued. */
  prefill: boolean
  /** Whether `role: "system"` may appear among the messages. */
  systemMessages: boolean
  structuredOutput: boolean
  maxOutput: number
}

/** What one family of OpenAI models accepts. */
export interface OpenAiModel {
  match: RegExp
  /** Reasoning models refuse `max_tokens` and sampling parameters. */
  reasoning: boolean
  efforts: readonly string[]
  verbosities: readonly string[]
  stop: boolean
  parallelToolCalls: boolean
  maxOutput: number
}

/** What one family of Gemini models accepts. */
export interface GeminiModel {
  match: RegExp
  generation: number
  /** `optional`: a budget of 0 turns thinking off. */
  thinking: 'none' | 'optional' | 'always'
  /** Least and most of `thinkingBudget`, in tokens. */
  budgets: readonly [least: number, most: number]
  /** Values of `thinkingLevel`; empty: the parameter is refused. */
  levels: readonly string[]
  /** Whether calls must come back with their thought signatures, and are named by ids. */
  signatures: boolean
  maxOutput: number
}

const EVERY_EFFORT = ['low', 'medium', 'high', 'xhigh', 'max']
const EVERY_OPENAI_EFFORT = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/**
 * Anthropic's rules by model, first match first. Sampling: every model after Opus 4.6 takes only the
 * defaults (SDK 1.12.0, messages.d.ts). `enabled` thinking ends with 4.6, `adaptive` begins there; system
 * messages begin with Opus 4.8; prefill ends with 4.5. The last row is for names the table does not know, such
 * as a deployment's alias, and refuses nothing.
 */
const ANTHROPIC_MODELS: readonly [AnthropicModel, ...AnthropicModel[]] = [
  {
    match: /^claude-(fable|mythos)-\d/,
    thinking: ['adaptive', 'between_tools'],
    efforts: EVERY_EFFORT,
    sampling: 'fixed',
    prefill: false,
    systemMessages: true,
    structuredOutput: true,
    maxOutput: 128_000,
  },
  {
    match: /^claude-([a-z]+-([5-9]|\d\d)(-|$)|opus-4-8)/,
    thinking: ['adaptive', 'disabled', 'between_tools'],
    efforts: EVERY_EFFORT,
    sampling: 'fixed',
    prefill: false,
    systemMessages: true,
    structuredOutput: true,
    maxOutput: 128_000,
  },
  {
    match: /^claude-opus-4-7/,
    thinking: ['adaptive', 'disabled'],
    efforts: EVERY_EFFORT,
    sampling: 'fixed',
    prefill: false,
    systemMessages: false,
    structuredOutput: true,
    maxOutput: 128_000,
  },
  {
    match: /^claude-([a-z]+-4-6|mythos-preview)/,
    thinking: ['enabled', 'adaptive', 'disabled'],
    efforts: ['low', 'medium', 'high', 'max'],
    sampling: 'free',
    prefill: false,
    systemMessages: false,
    structuredOutput: true,
    maxOutput: 128_000,
  },
  {
    match: /^claude-opus-4-5/,
    thinking: ['enabled', 'disabled'],
    efforts: ['low', 'medium', 'high'],
    sampling: 'free',
    prefill: true,
    systemMessages: false,
    structuredOutput: true,
    maxOutput: 64_000,
  },
  {
    match: /^claude-[a-z]+-4-5/,
    thinking: ['enabled', 'disabled'],
    efforts: [],
    sampling: 'free',
    prefill: true,
    systemMessages: false,
    structuredOutput: true,
    maxOutput: 64_000,
  },
  {
    match: /^claude-opus-4-1/,
    thinking: ['enabled', 'disabled'],
    efforts: [],
    sampling: 'free',
    prefill: true,
    systemMessages: false,
    structuredOutput: true,
    maxOutput: 32_000,
  },
  {
    match: /^claude-opus-4/,
    thinking: ['enabled', 'disabled'],
    efforts: [],
    sampling: 'free',
    prefill: true,
    systemMessages: false,
    structuredOutput: false,
    maxOutput: 32_000,
  },
  {
    match: /^claude-([a-z]+-4|3-7)/,
    thinking: ['enabled', 'disabled'],
    efforts: [],
    sampling: 'free',
    prefill: true,
    systemMessages: false,
    structuredOutput: false,
    maxOutput: 64_000,
  },
  {
    match: /^claude-3-5/,
    thinking: ['disabled'],
    efforts: [],
    sampling: 'free',
    prefill: true,
    systemMessages: false,
    structuredOutput: false,
    maxOutput: 8192,
  },
  {
    match: /^claude-3/,
    thinking: ['disabled'],
    efforts: [],
    sampling: 'free',
    prefill: true,
    systemMessages: false,
    structuredOutput: false,
    maxOutput: 4096,
  },
  {
    match: /^/,
    thinking: ['enabled', 'adaptive', 'disabled', 'between_tools'],
    efforts: EVERY_EFFORT,
    sampling: 'free',
    prefill: true,
    systemMessages: true,
    structuredOutput: true,
    maxOutput: 1_000_000,
  },
]

/** OpenAI's rules by model, first match first; the last row is for unknown names and refuses nothing. */
const OPENAI_MODELS: readonly [OpenAiModel, ...OpenAiModel[]] = [
  {
    match: /^(gpt-3\.5|gpt-4o-2024-05-13|gpt-4-(turbo|vision|1106|0125))/,
    reasoning: false,
    efforts: [],
    verbosities: ['medium'],
    stop: true,
    parallelToolCalls: true,
    maxOutput: 4096,
  },
  {
    match: /^(gpt-[4-9][\d.]*-chat|chatgpt-|gpt-4o|gpt-4\.5)/,
    reasoning: false,
    efforts: [],
    verbosities: ['medium'],
    stop: true,
    parallelToolCalls: true,
    maxOutput: 16_384,
  },
  {
    match: /^gpt-4\.1/,
    reasoning: false,
    efforts: [],
    verbosities: ['medium'],
    stop: true,
    parallelToolCalls: true,
    maxOutput: 32_768,
  },
  {
    match: /^gpt-4/,
    reasoning: false,
    efforts: [],
    verbosities: ['medium'],
    stop: true,
    parallelToolCalls: true,
    maxOutput: 8192,
  },
  {
    match: /^o1-mini/,
    reasoning: true,
    efforts: ['low', 'medium', 'high'],
    verbosities: ['medium'],
    stop: false,
    parallelToolCalls: false,
    maxOutput: 65_536,
  },
  {
    match: /^o1-preview/,
    reasoning: true,
    efforts: ['low', 'medium', 'high'],
    verbosities: ['medium'],
    stop: false,
    parallelToolCalls: false,
    maxOutput: 32_768,
  },
  {
    match: /^(o[1-9]|codex-mini)/,
    reasoning: true,
    efforts: ['low', 'medium', 'high'],
    verbosities: ['medium'],
    stop: false,
    parallelToolCalls: false,
    maxOutput: 100_000,
  },
  {
    match: /^gpt-5-pro/,
    reasoning: true,
    efforts: ['high'],
    verbosities: ['low', 'medium', 'high'],
    stop: false,
    parallelToolCalls: true,
    maxOutput: 272_000,
  },
  {
    match: /^gpt-5(-|$)/,
    reasoning: true,
    efforts: ['minimal', 'low', 'medium', 'high'],
    verbosities: ['low', 'medium', 'high'],
    stop: false,
    parallelToolCalls: true,
    maxOutput: 128_000,
  },
  {
    match: /^gpt-5\.\d/,
    reasoning: true,
    efforts: ['none', 'low', 'medium', 'high', 'xhigh'],
    verbosities: ['low', 'medium', 'high'],
    stop: false,
    parallelToolCalls: true,
    maxOutput: 128_000,
  },
  {
    match: /^gpt-[6-9]/,
    reasoning: true,
    efforts: EVERY_OPENAI_EFFORT,
    verbosities: ['low', 'medium', 'high'],
    stop: false,
    parallelToolCalls: true,
    maxOutput: 128_000,
  },
  {
    match: /^/,
    reasoning: false,
    efforts: EVERY_OPENAI_EFFORT,
    verbosities: ['low', 'medium', 'high'],
    stop: true,
    parallelToolCalls: true,
    maxOutput: 1_000_000,
  },
]

/** What one family of embedding models accepts. */
export interface EmbeddingModel {
  match: RegExp
  /** The length of its vectors, and the most that can be asked for. */
  dimensions: number
  /** Whether shorter vectors can be asked for. */
  shortens: boolean
  /** Tokens of one input. */
  maxInput: number
}

/** Rules of embedding models, first match first; the last row is for unknown names. */
const EMBEDDING_MODELS: readonly [EmbeddingModel, ...EmbeddingModel[]] = [
  { match: /^text-embedding-3-large/, dimensions: 3072, shortens: true, maxInput: 8192 },
  { match: /^text-embedding-3/, dimensions: 1536, shortens: true, maxInput: 8192 },
  { match: /^text-embedding-ada/, dimensions: 1536, shortens: false, maxInput: 8192 },
  { match: /^gemini-embedding/, dimensions: 3072, shortens: true, maxInput: 2048 },
  { match: /^(text-embedding-00|embedding-00|text-multilingual)/, dimensions: 768, shortens: true, maxInput: 2048 },
  { match: /^/, dimensions: 3072, shortens: true, maxInput: 8192 },
]

/** The rules for an embedding model's name. */
export function embeddingModel(name: string): EmbeddingModel {
  return EMBEDDING_MODELS.find((model) => model.match.test(name)) ?? EMBEDDING_MODELS[0]
}

/** The rules for an Anthropic model name. */
export function anthropicModel(name: string): AnthropicModel {
  return ANTHROPIC_MODELS.find((model) => model.match.test(name)) ?? ANTHROPIC_MODELS[0]
}

/** The rules for an OpenAI model name. */
export function openAiModel(name: string): OpenAiModel {
  return OPENAI_MODELS.find((model) => model.match.test(name)) ?? OPENAI_MODELS[0]
}

const EVERY_LEVEL = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']

/**
 * Gemini's rules by model, first match first (https://ai.google.dev/gemini-api/docs/thinking). Budgets belong to 2.5 and
 * are still taken by 3, levels begin with 3; only its Flash models think as little as MINIMAL. The last row is for unknown
 * names and refuses nothing.
 */
const GEMINI_MODELS: readonly [GeminiModel, ...GeminiModel[]] = [
  {
    match: /^gemini-3[\d.]*-flash/,
    generation: 3,
    thinking: 'always',
    budgets: [0, 32_768],
    levels: EVERY_LEVEL,
    signatures: true,
    maxOutput: 65_536,
  },
  {
    match: /^gemini-3-pro/,
    generation: 3,
    thinking: 'always',
    budgets: [128, 32_768],
    levels: ['LOW', 'HIGH'],
    signatures: true,
    maxOutput: 65_536,
  },
  {
    match: /^gemini-3/,
    generation: 3,
    thinking: 'always',
    budgets: [128, 32_768],
    levels: ['LOW', 'MEDIUM', 'HIGH'],
    signatures: true,
    maxOutput: 65_536,
  },
  {
    match: /^gemini-2\.5-pro/,
    generation: 2.5,
    thinking: 'always',
    budgets: [128, 32_768],
    levels: [],
    signatures: false,
    maxOutput: 65_536,
  },
  {
    match: /^gemini-2\.5-flash-lite/,
    generation: 2.5,
    thinking: 'optional',
    budgets: [512, 24_576],
    levels: [],
    signatures: false,
    maxOutput: 65_536,
  },
  {
    match: /^gemini-2\.5/,
    generation: 2.5,
    thinking: 'optional',
    budgets: [1, 24_576],
    levels: [],
    signatures: false,
    maxOutput: 65_536,
  },
  {
    match: /^(gemini-[12]|gemma)/,
    generation: 2,
    thinking: 'none',
    budgets: [0, 0],
    levels: [],
    signatures: false,
    maxOutput: 8192,
  },
  {
    match: /^/,
    generation: 3,
    thinking: 'optional',
    budgets: [0, 1_000_000],
    levels: EVERY_LEVEL,
    signatures: false,
    maxOutput: 1_000_000,
  },
]

/** The rules for a Gemini model name. */
export function geminiModel(name: string): GeminiModel {
  return GEMINI_MODELS.find((model) => model.match.test(name)) ?? GEMINI_MODELS[0]
}

/** What `GET /v1/models` lists unless told otherwise. */
export const DEFAULT_MODELS: readonly string[] = [
  'claude-opus-5-5',
  'claude-sonnet-5-5',
  'claude-haiku-4-5',
  'gpt-6-sol',
  'gpt-5.6-sol',
  'gpt-5.4',
  'gpt-4o',
  'gpt-4o-mini',
  'o4-mini',
  'o3',
  'gpt-3.5-turbo-instruct',
  'text-embedding-3-small',
  'text-embedding-3-large',
  'gemini-3.1-pro-preview',
  'gemini-3-flash-preview',
  'gemini-2.5-pro',
  'gemini-2.5-flash',
  'gemini-2.5-flash-lite',
  'gemini-embedding-001',
]
