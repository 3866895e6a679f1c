import type { Capabilities } from './capabilities/capabilities.ts'
import type { Dialect } from './chat/dialect.ts'
import type { ChatError } from './chat/error.ts'
import type { ChatEvent, Emit } from './chat/event.ts'
import type { JsonObject } from './chat/json.ts'
import type { Report } from './chat/loss.ts'
import type { ChatReply } from './chat/reply.ts'
import type { ChatRequest, Extra } from './chat/request.ts'
import type { Stop } from './chat/stop.ts'
import type { Usage } from './chat/usage.ts'

/** What encoding a request needs besides the request. */
export interface RequestContext {
  readonly report: Report
  /** What the model it goes to accepts. `chat.model` is already the name to send. */
  readonly capabilities: Capabilities
  /** The dialect the request came in: seals of another issuer are withheld. */
  readonly from: Dialect
  /** Whose endpoint it goes to, where vendors of one dialect are told apart: to another, a seal is another's. */
  readonly vendor?: string
  /** One of the request's extras this encoder has a counterpart for; what nobody takes is reported as its verdict says. */
  take(key: string): Extra | undefined
  /** A tool name under the target's limits; the same name always gives the same alias. */
  toolName(name: string): string
  /** A tool call id under the target's limits; the same id always gives the same alias. */
  callId(id: string): string
}

/** What encoding a reply or a stream needs to know of the request it answers. */
export interface ReplyContext {
  readonly report: Report
  /** What the client sent, in its own dialect, for replies that repeat what was asked (openai-responses). */
  readonly request?: JsonObject
  /** The model name to show; absent: the upstream's own. */
  readonly model?: string
  /** The client asked for a usage chunk at the end of a stream. */
  readonly wantsUsage: boolean
  /** The client declared its tools by the legacy `functions` field and reads `function_call`. */
  readonly legacyFunctions: boolean
  /** Whether reasoning text is shown where the client's dialect has only an unofficial place for it. */
  readonly showReasoning: boolean
  /** Names of the client's custom (free text) tools, by the name the upstream knows. */
  readonly customTools: ReadonlySet<string>
  /** The client's own tool name for what the upstream called it. */
  originalToolName(alias: string): string
  /** A tool call id under the client dialect's limits. */
  callId(id: string): string
  /** A fresh id body without prefix, for what the upstream gave no id. */
  newId(): string
  /** Seconds since the epoch, for what the upstream gave no time. */
  now(): number
}

/** Reads the frames of one upstream stream. Keeps all its state; two streams never share one. */
export interface StreamDecoder {
  /** One SSE event: its `event` name (empty when it had none) and its joined `data`. */
  frame(event: string, data: string): void
  /**
   * Takes the events that stand whole in a piece of the stream from an index on, where one starts, as long as they are of a kind that
   * is known in every byte: what `frame` would make of them in less time. Gives the index behind the last of them.
   */
  takeAhead?(text: string, at: number): number
  /** The pieces at hand are read: tells what can wait until then, such as usage that every frame tells anew. */
  settle?(): void
  /** The bytes are over. Emits `finish` when the dialect's own sign of completion was seen, else `error` (truncated). */
  end(): void
}

/** Writes one client stream: SSE text for each event, empty when it has nothing to say yet. */
export interface StreamEncoder {
  encode(event: ChatEvent): string
}

/** Reads usage, stop and errors from a stream that passes as bytes. */
export interface StreamTap {
  frame(event: string, data: string): void
  /** The bytes are over: settles `finished`. */
  end(): void
  /** Real content has begun: failover is over. */
  readonly content: boolean
  /** The dialect's own sign of completion was seen (a stop reason, not the transport's trailer). */
  readonly finished: boolean
  readonly usage: Usage | undefined
  readonly stop: Stop | undefined
  /** The sign of completion is the dialect's last word: nothing comes after it. Default false. */
  readonly signEnds?: boolean
  /** The upstream said in the stream that it failed. */
  readonly error: ChatError | undefined
}

/** A tool as the decoder of its request names it. */
export interface DeclaredTool {
  readonly name: string
  /** It takes free text. */
  readonly custom: boolean
}

/** A fresh id body without prefix. */
export type NewId = () => string

/** Limits of tool names and tool call ids, both of `[a-zA-Z0-9_-]`. Characters. */
export interface Limits {
  readonly toolName: number
  readonly callId: number
  /** A tool name must begin with a letter or an underscore. Default false. */
  readonly letterFirst?: boolean
}

/** What every part of a dialect has. */
interface DialectBasics {
  readonly id: Dialect
  /** Limits of tool names and tool call ids in requests of this dialect. */
  readonly limits: Limits
  /**
   * Takes the subtrees whose digits matter (tool inputs, schemas) from a parse that kept number literals. `wire` is changed in place.
   */
  graft(wire: JsonObject, lossless: JsonObject): void
}

/** Reads the requests of a client. */
export interface RequestReader extends DialectBasics {
  /** Throws `ConversionError` `INVALID_REQUEST` naming the path of a field that is not what the dialect says. */
  decodeRequest(wire: JsonObject, report: Report): ChatRequest
}

/** Writes replies, streams and errors for a client. */
export interface ReplyWriter extends DialectBasics {
  /** The tools a request declares; absent: each has its name under `tools[]`, `tools[].function` or `tools[].custom`. Never throws. */
  declaredTools?(wire: JsonObject): readonly DeclaredTool[]
  encodeReply(reply: ChatReply, context: ReplyContext): JsonObject
  encodeError(error: ChatError): { status: number; body: JsonObject }
  openEncoder(context: ReplyContext): StreamEncoder
  /**
   * The terminal error frame of a stream in this dialect, as SSE text.
   *
   * @param sequence the event's number, in a dialect that numbers them; default 0, for a stream of which nothing else was sent.
   */
  errorFrame(error: ChatError, sequence?: number): string
  /** A comment or event that keeps an idle stream alive without meaning anything. */
  readonly keepAlive: string
}

/** Writes requests for a provider. */
export interface RequestWriter extends DialectBasics {
  encodeRequest(chat: ChatRequest, context: RequestContext): JsonObject
  /** What a model of this dialect accepts, by its name and the version of the API it is asked through. */
  capabilities(model: string, apiVersion?: string): Capabilities
}

/** Reads replies, streams and errors of a provider. */
export interface ReplyReader extends DialectBasics {
  /**
   * Throws `ConversionError` `INVALID_REPLY` when the body is no reply of this dialect.
   *
   * @param newId tells apart the calls of replies that have no id either; default by nothing but their order in the reply.
   */
  decodeReply(wire: JsonObject, report: Report, newId?: NewId): ChatReply
  /** Reads any body an upstream sends with an error status: the dialect's envelope, another vendor's, HTML, text, nothing. */
  decodeError(status: number, body: unknown): ChatError
  openDecoder(emit: Emit, report: Report, newId?: NewId): StreamDecoder
}

/** A dialect as a client speaks it. */
export interface ClientHalf extends RequestReader, ReplyWriter {}

/** A dialect as a provider speaks it. */
export interface UpstreamHalf extends RequestWriter, ReplyReader {}

/** Everything the converter knows of one dialect. Each dialect folder exports one. */
export interface DialectCodec extends ClientHalf, UpstreamHalf {
  openTap(): StreamTap
  /** Usage and stop of a reply that passes as bytes. */
  tapReply(wire: JsonObject): { usage?: Usage; stop?: Stop }
}
