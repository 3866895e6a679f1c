import { openaiTarget } from './openai.ts'
import type { Provider, ProviderProfile } from './provider.ts'

/** What OpenAI added late, others mostly refuse. */
const profile: ProviderProfile = { maxTokensField: 'max_tokens', openaiExtensions: false, developerRole: false }

/**
 * Hosts that refuse reasoning in a message of the history, by what they take all the same; none of them insists on any, whosever
 * models they serve. Mistral answers with 422 extra_forbidden (BerriAI/litellm#30835), Groq (agentjido/req_llm#772) and Cerebras
 * (QwenLM/qwen-code#11045) with 400 for every name but their own.
 */
const reasoningByHost: ReadonlyMap<string, NonNullable<ProviderProfile['reasoningMembers']>> = new Map([
  ['api.groq.com', ['reasoning']],
  ['api.cerebras.ai', ['reasoning']],
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
    return members && { ...profile, reasoningMembers: members, reasoningRequired: false }
  },
  // OpenRouter's way of naming the application that asks.
  forwardHeaders: ['http-referer', 'x-title'],
  target: (context) => openaiTarget(context, openaiCompatible),
}
