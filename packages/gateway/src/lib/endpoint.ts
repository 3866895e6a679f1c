import type { Dialect } from '@llm-gateway/converter'
import type { Operation } from '@llm-gateway/upstream'
import { type HeaderMap, headerOf } from './port.ts'

/** What a path is for. */
export interface Endpoint {
  readonly operation: Operation
  /** The dialect of the path, where it has one of its own; a body may say otherwise. */
  readonly dialect?: Dialect
  readonly method: 'POST' | 'GET'
}

const post = (dialect: Dialect, operation: Operation = 'generate'): Endpoint => ({ operation, dialect, method: 'POST' })

/** Every model endpoint by its path. */
export const endpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/v1/chat/completions', post('openai-chat')],
  ['/v1/completions', post('openai-completions')],
  ['/v1/messages', post('anthropic')],
  ['/v1/messages/count_tokens', post('anthropic', 'count-tokens')],
  ['/v1/models', { operation: 'list-models', method: 'GET' }],
])

const azure = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/
const oneModel = /^\/v1\/models\/.+$/

/** The deployment an Azure-style path names: the model, to us. */
export function deploymentOf(path: string): string | undefined {
  if (!path.startsWith('/openai/')) return undefined
  const name = azure.exec(path)?.[1]
  try {
    return name === undefined ? undefined : decodeURIComponent(name)
  } catch {
    return name
  }
}

/** The dialect of a client whose path does not tell it. */
export function dialectOfHeaders(headers: HeaderMap): Dialect {
  return headerOf(headers, 'anthropic-version') === undefined ? 'openai-chat' : 'anthropic'
}

/** The endpoint of a path, or undefined when no dialect has it. */
export function endpointOf(path: string): Endpoint | undefined {
  const known = endpoints.get(path)
  if (known) return known
  if (azure.test(path)) return endpoints.get('/v1/chat/completions')
  return oneModel.test(path) ? endpoints.get('/v1/models') : undefined
}
