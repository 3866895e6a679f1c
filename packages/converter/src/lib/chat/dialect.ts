/** A wire protocol. */
export type Dialect = 'openai-chat' | 'openai-completions' | 'openai-responses' | 'anthropic' | 'gemini'

/** Every dialect this version converts. */
export const dialects: readonly Dialect[] = [
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic',
  'gemini',
]
