import { openaiTarget } from './openai.ts'
import type { Provider, ProviderProfile } from './provider.ts'

/** What OpenAI added late, others mostly refuse. */
const profile: ProviderProfile = { maxTokensField: 'max_tokens', openaiExtensions: false, developerRole: false }

/** A host that refuses reasoning in a message of the history but for what is named; it insists on none, whosever models it serves. */
function taking(...reasoningMembers: NonNullable<ProviderProfile['reasoningMembers']>): ProviderProfile {
  return { ...profile, reasoningMembers, reasoningRequired: false }
}

/** OpenRouter takes all it gives (@openrouter/sdk 1.3.19, ChatAssistantMessage), and insists where the host behind it does. */
const openRouter: ProviderProfile = {
  ...profile,
  reasoningMembers: ['reasoning_content', 'reasoning', 'reasoning_details'],
}

/**
 * Hosts that are known to take reasoning back in a way of their own. Mistral answers members with 422 extra_forbidden
 * (BerriAI/litellm#30835), Groq (agentjido/req_llm#772) and Cerebras (QwenLM/qwen-code#11045) with 400 for every name but their own.
 */
const profileByHost: ReadonlyMap<string, ProviderProfile> = new Map([
  ['api.groq.com', taking('reasoning')],
  ['api.cerebras.ai', taking('reasoning')],
  ['api.mistral.ai', taking('thinking')],
  ['openrouter.ai', openRouter],
])

/** OpenAI's models that reason, by the names OpenAI gives them: a server that serves them passes requests on to OpenAI or Azure. */
const reasonsAtOpenai = /^(?:o[134]|gpt-[5-9])(?:[-.]|$)/

/** They refuse `max_tokens` (400 unsupported_parameter). */
const passedOn: ProviderProfile = { ...profile, maxTokensField: 'max_completion_tokens' }

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
  profileFor: ({ baseUrl = '' }, model) => {
    const { hostname = '' } = URL.canParse(baseUrl) ? new URL(baseUrl) : {}
    return profileByHost.get(hostname) ?? (reasonsAtOpenai.test(model) ? passedOn : undefined)
  },
  // OpenRouter's way of naming the application that asks.
  forwardHeaders: ['http-referer', 'x-title'],
  target: (context) => openaiTarget(context, openaiCompatible),
}
