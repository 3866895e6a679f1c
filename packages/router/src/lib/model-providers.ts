/** A family of model names and whose it is. */
export interface ModelFamily {
  /** Lower-case start of the name; what follows is the end or anything but a letter. */
  readonly prefix: string
  readonly provider: string
}

/**
 * Model name to provider, first match wins. The providers without an adapter of their own stand here too: knowing
 * that a name is nobody else's sends it to an account that serves any model (see {@link anyModelProviders}).
 */
export const modelFamilies: readonly ModelFamily[] = [
  // Open weights: OpenAI named it but does not serve it.
  { prefix: 'gpt-oss', provider: 'open-weights' },
  { prefix: 'claude', provider: 'anthropic' },
  { prefix: 'gpt', provider: 'openai' },
  { prefix: 'chatgpt', provider: 'openai' },
  { prefix: 'o1', provider: 'openai' },
  { prefix: 'o3', provider: 'openai' },
  { prefix: 'o4', provider: 'openai' },
  { prefix: 'codex', provider: 'openai' },
  { prefix: 'computer-use', provider: 'openai' },
  { prefix: 'text-embedding', provider: 'openai' },
  { prefix: 'davinci', provider: 'openai' },
  { prefix: 'babbage', provider: 'openai' },
  { prefix: 'ft:gpt', provider: 'openai' },
  { prefix: 'ft:o4', provider: 'openai' },
  { prefix: 'gemini', provider: 'google' },
  { prefix: 'gemma', provider: 'google' },
  { prefix: 'learnlm', provider: 'google' },
  { prefix: 'llama', provider: 'meta' },
  { prefix: 'mistral', provider: 'mistral' },
  { prefix: 'mixtral', provider: 'mistral' },
  { prefix: 'ministral', provider: 'mistral' },
  { prefix: 'magistral', provider: 'mistral' },
  { prefix: 'codestral', provider: 'mistral' },
  { prefix: 'devstral', provider: 'mistral' },
  { prefix: 'deepseek', provider: 'deepseek' },
  { prefix: 'qwen', provider: 'alibaba' },
  { prefix: 'qwq', provider: 'alibaba' },
  { prefix: 'grok', provider: 'xai' },
  { prefix: 'command', provider: 'cohere' },
  { prefix: 'kimi', provider: 'moonshot' },
  { prefix: 'moonshot', provider: 'moonshot' },
  { prefix: 'glm', provider: 'zhipu' },
  { prefix: 'sonar', provider: 'perplexity' },
]

/** Providers that serve another's models under the same names. */
export const alsoServes: ReadonlyMap<string, readonly string[]> = new Map([['openai', ['azure']]])

/**
 * Providers whose accounts serve any model there is. The first of them with an account takes the models whose own
 * provider has none; the simulator is last, so that it never answers in place of a real endpoint.
 */
export const anyModelProviders: readonly string[] = ['openai-compatible', 'simulator']

const LETTER = /[a-z]/

/** Whose model a name is, by {@link modelFamilies}; undefined when the name says nothing. */
export function providerOfModel(model: string): string | undefined {
  const name = model.toLowerCase()
  for (const { prefix, provider } of modelFamilies) {
    if (name.startsWith(prefix) && !LETTER.test(name.charAt(prefix.length))) return provider
  }
  return undefined
}
