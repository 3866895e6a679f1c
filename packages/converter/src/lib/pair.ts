import { ambient } from './ambient.ts'
import { type Body, readBodyOf } from './body.ts'
import { withUniqueCalls } from './call-ids.ts'
import { fitToModel } from './capabilities/fit.ts'
import type { Dialect } from './chat/dialect.ts'
import { type ChatError, ConversionError } from './chat/error.ts'
import type { Emit } from './chat/event.ts'
import { isObject, type JsonObject } from './chat/json.ts'
import type { Loss, Report } from './chat/loss.ts'
import type { ChatReply } from './chat/reply.ts'
import type { ChatRequest, Extra } from './chat/request.ts'
import type {
  ClientHalf,
  ReplyContext,
  ReplyReader,
  ReplyWriter,
  RequestReader,
  RequestWriter,
  UpstreamHalf,
} from './codec.ts'
import type { PairReplyOptions, PairRequestOptions, PairStreamOptions } from './options.ts'
import { replyContext } from './reply-context.ts'
import { LossReport } from './report.ts'
import type { Carriage } from './seals/carry.ts'
import { withoutEnvelopes } from './seals/recover.ts'
import { FrameSplitter, type OnFrame, type TakeAhead } from './sse.ts'
import { Conversion } from './stream/conversion.ts'
import type { StreamConverter } from './stream/converter.ts'
import type { Splitter } from './stream/framing.ts'
import type { JsonArrayWriter } from './stream/json-array.ts'
import { aliasOf } from './tool-names.ts'

/**
 * @typeParam Out what the caller knows the body to be, such as the SDK's type of it. The compiler takes the caller's word: what is
 *   written is what the target's dialect says for the given model, and nothing checks it against this type.
 */
export interface Converted<Out extends object = JsonObject> {
  /** The body to send. Numbers in tool arguments may be `JSON.rawJSON` leaves: write it with `JSON.stringify`. */
  readonly body: Out
  readonly losses: Loss[]
}

/** An error answer of an upstream: `body` parsed, or its text as it came (HTML, plain text, nothing). */
export interface UpstreamErrorAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

/** Converts the requests of one client's dialect to one provider's. */
export interface RequestPair {
  /**
   * A request of the client as the upstream takes it.
   *
   * @throws ConversionError `INVALID_REQUEST`, `UNSUPPORTED`, `LOSSY`: see `convertRequest`.
   */
  request<Out extends object = JsonObject>(body: Body, options?: PairRequestOptions): Converted<Out>
  request(body: Body, options?: PairRequestOptions): Converted
}

/** Converts what one provider's dialect answers to one client's. */
export interface ReplyPair {
  /** A whole reply of the upstream as the client reads it. @throws ConversionError `INVALID_REPLY`. */
  reply<Out extends object = JsonObject>(body: Body, options?: PairReplyOptions): Converted<Out>
  reply(body: Body, options?: PairReplyOptions): Converted
  /** An error answer of the upstream in the client's envelope. */
  error(error: UpstreamErrorAnswer): { status: number; body: JsonObject }
  /** The conversion of one stream of the upstream, server-sent events on both sides. */
  stream(options?: PairStreamOptions): StreamConverter
}

/** Both ways between one client's dialect and one provider's. Each call stands alone; nothing is kept between them. */
export interface Pair extends RequestPair, ReplyPair {}

/**
 * Joins the two halves a program needs, so that a bundle holds these and no other dialect:
 * `pairOf(openaiChatClient, anthropicUpstream)`.
 *
 * @throws TypeError when both are of one dialect: its bytes need no conversion, pass them on.
 */
export function pairOf(client: ClientHalf, upstream: UpstreamHalf): Pair {
  return { ...requestsOf(client, upstream), ...repliesOf(upstream, client) }
}

/** {@link pairOf} for requests alone. */
export function requestsOf(client: RequestReader, upstream: RequestWriter): RequestPair {
  refuseSame(client, upstream)
  function request<Out extends object = JsonObject>(body: Body, options?: PairRequestOptions): Converted<Out>
  function request(body: Body, options?: PairRequestOptions): Converted
  function request(body: Body, options: PairRequestOptions = {}): Converted {
    return requestThrough(readBodyOf(client, body, 'INVALID_REQUEST'), client, upstream, options)
  }
  return { request }
}

/** {@link pairOf} for replies, streams and errors alone. */
export function repliesOf(upstream: ReplyReader, client: ReplyWriter): ReplyPair {
  refuseSame(client, upstream)
  function reply<Out extends object = JsonObject>(body: Body, options?: PairReplyOptions): Converted<Out>
  function reply(body: Body, options?: PairReplyOptions): Converted
  function reply(body: Body, options: PairReplyOptions = {}): Converted {
    return replyThrough(readBodyOf(upstream, body, 'INVALID_REPLY'), client, upstream, options)
  }
  return {
    reply,
    error: (error) => client.encodeError(errorOf(error, upstream)),
    stream: (options = {}) => streamThrough(client, upstream, options),
  }
}

function refuseSame(client: { readonly id: Dialect }, upstream: { readonly id: Dialect }): void {
  if (client.id === upstream.id) throw new TypeError(`both sides are ${client.id}: pass its bytes on as they are`)
}

