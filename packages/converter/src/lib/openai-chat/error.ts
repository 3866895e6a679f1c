import { type ChatError, type ErrorKind, kindOfStatus, statusOfKind } from '../chat/error.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { arrayAt, stringAt } from '../chat/read.ts'
import { kindOfType, typeOfKind } from './wire.ts'

/** A message longer than this is cut: an HTML page or a dump is no message. Characters. */
const maxMessage = 2000

/**
 * Reads an error body: OpenAI's envelope, Google's `[{error}]`, `{error: "text"}`, FastAPI's `{detail}`, `{message}`, text, HTML or
 * nothing. The HTTP status leads; the words decide only when there is none (an error inside a stream, or under 200).
 */
export function decodeError(status: number, body: unknown): ChatError {
  const value = parsed(body)
  if (!isObject(value)) return plainError(status, typeof value === 'string' ? value : '')
  return readError(status, errorOf(value), stringAt(value, 'request_id'))
}

/** Reads the error of a stream's frame, which has no HTTP status of its own. */
export function streamError(wire: JsonObject): ChatError {
  return readError(0, errorOf(wire), undefined)
}

/** The envelope the official SDK reads: all four keys, whatever is known. */
export function errorBody(error: ChatError): JsonObject {
  return {
    error: {
      message: error.message,
      type: typeOfKind[error.kind],
      param: error.param ?? null,
      code: error.code ?? null,
    },
  }
}

export function encodeError(error: ChatError): { status: number; body: JsonObject } {
  return { status: error.status, body: errorBody(error) }
}

/** The terminal error of a stream: the official SDK throws on a chunk with `error`. */
export function errorFrame(error: ChatError): string {
  return `data: ${JSON.stringify(errorBody(error))}\n\n`
}

/** What a body says when read as JSON, however it was wrapped. */
function parsed(body: unknown): JsonValue | undefined {
  if (Array.isArray(body)) return isObject(body[0]) ? body[0] : undefined
  if (isObject(body)) return body
  if (typeof body !== 'string') return undefined
  const text = body.trim()
  if (!text.startsWith('{') && !text.startsWith('[')) return text
  try {
    const value = JSON.parse(text) as JsonValue
    const first = Array.isArray(value) ? value[0] : value
    return isObject(first) ? first : text
  } catch {
    return text
  }
}

/** The object that holds `message`, `type` and `code`. */
function errorOf(wire: JsonObject): JsonObject {
  const error = member(wire, 'error')
  if (isObject(error)) return error
  if (typeof error === 'string') return { ...wire, message: error }
  const first = arrayAt(wire, 'errors')[0]
  return isObject(first) ? first : wire
}

function readError(status: number, error: JsonObject, requestId: string | undefined): ChatError {
  const own = ownStatus(status, error)
  const kind = own === undefined ? kindOfWords(error) : kindOfStatus(own)
  const code = stringAt(error, 'code')
  const param = stringAt(error, 'param')
  return {
    status: own ?? statusOfKind[kind],
    kind,
    message: cut(messageOf(error)) || fallbackMessage(own ?? statusOfKind[kind]),
    ...(code !== undefined && code !== '' && { code }),
    ...(param !== undefined && param !== '' && { param }),
    ...(requestId !== undefined && { requestId }),
  }
}

/** The HTTP status, or the number vendors put into the error when it comes inside a stream. */
function ownStatus(status: number, error: JsonObject): number | undefined {
  if (status >= 400) return status
  for (const key of ['status', 'status_code', 'code', 'http_code']) {
    const value = member(error, key)
    const number = typeof value === 'string' ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number) && number >= 400 && number <= 599) return number
  }
  return undefined
}

function kindOfWords(error: JsonObject): ErrorKind {
  for (const key of ['code', 'type', 'status']) {
    const kind = kindOfType.get(stringAt(error, key) ?? '')
    if (kind !== undefined) return kind
  }
  return 'server'
}

const messageKeys = ['message', 'detail', 'error_message', 'msg', 'title'] as const

function messageOf(error: JsonObject): string {
  for (const key of messageKeys) {
    const value = member(error, key)
    if (typeof value === 'string' && value !== '') return value
    const inner = isObject(value) ? messageKeys.map((name) => stringAt(value, name)).find((text) => text) : undefined
    if (inner !== undefined) return inner
  }
  const details = arrayAt(error, 'detail')
  return details
    .map((detail) => (isObject(detail) ? (stringAt(detail, 'msg') ?? '') : typeof detail === 'string' ? detail : ''))
    .filter((text) => text !== '')
    .join('; ')
}

/** An error whose body is text, HTML or nothing. */
function plainError(status: number, text: string): ChatError {
  const own = status >= 400 ? status : 502
  const trimmed = text.trim()
  const html = trimmed.startsWith('<')
  return {
    status: own,
    kind: kindOfStatus(own),
    message: trimmed === '' || html ? fallbackMessage(own, html ? titleOf(trimmed) : '') : cut(trimmed),
  }
}

function fallbackMessage(status: number, title = ''): string {
  return title === ''
    ? `the upstream answered ${status} without a message`
    : `the upstream answered ${status}: ${title}`
}

/** The title of an HTML page, which is all of it that is for people. */
function titleOf(html: string): string {
  const page = html.slice(0, maxMessage * 4)
  const lower = page.toLowerCase()
  const from = lower.indexOf('<title>')
  const to = from === -1 ? -1 : lower.indexOf('</title>', from)
  return to === -1 ? '' : page.slice(from + '<title>'.length, to).trim()
}

function cut(message: string): string {
  return message.length <= maxMessage ? message : `${message.slice(0, maxMessage)}…`
}

/** Whether a frame or a body under 200 tells an error rather than an answer. */
export function isError(wire: JsonObject): boolean {
  const error = member(wire, 'error')
  return isObject(error) || (typeof error === 'string' && error !== '')
}
