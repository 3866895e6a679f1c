import { inspect } from 'node:util'

const REDACTED = '[redacted]'

// Below this length, eight shown characters would be more than half of the secret.
const SHORTEST_HINTED = 16
const HINT_ENDS = 4

/**
 * A value that does not print. Every way a value usually reaches a log or a reply (`String`, templates, `JSON.stringify`,
 * `util.inspect`, `console.log`, `structuredClone`) yields `[redacted]` or nothing; only {@link Secret.reveal} yields it.
 *
 * @example
 * const secret = new Secret(apiKey)
 * console.log('using', secret)                 // using [redacted]
 * headers['x-api-key'] = secret.reveal()
 */
export class Secret {
  readonly #value: string
  readonly #hint: string

  /**
   * @param value the secret
   * @param hint what may be shown of it instead of what {@link Secret.hint} derives
   */
  constructor(value: string, hint?: string) {
    this.#value = value
    this.#hint = hint ?? hintOf(value)
  }

  /** The value itself: for the place that sends or encrypts it, and nowhere else. */
  reveal(): string {
    return this.#value
  }

  /** Length of the value in UTF-16 code units. */
  get length(): number {
    return this.#value.length
  }

  /** Enough to tell two secrets apart on a screen: `sk-a…9f3c`, or `…` for one that is short or not one printable word. */
  hint(): string {
    return this.#hint
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  // Not a member: a computed name has no type that isolated declarations could write down.
  static {
    Object.defineProperty(Secret.prototype, inspect.custom, { value: () => REDACTED })
  }
}

function hintOf(value: string): string {
  // A key file or a JSON document starts and ends with punctuation that tells nothing apart.
  const oneWord = /^[\x21-\x7e]+$/.test(value)
  return oneWord && value.length >= SHORTEST_HINTED ? `${value.slice(0, HINT_ENDS)}…${value.slice(-HINT_ENDS)}` : '…'
}
