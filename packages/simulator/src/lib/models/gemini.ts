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
