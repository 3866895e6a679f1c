import { type ChatError, statusOfKind } from '../chat/error.ts'
import { type JsonObject, member } from '../chat/json.ts'
import { objectAt, stringAt } from '../chat/read.ts'
import { decodeError } from '../openai-chat/error.ts'
import { codeOfKind, kindOfCode } from './wire.ts'

/** OpenAI's error bodies are those of Chat Completions. */
export { decodeError, encodeError } from '../openai-chat/error.ts'

/** Reads the error of a stream or a failed response: an `error` event, flat or nested, or the `error` of a response. */
export function streamError(wire: JsonObject): ChatError {
  const error = decodeError(0, wire)
  const kind = kindOfCode.get(error.code ?? '')
  const param = stringAt(wire, 'param')
  return {
    ...error,
    ...(kind !== undefined && { kind, status: statusOfKind[kind] }),
    ...(param !== undefined && { param }),
  }
}

/** The error of a response whose status says that it failed or was cancelled, or that is none at all; else undefined. */
export function failureOf(response: JsonObject): ChatError | undefined {
  const error = objectAt(response, 'error')
  const status = stringAt(response, 'status')
  if (error !== undefined || status === 'failed') return streamError({ error: error ?? {} })
  if (typeof member(response, 'error') === 'string' && status === undefined) return streamError(response)
  return status === 'cancelled' ? cancelled : undefined
}

const cancelled: ChatError = { status: 502, kind: 'server', message: 'the upstream cancelled the response' }

/** `error` of a failed response. Its code is one of a closed list, so the codes of other dialects are told by their kind. */
export function responseError({ kind, code, message }: ChatError): JsonObject {
  return { code: code !== undefined && kindOfCode.has(code) ? code : codeOfKind[kind], message }
}

/** The `error` event. */
export function errorEvent(error: ChatError, sequence: number): string {
  const data = {
    type: 'error',
    code: error.code ?? codeOfKind[error.kind],
    message: error.message,
    param: error.param ?? null,
    sequence_number: sequence,
  }
  return `event: error\ndata: ${JSON.stringify(data)}\n\n`
}

/** The terminal error of a stream; without a number, of one of which nothing else was sent. */
export function errorFrame(error: ChatError, sequence = 0): string {
  return errorEvent(error, sequence)
}
