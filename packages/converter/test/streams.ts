import { openStream, type StreamConverter, type StreamOptions } from '../src/index.ts'
import { type Dialect, dialects } from '../src/lib/chat/dialect.ts'
import type { JsonObject, JsonValue } from '../src/lib/chat/json.ts'
import type { ChatReply } from '../src/lib/chat/reply.ts'
import { codecOf } from '../src/lib/codecs.ts'
import { LossReport } from '../src/lib/report.ts'
import { FrameSplitter } from '../src/lib/sse.ts'
import { Fold } from '../src/lib/stream/fold.ts'
import { checked } from '../src/lib/stream/grammar.ts'
import { type Case, everyCase, fixed } from './corpus.ts'

/** A client of any dialect that wants to know usage and reasoning, so that nothing of a stream is held back from it. */
export const wantsAll: JsonObject = {
  stream_options: { include_usage: true },
  reasoning: { summary: 'auto' },
  generationConfig: { thinkingConfig: { includeThoughts: true } },
}

export function optionsOf(from: Dialect, to: Dialect): StreamOptions {
  return { from, to, request: wantsAll, ...fixed }
}

/** What a client gets for a stream that arrives in the given pieces, and the converter afterwards. */
export function converted(
  pieces: Iterable<Uint8Array>,
  options: StreamOptions,
): { text: string; stream: StreamConverter } {
  const stream = openStream(options)
  let text = ''
  for (const piece of pieces) text += stream.push(piece)
  return { text: text + stream.end(), stream }
}

/** The reply a client of the dialect gathers from a stream; undefined when it does not end well. Throws on a broken grammar. */
export function gathered(text: string | Uint8Array, dialect: Dialect): ChatReply | undefined {
  const fold = new Fold()
  const decoder = codecOf(dialect).openDecoder(
    checked((event) => fold.push(event)),
    new LossReport(),
  )
  const splitter = new FrameSplitter((event, data) => decoder.frame(event, data))
  splitter.push(text)
  splitter.end()
  decoder.end()
  return fold.reply()
}

/** Whether what a client got tells it that the answer is complete, in the words of its dialect. */
export function tellsSuccess(text: string, dialect: Dialect): boolean {
  return framesOf(text).some((data) => hasSign(data, dialect))
}

const reasons = /"(?:finish|stop)_reason":\s?"/
const signs: Readonly<Record<Dialect, RegExp>> = {
  'openai-chat': reasons,
  'openai-completions': reasons,
  anthropic: reasons,
  'openai-responses': /^\s*\{"type":\s?"response\.(?:completed|incomplete)"/,
  gemini: /"(?:finishReason|blockReason)":\s?"/,
}

/** Whether a frame holds its dialect's own sign of completion. */
export function hasSign(data: string, dialect: Dialect): boolean {
  // Most frames cannot hold one, and every cut of every stream asks.
  if (!signs[dialect].test(data)) return false
  const frame = parsed(data) as { [key: string]: JsonValue } | undefined
  if (frame === undefined) return false
  if (dialect === 'openai-responses') {
    const { status, error } = (frame.response ?? {}) as { status?: string; error?: JsonValue }
    return status !== 'failed' && (error ?? null) === null
  }
  if (dialect === 'gemini') {
    const [candidate] = (frame.candidates ?? []) as { finishReason?: JsonValue; index?: number }[]
    const { blockReason } = (frame.promptFeedback ?? {}) as { blockReason?: JsonValue }
    return Boolean(candidate?.finishReason) || (typeof blockReason === 'string' && candidate === undefined)
  }
  if (dialect !== 'anthropic') {
    const [choice] = (frame.choices ?? []) as { finish_reason?: string | null }[]
    return typeof choice?.finish_reason === 'string'
  }
  const holder = (frame.type === 'message_start' ? frame.message : frame.delta) as
    | { stop_reason?: string | null }
    | undefined
  return frame.type !== 'content_block_delta' && typeof holder?.stop_reason === 'string'
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

/** The data of every event in a text, the last also without its blank line. */
export function framesOf(text: string): string[] {
  const frames: string[] = []
  const splitter = new FrameSplitter((_event, data) => frames.push(data))
  splitter.push(text)
  splitter.end()
  return frames
}

/** Feeds several streams by turns, a piece of a random one at a time; what each client gets. */
export function interleave(
  runs: readonly { readonly pieces: Uint8Array[]; readonly options: StreamOptions }[],
  pick: (limit: number) => number,
): string[] {
  const open = runs.map(({ pieces, options }) => ({ pieces, stream: openStream(options), text: '' }))
  let left = [...open]
  while (left.length > 0) {
    const one = left[pick(left.length)]
    const piece = one?.pieces.shift()
    if (one === undefined) break
    one.text += piece === undefined ? one.stream.end() : one.stream.push(piece)
    if (piece === undefined) left = left.filter((other) => other !== one)
  }
  return open.map(({ text }) => text)
}

/** `CONVERTER_EXHAUSTIVE=1` tries the laws at every byte of every stream for every pair, which takes minutes. */
export const exhaustive: boolean = process.env.CONVERTER_EXHAUSTIVE === '1'

/**
 * The targets a law about cutting is tried with: every dialect when that is asked for, else the case's own and as many of the others
 * as said, in turn, because what a cut can disturb is the half that reads.
 */
export function targetsFor(each: Case, count: number): readonly Dialect[] {
  if (exhaustive) return dialects
  const others = dialects.filter((to) => to !== each.dialect)
  const turn = everyCase.indexOf(each)
  return [each.dialect, ...others.map((_, i) => others[(turn + i) % others.length] ?? each.dialect).slice(0, count)]
}

/**
 * Where a stream is cut to try a law: at every byte when that is asked for, else at bytes so far apart, others for each target, and
 * before and behind the blank lines, which is where a cut can matter.
 */
export function cutsOf({ stream }: Case, to: Dialect, apart: number): number[] {
  const first = dialects.indexOf(to)
  const cuts: number[] = []
  for (let at = 0; at <= stream.length; at++) {
    const atEnd = stream[at - 1] === 10 ? stream[at] !== 10 && stream[at] !== 13 : stream[at] === 10
    if (exhaustive || atEnd || at % apart === (first * apart) / dialects.length || at === stream.length) cuts.push(at)
  }
  return cuts
}
