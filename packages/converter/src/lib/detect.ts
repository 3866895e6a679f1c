import type { Dialect } from './chat/dialect.ts'
import { isObject, type JsonObject, member } from './chat/json.ts'

/** What is known of a request; the more, the surer. */
export interface DetectInput {
  /** The request's path, with or without a query. */
  readonly path?: string
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
  /** The parsed body. */
  readonly body?: unknown
}

/** The dialect an endpoint is for: `/v1/messages` is `anthropic`. Undefined for a path no dialect owns. */
export function dialectOfPath(path: string): Dialect | undefined {
  const bare = path.split('?', 1)[0] ?? path
  if (bare.endsWith('/chat/completions')) return 'openai-chat'
  if (bare.endsWith('/completions')) return 'openai-completions'
  if (bare.endsWith('/responses')) return 'openai-responses'
  if (bare.endsWith('/messages') || bare.endsWith('/messages/count_tokens')) return 'anthropic'
  if (/\/models\/[^/]+:(?:streamGenerateContent|generateContent|countTokens)$/.test(bare)) return 'gemini'
  return undefined
}

/** Keys only Anthropic's request has; compatible vendors put `thinking` and `top_k` into chat requests, so those tell nothing. */
const anthropicKeys = ['system', 'stop_sequences', 'anthropic_version', 'mcp_servers', 'container'] as const
/** Keys only Chat Completions has. */
const chatKeys = [
  'max_completion_tokens',
  'response_format',
  'stream_options',
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'reasoning_effort',
] as const

/** Keys only Responses has; its `prompt` is a stored template, and a request that names one may go without `input`. */
const responsesKeys = [
  'input',
  'instructions',
  'previous_response_id',
  'conversation',
  'max_output_tokens',
  'include',
  'reasoning',
] as const

/**
 * The dialect of a body by its top-level keys alone, so that a body need not be parsed; undefined when they fit what the path
 * says or fit several.
 */
export function dialectOfKeys(has: (key: string) => boolean): Dialect | undefined {
  if (has('messages')) {
    if (anthropicKeys.some(has)) return 'anthropic'
    return chatKeys.some(has) ? 'openai-chat' : undefined
  }
  if (has('contents')) return 'gemini'
  if (responsesKeys.some(has)) return 'openai-responses'
  return has('prompt') ? 'openai-completions' : undefined
}

/**
 * The dialect of a request. A body that is clearly of one dialect wins over the path, because clients are pointed at the wrong
 * endpoint; an unclear body is what its path or its headers say.
 */
export function detectDialect(input: DetectInput): Dialect | undefined {
  const ofPath = input.path === undefined ? undefined : dialectOfPath(input.path)
  const ofBody = isObject(input.body) ? dialectOfBody(input.body, ofPath) : undefined
  if (ofBody) return ofBody
  if (ofPath) return ofPath
  if (input.headers?.['anthropic-version'] !== undefined) return 'anthropic'
  return isObject(input.body) && member(input.body, 'messages') !== undefined ? 'openai-chat' : undefined
}

function dialectOfBody(body: JsonObject, ofPath: Dialect | undefined): Dialect | undefined {
  const byKeys = dialectOfKeys((key) => Object.hasOwn(body, key) && body[key] !== undefined)
  if (byKeys) return byKeys
  if (member(body, 'messages') === undefined) return undefined
  const tools = member(body, 'tools')
  const tool = Array.isArray(tools) ? tools[0] : undefined
  if (isObject(tool)) {
    if (member(tool, 'input_schema') !== undefined) return 'anthropic'
    if (isObject(tool.function)) return 'openai-chat'
  }
  return ofPath === 'openai-chat' || ofPath === 'anthropic' ? undefined : 'openai-chat'
}
