import { isObject, type JsonObject } from '@llm-gateway/converter'

/** What the store of responses holds at the most. */
export interface StoreLimits {
  /** Responses for each gateway key. */
  readonly maxEntries: number
  /** How long one is kept after it was last used, in milliseconds. */
  readonly ttlMs: number
  /** All of them together, in bytes of JSON. */
  readonly maxBytes: number
}

/** A response with what it takes to go on from it. */
export interface StoredResponse {
  readonly response: JsonObject
  /** The conversation up to and with this response, as input items. */
  readonly items: readonly JsonObject[]
  /** The upstream account that made it. */
  readonly account: string
  /** The account speaks this dialect and was let to store it too: it can be named there. */
  readonly native: boolean
  /** Size of the conversation, in bytes of JSON. */
  readonly bytes: number
}

interface Entry extends StoredResponse {
  until: number
}

/**
 * Keeps responses in memory, each for the gateway key it was made for and for no other. What was used longest ago goes first; where
 * all together are too large, that of the key which holds the most.
 */
export class ResponseStore {
  readonly #now: () => number
  /** By gateway key, then by id; the least lately used first. */
  readonly #keys = new Map<string, Map<string, Entry>>()
  #limits: StoreLimits | undefined
  #bytes = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Sets new limits, or turns the store off, which forgets everything. */
  configure(limits: StoreLimits | undefined): void {
    this.#limits = limits
    if (limits === undefined) {
      this.#keys.clear()
      this.#bytes = 0
    } else this.#trim(limits)
  }

  get on(): boolean {
    return this.#limits !== undefined
  }

  get bytes(): number {
    return this.#bytes
  }

  keep(key: string, stored: StoredResponse): void {
    const id = stored.response.id
    if (this.#limits === undefined || typeof id !== 'string') return
    this.delete(key, id)
    const entries = this.#keys.get(key) ?? new Map<string, Entry>()
    this.#keys.set(key, entries.set(id, { ...stored, until: this.#now() + this.#limits.ttlMs }))
    this.#bytes += stored.bytes
    this.#trim(this.#limits)
  }

  /** A response of this key; being asked for makes it the last to go. */
  find(key: string, id: string): StoredResponse | undefined {
    const entries = this.#keys.get(key)
    const entry = entries?.get(id)
    if (entries === undefined || entry === undefined || this.#limits === undefined) return undefined
    if (entry.until <= this.#now()) {
      this.delete(key, id)
      return undefined
    }
    entry.until = this.#now() + this.#limits.ttlMs
    entries.delete(id)
    entries.set(id, entry)
    return entry
  }

  /** An item of any response of this key. */
  item(key: string, id: string): JsonObject | undefined {
    for (const entry of [...(this.#keys.get(key)?.values() ?? [])].reverse()) {
      if (entry.until <= this.#now()) continue
      const found = entry.items.find((item) => item.id === id)
      if (found) return found
    }
    return undefined
  }

  /** False: there was none. */
  delete(key: string, id: string): boolean {
    const entries = this.#keys.get(key)
    const entry = entries?.get(id)
    if (entries === undefined || entry === undefined) return false
    entries.delete(id)
    if (entries.size === 0) this.#keys.delete(key)
    this.#bytes -= entry.bytes
    return true
  }

  #trim({ maxEntries, maxBytes }: StoreLimits): void {
    for (const [key, entries] of this.#keys) {
      for (const [id, { until }] of entries) {
        // The least lately used expire first, since all live equally long.
        if (entries.size <= maxEntries && until > this.#now()) break
        this.delete(key, id)
      }
    }
    while (this.#bytes > maxBytes) {
      const largest = [...this.#keys].map(([key, entries]) => ({ key, entries, bytes: sum(entries) }))
      largest.sort((a, b) => b.bytes - a.bytes)
      const [id] = largest[0]?.entries.keys() ?? []
      if (largest[0] === undefined || id === undefined) return
      this.delete(largest[0].key, id)
    }
  }
}

function sum(entries: ReadonlyMap<string, Entry>): number {
  let bytes = 0
  for (const entry of entries.values()) bytes += entry.bytes
  return bytes
}

/** `input` as items: a text is one message of the user's. */
export function inputItems(input: JsonObject[string]): JsonObject[] {
  if (typeof input === 'string')
    return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
  return Array.isArray(input) ? input.filter(isObject) : []
}
