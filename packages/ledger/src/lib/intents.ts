import type { DispatchRow } from './row.ts'

interface Intent {
  readonly row: DispatchRow
  /** The tick it came in. */
  readonly tick: number
  next: Intent | undefined
}

const fewestChains = 256
/** Characters of an id that tell which chain it is in: its last ones, which differ most. */
const telling = 4

/**
 * Attempts that run and are not written, found by their request's id.
 *
 * A hash table of chains rather than a `Map`: the tables that a `Map` outgrows refer to their successors, so that one in V8's old
 * generation keeps alive every row that came and went after it, until the next full collection.
 */
export class Intents {
  #chains = chains(fewestChains)
  #size = 0
  #tick = 0

  /** How many attempts. */
  get size(): number {
    return this.#size
  }

  add(row: DispatchRow): void {
    if (this.#size >= 2 * this.#chains.length) this.#lengthen()
    this.#put({ row, tick: this.#tick, next: undefined })
    this.#size++
  }

  /** Forgets the attempts of a request, or one of them. */
  forget(requestId: string, row?: DispatchRow): void {
    const at = this.#chainOf(requestId)
    let before: Intent | undefined
    let intent = this.#chains[at]
    while (intent !== undefined) {
      const { next } = intent
      if (intent.row.requestId === requestId && (row === undefined || intent.row === row)) {
        if (before === undefined) this.#chains[at] = next
        else before.next = next
        // What is forgotten must not keep its neighbour alive.
        intent.next = undefined
        this.#size--
      } else before = intent
      intent = next
    }
  }

  /** Begins a new tick. */
  age(): void {
    this.#tick++
  }

  /** All of them, or those that came before this tick. */
  rows(which: 'all' | 'aged'): DispatchRow[] {
    const rows: DispatchRow[] = []
    if (this.#size === 0) return rows
    for (let intent of this.#chains) {
      for (; intent !== undefined; intent = intent.next) {
        if (which === 'all' || intent.tick < this.#tick) rows.push(intent.row)
      }
    }
    return rows
  }

  #put(intent: Intent): void {
    const at = this.#chainOf(intent.row.requestId)
    intent.next = this.#chains[at]
    this.#chains[at] = intent
  }

  #chainOf(requestId: string): number {
    let hash = requestId.length
    for (let at = Math.max(0, requestId.length - telling); at < requestId.length; at++) {
      hash = Math.imul(hash, 31) + requestId.charCodeAt(at)
    }
    // Their number is a power of two.
    return hash & (this.#chains.length - 1)
  }

  #lengthen(): void {
    const before = this.#chains
    this.#chains = chains(before.length * 4)
    for (let intent of before) {
      while (intent !== undefined) {
        const { next }: Intent = intent
        this.#put(intent)
        intent = next
      }
    }
  }
}

function chains(count: number): (Intent | undefined)[] {
  return new Array<Intent | undefined>(count).fill(undefined)
}
