import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { anthropicCodec } from '../src/lib/anthropic/index.ts'
import { anthropicCapabilities } from '../src/lib/capabilities/anthropic.ts'
import type { CapabilityOverrides } from '../src/lib/capabilities/capabilities.ts'
import type { ChatEvent } from '../src/lib/chat/event.ts'
import type { JsonObject } from '../src/lib/chat/json.ts'
import type { Loss } from '../src/lib/chat/loss.ts'
import type { ChatRequest } from '../src/lib/chat/request.ts'
import type { ReplyContext, RequestContext } from '../src/lib/codec.ts'
import { LossReport } from '../src/lib/report.ts'
import { aliasOf } from '../src/lib/tool-names.ts'
import { decodedStream, encodedStream, readFrames, replyContextOf, userTurn } from './codec-kit.ts'

export { userTurn } from './codec-kit.ts'

const fixtures = new URL('../../../fixtures/anthropic/', import.meta.url)

/** Names of all fixture cases. */
export function fixtureNames(): string[] {
  return readdirSync(fixtures).sort()
}

/** A file of a fixture case as text. */
export function fixtureText(name: string, file: 'request.json' | 'reply.json' | 'stream.sse'): string {
  return readFileSync(fileURLToPath(new URL(`${name}/${file}`, fixtures)), 'utf8')
}

export function fixtureJson(name: string, file: 'request.json' | 'reply.json'): JsonObject {
  return JSON.parse(fixtureText(name, file)) as JsonObject
}

/** A request of one user turn, with whatever else a test is about. */
export function chatRequest(overrides: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model: 'claude-sonnet-4-5',
    stream: false,
    system: [],
    turns: [userTurn('hi')],
    tools: [],
    maxTokens: 1000,
    extras: [],
    paths: {},
    ...overrides,
  }
}

export function requestContext(
  report: LossReport,
  model: string,
  overrides: CapabilityOverrides = {},
  from: RequestContext['from'] = 'openai-chat',
  extras: ChatRequest['extras'] = [],
): RequestContext {
  return {
    report,
    capabilities: { ...anthropicCapabilities(model), ...overrides },
    from,
    take: (key) => extras.find((extra) => extra.key === key),
    toolName: (name) => aliasOf(name, anthropicCodec.limits.toolName),
    callId: (id) => aliasOf(id, anthropicCodec.limits.callId),
  }
}

/** Encodes a request as one that came from openai-chat. */
export function encode(
  chat: ChatRequest,
  overrides: CapabilityOverrides = {},
): { body: JsonObject; losses: readonly Loss[] } {
  const report = new LossReport()
  const body = anthropicCodec.encodeRequest(
    chat,
    requestContext(report, chat.model, overrides, 'openai-chat', chat.extras),
  )
  return { body, losses: report.losses }
}

/** Decodes a request; the losses are those the canon itself has no room for. */
export function decode(wire: JsonObject): { chat: ChatRequest; losses: readonly Loss[] } {
  const report = new LossReport()
  return { chat: anthropicCodec.decodeRequest(wire, report), losses: report.losses }
}

export function replyContext(report: LossReport, overrides: Partial<ReplyContext> = {}): ReplyContext {
  return replyContextOf(anthropicCodec, report, overrides)
}

/** The canonical events of a stream; throws where the decoder breaks the grammar. */
export function decodeStream(sse: string): ChatEvent[] {
  return decodedStream(anthropicCodec, sse).events
}

/** The stream a client gets for canonical events. */
export function encodeStream(
  events: readonly ChatEvent[],
  overrides: Partial<ReplyContext> = {},
): { sse: string; losses: readonly Loss[] } {
  return encodedStream(anthropicCodec, events, overrides)
}

/** The named events of an SSE text, their data parsed. */
export function framesOf(sse: string): { event: string; data: JsonObject }[] {
  const frames: { event: string; data: JsonObject }[] = []
  readFrames(sse, (event, data) => frames.push({ event, data: JSON.parse(data) as JsonObject }))
  return frames
}

/** One SSE event in the vendor's spelling. */
export function sseEvent(type: string, members: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
}

/** A stream of one message: its start, the given events, and its end with a stop reason. */
export function sseMessage(events: readonly string[], stopReason = 'end_turn'): string {
  return [
    sseEvent('message_start', {
      message: { id: 'msg_1', model: 'claude-x', content: [], usage: { input_tokens: 5, output_tokens: 1 } },
    }),
    ...events,
    sseEvent('message_delta', {
      delta: { stop_reason: stopReason, stop_sequence: null },
      usage: { output_tokens: 7 },
    }),
    sseEvent('message_stop'),
  ].join('')
}
