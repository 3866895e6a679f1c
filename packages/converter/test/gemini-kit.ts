import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { CapabilityOverrides } from '../src/lib/capabilities/capabilities.ts'
import { geminiCapabilities } from '../src/lib/capabilities/gemini.ts'
import type { ChatEvent } from '../src/lib/chat/event.ts'
import type { JsonObject } from '../src/lib/chat/json.ts'
import type { Loss } from '../src/lib/chat/loss.ts'
import type { AssistantPart, ToolResult } from '../src/lib/chat/part.ts'
import type { ChatRequest, Turn } from '../src/lib/chat/request.ts'
import type { ReplyContext, StreamTap } from '../src/lib/codec.ts'
import { geminiCodec } from '../src/lib/gemini/index.ts'
import { LossReport } from '../src/lib/report.ts'
import { aliasOf } from '../src/lib/tool-names.ts'
import { decodedStream, encodedStream, readFrames, replyContextOf, tappedStream, userTurn } from './codec-kit.ts'

export { userTurn } from './codec-kit.ts'

const fixtures = new URL('../../../fixtures/gemini/', import.meta.url)

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

/** A canonical request of one user turn, with whatever else a test is about. */
export function chatRequest(overrides: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model: 'gemini-2.5-flash',
    stream: false,
    system: [],
    turns: [userTurn('hi')],
    tools: [],
    extras: [],
    paths: {},
    ...overrides,
  }
}

export function assistantTurn(parts: readonly AssistantPart[], at = 'messages[1]'): Turn {
  return { role: 'assistant', parts, at }
}

export function toolTurn(results: readonly ToolResult[], at = 'messages[2]'): Turn {
  return { role: 'tool', results, at }
}

/** Encodes a request as one that came from openai-chat. */
export function encode(
  chat: ChatRequest,
  overrides: CapabilityOverrides = {},
): { body: JsonObject; losses: readonly Loss[] } {
  const report = new LossReport()
  const body = geminiCodec.encodeRequest(chat, {
    report,
    capabilities: { ...geminiCapabilities(chat.model), ...overrides },
    from: 'openai-chat',
    take: (key) => chat.extras.find((extra) => extra.key === key),
    toolName: (name) => aliasOf(name, geminiCodec.limits.toolName),
    callId: (id) => aliasOf(id, geminiCodec.limits.callId),
  })
  return { body, losses: report.losses }
}

/** Decodes a request of one user content and whatever else a test is about. */
export function decode(overrides: JsonObject = {}): { chat: ChatRequest; losses: readonly Loss[] } {
  const report = new LossReport()
  const wire = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }], ...overrides }
  return { chat: geminiCodec.decodeRequest(wire, report), losses: report.losses }
}

export function replyContext(report: LossReport, overrides: Partial<ReplyContext> = {}): ReplyContext {
  return replyContextOf(geminiCodec, report, overrides)
}

/** The canonical events of a stream; throws where the decoder breaks the grammar. */
export function decodeStream(sse: string): { events: ChatEvent[]; losses: readonly Loss[] } {
  return decodedStream(geminiCodec, sse)
}

/** What a tap makes of a stream. */
export function tapStream(sse: string): StreamTap {
  return tappedStream(geminiCodec, sse)
}

/** The stream a client gets for canonical events. */
export function encodeStream(
  events: readonly ChatEvent[],
  overrides: Partial<ReplyContext> = {},
): { sse: string; losses: readonly Loss[] } {
  return encodedStream(geminiCodec, events, overrides)
}

/** The chunks of an SSE text. */
export function chunksOf(sse: string): JsonObject[] {
  const chunks: JsonObject[] = []
  readFrames(sse, (_event, data) => chunks.push(JSON.parse(data) as JsonObject))
  return chunks
}

/** The parts of every chunk of an SSE text, in order. */
export function partsOf(sse: string): JsonObject[] {
  return chunksOf(sse).flatMap((chunk) => {
    const [candidate] = (chunk.candidates ?? []) as { content?: { parts?: JsonObject[] } }[]
    return candidate?.content?.parts ?? []
  })
}

/** One SSE event with a chunk of one candidate, as Google writes it. */
export function chunk(parts: readonly JsonObject[], candidate: JsonObject = {}, more: JsonObject = {}): string {
  return frame({
    candidates: [{ content: { parts: [...parts], role: 'model' }, ...candidate, index: 0 }],
    ...more,
    modelVersion: 'gemini-x',
    responseId: 'r1',
  })
}

export function frame(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\r\n\r\n`
}

/** The finish chunk of a stream. */
export function finish(reason = 'STOP', more: JsonObject = {}): string {
  return chunk([{ text: '' }], { finishReason: reason }, more)
}
