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
import { FrameSplitter } from '../src/lib/sse.ts'
import { Fold } from '../src/lib/stream/fold.ts'
import { checked } from '../src/lib/stream/grammar.ts'
import { aliasOf } from '../src/lib/tool-names.ts'

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
  return {
    report,
    wantsUsage: false,
    legacyFunctions: false,
    showReasoning: true,
    customTools: new Set(),
    originalToolName: (alias) => alias,
    callId: (id) => aliasOf(id, codec.limits.callId),
    newId: () => 'fresh',
    now: () => 1_700_000_000,
    ...overrides,
  }
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
export function decodeStream(sse: string): { events: ChatEvent[]; reply: ChatReply | undefined; losses: Loss[] } {
  const events: ChatEvent[] = []
  const fold = new Fold()
  const report = new LossReport()
  const decoder = codec.openDecoder(
    checked((event) => {
      events.push(event)
      fold.push(event)
    }),
    report,
  )
  const splitter = new FrameSplitter((event, data) => decoder.frame(event, data))
  splitter.push(sse)
  splitter.end()
  decoder.end()
  return { events, reply: fold.reply(), losses: report.losses }
}

/** The stream a client gets for canonical events. */
export function encodeStream(
  events: readonly ChatEvent[],
  overrides: Partial<ReplyContext> = {},
): { sse: string; losses: readonly Loss[] } {
  const report = new LossReport()
  const encoder = codec.openEncoder(replyContext(report, overrides))
  return { sse: events.map((event) => encoder.encode(event)).join(''), losses: report.losses }
}

/** The data of every event of a stream; throws where an event's name is not its type. */
export function eventsOf(sse: string): JsonObject[] {
  const events: JsonObject[] = []
  const splitter = new FrameSplitter((name, data) => {
    const event = JSON.parse(data) as JsonObject
    if (event.type !== name) throw new Error(`the event ${name} has the type ${JSON.stringify(event.type)}`)
    events.push(event)
  })
  splitter.push(sse)
  splitter.end()
  return events
}

/** One SSE event, as OpenAI writes it. */
export function event(type: string, members: JsonObject = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
}
