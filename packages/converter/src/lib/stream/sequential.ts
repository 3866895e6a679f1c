import type { ChatEvent, Emit, OpenPart } from '../chat/event.ts'

interface Live {
  readonly source: number
  readonly index: number
  readonly part: OpenPart
  /** Input of a tool call so far, as literals: looked at only when somebody waits for it to be complete. */
  readonly input: string[]
}

interface Waiting {
  readonly source: number
  readonly part: OpenPart
  readonly events: ChatEvent[]
  closed: boolean
}

/**
 * Puts parts that may interleave into the order a dialect with one open part at a time needs, and renumbers them.
 * The part that opened first is live and passes at once; when another starts, a live text is closed, and a live tool call too if
 * its arguments are a complete JSON value (the usual case: no delay). Only a newcomer that starts in the middle of another call's
 * arguments waits, until those are complete or the stream is over.
 */
export class Sequential {
  readonly #emit: Emit
  #live: Live | undefined
  #waiting: Waiting[] = []
  #next = 0

  constructor(emit: Emit) {
    this.#emit = emit
  }

  push(event: ChatEvent): void {
    switch (event.type) {
      case 'open':
        return this.#open(event.index, event.part)
      case 'close':
        return this.#close(event.index)
      case 'text':
      case 'input':
      case 'seal':
      case 'citation':
      case 'logprobs':
        return this.#delta(event)
      case 'finish':
        this.#flush()
        return this.#emit(event)
      default:
        return this.#emit(event)
    }
  }

  #open(source: number, part: OpenPart): void {
    if (this.#live !== undefined && (this.#waiting.length > 0 || !isComplete(this.#live))) {
      this.#waiting.push({ source, part, events: [], closed: false })
      return
    }
    this.#closeLive()
    this.#start(source, part)
  }

  #delta(event: Extract<ChatEvent, { index: number }>): void {
    const live = this.#live
    if (live !== undefined && live.source === event.index) {
      if (event.type === 'input') live.input.push(event.literal)
      this.#emit({ ...event, index: live.index })
      if (this.#waiting.length > 0 && isComplete(live)) this.#promote()
      return
    }
    // A delta for a part closed early is whitespace after complete JSON: nothing of it is lost.
    this.#waiting.find((waiting) => waiting.source === event.index)?.events.push(event)
  }

  #close(source: number): void {
    if (this.#live?.source === source) {
      this.#promote()
      return
    }
    const waiting = this.#waiting.find((candidate) => candidate.source === source)
    if (waiting) waiting.closed = true
  }

  /** Closes the live part and lets those that wait take its place, up to the first that is not complete. */
  #promote(): void {
    this.#closeLive()
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#start(next.source, next.part)
      for (const event of next.events) this.#delta(event as Extract<ChatEvent, { index: number }>)
      const live = this.#live
      if (live === undefined) continue
      if (!next.closed && (this.#waiting.length === 0 || !isComplete(live))) return
      this.#closeLive()
    }
  }

  #flush(): void {
    this.#closeLive()
    for (const waiting of this.#waiting.splice(0)) {
      this.#start(waiting.source, waiting.part)
      for (const event of waiting.events) this.#delta(event as Extract<ChatEvent, { index: number }>)
      this.#closeLive()
    }
  }

  #start(source: number, part: OpenPart): void {
    this.#live = { source, index: this.#next++, part, input: [] }
    this.#emit({ type: 'open', index: this.#live.index, part })
  }

  #closeLive(): void {
    if (this.#live === undefined) return
    const { index } = this.#live
    this.#live = undefined
    this.#emit({ type: 'close', index })
  }
}

function isComplete(live: Live): boolean {
  if (live.part.type !== 'tool-call') return true
  const text = live.input.map((literal) => JSON.parse(literal) as string).join('')
  if (live.part.inputKind === 'text') return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
