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

const EVERY_EFFORT = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

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
    match: /^gpt-5\.([6-9]|\d\d)/,
    reasoning: true,
    efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'],
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
    efforts: EVERY_EFFORT,
    verbosities: ['low', 'medium', 'high'],
    stop: false,
    parallelToolCalls: true,
    maxOutput: 128_000,
  },
  {
    match: /^/,
    reasoning: false,
    efforts: EVERY_EFFORT,
    verbosities: ['low', 'medium', 'high'],
    stop: true,
    parallelToolCalls: true,
    maxOutput: 1_000_000,
  },
]

/** The rules for an OpenAI model name. */
export function openAiModel(name: string): OpenAiModel {
  return OPENAI_MODELS.find((model) => model.match.test(name)) ?? OPENAI_MODELS[0]
}
