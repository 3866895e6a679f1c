import { literalEnd } from '../chat/literal.ts'

/** Field of a delta that holds its text, by the delta's type. */
const textFields: ReadonlyMap<string, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['input_json_delta', 'partial_json'],
])

/**
 * The text deltas of one block differ in nothing but their text, so the next is cut out between a known head and `}}`.
 * Vendors write the head with or without spaces, and some pad the end.
 */
export class DeltaTemplate {
  /** What stands before the text of the next delta; empty while nothing is known of it. */
  #head = ''
  #type: 'text' | 'input' = 'text'
  #part = -1

  /** What kind of event the deltas of the block are. */
  get type(): 'text' | 'input' {
    return this.#type
  }

  /** The part of the answer that the deltas belong to. */
  get part(): number {
    return this.#part
  }

  /** Takes a delta that was read as the pattern of those to come. */
  learn(data: string, wireIndex: number, deltaType: string, part: number): void {
    const field = textFields.get(deltaType)
    if (field === undefined) return
    const tight = `{"type":"content_block_delta","index":${wireIndex},"delta":{"type":"${deltaType}","${field}":`
    const loose = `{"type": "content_block_delta", "index": ${wireIndex}, "delta": {"type": "${deltaType}", "${field}": `
    this.#head = data.startsWith(tight) ? tight : data.startsWith(loose) ? loose : ''
    this.#type = deltaType === 'input_json_delta' ? 'input' : 'text'
    this.#part = part
  }

  /** The text's literal, quotes included, when the data is another such delta. */
  match(data: string): string | undefined {
    const start = this.#head.length
    // Comparing slices is several times faster in V8 than `startsWith`.
    if (start === 0 || data.slice(0, start) !== this.#head) return undefined
    const end = literalEnd(data, start)
    return end === -1 || !closesTwice(data, end + 1) ? undefined : data.slice(start, end + 1)
  }

  forget(): void {
    this.#head = ''
  }
}

/** Nothing but two closing braces and blanks from `at` to the end. */
function closesTwice(data: string, at: number): boolean {
  let braces = 0
  for (let i = at; i < data.length; i++) {
    const c = data.charCodeAt(i)
    if (c === 125) braces++
    else if (c !== 32) return false
  }
  return braces === 2
}
