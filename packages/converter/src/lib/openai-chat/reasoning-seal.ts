import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Seal } from '../chat/part.ts'
import { arrayAt } from '../chat/read.ts'

/**
 * What some vendors give with the text of reasoning and want back unchanged: the entries of OpenRouter's `reasoning_details`
 * (@openrouter/sdk 1.3.19; its guide to reasoning, Preserving Reasoning), Mistral's `thinking` chunks where they hold more than text
 * (@mistralai/mistralai 2.7.0). A seal's value is these, as JSON; the value of a seal for text alone is the name of its place.
 */
export interface KeptReasoning {
  readonly member: 'reasoning_details' | 'thinking'
  readonly pieces: readonly JsonValue[]
}

/** What of a piece, by its type, grows in a stream; other kinds come whole. */
const growing: ReadonlyMap<JsonValue | undefined, string> = new Map([
  ['reasoning.text', 'text'],
  ['reasoning.summary', 'summary'],
  ['thinking', 'thinking'],
])

/** Whether a piece tells more than its text: a signature, a summary, what is encrypted or no text. */
export function isSealing(piece: JsonObject): boolean {
  const own = piece.type === 'thinking' ? !arrayAt(piece, 'thinking').every(isText) : piece.type !== 'reasoning.text'
  return own || Boolean(piece.signature)
}

function isText(thought: JsonValue | undefined): thought is { readonly text: string } {
  return isObject(thought) && typeof thought.text === 'string'
}

/** The text of a `thinking` chunk, or of a piece of one. */
export function thinkingText(chunk: JsonObject): string {
  const texts = arrayAt(chunk, 'thinking').filter(isText)
  return texts.map(({ text }) => text).join('')
}

/**
 * The pieces of a stream as a reply that does not stream has them. Text comes in pieces that share their `index`, the signature on the
 * last of them, and Anthropic refuses what is sent back in pieces (agno-agi/agno#8794).
 */
function joined(pieces: readonly JsonObject[]): JsonObject[] {
  const whole: JsonObject[] = []
  for (const piece of pieces) {
    const begun = whole.findLast((entry) => continues(piece, entry))
    if (begun) extend(begun, piece)
    else whole.push({ ...piece })
  }
  return whole
}

function continues(piece: JsonObject, entry: JsonObject): boolean {
  // What one of them leaves out is what the other says.
  const same = (key: string): boolean => (piece[key] ?? entry[key]) === (entry[key] ?? piece[key])
  // A chunk has no index: it is over with its signature.
  const over = piece.type === 'thinking' && entry.signature
  return piece.type === entry.type && growing.has(piece.type) && !over && same('index') && same('id')
}

function extend(entry: JsonObject, piece: JsonObject): void {
  for (const [key, value] of Object.entries(piece)) {
    entry[key] = key === growing.get(piece.type) ? grown(entry[key], value) : (value ?? entry[key])
  }
}

function grown(before: JsonValue | undefined, more: JsonValue | undefined): JsonValue | undefined {
  if (typeof before === 'string' && typeof more === 'string') return before + more
  if (!Array.isArray(before) || !Array.isArray(more)) return before ?? more
  const last = before.at(-1)
  const [first, ...rest] = more
  if (!isText(last) || !isText(first)) return [...before, ...more]
  return [...before.slice(0, -1), { ...last, text: last.text + first.text }, ...rest]
}

/** The seal of reasoning that came in these pieces; none when they tell no more than its text. */
export function sealOfPieces(pieces: readonly JsonObject[]): Seal | undefined {
  if (!pieces.some(isSealing)) return undefined
  const member = Array.isArray(pieces[0]?.thinking) ? 'thinking' : 'reasoning_details'
  return { issuer: 'openai-chat', value: JSON.stringify({ [member]: pieces }) }
}

/** What the value of a seal keeps; nothing when it is for text alone. */
export function keptBy(value: string): KeptReasoning | undefined {
  if (!value.startsWith('{')) return undefined
  const kept = JSON.parse(value) as { readonly [key in KeptReasoning['member']]?: JsonValue[] }
  const { thinking, reasoning_details = [] } = kept
  return { member: thinking ? 'thinking' : 'reasoning_details', pieces: thinking ?? reasoning_details }
}

/** Gathers what comes with the reasoning of a stream beside its text, until the part it belongs to is over. */
export class ReasoningPieces {
  #pieces: JsonObject[] = []

  add(pieces: readonly JsonValue[]): void {
    this.#pieces.push(...pieces.filter(isObject))
  }

  /** Whether there is what must go back, though there may be no text to it. */
  get pending(): boolean {
    return this.#pieces.some(isSealing)
  }

  /** The seal of the part that ends. Details that need none wait for one that does: their list goes back whole. */
  seal(): Seal | undefined {
    const seal = sealOfPieces(joined(this.#pieces))
    this.#pieces = this.#pieces.filter(({ type }) => !seal && type !== 'thinking')
    return seal
  }
}
