import type { JsonObject } from '../json.ts'
import { show } from '../json.ts'
import { type ErrorReply, Refused } from '../refused.ts'
import type { Kind, Path, Wording } from '../shape.ts'

/** Anthropic's error body. The server adds `request_id`. */
export function errorBody(type: string, message: string): JsonObject {
  return { type: 'error', error: { type, message } }
}

/** A request Anthropic turns down with 400. */
export function invalid(message: string): Refused {
  return new Refused(message, { status: 400, body: errorBody('invalid_request_error', message) })
}

/** `messages.0.content.1.text.text`, as Anthropic writes paths: variants are steps too. */
export function pathText(path: Path): string {
  return path.map((step) => (typeof step === 'object' ? step.tag : step)).join('.')
}

function at(path: Path, message: string): Refused {
  return invalid(`${pathText(path)}: ${message}`)
}

function listed(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}

const EXPECTED: Readonly<Record<Kind, string>> = {
  string: 'Input should be a valid string',
  integer: 'Input should be a valid integer',
  number: 'Input should be a valid number',
  boolean: 'Input should be a valid boolean',
  array: 'Input should be a valid list',
  object: 'Input should be an object',
  null: 'Input should be null',
  'string or array': 'Input should be a valid string or list',
}

/** How Anthropic words mistakes in a body. */
export const wording: Wording = {
  unknown: (path) => at(path, 'Extra inputs are not permitted'),
  missing: (path) => at(path, 'Field required'),
  type: (path, expected) => at(path, EXPECTED[expected]),
  choice: (path, allowed) => at(path, `Input should be ${listed(allowed)}`),
  variant: (path, key, allowed, value) => {
    const tags = allowed.map((word) => `'${word}'`).join(', ')
    return at(path, `Input tag '${show(value)}' found using '${key}' does not match any of the expected tags: ${tags}`)
  },
  range: (path, { side, limit }) =>
    at(path, `Input should be ${side === 'min' ? 'greater' : 'less'} than or equal to ${limit}`),
  length: (path, { side, limit, actual }, of) => {
    const bound = side === 'min' ? 'at least' : 'at most'
    if (of === 'string') return at(path, `String should have ${bound} ${limit} character${limit === 1 ? '' : 's'}`)
    return at(path, `List should have ${bound} ${limit} item${limit === 1 ? '' : 's'} after validation, not ${actual}`)
  },
  pattern: (path, pattern) => at(path, `String should match pattern '${pattern.source}'`),
}

const API_ERROR = { type: 'api_error', message: 'Internal server error' }

const TYPICAL: Readonly<Record<number, { type: string; message: string }>> = {
  400: { type: 'invalid_request_error', message: 'The request body is not valid JSON.' },
  401: { type: 'authentication_error', message: 'invalid x-api-key' },
  402: { type: 'billing_error', message: 'Your credit balance is too low to access the Anthropic API.' },
  403: { type: 'permission_error', message: 'Your API key does not have permission to use the specified resource.' },
  404: { type: 'not_found_error', message: 'Not Found' },
  408: { type: 'timeout_error', message: 'Request timed out' },
  409: { type: 'conflict_error', message: 'The request conflicts with another one.' },
  413: { type: 'invalid_request_error', message: 'Request exceeds the maximum size' },
  429: {
    type: 'rate_limit_error',
    message: "This request would exceed your account's rate limit. Please try again later.",
  },
  500: API_ERROR,
  502: { ...API_ERROR, message: 'Bad gateway' },
  503: { type: 'overloaded_error', message: 'Service unavailable' },
  504: { type: 'timeout_error', message: 'Gateway timeout' },
  529: { type: 'overloaded_error', message: 'Overloaded' },
}

/** What Anthropic answers with a status, as `[[fault status=…]]` wants it. */
export function typicalError(status: number, message: string | undefined): JsonObject {
  const typical =
    TYPICAL[status] ?? (status < 500 ? { type: 'invalid_request_error', message: 'Bad request' } : API_ERROR)
  return errorBody(typical.type, message ?? typical.message)
}

/** 401 in Anthropic's words. */
export function unauthorized(key: string, bearer: boolean): ErrorReply {
  const wrong = bearer ? 'Invalid bearer token' : 'invalid x-api-key'
  const message = key === '' ? 'x-api-key header is required' : wrong
  return { status: 401, body: errorBody('authentication_error', message) }
}

/** 404 for a model there is not. */
export function modelNotFound(model: string): ErrorReply {
  return { status: 404, body: errorBody('not_found_error', `model: ${model}`) }
}
