import { openaiTarget } from './openai.ts'
import type { Provider } from './provider.ts'

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
  // What OpenAI added late, others mostly refuse.
  profile: { maxTokensField: 'max_tokens', openaiExtensions: false, developerRole: false },
  // OpenRouter's way of naming the application that asks.
  forwardHeaders: ['http-referer', 'x-title'],
  target: (context) => openaiTarget(context, openaiCompatible),
}
