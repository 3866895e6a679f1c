/** Who made something that a provider keeps, and for whom. */
export interface Maker {
  readonly account: string
  /** The gateway key it was made for. */
  readonly key: string
  /** It is made in the background: what it uses is not counted yet. */
  readonly uncounted?: true
}

/** Names longer than this are not remembered: whoever answers with long ones must not fill the memory. Characters. */
const maxNameLength = 2_048

/**
 * Remembers which account made which response, conversation or item. Providers keep them per organisation, so whoever names one
 * later must be sent to its maker. Bounded: what was made longest ago is forgotten first.
 */
export class Makers {
  readonly #limit: number
  readonly #makers = new Map<string, Maker>()

  /** @param limit names remembered; the default takes about 5 MB. */
  constructor(limit = 20_000) {
    this.#limit = limit
  }

  find(name: string): Maker | undefined {
    return this.#makers.get(name)
  }

  note(name: string, maker: Maker): void {
    if (name.length > maxNameLength) return
    this.#makers.delete(name)
    this.#makers.set(name, maker)
    if (this.#makers.size <= this.#limit) return
    for (const oldest of this.#makers.keys()) {
      this.#makers.delete(oldest)
      return
    }
  }
}
