import { baseUrlOf, operationPath } from '../base-url.ts'
import type { Provider } from './provider.ts'

/** A simulated provider: every dialect under one base URL, which whoever starts the simulator fills in. Reads no options. */
export const simulator: Provider = {
  id: 'simulator',
  name: 'Simulator',
  dialects: ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'openai-completions'],
  credential: { header: 'authorization', prefix: 'Bearer ' },
  needsBaseUrl: true,
  needsKey: false,
  target: (context) => {
    const version = context.dialect === 'gemini' ? 'v1beta' : 'v1'
    return `${baseUrlOf(context.account, simulator).replace(/\/v1(beta)?$/, '')}/${version}${operationPath(context)}`
  },
}
