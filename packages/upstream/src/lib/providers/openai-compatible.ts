import { openaiTarget } from './openai.ts'
import type { Provider, ProviderProfile } from './provider.ts'

/** What OpenAI added late, others mostly refuse. */
const profile: ProviderProfile = { maxTokensField: 'max_tokens', openaiExtensions: false, developerRole: false }

/**
 * Hosts that refuse reasoning in a message of the history, by what they take all the same. Mistral answers with 422 extra_forbidden
 * (BerriAI/litellm#30835), Groq with 400 for every name but its own (agentjido/req_llm#772).
 */
const reasoningByHost: ReadonlyMap<string, NonNullable<ProviderProfile['reasoningMembers']>> = new Map([
  ['api.groq.com', ['reasoning']],
  ['api.mistral.ai', []],
])

/**
 * Any other server that speaks OpenAI's chat dialect.
 *
 * Option: `version_path`, what stands between the base URL and the operation; default `v1` unless the base has a version. An
 * empty text is for servers that have none, such as `https://models.github.ai/inference`.
 */
export const openaiCompatible: Provider = {
  id: 'openai-compatible',
  name: 'OpenAI-compatible server',
  dialects: ['openai-chat'],
  credential: { header: 'authorization', prefix: 'Bearer ' },
  needsBaseUrl: true,
  profile,
  profileFor: ({ baseUrl = '' }) => {
    const { hostname = '' } = URL.canParse(baseUrl) ? new URL(baseUrl) : {}
    const members = reasoningByHost.get(hostname)
    return members && { ...profile, reasoningMembers: members }
  },
  // OpenRouter's way of naming the application that asks.
  forwardHeaders: ['http-referer', 'x-title'],
  target: (context) => openaiTarget(context, openaiCompatible),
}
