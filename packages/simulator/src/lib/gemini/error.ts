import type { JsonObject } from '../json.ts'
import { type ErrorReply, Refused } from '../refused.ts'

/** Names of google.rpc.Code by HTTP status. */
const STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  502: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
}

/** Google's error body. */
export function errorBody(code: number, message: string, details?: readonly JsonObject[]): JsonObject {
  const status = STATUS[code] ?? (code < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL')
  return { error: { code, message, status, ...(details && { details: [...details] }) } }
}

/** A request Google turns down with 400 once it has read it. */
export function invalid(message: string): Refused {
  return new Refused(message, { status: 400, body: errorBody(400, message) })
}

/** A rule that a request breaks, told the way Google's validation tells it: `* GenerateContentRequest.contents: …`. */
export function violation(where: string, what: string): Refused {
  return invalid(`* GenerateContentRequest.${where}: ${what}\n`)
}

/** A body Google cannot read as its message type; the place stands in a google.rpc.BadRequest. */
export function unreadable(description: string, field?: string): Refused {
  const violations = [{ ...(field && { field }), description }]
  const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations }]
  return new Refused(description, { status: 400, body: errorBody(400, description, details) })
}

const TYPICAL: Readonly<Record<number, string>> = {
  400: 'Invalid JSON payload received.',
  401: 'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
  403: 'The caller does not have permission',
  404: 'Requested entity was not found.',
  413: 'Request payload size exceeds the limit: 20971520 bytes.',
  429: 'Resource has been exhausted (e.g. check quota).',
  500: 'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  502: 'Bad Gateway',
  503: 'The model is overloaded. Please try again later.',
  504: 'Deadline expired before operation could complete.',
}

/**
 * What Google answers with a status, as `[[fault status=…]]` wants it. Google says in the body when to come back:
 * `retryAfter`, in seconds.
 */
export function typicalError(status: number, message: string | undefined, retryAfter?: number): JsonObject {
  const said =
    message ?? TYPICAL[status] ?? (status < 500 ? 'Request contains an invalid argument.' : 'Internal error.')
  if (retryAfter === undefined) return errorBody(status, said)
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfter}s` }]
  return errorBody(status, said, details)
}

function info(reason: string, method: string): JsonObject {
  return {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: 'googleapis.com',
    metadata: { service: 'generativelanguage.googleapis.com', method },
  }
}

const METHOD = 'google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent'

/** Google's answer to a key that is missing or wrong; a wrong key is 400, a wrong token 401. */
export function unauthorized(key: string, bearer: boolean): ErrorReply {
  if (key === '') {
    const message =
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API."
    return { status: 403, body: errorBody(403, message) }
  }
  if (bearer)
    return { status: 401, body: errorBody(401, TYPICAL[401] ?? '', [info('ACCESS_TOKEN_TYPE_UNSUPPORTED', METHOD)]) }
  return {
    status: 400,
    body: errorBody(400, 'API key not valid. Please pass a valid API key.', [info('API_KEY_INVALID', METHOD)]),
  }
}

/** 404 for a model there is not. */
export function modelNotFound(model: string, method: string): ErrorReply {
  const message = `models/${model} is not found for API version v1beta, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`
  return { status: 404, body: errorBody(404, message) }
}
