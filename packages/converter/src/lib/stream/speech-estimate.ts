import { isObject, type JsonValue } from '../chat/json.ts'

const charactersPerToken = 4

/**
 * Guesses how many tokens a stream has said, for streams whose provider does not tell or was cut off before it could. Costs an
 * addition for each event: what is not text is taken to be as long in each as it is in the shortest.
 */
export class SpeechEstimate {
  #events = 0
  #length = 0
  #shortest: string | undefined

  /** @param data the JSON of one event that says something. */
  add(data: string): void {
    this.#events++
    this.#length += data.length
    if (this.#shortest === undefined || data.length < this.#shortest.length) this.#shortest = data
  }

  /** An event says one token at least. */
  get tokens(): number {
    if (this.#shortest === undefined) return 0
    const frame = this.#shortest.length - said(this.#shortest)
    return Math.max(this.#events, Math.ceil((this.#length - this.#events * frame) / charactersPerToken))
  }
}

/** Members that hold what a model says, in any dialect. */
const speech = new Set([
  'content',
  'text',
  'delta',
  'thinking',
  'partial_json',
  'arguments',
  'reasoning',
  'reasoning_content',
  'refusal',
])

function said(data: string): number {
  try {
    return textIn(JSON.parse(data) as JsonValue, true)
  } catch {
    return 0
  }
}

function textIn(value: JsonValue | undefined, spoken: boolean): number {
  if (typeof value === 'string') return spoken ? value.length : 0
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + textIn(each, spoken), 0)
  if (!isObject(value)) return 0
  return Object.entries(value).reduce((sum, [name, inner]) => sum + textIn(inner, speech.has(name)), 0)
}
