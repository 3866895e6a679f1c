import type { IncomingMessage } from 'node:http'
import { countEndpoint, messagesEndpoint } from './anthropic/endpoint.ts'
import { embeddingsEndpoint } from './embeddings/endpoint.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { batchEmbedEndpoint, embedEndpoint } from './gemini/embed.ts'
import { countTokensEndpoint, generateEndpoint, streamEndpoint } from './gemini/endpoint.ts'
import { chatEndpoint } from './openai-chat/endpoint.ts'
import { completionsEndpoint } from './openai-completions/endpoint.ts'
import { compactEndpoint, inputTokensEndpoint, responsesEndpoint } from './openai-responses/endpoint.ts'

const MODEL_PATHS: Readonly<Record<string, Endpoint>> = {
  '/v1/chat/completions': chatEndpoint,
  '/openai/v1/chat/completions': chatEndpoint,
  '/v1/completions': completionsEndpoint,
  '/v1/embeddings': embeddingsEndpoint,
  '/openai/v1/embeddings': embeddingsEndpoint,
  '/v1/responses': responsesEndpoint,
  '/openai/v1/responses': responsesEndpoint,
  '/openai/responses': responsesEndpoint,
  '/v1/responses/compact': compactEndpoint,
  '/openai/v1/responses/compact': compactEndpoint,
  '/v1/responses/input_tokens': inputTokensEndpoint,
  '/openai/v1/responses/input_tokens': inputTokensEndpoint,
  '/v1/messages': messagesEndpoint,
  '/v1/messages/count_tokens': countEndpoint,
}

/** Methods of a Gemini model, which stand behind its name. */
const GEMINI_METHODS: Readonly<Record<string, Endpoint>> = {
  generateContent: generateEndpoint,
  streamGenerateContent: streamEndpoint,
  countTokens: countTokensEndpoint,
  embedContent: embedEndpoint,
  batchEmbedContents: batchEmbedEndpoint,
}

/** `/v1beta/models/{model}:{method}`, at Vertex behind a project and a publisher. */
const GEMINI_PATH =
  /^\/v1(?:beta1?|alpha)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/google\/)?models\/([^/:]+)(?::(\w+))?$/
const DEPLOYMENT_PATH = /^\/openai\/deployments\/([^/]+)\/(chat\/completions|completions|embeddings)$/

/** What Azure serves under the name of a deployment. */
const DEPLOYMENT_METHODS: Readonly<Record<string, Endpoint>> = {
  'chat/completions': chatEndpoint,
  completions: completionsEndpoint,
  embeddings: embeddingsEndpoint,
}

/** A request as endpoints see it. */
export function callOf(request: IncomingMessage): Call {
  const url = new URL(request.url ?? '/', 'http://simulator')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  const path = url.pathname.replace(/(.)\/+$/, '$1')
  const call: Call = { path, query: url.searchParams, headers }
  const deployment = DEPLOYMENT_PATH.exec(path)?.[1]
  if (deployment !== undefined) return { ...call, deployment: decoded(deployment) }
  const [, model, method] = GEMINI_PATH.exec(path) ?? []
  return model === undefined || method === undefined ? call : { ...call, model: decoded(model) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The endpoint a path belongs to, if it is a model's. */
export function endpointOf(call: Call): Endpoint | undefined {
  if (call.deployment !== undefined) return DEPLOYMENT_METHODS[DEPLOYMENT_PATH.exec(call.path)?.[2] ?? '']
  if (call.model === undefined) return MODEL_PATHS[call.path]
  const method = GEMINI_PATH.exec(call.path)?.[2] ?? ''
  return Object.hasOwn(GEMINI_METHODS, method) ? GEMINI_METHODS[method] : undefined
}
