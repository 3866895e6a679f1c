import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { literalEnd } from '../chat/literal.ts'

/** After so many templates that never fitted again, learning is given up: the server changes more than is known here. */
const maxVainLessons = 4

/** What may differ from one delta to the next: the text, the count of events and padding against traffic analysis. */
type Hole = 'delta' | 'sequence_number' | 'obfuscation'

interface Gap {
  readonly hole: Hole
  /** Where its value starts and ends in the frame that was learned. */
  readonly from: number
  readonly to: number
}

/** What stands in for the values when a template is proved. */
const probes: Readonly<Record<Hole, string>> = {
  delta: '"delta probe"',
  sequence_number: '9007199254740991',
  obfuscation: '"obfuscation probe"',
}

/**
 * Knows the deltas of one part of one stream, which differ in nothing but their text, their sequence number and padding, and cuts
 * the text out as it stands in the frame, a JSON string literal. A frame it does not know in every other byte is left to the parser.
 */
export class DeltaTemplate {
  /** What stands before each hole, and after the last. */
  #fixed: readonly string[] = []
  #holes: readonly Hole[] = []
  #vain = 0
  #fitted = true

  /** The text of a frame as a JSON string literal, quotes included; undefined when the frame must be parsed. */
  match(data: string): string | undefined {
    let at = 0
    let literal: string | undefined
    for (let i = 0; i < this.#holes.length; i++) {
      const fixed = this.#fixed[i] ?? ''
      const from = at + fixed.length
      // Comparing slices is several times faster in V8 than `startsWith`.
      if (data.slice(at, from) !== fixed) return undefined
      const hole = this.#holes[i]
      at = hole === 'sequence_number' ? digitsEnd(data, from) : literalEnd(data, from) + 1
      if (at <= from) return undefined
      if (hole === 'delta') literal = data.slice(from, at)
    }
    if (literal === undefined || data.slice(at) !== this.#fixed[this.#holes.length]) return undefined
    this.#fitted = true
    return literal
  }

  /** Takes a parsed delta that carries nothing but text as the pattern for those that follow; false where it is no pattern. */
  learn(data: string): boolean {
    this.forget()
    if (this.#vain > maxVainLessons) return false
    this.#vain = this.#fitted ? 0 : this.#vain + 1
    this.#fitted = false
    const gaps = gapsOf(data)
    if (!proves(data, gaps)) return false
    this.#fixed = cut(data, gaps)
    this.#holes = gaps.map(({ hole }) => hole)
    return true
  }

  forget(): void {
    this.#fixed = []
    this.#holes = []
  }
}

function gapsOf(data: string): Gap[] {
  const holes: readonly Hole[] = ['delta', 'sequence_number', 'obfuscation']
  return holes
    .flatMap((hole) => {
      const key = `"${hole}":`
      const at = data.indexOf(key)
      let from = at + key.length
      while (at !== -1 && data.charCodeAt(from) === 32) from++
      const to = hole === 'sequence_number' ? digitsEnd(data, from) : literalEnd(data, from) + 1
      return at === -1 || to <= from ? [] : [{ hole, from, to }]
    })
    .sort((a, b) => a.from - b.from)
}

/** What stands around the gaps. */
function cut(data: string, gaps: readonly Gap[]): string[] {
  const ends = [0, ...gaps.map(({ to }) => to)]
  return ends.map((end, i) => data.slice(end, gaps[i]?.from))
}

/** Other values in the same places must be read as those members of the event, or the places are not theirs. */
function proves(data: string, gaps: readonly Gap[]): boolean {
  if (!gaps.some(({ hole }) => hole === 'delta')) return false
  const fixed = cut(data, gaps)
  const probe = gaps.map(({ hole }, i) => (fixed[i] ?? '') + probes[hole]).join('') + (fixed[gaps.length] ?? '')
  const event = parsed(probe)
  return event !== undefined && gaps.every(({ hole }) => JSON.stringify(member(event, hole)) === probes[hole])
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Where the whole number that starts at an index ends; the index itself where none does. */
function digitsEnd(text: string, start: number): number {
  let at = start
  for (let c = text.charCodeAt(at); c >= 48 && c <= 57; c = text.charCodeAt(++at));
  return at
}
