import { type ChatError, kindOfStatus, statusOfKind } from '../chat/error.ts'
import { readErrorBody } from '../chat/error-body.ts'
import type { JsonObject } from '../chat/json.ts'
import { kindOfType, typeOfKind } from './wire.ts'

/**
 * Reads any error body. The HTTP status leads; the body's own word decides only where the status says nothing,
 * as in a stream or under a 200.
 */
export function decodeError(status: number, body: unknown): ChatError {
  const { message, type, code, param, requestId } = readErrorBody(status, body)
  const failed = status >= 400
  const kind = failed ? kindOfStatus(status) : (kindOfType(type) ?? 'server')
  return {
    status: failed ? status : statusOfKind[kind],
    kind,
    message,
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
    ...(requestId !== undefined && { requestId }),
  }
}

/**
 * The envelope of `ErrorResponse` in the SDK. Codes of other vendors have no place in it; those of message threads stand under
 * `details`, where the SDK looks for them to go on without a thread or with a new one (lib/internal/threads/ThreadState of 1.12.0).
 */
export function encodeError(error: ChatError): { status: number; body: JsonObject } {
  const status = error.status >= 400 ? error.status : statusOfKind[error.kind]
  return {
    status,
    body: {
      type: 'error',
      error: { type: typeOfKind(error.kind), message: error.message, ...detailsOf(error) },
      request_id: error.requestId ?? null,
    },
  }
}

function detailsOf({ code, param }: ChatError): JsonObject {
  if (code === undefined || !code.startsWith('thread_')) return {}
  const unsupported = code === 'thread_unsupported_request' && { unsupported: [param ?? 'thread'] }
  return { details: { error_code: code, ...unsupported } }
}

/** The `error` event; the SDK throws on it and reads nothing after. */
export function errorFrame(error: ChatError): string {
  return `event: error\ndata: ${JSON.stringify(encodeError(error).body)}\n\n`
}
