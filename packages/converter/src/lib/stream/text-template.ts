import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'

/** After so many templates that never fitted again, learning is given up: the server changes more than the text. */
const maxVainLessons = 4

/** Keys whose value is random padding against traffic analysis, last in the frame (OpenAI, Mistral). */
const paddingKeys = ['"obfuscation":"', '"p":"'] as const

/** What stands in for the text when a template is proved. */
const probe = 'text-template probe'

/**
 * Knows the frames of one stream that differ from an earlier one in nothing but one string, and cuts that string out as it stands
 * in the frame, a JSON string literal. A frame it does not know in every byte is left to the JSON parser.
 */
export class TextTemplate {
  readonly #key: string
  readonly #read: (frame: JsonObject) => JsonValue | undefined
  #head = ''
  #tail = ''
  /** The frame ends in padding: `#tail` is what stands before it. */
  #padded = false
  #vain = 0
  #fitted = true

  /**
   * @param key the member that holds the text, such as `content`.
   * @param read gives that member of a parsed frame.
   */
  constructor(key: string, read: (frame: JsonObject) => JsonValue | undefined) {
    this.#key = `"${key}":`
    this.#read = read
  }

  /** The text of a frame as a JSON string literal, quotes included; undefined when the frame must be parsed. */
  match(data: string): string | undefined {
    const head = this.#head
    if (head === '' || !data.startsWith(head)) return undefined
    const end = literalEnd(data, head.length)
    if (end === -1 || !data.startsWith(this.#tail, end) || !this.#endsWell(data, end + this.#tail.length))
      return undefined
    this.#fitted = true
    return data.slice(head.length, end)
  }

  /** Takes a parsed frame whose only content is the text as the pattern for those that follow. */
  learn(data: string): void {
    if (this.#vain > maxVainLessons) return
    if (this.#fitted) this.#vain = 0
    else this.#vain++
    this.#fitted = false
    const from = literalStart(data, this.#key)
    const end = from === -1 ? -1 : literalEnd(data, from)
    if (end === -1) return
    const head = data.slice(0, from)
    const tail = data.slice(end)
    if (!this.#proves(head, tail)) return
    const padding = paddingAt(tail)
    this.#head = head
    this.#padded = padding !== -1
    this.#tail = padding === -1 ? tail : tail.slice(0, padding)
  }

  #endsWell(data: string, at: number): boolean {
    if (!this.#padded) return at === data.length
    // The padding is a plain string, and nothing but the closing brace follows it.
    return literalEnd(data, at - 1) === data.length - 1 && data.endsWith('}')
  }

  /** Another text in the same place must be read as the text, or the place is not the text's. */
  #proves(head: string, tail: string): boolean {
    try {
      const frame = JSON.parse(`${head}"${probe}"${tail}`) as JsonValue
      return isObject(frame) && this.#read(frame) === probe
    } catch {
      return false
    }
  }
}

/** Where the padding's text starts in a tail that ends in it; -1 when it does not. */
function paddingAt(tail: string): number {
  for (const key of paddingKeys) {
    const at = tail.lastIndexOf(key)
    const from = at + key.length
    if (at !== -1 && literalEnd(tail, from - 1) === tail.length - 1) return from
  }
  return -1
}

/** Where the string literal after a key starts. */
function literalStart(data: string, key: string): number {
  const at = data.indexOf(key)
  if (at === -1) return -1
  let from = at + key.length
  while (data.charCodeAt(from) === 32) from++
  return data.charCodeAt(from) === 34 ? from : -1
}

/**
 * The index after the closing quote of the JSON string literal that starts at `from`; -1 when there is no valid one. Control
 * characters and broken escapes are refused, because what is cut out is written on without being parsed.
 */
export function literalEnd(data: string, from: number): number {
  if (data.charCodeAt(from) !== 34) return -1
  for (let i = from + 1; i < data.length; i++) {
    const c = data.charCodeAt(i)
    if (c === 34) return i + 1
    if (c < 32) return -1
    if (c === 92) {
      i = escapeEnd(data, i + 1)
      if (i === -1) return -1
    }
  }
  return -1
}

/** The index of the last character of the escape whose letter is at `at`; -1 when it is none. */
function escapeEnd(data: string, at: number): number {
  const c = data.charCodeAt(at)
  if (c !== 117) return simpleEscapes.includes(data.charAt(at)) && at < data.length ? at : -1
  for (let i = at + 1; i <= at + 4; i++) if (!isHex(data.charCodeAt(i))) return -1
  return at + 4
}

const simpleEscapes = '"\\/bfnrt'

function isHex(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70)
}
