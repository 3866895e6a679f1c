import { type ChatError, kindOfStatus, statusOfKind } from '../chat/error.ts'
import { readErrorBody } from '../chat/error-body.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { arrayAt, numberAt, objectAt, stringAt } from '../chat/read.ts'
import { kindOfErrorStatus, statusOfErrorKind } from './wire.ts'

const errorInfo = 'type.googleapis.com/google.rpc.ErrorInfo'
const badRequest = 'type.googleapis.com/google.rpc.BadRequest'

/** What Google answers with status 400 although it is the credential that is at fault. */
const badKeyReasons: ReadonlySet<string> = new Set(['API_KEY_INVALID', 'API_KEY_EXPIRED'])

/**
 * Reads any error body. The HTTP status leads; the body's own words decide only where the status says nothing (in a stream, or
 * under a 200), and where Google says 400 of a key it does not take: that is told as the 401 it is elsewhere.
 */
export function decodeError(status: number, body: unknown): ChatError {
  const { message, type = '', code, param, requestId } = readErrorBody(status, body)
  const details = detailsOf(body)
  const reason = code ?? details.reason
  const field = param ?? details.field
  const own = status >= 400 ? status : details.status
  const said = kindOfErrorStatus.get(type)
  const badKey = reason !== undefined && badKeyReasons.has(reason)
  const kind = badKey ? 'authentication' : own === undefined ? (said ?? 'server') : kindOfStatus(own)
  return {
    status: badKey ? statusOfKind.authentication : (own ?? statusOfKind[kind]),
    kind,
    message,
    ...(reason !== undefined && { code: reason }),
    ...(field !== undefined && { param: field }),
    ...(requestId !== undefined && { requestId }),
  }
}

interface Details {
  /** The HTTP status the error repeats. */
  readonly status?: number
  readonly reason?: string
  readonly field?: string
}

/** The machine-readable part of a google.rpc.Status. */
function detailsOf(body: unknown): Details {
  const error = errorIn(body)
  if (error === undefined) return {}
  const code = numberAt(error, 'code')
  const details = arrayAt(error, 'details').filter(isObject)
  const info = details.find((detail) => member(detail, '@type') === errorInfo)
  const reason = info && stringAt(info, 'reason')
  const bad = details.find((detail) => member(detail, '@type') === badRequest)
  const violation = bad && arrayAt(bad, 'fieldViolations').find(isObject)
  const field = violation && stringAt(violation, 'field')
  return {
    ...(code !== undefined && Number.isInteger(code) && code >= 400 && code <= 599 && { status: code }),
    ...(reason && { reason }),
    ...(field && { field }),
  }
}

/** The `error` of a body that may be text, or wrapped in an array as Google's streams of JSON are. */
function errorIn(body: unknown): JsonObject | undefined {
  let value = body
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value) as JsonValue
    } catch {
      return undefined
    }
  }
  if (Array.isArray(value)) value = value[0] as unknown
  return isObject(value) ? objectAt(value, 'error') : undefined
}

/** Whether a frame or a body under 200 tells an error rather than an answer. */
export function isError(wire: JsonObject): boolean {
  return objectAt(wire, 'error') !== undefined
}

/** The envelope of Google's APIs, `google.rpc.Status`; a code and a field at fault stand among its details. */
export function encodeError(error: ChatError): { status: number; body: JsonObject } {
  const status = error.status >= 400 ? error.status : statusOfKind[error.kind]
  const details: JsonObject[] = [
    ...(error.code === undefined ? [] : [{ '@type': errorInfo, reason: error.code, domain: 'llm-gateway' }]),
    ...(error.param === undefined
      ? []
      : [{ '@type': badRequest, fieldViolations: [{ field: error.param, description: error.message }] }]),
  ]
  return {
    status,
    body: {
      error: {
        code: status,
        message: error.message,
        status: statusOfErrorKind[error.kind],
        ...(details.length > 0 && { details }),
      },
    },
  }
}

/** The terminal error of a stream: the official SDK throws on it, and takes a stream that just ends for a whole one. */
export function errorFrame(error: ChatError): string {
  return `data: ${JSON.stringify(encodeError(error).body)}\r\n\r\n`
}

/** What a stream that breaks its dialect is told as. */
export function badStream(what: string): ChatError {
  return { status: 502, kind: 'server', message: `the upstream broke its stream: ${what}` }
}
