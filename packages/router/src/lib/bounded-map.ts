/** A map that forgets its oldest entry when it is full. */
export class BoundedMap<V> {
  readonly #limit: number
  readonly #entries = new Map<string, V>()

  /** @param limit - entries kept at most */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  /**
   * Makes the entry the newest, from when the map is half full: until then nothing is forgotten, and moving an entry at every
   * request has the engine make new tables of the map all the time.
   */
  set(key: string, value: V): void {
    if (this.#entries.size * 2 > this.#limit) this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#limit) return
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest)
      return
    }
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  entries(): IterableIterator<[string, V]> {
    return this.#entries.entries()
  }
}
