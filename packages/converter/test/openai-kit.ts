import type { CapabilityOverrides } from '../src/lib/capabilities/capabilities.ts'
import { openaiCapabilities } from '../src/lib/capabilities/openai.ts'
import type { ChatEvent } from '../src/lib/chat/event.ts'
import type { JsonObject } from '../src/lib/chat/json.ts'
import type { Loss } from '../src/lib/chat/loss.ts'
import type { ChatRequest } from '../src/lib/chat/request.ts'
import type { DialectCodec, ReplyContext, StreamTap } from '../src/lib/codec.ts'
import { openaiChatCodec } from '../src/lib/openai-chat/index.ts'
import { LossReport } from '../src/lib/report.ts'
import { aliasOf } from '../src/lib/tool-names.ts'
import { decodedStream, encodedStream, readFrames, replyContextOf, tappedStream, userTurn } from './codec-kit.ts'

export { userTurn } from './codec-kit.ts'

/** A canonical request of one user turn, with whatever else a test is about. */
export function chatRequest(overrides: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model: 'gpt-4o',
    stream: false,
    system: [],
    turns: [userTurn('hi')],
    tools: [],
    extras: [],
    paths: {},
    ...overrides,
  }
}

/** Encodes a request as one that came from anthropic. */
export function encode(
  chat: ChatRequest,
  overrides: CapabilityOverrides = {},
  codec: DialectCodec = openaiChatCodec,
): { body: JsonObject; losses: readonly Loss[] } {
  const report = new LossReport()
  const body = codec.encodeRequest(chat, {
    report,
    capabilities: { ...openaiCapabilities(chat.model), ...overrides },
    from: 'anthropic',
    take: () => undefined,
    toolName: (name) => aliasOf(name, codec.limits.toolName),
    callId: (id) => aliasOf(id, codec.limits.callId),
  })
  return { body, losses: report.losses }
}

/** Decodes a request of one user message and whatever else a test is about. */
export function decode(overrides: JsonObject = {}): ChatRequest {
  const wire = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], ...overrides }
  return openaiChatCodec.decodeRequest(wire, new LossReport())
}

export function replyContext(report: LossReport, overrides: Partial<ReplyContext> = {}): ReplyContext {
  return replyContextOf(openaiChatCodec, report, overrides)
}

/** The canonical events of a stream; throws where the decoder breaks the grammar. */
export function decodeStream(
  sse: string,
  codec: DialectCodec = openaiChatCodec,
): { events: ChatEvent[]; losses: readonly Loss[] } {
  return decodedStream(codec, sse)
}

/** What a tap makes of a stream. */
export function tapStream(sse: string, codec: DialectCodec = openaiChatCodec): StreamTap {
  return tappedStream(codec, sse)
}

/** The stream a client gets for canonical events. */
export function encodeStream(
  events: readonly ChatEvent[],
  overrides: Partial<ReplyContext> = {},
  codec: DialectCodec = openaiChatCodec,
): { sse: string; losses: readonly Loss[] } {
  return encodedStream(codec, events, overrides)
}

/** The data of an SSE text: chunks parsed, the trailer as it is. */
export function chunksOf(sse: string): (JsonObject | string)[] {
  const chunks: (JsonObject | string)[] = []
  readFrames(sse, (_event, data) => chunks.push(data === '[DONE]' ? data : (JSON.parse(data) as JsonObject)))
  return chunks
}

/** The deltas of the first choice, in order; empty ones left out. */
export function deltasOf(sse: string): JsonObject[] {
  return chunksOf(sse).flatMap((chunk) => {
    const choice = typeof chunk === 'string' ? undefined : (chunk.choices as JsonObject[])[0]
    const delta = (choice?.delta ?? {}) as JsonObject
    return Object.keys(delta).length === 0 ? [] : [delta]
  })
}

/** One SSE event with a chunk of one choice, as OpenAI writes it. */
export function chunk(delta: JsonObject, finish: string | null = null, more: JsonObject = {}): string {
  return frame({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_001,
    model: 'gpt-4o',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...more,
  })
}

export function frame(data: JsonObject | string): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

export const done = 'data: [DONE]\n\n'

/** The start and the end around the parts of a stream. */
export function eventsAround(
  events: readonly ChatEvent[],
  finish: Partial<Extract<ChatEvent, { type: 'finish' }>> = {},
): ChatEvent[] {
  return [
    { type: 'start', id: 'msg_1', model: 'claude-x' },
    ...events,
    { type: 'finish', stop: { reason: 'end' }, ...finish },
  ]
}

/** The literals a stream's text or input events carry, joined. */
export function saidIn(events: readonly ChatEvent[], index: number): string {
  return events
    .map((event) =>
      (event.type === 'text' || event.type === 'input') && event.index === index
        ? (JSON.parse(event.literal) as string)
        : '',
    )
    .join('')
}
