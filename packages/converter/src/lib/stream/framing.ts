import type { Dialect } from '../chat/dialect.ts'
import { ConversionError } from '../chat/error.ts'
import { FrameSplitter, type OnFrame, type TakeAhead } from '../sse.ts'
import { JsonArraySplitter } from './json-array.ts'

/**
 * How the events of a stream are told apart on the wire: as server-sent events, or as the elements of one JSON array, which is what
 * Gemini's `streamGenerateContent` gives without `alt=sse` (https://ai.google.dev/api/generate-content).
 */
export type Framing = 'sse' | 'json-array'

/** Cuts a stream into events. */
export interface Splitter {
  push(chunk: Uint8Array | string): void
  end(): void
}

/**
 * @param maxEventBytes one event longer than this throws `FrameTooLargeError`; default 16 MiB.
 * @param takeAhead asked for server-sent events alone.
 */
export function splitterOf(
  framing: Framing,
  onFrame: OnFrame,
  maxEventBytes?: number,
  takeAhead?: TakeAhead,
): Splitter {
  return framing === 'sse'
    ? new FrameSplitter(onFrame, maxEventBytes, takeAhead)
    : new JsonArraySplitter(onFrame, maxEventBytes)
}

/**
 * The framing of a dialect's stream.
 *
 * @throws ConversionError `UNSUPPORTED` for an array of a dialect that has only events.
 */
export function framingOf(dialect: Dialect, framing: Framing = 'sse'): Framing {
  if (framing === 'json-array' && dialect !== 'gemini') {
    throw new ConversionError('UNSUPPORTED', `${dialect} streams as server-sent events only, not as a JSON array`)
  }
  return framing
}
