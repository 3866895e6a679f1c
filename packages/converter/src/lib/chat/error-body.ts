import { isObject, type JsonObject, type JsonValue } from './json.ts'
import { arrayAt, objectAt, stringAt } from './read.ts'

/** What an error body says, whoever wrote it. */
export interface ErrorBody {
  /** Verbatim but for API keys, which are masked. Never empty. */
  readonly message: string
  /** The vendor's word for the kind of error: `rate_limit_error`, `RESOURCE_EXHAUSTED`. */
  readonly type?: string
  readonly code?: string
  readonly param?: string
  readonly requestId?: string
}

/** Longest message taken from a body that is plain text. Characters. */
const maxPlainText = 2000

/**
 * Reads an error body of any vendor: the envelopes of OpenAI, Anthropic and Google (also inside an array), `{"error": "text"}`,
 * `{"message": …}`, `{"detail": …}`, an HTML page, plain text or nothing.
 *
 * @param status the HTTP status, for a message where the body has none; 0 when there is none.
 * @param body the text of the body, or what it parsed to.
 */
export function readErrorBody(status: number, body: unknown): ErrorBody {
  const value = typeof body === 'string' ? parsed(body) : body
  const told = tell(value)
  const message = told.message?.trim() ? told.message : noMessage(status)
  return { ...told, message: maskKeys(message) }
}

type Told = { -readonly [key in keyof ErrorBody]?: string }

function tell(value: unknown): Told {
  if (typeof value === 'string') return { message: plainText(value) }
  if (Array.isArray(value)) return tell(value[0])
  if (!isObject(value)) return {}
  const inner = objectAt(value, 'error')
  if (inner === undefined) return tellFlat(value)
  const told = tellInner(inner)
  const requestId = stringAt(value, 'request_id')
  return { ...told, ...(requestId !== undefined && { requestId }) }
}

function tellInner(error: JsonObject): Told {
  const details = objectAt(error, 'details')
  const code = word(error, 'code') ?? (details && stringAt(details, 'error_code'))
  const type = stringAt(error, 'type') ?? stringAt(error, 'status')
  const message = stringAt(error, 'message')
  const param = stringAt(error, 'param')
  return {
    ...(message !== undefined && { message }),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
  }
}

/** Bodies without an `error` object: `{"error": "text"}`, `{"message": …}`, FastAPI's `{"detail": …}`. */
function tellFlat(body: JsonObject): Told {
  const detail = arrayAt(body, 'detail')[0]
  const message =
    stringAt(body, 'error') ??
    stringAt(body, 'message') ??
    stringAt(body, 'detail') ??
    stringAt(body, 'error_description') ??
    (isObject(detail) ? stringAt(detail, 'msg') : undefined)
  const type = stringAt(body, 'type')
  const code = word(body, 'code')
  return {
    ...(message !== undefined && { message }),
    ...(type !== undefined && type !== 'error' && { type }),
    ...(code !== undefined && { code }),
  }
}

/** A code that is a word; Google's numeric `code` only repeats the status. */
function word(object: JsonObject, key: string): string | undefined {
  const value = stringAt(object, key)
  return value === '' ? undefined : value
}

function parsed(text: string): JsonValue {
  const first = text.trimStart()[0]
  if (first !== '{' && first !== '[') return text
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}

/** The title of an HTML page, which is all a person wants of it; of other text the beginning. */
function plainText(text: string): string {
  const start = text.trimStart()
  if (!start.startsWith('<')) return start.slice(0, maxPlainText).trimEnd()
  return /<title>([\s\S]*?)<\/title>/i.exec(start.slice(0, maxPlainText))?.[1]?.trim() ?? ''
}

function noMessage(status: number): string {
  return status === 0
    ? 'the upstream reported an error without a message'
    : `the upstream answered with status ${status} and no message`
}

/** Keys of the known vendors, so that a message that quotes one can be passed on. */
const apiKey = /\b(sk-|AIza|gsk_|xai-|pplx-)[A-Za-z0-9_-]{12,}/g

function maskKeys(message: string): string {
  return message.replace(apiKey, '$1…')
}
