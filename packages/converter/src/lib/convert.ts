import { type Body, readBodyOf } from './body.ts'
import type { Dialect } from './chat/dialect.ts'
import { type ChatError, ConversionError } from './chat/error.ts'
import { isObject, type JsonObject } from './chat/json.ts'
import type { Loss } from './chat/loss.ts'
import type { Stop } from './chat/stop.ts'
import type { Usage } from './chat/usage.ts'
import { codecOf } from './codecs.ts'
import { parseExact } from './lossless.ts'
import type { ReplyOptions, RequestOptions } from './options.ts'
import { type Converted, errorOf, replyThrough, requestThrough, type UpstreamErrorAnswer } from './pair.ts'
import { LossReport } from './report.ts'
import { withSeals } from './seals/seals.ts'
import { mayHoldEnvelope, withholdEnvelopes } from './seals/withhold.ts'
import { type Framing, framingOf } from './stream/framing.ts'
import { JsonArrayWriter } from './stream/json-array.ts'

/**
 * Converts a request.
 *
 * @throws ConversionError `INVALID_REQUEST` (a field is not what the client's dialect says), `UNSUPPORTED` (the target cannot do what
 *   a field asks for and leaving it out would give another kind of answer), `LOSSY` (`strict` and something would be lost).
 */
export function convertRequest<Out extends object = JsonObject>(body: Body, options: RequestOptions): Converted<Out>
export function convertRequest(body: Body, options: RequestOptions): Converted
export function convertRequest(body: Body, options: RequestOptions): Converted {
  const client = codecOf(options.from)
  const wire = readBodyOf(client, body, 'INVALID_REQUEST')
  if (options.from !== options.to) return requestThrough(wire, client, codecOf(options.to), withSeals(options))
  const report = new LossReport()
  const { body: own } = unconverted(withholdEnvelopes(wire, options.from, report), options.model)
  return { body: own, losses: report.losses }
}

/**
 * The body of a request that passes in its own dialect, without the envelopes of other providers' seals (`sealKey`); undefined when
 * it holds none, which it tells without parsing. Of the rest only white space changes.
 */
export function withholdSeals(
  body: string | Uint8Array,
  dialect: Dialect,
): { readonly body: string; readonly losses: Loss[] } | undefined {
  if (!mayHoldEnvelope(body)) return undefined
  const report = new LossReport()
  const wire = parseExact(typeof body === 'string' ? body : new TextDecoder().decode(body))
  if (!isObject(wire)) return undefined
  const own = withholdEnvelopes(wire, dialect, report)
  return own === wire ? undefined : { body: JSON.stringify(own), losses: report.losses }
}

/**
 * Converts a whole reply.
 *
 * @throws ConversionError `INVALID_REPLY` when the body is no reply of the upstream's dialect.
 */
export function convertReply<Out extends object = JsonObject>(body: Body, options: ReplyOptions): Converted<Out>
export function convertReply(body: Body, options: ReplyOptions): Converted
export function convertReply(body: Body, options: ReplyOptions): Converted {
  const upstream = codecOf(options.from)
  const wire = readBodyOf(upstream, body, 'INVALID_REPLY')
  return options.from === options.to
    ? unconverted(wire, options.model)
    : replyThrough(wire, codecOf(options.to), upstream, withSeals(options))
}

function unconverted(wire: JsonObject, model: string | undefined): Converted {
  return { body: model === undefined ? wire : { ...wire, model }, losses: [] }
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
  return errorOf(error, codecOf(from))
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
    const codec = codecOf(dialect)
    return codec.tapReply(readBodyOf(codec, body, 'INVALID_REPLY'))
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
  return readBodyOf(codecOf(dialect), body, 'INVALID_REQUEST')
}
