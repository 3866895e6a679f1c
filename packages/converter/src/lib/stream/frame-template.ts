import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { copyOf, literalEnd } from '../chat/literal.ts'

/** After so many templates that never fitted again, learning is given up: the server changes more than is known here. */
const maxVainLessons = 4

/** A value that may differ from one frame to the next. */
export interface Hole {
  /** The member's key, such as `delta`. */
  readonly key: string
  /** `text` is what the frame is for; the others may differ and are passed over. */
  readonly kind: 'text' | 'count' | 'padding'
  /** The member's value in a parsed frame. */
  read(frame: JsonObject): JsonValue | undefined
}

interface Gap {
  readonly hole: Hole
  /** Where its value starts and ends in the frame that was learned. */
  readonly from: number
  readonly to: number
}

/** What stands in for the values when a template is proved. */
const probes: Readonly<Record<Hole['kind'], string>> = {
  text: '"text probe"',
  count: '9007199254740991',
  padding: '"padding probe"',
}

/**
 * Knows the frames of one stream that differ in nothing but their text, counts and padding against traffic analysis, and cuts the
 * text out as it stands in the frame, a JSON string literal. A frame it does not know in every other byte is left to the parser.
 */
export class FrameTemplate {
  readonly #known: readonly Hole[]
  /** What stands before each hole, and after the last. */
  #fixed: readonly string[] = []
  #holes: readonly Hole[] = []
  #vain = 0
  #fitted = true

  /** @param holes what may differ; those a frame does not have are passed over. */
  constructor(holes: readonly Hole[]) {
    this.#known = holes
  }

  /** The text of a frame as a JSON string literal, quotes included; undefined when the frame must be parsed. */
  match(data: string): string | undefined {
    let at = 0
    let literal: string | undefined
    for (let i = 0; i < this.#holes.length; i++) {
      const fixed = this.#fixed[i] ?? ''
      const from = at + fixed.length
      // Comparing slices is several times faster in V8 than `startsWith`.
      if (data.slice(at, from) !== fixed) return undefined
      const kind = this.#holes[i]?.kind
      at = holeEnd(kind, data, from)
      if (at <= from) return undefined
      if (kind === 'text') literal = data.slice(from, at)
    }
    if (literal === undefined || data.slice(at) !== this.#fixed[this.#holes.length]) return undefined
    this.#fitted = true
    return literal
  }

  /** The counts of a frame that {@link match} knew, by their keys. */
  counts(data: string): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    let at = 0
    for (const [i, { key, kind }] of this.#holes.entries()) {
      const from = at + (this.#fixed[i]?.length ?? 0)
      at = holeEnd(kind, data, from)
      if (kind === 'count') counts[key] = Number(data.slice(from, at))
    }
    return counts
  }

  /** Takes a parsed frame that carries nothing but text as the pattern for those that follow; false where it is no pattern. */
  learn(data: string): boolean {
    this.forget()
    if (this.#vain > maxVainLessons) return false
    this.#vain = this.#fitted ? 0 : this.#vain + 1
    this.#fitted = false
    const gaps = gapsOf(data, this.#known)
    if (!proves(data, gaps)) return false
    this.#fixed = cut(data, gaps).map(copyOf)
    this.#holes = gaps.map(({ hole }) => hole)
    return true
  }

  forget(): void {
    this.#fixed = []
    this.#holes = []
  }
}

function gapsOf(data: string, holes: readonly Hole[]): Gap[] {
  return holes
    .flatMap((hole) => {
      const key = `"${hole.key}":`
      const at = data.indexOf(key)
      let from = at + key.length
      while (at !== -1 && data.charCodeAt(from) === 32) from++
      const to = holeEnd(hole.kind, data, from)
      return at === -1 || to <= from ? [] : [{ hole, from, to }]
    })
    .sort((a, b) => a.from - b.from)
}

/** What stands around the gaps. */
function cut(data: string, gaps: readonly Gap[]): string[] {
  const ends = [0, ...gaps.map(({ to }) => to)]
  return ends.map((end, i) => data.slice(end, gaps[i]?.from))
}

/** Other values in the same places must be read as those members of the frame, or the places are not theirs. */
function proves(data: string, gaps: readonly Gap[]): boolean {
  if (!gaps.some(({ hole }) => hole.kind === 'text')) return false
  const fixed = cut(data, gaps)
  const probe = gaps.map(({ hole }, i) => (fixed[i] ?? '') + probes[hole.kind]).join('') + (fixed[gaps.length] ?? '')
  const frame = parsed(probe)
  return frame !== undefined && gaps.every(({ hole }) => JSON.stringify(hole.read(frame)) === probes[hole.kind])
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Where the value of a hole ends; not behind its start where none is. */
function holeEnd(kind: Hole['kind'] | undefined, text: string, start: number): number {
  return kind === 'count' ? digitsEnd(text, start) : literalEnd(text, start) + 1
}

/** Where the whole number that starts at an index ends; the index itself where none does. */
function digitsEnd(text: string, start: number): number {
  let at = start
  for (let c = text.charCodeAt(at); c >= 48 && c <= 57; c = text.charCodeAt(++at));
  return at
}
