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

const EVERY_EFFORT = ['low', 'medium', 'high', 'xhigh', 'max']

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

/** The rules for an Anthropic model name. */
export function anthropicModel(name: string): AnthropicModel {
  return ANTHROPIC_MODELS.find((model) => model.match.test(name)) ?? ANTHROPIC_MODELS[0]
}