/** Decodes a request from one dialect and encodes it to another. */
export function requestThrough(
  wire: JsonObject,
  client: RequestReader,
  upstream: RequestWriter,
  options: PairRequestOptions,
): Converted {
  const report = new LossReport()
  const decoded = withUniqueCalls(opened(client.decodeRequest(wire, report), client.id, options, report))
  const renamed = options.model === undefined ? decoded : { ...decoded, model: options.model }
  const capabilities = { ...upstream.capabilities(renamed.model, options.apiVersion), ...options.capabilities }
  const chat = fitToModel(renamed, capabilities, report)
  const extras = new Map(chat.extras.map((extra) => [extra.key, extra]))
  const taken = new Set<Extra>()
  const encoded = upstream.encodeRequest(chat, {
    report,
    capabilities,
    from: client.id,
    ...(options.vendor !== undefined && { vendor: options.vendor }),
    take: (key) => {
      const extra = extras.get(key)
      if (extra) taken.add(extra)
      return extra
    },
    toolName: (name) => aliasOf(name, upstream.limits.toolName, upstream.limits.letterFirst),
    callId: (id) => aliasOf(id, upstream.limits.callId),
  })
  for (const extra of chat.extras) if (!taken.has(extra)) reportExtra(extra, upstream.id, report)
  if (options.strict && report.losses.length > 0) throw lossy(report.losses, upstream.id)
  return { body: encoded, losses: report.losses }
}

/** A request with its seals out of the envelopes in which they come back, or without them. */
function opened(chat: ChatRequest, from: Dialect, { seals }: PairRequestOptions, report: Report): ChatRequest {
  return seals === undefined ? withoutEnvelopes(chat, from, report) : seals.recover(chat, from, report)
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

/** Decodes a whole reply from one dialect and encodes it to another. */
export function replyThrough(
  wire: JsonObject,
  client: ReplyWriter,
  upstream: ReplyReader,
  options: PairReplyOptions,
): Converted {
  const report = new LossReport()
  const context = contextOf(client, upstream, options, report)
  const reply = withCarriedSeals(
    upstream.decodeReply(wire, report, () => context.newId()),
    [upstream.id, client.id],
    options,
    context,
  )
  return { body: client.encodeReply(reply, context), losses: report.losses }
}

/** A reply whose seals stand where its client keeps them. */
export function withCarriedSeals(
  reply: ChatReply,
  way: Way,
  options: PairReplyOptions,
  context: ReplyContext,
): ChatReply {
  const { seals } = options
  return seals === undefined ? reply : { ...reply, parts: seals.carry(reply.parts, carriageOf(way, options, context)) }
}

/** The dialects of an upstream and its client. */
type Way = readonly [from: Dialect, to: Dialect]

function carriageOf([from, to]: Way, { vendor }: PairReplyOptions, context: ReplyContext): Carriage {
  const { report } = context
  return { from, to, report, callId: (id) => context.callId(id), ...(vendor !== undefined && { vendor }) }
}

/** How a stream is cut into events and put together again. */
export interface Framed {
  openSplitter(onFrame: OnFrame, maxEventBytes?: number, takeAhead?: TakeAhead): Splitter
  /** Puts what is written for the client into an array, where it wants one. */
  readonly array?: JsonArrayWriter
}

const serverSentEvents: Framed = {
  openSplitter: (onFrame, maxEventBytes, takeAhead) => new FrameSplitter(onFrame, maxEventBytes, takeAhead),
}

/** Opens the conversion of one stream. */
export function streamThrough(
  client: ReplyWriter,
  upstream: ReplyReader,
  options: PairStreamOptions,
  framed: Framed = serverSentEvents,
): StreamConverter {
  const report = new LossReport()
  const context = contextOf(client, upstream, options, report)
  const staged = (emit: Emit): Emit =>
    options.seals?.stage(carriageOf([upstream.id, client.id], options, context), emit) ?? emit
  return new Conversion({
    report,
    openDecoder: (emit) => upstream.openDecoder(staged(emit), report, () => context.newId()),
    encoder: client.openEncoder(context),
    openSplitter: (onFrame, takeAhead) => framed.openSplitter(onFrame, options.maxEventBytes, takeAhead),
    ...(framed.array && { array: framed.array }),
  })
}

/** Reads an upstream's error answer, whatever it is. */
export function errorOf(error: UpstreamErrorAnswer, upstream: Pick<ReplyReader, 'decodeError'>): ChatError {
  const decoded = upstream.decodeError(error.status, error.body)
  const requestId = error.headers?.['request-id'] ?? error.headers?.['x-request-id']
  return decoded.requestId === undefined && typeof requestId === 'string' ? { ...decoded, requestId } : decoded
}

/** What the reply half knows of the request, from public options. */
export function contextOf(
  client: ReplyWriter,
  upstream: ReplyReader,
  options: PairReplyOptions,
  report: LossReport,
): ReplyContext {
  return replyContext({
    client,
    upstream,
    request: isObject(options.request) ? options.request : undefined,
    model: options.model,
    showReasoning: options.showReasoning ?? true,
    report,
    ambient: { newId: options.newId ?? ambient.newId, now: options.now ?? ambient.now },
  })
}
