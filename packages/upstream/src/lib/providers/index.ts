import { anthropic } from './anthropic.ts'
import { azure } from './azure.ts'
import { google } from './google.ts'
import { openai } from './openai.ts'
import { openaiCompatible } from './openai-compatible.ts'
import type { Provider } from './provider.ts'
import { simulator } from './simulator.ts'

/** Every provider by its id. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [anthropic, openai, openaiCompatible, azure, google, simulator].map((provider) => [provider.id, provider]),
)
