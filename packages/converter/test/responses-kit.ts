import { readdirSync, readFileSync } from 'node:fs'
import { openaiCapabilities } from '../src/lib/capabilities/openai.ts'
import type { ChatEvent } from '../src/lib/chat/event.ts'
import type { JsonObject } from '../src/lib/chat/json.ts'
import type { Loss } from '../src/lib/chat/loss.ts'
import type { ChatReply } from '../src/lib/chat/reply.ts'
import type { ChatRequest, Extra } from '../src/lib/chat/request.ts'
import type { ReplyContext, RequestContext } from '../src/lib/codec.ts'
import { openaiResponsesCodec as codec } from '../src/lib/openai-responses/index.ts'
import { LossReport } from '../src/lib/report.ts'
import { Fold } from '../src/lib/stream/fold.ts'
import { aliasOf } from '../src/lib/tool-names.ts'
import { decodedStream, encodedStream, readFrames, replyContextOf } from './codec-kit.ts'

const folder = new URL('../../../fixtures/openai-responses/', import.meta.url)

export const cases: readonly string[] = readdirSync(folder).sort()

/** Cases whose answer came to its end. */
export const wholeCases: readonly string[] = cases.filter((name) => !name.startsWith('error-'))

export function fixture(name: string, file: 'request.json' | 'reply.json'): JsonObject {
  return JSON.parse(readFileSync(new URL(`${name}/${file}`, folder), 'utf8')) as JsonObject
}

export function streamFixture(name: string): string {
  return readFileSync(new URL(`${name}/stream.sse`, folder), 'utf8')
}

/** Decodes a request of one user message and whatever else a test is about. */
export function decode(overrides: JsonObject = {}): { chat: ChatRequest; losses: readonly Loss[] } {
  const report = new LossReport()
  return {
    chat: codec.decodeRequest({ model: 'gpt-5.6-sol', input: 'hi', ...overrides }, report),
    losses: report.losses,
  }
}

/** Encodes a request as one that came from another dialect. */
export function encode(
  chat: ChatRequest,
  overrides: Partial<RequestContext['capabilities']> = {},
  extras: readonly Extra[] = [],
  from: RequestContext['from'] = 'anthropic',
): { body: JsonObject; losses: readonly Loss[] } {
  const report = new LossReport()
  const body = codec.encodeRequest(chat, {
    report,
    capabilities: { ...openaiCapabilities(chat.model), ...overrides },
    from,
    take: (key) => extras.find((extra) => extra.key === key),
    toolName: (name) => aliasOf(name, codec.limits.toolName),
    callId: (id) => aliasOf(id, codec.limits.callId),
  })
  return { body, losses: report.losses }
}

export function replyContext(report: LossReport, overrides: Partial<ReplyContext> = {}): ReplyContext {
  return replyContextOf(codec, report, overrides)
}

export function encodeReply(
  reply: ChatReply,
  overrides: Partial<ReplyContext> = {},
): { body: JsonObject; losses: readonly Loss[] } {
  const report = new LossReport()
  return { body: codec.encodeReply(reply, replyContext(report, overrides)), losses: report.losses }
}

export function decodeReply(wire: JsonObject): { reply: ChatReply; losses: readonly Loss[] } {
  const report = new LossReport()
  return { reply: codec.decodeReply(wire, report), losses: report.losses }
}

/** The canonical events of a stream, and the reply they tell; throws where the decoder breaks the grammar. */
export function decodeStream(sse: string): {
  events: ChatEvent[]
  reply: ChatReply | undefined
  losses: readonly Loss[]
} {
  const { events, losses } = decodedStream(codec, sse)
  const fold = new Fold()
  for (const event of events) fold.push(event)
  return { events, reply: fold.reply(), losses }
}

/** The stream a client gets for canonical events. */
export function encodeStream(
  events: readonly ChatEvent[],
  overrides: Partial<ReplyContext> = {},
): { sse: string; losses: readonly Loss[] } {
  return encodedStream(codec, events, overrides)
}

/** The data of every event of a stream; throws where an event's name is not its type. */
export function eventsOf(sse: string): JsonObject[] {
  const events: JsonObject[] = []
  readFrames(sse, (name, data) => {
    const event = JSON.parse(data) as JsonObject
    if (event.type !== name) throw new Error(`the event ${name} has the type ${JSON.stringify(event.type)}`)
    events.push(event)
  })
  return events
}

/** One SSE event, as OpenAI writes it. */
export function event(type: string, members: JsonObject = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
}
