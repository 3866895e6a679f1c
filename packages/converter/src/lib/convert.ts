import { type Ambient, ambient } from './ambient.ts'
import type { CapabilityOverrides } from './capabilities/capabilities.ts'
import type { Dialect } from './chat/dialect.ts'
import { type ChatError, ConversionError } from './chat/error.ts'
import { isObject, type JsonObject } from './chat/json.ts'
import type { Loss } from './chat/loss.ts'
import type { ChatReply } from './chat/reply.ts'
import type { ChatRequest, Extra } from './chat/request.ts'
import type { Stop } from './chat/stop.ts'
import type { Usage } from './chat/usage.ts'
import { capabilitiesOf, codecOf } from './codecs.ts'
import { parseBody } from './lossless.ts'
import { replyContext } from './reply-context.ts'
import { LossReport } from './report.ts'
import { type Framing, framingOf } from './stream/framing.ts'
import { JsonArrayWriter } from './stream/json-array.ts'
import { aliasOf } from './tool-names.ts'

/** A JSON body: parsed, or as text or UTF-8 bytes. Only from text and bytes do numbers in tool arguments keep every digit. */
export type Body = JsonObject | string | Uint8Array

export interface RequestOptions {
  /** The client's dialect. */
  readonly from: Dialect
  /** The upstream's dialect. */
  readonly to: Dialect
  /** The model name to send; default: the client's own. */
  readonly model?: string
  /** Refuse, with every loss listed, what would be dropped, approximated or invented. Default false. */
  readonly strict?: boolean
  /** What is known of the model beyond the built-in table. */
  readonly capabilities?: CapabilityOverrides
}

export interface ReplyOptions extends Partial<Ambient> {
  /** The upstream's dialect. */
  readonly from: Dialect
  /** The client's dialect. */
  readonly to: Dialect
  /** What the client sent, in its own dialect: tool names, `stream_options` and the legacy spellings are read from it. */
  readonly request?: JsonObject
  /** The model name to show; default: the upstream's own. */
  readonly model?: string
  /** Whether reasoning text is shown in a dialect that has only an unofficial place for it (`reasoning_content`). Default true. */
  readonly showReasoning?: boolean
}

export interface Converted {
  /** The body to send. Numbers in tool arguments may be `JSON.rawJSON` leaves: write it with `JSON.stringify`. */
  readonly body: JsonObject
  readonly losses: Loss[]
}

/**
 * Converts a request.
 *
 * @throws ConversionError `INVALID_REQUEST` (a field is not what the client's dialect says), `UNSUPPORTED` (the target cannot do what
 *   a field asks for and leaving it out would give another kind of answer), `LOSSY` (`strict` and something would be lost).
 */
export function convertRequest(body: Body, options: RequestOptions): Converted {
  const { from, to } = options
  const wire = readWire(body, from, 'INVALID_REQUEST')
  if (from === to) return { body: options.model === undefined ? wire : { ...wire, model: options.model }, losses: [] }
  const report = new LossReport()
  const decoded = codecOf(from).decodeRequest(wire, report)
  const chat: ChatRequest = options.model === undefined ? decoded : { ...decoded, model: options.model }
  const target = codecOf(to)
  const extras = new Map(chat.extras.map((extra) => [extra.key, extra]))
  const taken = new Set<Extra>()
  const encoded = target.encodeRequest(chat, {
    report,
    capabilities: capabilitiesOf(to, chat.model, options.capabilities),
    from,
    take: (key) => {
      const extra = extras.get(key)
      if (extra) taken.add(extra)
      return extra
    },
    toolName: (name) => aliasOf(name, target.limits.toolName),
    callId: (id) => aliasOf(id, target.limits.callId),
  })
  for (const extra of chat.extras) if (!taken.has(extra)) reportExtra(extra, to, report)
  if (options.strict && report.losses.length > 0) throw lossy(report.losses, to)
  return { body: encoded, losses: report.losses }
}

function reportExtra(extra: Extra, to: Dialect, report: LossReport): void {
  const detail = extra.detail ?? `${to} has no counterpart`
  if (extra.verdict === 'refuse') report.refuse(extra.path, detail)
  if (extra.verdict === 'drop') report.dropped(extra.path, detail)
}

function lossy(losses: readonly Loss[], to: Dialect): ConversionError {
  const list = losses.map((loss) => `${loss.path} (${loss.kind}: ${loss.detail})`).join('; ')
  return new ConversionError('LOSSY', `strict conversion to ${to} would lose ${losses.length} thing(s): ${list}`, {
    losses,
  })
}

/**
 * Converts a whole reply.
 *
 * @throws ConversionError `INVALID_REPLY` when the body is no reply of the upstream's dialect.
 */
