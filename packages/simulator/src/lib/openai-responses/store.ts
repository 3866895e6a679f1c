import { type JsonObject, show } from '../json.ts'
import { remember } from '../remember.ts'

/** Responses, items and conversations, of each this many, remembered before the oldest is forgotten. */
const CAPACITY = 10_000

/** A response as it was stored, with the items it was an answer to. */
export interface Stored {
  response: JsonObject
  /** All input items it saw, those of the responses before it included. */
  input: readonly JsonObject[]
  /** The events it was streamed as, for one that runs in the background: its stream can be gone back to. */
  events?: readonly string[]
}

/** A conversation: what its next response goes on from. */
export interface Conversation {
  id: string
  /** Milliseconds since the epoch. */
  created: number
  items: JsonObject[]
  metadata: JsonObject
}

/** What `store` keeps: responses, their items, and conversations. */
export class ResponseStore {
  readonly #responses = new Map<string, Stored>()
  readonly #items = new Map<string, JsonObject>()
  readonly #conversations = new Map<string, Conversation>()

  /** Keeps a response, and its items for `item_reference`. */
  keep(stored: Stored): void {
    remember(this.#responses, show(stored.response.id), stored, CAPACITY)
    const output = Array.isArray(stored.response.output) ? stored.response.output : []
    for (const item of [...stored.input, ...output]) {
      const { id } = item as JsonObject
      if (typeof id === 'string') remember(this.#items, id, item as JsonObject, CAPACITY)
    }
  }

  /** A stored response, if there is one of that id. */
  find(id: string): Stored | undefined {
    return this.#responses.get(id)
  }

  /** A stored item, if there is one of that id. */
  item(id: string): JsonObject | undefined {
    return this.#items.get(id)
  }

  /** Forgets a response. False: there was none. Its items stay, as OpenAI's do in a conversation. */
  delete(id: string): boolean {
    return this.#responses.delete(id)
  }

  /** Begins a conversation. */
  converse(conversation: Conversation): void {
    remember(this.#conversations, conversation.id, conversation, CAPACITY)
  }

  /** A conversation, if there is one of that id. */
  conversation(id: string): Conversation | undefined {
    return this.#conversations.get(id)
  }

  /** Adds items to a conversation. */
  append(id: string, items: readonly JsonObject[]): void {
    this.#conversations.get(id)?.items.push(...items)
  }

  /** Takes an item out of a conversation. False: there was none. */
  remove(id: string, item: string): boolean {
    const items = this.#conversations.get(id)?.items ?? []
    const at = items.findIndex((each) => each.id === item)
    if (at !== -1) items.splice(at, 1)
    return at !== -1
  }

  /** Ends a conversation. */
  forget(id: string): void {
    this.#conversations.delete(id)
  }

  /** Forgets everything. */
  clear(): void {
    this.#responses.clear()
    this.#items.clear()
    this.#conversations.clear()
  }
}
