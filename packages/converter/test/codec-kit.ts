import type { ChatEvent } from '../src/lib/chat/event.ts'
import type { Loss } from '../src/lib/chat/loss.ts'
import type { Turn } from '../src/lib/chat/request.ts'
import type { DialectCodec, ReplyContext, StreamTap } from '../src/lib/codec.ts'
import { LossReport } from '../src/lib/report.ts'
import { FrameSplitter } from '../src/lib/sse.ts'
import { checked } from '../src/lib/stream/grammar.ts'
import { aliasOf } from '../src/lib/tool-names.ts'

/** A turn of one text. */
export function userTurn(text: string, at = 'messages[0]'): Turn {
  return { role: 'user', parts: [{ type: 'text', text, at: `${at}.content` }], at }
}

/** What a codec is told when it writes an answer; ids and time are the same on every run. */
export function replyContextOf(
  { limits }: DialectCodec,
  report: LossReport,
  overrides: Partial<ReplyContext> = {},
): ReplyContext {
  return {
    report,
    wantsUsage: false,
    legacyFunctions: false,
    showReasoning: true,
    customTools: new Set(),
    originalToolName: (alias) => alias,
    callId: (id) => aliasOf(id, limits.callId),
    newId: () => 'fresh',
    now: () => 1_700_000_000,
    ...overrides,
  }
}

/** The canonical events of a stream; throws where the decoder breaks the grammar. */
export function decodedStream(codec: DialectCodec, sse: string): { events: ChatEvent[]; losses: readonly Loss[] } {
  const events: ChatEvent[] = []
  const report = new LossReport()
  const decoder = codec.openDecoder(
    checked((event) => events.push(event)),
    report,
  )
  readFrames(sse, (event, data) => decoder.frame(event, data))
  decoder.end()
  return { events, losses: report.losses }
}

/** The stream a client gets for canonical events. */
export function encodedStream(
  codec: DialectCodec,
  events: readonly ChatEvent[],
  overrides: Partial<ReplyContext> = {},
): { sse: string; losses: readonly Loss[] } {
  const report = new LossReport()
  const encoder = codec.openEncoder(replyContextOf(codec, report, overrides))
  return { sse: events.map((event) => encoder.encode(event)).join(''), losses: report.losses }
}

/** What a tap makes of a stream. */
export function tappedStream(codec: DialectCodec, sse: string): StreamTap {
  const tap = codec.openTap()
  readFrames(sse, (event, data) => tap.frame(event, data))
  tap.end()
  return tap
}

/** Every frame of a whole stream. */
export function readFrames(sse: string, frame: (event: string, data: string) => void): void {
  const splitter = new FrameSplitter(frame)
  splitter.push(sse)
  splitter.end()
}
