import { anthropic } from './anthropic.ts'
import { azure } from './azure.ts'
import { google } from './google.ts'
import { openai } from './openai.ts'
import { openaiCompatible } from './openai-compatible.ts'
import type { Provider, ProviderProfile, UpstreamAccount } from './provider.ts'
import { simulator } from './simulator.ts'

/** Every provider by its id. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [anthropic, openai, openaiCompatible, azure, google, simulator].map((provider) => [provider.id, provider]),
)

/** How the endpoint of an account departs from what its dialect's models, or this one, accept elsewhere. Empty for one that does not. */
export function profileOf(account: Pick<UpstreamAccount, 'provider' | 'baseUrl'>, model = ''): ProviderProfile {
  const provider = providers.get(account.provider)
  return provider?.profileFor?.(account, model) ?? provider?.profile ?? {}
}
