import { baseUrlOf, operationPath } from '../base-url.ts'
import type { Provider } from './provider.ts'

/** Anthropic's own API, and others that speak its dialect under a base URL of theirs. Reads no options. */
export const anthropic: Provider = {
  id: 'anthropic',
  name: 'Anthropic',
  dialects: ['anthropic'],
  baseUrl: 'https://api.anthropic.com',
  credential: { header: 'x-api-key' },
  // The SDK appends /v1 to whatever base it is given; a base that was written with it already means the same.
  target: (context) => `${baseUrlOf(context.account, anthropic).replace(/\/v1$/, '')}/v1${operationPath(context)}`,
}
