import type { ChatEvent, Emit, OpenPart } from '../chat/event.ts'
import { JsonBalance } from './json-balance.ts'

type Delta = Extract<ChatEvent, { type: 'text' | 'input' | 'seal' | 'citation' | 'logprobs' }>

interface Live {
  readonly source: number
  readonly index: number
  readonly part: OpenPart
  readonly balance: JsonBalance
}

interface Waiting {
  readonly source: number
  readonly part: OpenPart
  readonly events: Delta[]
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
  /** Where the parts that have begun stand, by their index in the source. */
  readonly #places: number[] = []

  constructor(emit: Emit) {
    this.#emit = emit
  }

  /** The part, by its index in the source, whose deltas pass at once; undefined when there is none. */
  get live(): number | undefined {
    return this.#live?.source
  }

  push(event: ChatEvent): void {
    switch (event.type) {
      case 'open':
        this.#open(event.index, event.part)
        break
      case 'close':
        this.#close(event.index)
        break
      case 'text':
      case 'input':
      case 'seal':
      case 'citation':
      case 'logprobs':
        this.#delta(event)
        break
      case 'finish':
        this.#flush()
        this.#emit(event)
        break
      default:
        this.#emit(event)
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

  #delta(event: Delta): void {
    const live = this.#live
    if (live !== undefined && live.source === event.index) {
      this.#forward(live, event)
      if (this.#waiting.length > 0 && isComplete(live)) this.#promote()
      return
    }
    const waiting = this.#waiting.find(({ source }) => source === event.index)
    const place = this.#places[event.index]
    if (waiting !== undefined) waiting.events.push(event)
    else if (event.type === 'citation' && place !== undefined) this.#emit({ ...event, index: place })
    // Any other delta for a part closed early is whitespace after complete JSON: nothing of it is lost.
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
      const live = this.#replay(next)
      if (!next.closed && (this.#waiting.length === 0 || !isComplete(live))) return
      this.#closeLive()
    }
  }

  #flush(): void {
    this.#closeLive()
    for (const waiting of this.#waiting.splice(0)) {
      this.#replay(waiting)
      this.#closeLive()
    }
  }

  #replay(waiting: Waiting): Live {
    const live = this.#start(waiting.source, waiting.part)
    for (const event of waiting.events) this.#forward(live, event)
    return live
  }

  #forward(live: Live, event: Delta): void {
    if (event.type === 'input' && live.part.type === 'tool-call') live.balance.feed(JSON.parse(event.literal) as string)
    this.#emit({ ...event, index: live.index })
  }

  #start(source: number, part: OpenPart): Live {
    const live = { source, index: this.#next++, part, balance: new JsonBalance() }
    this.#live = live
    this.#places[source] = live.index
    this.#emit({ type: 'open', index: live.index, part })
    return live
  }

  #closeLive(): void {
    if (this.#live === undefined) return
    const { index } = this.#live
    this.#live = undefined
    this.#emit({ type: 'close', index })
  }
}

/** Free text of a custom tool is never known to be complete before its part closes. */
function isComplete(live: Live): boolean {
  return live.part.type !== 'tool-call' || (live.part.inputKind === 'json' && live.balance.complete)
}
