import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { copyOf, literalEnd } from '../chat/literal.ts'

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
    const from = this.#head.length
    // Comparing slices is several times faster in V8 than `startsWith`.
    if (from === 0 || data.slice(0, from) !== this.#head) return undefined
    const end = literalEnd(data, from) + 1
    if (end === 0) return undefined
    const fits = this.#padded ? this.#endsInPadding(data, end) : data.slice(end) === this.#tail
    if (!fits) return undefined
    this.#fitted = true
    return data.slice(from, end)
  }

  /** Takes a parsed frame whose only content is the text as the pattern for those that follow. */
  learn(data: string): void {
    if (this.#vain > maxVainLessons) return
    if (this.#fitted) this.#vain = 0
    else this.#vain++
    this.#fitted = false
    const from = literalStart(data, this.#key)
    const end = from === -1 ? 0 : literalEnd(data, from) + 1
    if (end === 0) return
    const head = data.slice(0, from)
    const tail = data.slice(end)
    if (!this.#proves(head, tail)) return
    const padding = paddingAt(tail)
    this.#head = copyOf(head)
    this.#padded = padding !== -1
    this.#tail = copyOf(padding === -1 ? tail : tail.slice(0, padding))
  }

  /** The padding is a plain string, and nothing but the closing brace follows it. */
  #endsInPadding(data: string, end: number): boolean {
    const from = end + this.#tail.length
    if (data.slice(end, from) !== this.#tail) return false
    return literalEnd(data, from - 1) === data.length - 2 && data.endsWith('}')
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
    if (at !== -1 && literalEnd(tail, from - 1) === tail.length - 2) return from
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