export function convertReply(body: Body, options: ReplyOptions): Converted {
  const { from, to } = options
  const wire = readWire(body, from, 'INVALID_REPLY')
  if (from === to) return { body: options.model === undefined ? wire : { ...wire, model: options.model }, losses: [] }
  const report = new LossReport()
  const reply = codecOf(from).decodeReply(wire, report)
  return { body: codecOf(to).encodeReply(reply, contextOf(options, report)), losses: report.losses }
}

/** Decodes a whole reply. Throws `ConversionError` `INVALID_REPLY`. */
export function decodeReply(body: Body, from: Dialect, report: LossReport): ChatReply {
  return codecOf(from).decodeReply(readWire(body, from, 'INVALID_REPLY'), report)
}

/** The reply half's context of public options. */
export function contextOf(options: ReplyOptions, report: LossReport): ReturnType<typeof replyContext> {
  return replyContext({
    from: options.from,
    to: options.to,
    request: options.request,
    model: options.model,
    showReasoning: options.showReasoning ?? true,
    report,
    ambient: { newId: options.newId ?? ambient.newId, now: options.now ?? ambient.now },
  })
}

/** An error answer of an upstream: `body` parsed, or its text as it came (HTML, plain text, nothing). */
export interface UpstreamErrorAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

/** Converts an error answer into the client's envelope; any body gives a well-formed one. The status leads, the message is kept. */
export function convertError(
  error: UpstreamErrorAnswer,
  options: { readonly from: Dialect; readonly to: Dialect },
): { status: number; body: JsonObject } {
  return renderError(readError(error, options.from), options.to)
}

/** Reads an upstream's error answer, whatever it is. */
export function readError(error: UpstreamErrorAnswer, from: Dialect): ChatError {
  const decoded = codecOf(from).decodeError(error.status, error.body)
  const requestId = error.headers?.['request-id'] ?? error.headers?.['x-request-id']
  return decoded.requestId === undefined && typeof requestId === 'string' ? { ...decoded, requestId } : decoded
}

/** An error in a dialect's own envelope. */
export function renderError(error: ChatError, dialect: Dialect): { status: number; body: JsonObject } {
  return codecOf(dialect).encodeError(error)
}

/**
 * The terminal error of a stream in a dialect, as the text of its framing.
 *
 * @param framing how the stream is framed; default `sse`.
 * @param begun the client has something of the stream: what an array's last element must know.
 * @throws ConversionError `UNSUPPORTED` for a framing the dialect does not have.
 */
export function renderErrorFrame(error: ChatError, dialect: Dialect, framing?: Framing, begun = false): string {
  const frame = codecOf(dialect).errorFrame(error)
  return framingOf(dialect, framing) === 'sse' ? frame : JsonArrayWriter.terminal(frame, begun)
}

/**
 * What keeps an idle stream of a dialect alive and means nothing: SSE text, or white space of an array.
 *
 * @throws ConversionError `UNSUPPORTED` for a framing the dialect does not have.
 */
export function keepAliveFrame(dialect: Dialect, framing?: Framing): string {
  return framingOf(dialect, framing) === 'sse' ? codecOf(dialect).keepAlive : '\r\n'
}

/** Usage and stop of a reply that passes as bytes. Undefined for what is no reply of the dialect. */
export function readUsage(body: Body, dialect: Dialect): { usage?: Usage; stop?: Stop } | undefined {
  try {
    return codecOf(dialect).tapReply(readWire(body, dialect, 'INVALID_REPLY'))
  } catch (cause) {
    if (ConversionError.is(cause)) return undefined
    throw cause
  }
}

/**
 * Parses a request body once for several uses; numbers in tool arguments keep their digits.
 *
 * @throws ConversionError `INVALID_REQUEST` when it is no JSON object.
 */
export function parseRequest(body: string | Uint8Array, dialect: Dialect): JsonObject {
  return readWire(body, dialect, 'INVALID_REQUEST')
}

function readWire(body: Body, dialect: Dialect, code: 'INVALID_REQUEST' | 'INVALID_REPLY'): JsonObject {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return body
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const what = code === 'INVALID_REQUEST' ? 'the request body' : 'the reply'
  let parsed: ReturnType<typeof parseBody>
  try {
    parsed = parseBody(text)
  } catch (cause) {
    throw new ConversionError(
      code,
      `${what} is not valid JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`,
    )
  }
  if (!isObject(parsed.value)) throw new ConversionError(code, `${what} must be a JSON object`)
  if (parsed.lossless) codecOf(dialect).graft(parsed.value, parsed.lossless)
  return parsed.value
}
