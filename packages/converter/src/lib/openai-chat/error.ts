import { type ChatError, kindOfStatus, statusOfKind } from '../chat/error.ts'
import { readErrorBody } from '../chat/error-body.ts'
import { isObject, type JsonObject, member } from '../chat/json.ts'
import { objectAt, stringAt } from '../chat/read.ts'
import { kindOfType, typeOfKind } from './wire.ts'

/**
 * Reads any error body. The HTTP status leads; the body's own words decide only where the status says nothing: in a stream, or
 * under a 200.
 */
export function decodeError(status: number, body: unknown): ChatError {
  const { message, type = '', code, param, requestId } = readErrorBody(status, body)
  const own = status >= 400 ? status : isObject(body) ? statusInside(body) : undefined
  const kind = own === undefined ? (kindOfType.get(code ?? '') ?? kindOfType.get(type) ?? 'server') : kindOfStatus(own)
  return {
    status: own ?? statusOfKind[kind],
    kind,
    message,
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
    ...(requestId !== undefined && { requestId }),
  }
}

/** Reads the error of a stream's frame, which has no HTTP status of its own. */
export function streamError(wire: JsonObject): ChatError {
  const stopped = groqError(wire)
  return decodeError(0, stopped === undefined ? wire : { error: stopped })
}

/** Why Groq stopped a stream early: `x_groq.error`, a text. */
function groqError(wire: JsonObject): string | undefined {
  return stringAt(objectAt(wire, 'x_groq') ?? {}, 'error') || undefined
}

/** Finish reasons of an answer that broke off: OpenRouter's, DeepSeek's, Zhipu's, and vLLM's and SGLang's. */
const brokenFinishes: ReadonlySet<string> = new Set(['error', 'insufficient_system_resource', 'network_error', 'abort'])

/** Why a choice failed: its own error, or a finish reason that is none; undefined for one that did not. */
export function choiceError(choice: JsonObject): ChatError | undefined {
  if (isError(choice)) return streamError(choice)
  const code = stringAt(choice, 'finish_reason') ?? ''
  if (!brokenFinishes.has(code)) return undefined
  return streamError({ error: { message: `the upstream broke the answer off: ${code}`, code } })
}

/** What a stream whose frame cannot be read is told as. */
export const brokenFrame: ChatError = {
  status: 502,
  kind: 'server',
  message: 'the upstream sent a frame that is not a JSON object',
}

/** The envelope the official SDK reads: all four keys, whatever is known. */
export function encodeError(error: ChatError): { status: number; body: JsonObject } {
  return {
    status: error.status >= 400 ? error.status : statusOfKind[error.kind],
    body: {
      error: {
        message: error.message,
        type: typeOfKind[error.kind],
        param: error.param ?? null,
        code: error.code ?? null,
      },
    },
  }
}

/** The terminal error of a stream: the official SDK throws on a chunk with `error`. */
export function errorFrame(error: ChatError): string {
  return `data: ${JSON.stringify(encodeError(error).body)}\n\n`
}

/** Whether a frame or a body under 200 tells an error rather than an answer. */
export function isError(wire: JsonObject): boolean {
  const error = member(wire, 'error')
  return isObject(error) || (typeof error === 'string' && error !== '') || groqError(wire) !== undefined
}

/** The HTTP status that OpenRouter, Google and vLLM put into an error as its code. */
function statusInside(body: JsonObject): number | undefined {
  const error = member(body, 'error')
  const holder = isObject(error) ? error : body
  for (const key of ['code', 'status']) {
    const status = Number(member(holder, key))
    if (Number.isInteger(status) && status >= 400 && status <= 599) return status
  }
  return undefined
}
