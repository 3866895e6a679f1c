import type { Fault } from './faults.ts'
import type { Frame } from './frame.ts'

/** One thing to do while an answer's body is sent. */
export interface Step {
  bytes: Uint8Array
  /** Tokens generated with it. */
  tokens: number
  /** Whether a stream event ends with it. */
  event: boolean
  /** Wait before sending it, besides the time its tokens take. */
  waitMs: number
}

/** How a fault ends a body before its end. */
export type Halt = 'hang' | 'end' | 'destroy'

const DEFAULT_EVENTS = 3
const DEFAULT_CUT_BYTES = 256
const DEFAULT_DRIP = { bytes: 8, intervalMs: 20 }
/** The longest frame that a careful reader would take is far below this. */
const DEFAULT_LINE_BYTES = 32 * 1024 * 1024
const BLOCK = 64 * 1024

/** What the injection of a fault needs to know of the answer. */
export interface Injection {
  fault: Fault | undefined
  stream: boolean
  /** The error event of the dialect, behind `sent` others. */
  errorFrame: (status: number, message: string | undefined, sent: number) => string
}

/** The steps that send a body, with the fault's mischief in them; returns how it is to end, if not well. */
export function* inject(
  frames: Iterable<Frame>,
  { fault, stream, errorFrame }: Injection,
): Generator<Step, Halt | undefined> {
  const steps = stream ? whole(frames) : halves(frames)
  // A body that is no stream has two "events": its halves.
  const events = fault?.afterEvents ?? (stream ? DEFAULT_EVENTS : 1)
  switch (fault?.kind) {
    case 'hang-stream':
      yield* take(steps, events)
      return 'hang'
    case 'truncate':
      yield* take(steps, stream ? events : Math.min(events, 1))
      return 'end'
    case 'error-event':
      yield step(errorFrame(fault.status ?? 500, fault.message, yield* take(steps, events)))
      return 'end'
    case 'huge-line':
      yield* take(steps, events)
      yield* hugeLine(fault.bytes ?? DEFAULT_LINE_BYTES)
      return 'end'
    case 'cut':
      yield* firstBytes(steps, fault.afterBytes ?? DEFAULT_CUT_BYTES)
      return 'destroy'
    case 'drip':
      yield* dripped(steps, fault)
      return undefined
    default:
      yield* steps
      return undefined
  }
}

function step(text: string | Uint8Array, tokens = 0, event = true): Step {
  return { bytes: typeof text === 'string' ? Buffer.from(text) : text, tokens, event, waitMs: 0 }
}

function* whole(frames: Iterable<Frame>): Generator<Step> {
  for (const frame of frames) yield step(frame.text, frame.tokens)
}

function* halves(frames: Iterable<Frame>): Generator<Step> {
  for (const frame of frames) {
    const bytes = Buffer.from(frame.text)
    const middle = bytes.length >> 1
    yield step(bytes.subarray(0, middle), 0, false)
    yield step(bytes.subarray(middle), frame.tokens, false)
  }
}

/** The first `count` steps; returns how many there were. */
function* take(steps: Iterable<Step>, count: number): Generator<Step, number> {
  let taken = 0
  if (count <= 0) return taken
  for (const each of steps) {
    yield each
    taken += 1
    if (taken >= count) break
  }
  return taken
}

function* hugeLine(bytes: number): Generator<Step> {
  yield step('data: {"padding":"', 0, false)
  const block = Buffer.alloc(BLOCK, 'x')
  for (let left = bytes; left > 0; left -= BLOCK) yield step(block.subarray(0, Math.min(left, BLOCK)), 0, false)
}

function* firstBytes(steps: Iterable<Step>, bytes: number): Generator<Step> {
  let left = bytes
  for (const each of steps) {
    if (left <= 0) return
    const fits = each.bytes.length <= left
    yield fits ? each : { ...each, bytes: each.bytes.subarray(0, left), tokens: 0, event: false }
    left -= each.bytes.length
  }
}

function* dripped(steps: Iterable<Step>, fault: Fault): Generator<Step> {
  const size = Math.max(1, fault.bytes ?? DEFAULT_DRIP.bytes)
  const waitMs = fault.intervalMs ?? DEFAULT_DRIP.intervalMs
  for (const each of steps) {
    for (let start = 0; start < each.bytes.length; start += size) {
      const last = start + size >= each.bytes.length
      const bytes = each.bytes.subarray(start, start + size)
      yield { bytes, tokens: last ? each.tokens : 0, event: last && each.event, waitMs }
    }
  }
}
