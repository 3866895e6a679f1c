import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { arrayAt, numberAt, objectAt } from '../chat/read.ts'
import { FrameTemplate, type Hole } from '../stream/frame-template.ts'
import { wireParts } from './reply-decode.ts'

/** The text of a chunk, where the common delta carries it. */
function chunkText(chunk: JsonObject): JsonValue | undefined {
  const candidate = arrayAt(chunk, 'candidates')[0]
  const part = isObject(candidate) ? wireParts(candidate)[0] : undefined
  return part && member(part, 'text')
}

/** What was used so far, which every chunk tells anew. */
function countOf(key: string): Hole {
  return { key, kind: 'count', read: (chunk) => objectAt(chunk, 'usageMetadata')?.[key] }
}

const holes: readonly Hole[] = [
  { key: 'text', kind: 'text', read: chunkText },
  countOf('candidatesTokenCount'),
  countOf('thoughtsTokenCount'),
  countOf('totalTokenCount'),
]

/** Knows the chunks of one stream that differ in their text and in what was used so far. */
export class ChunkTemplate {
  readonly #frames = new FrameTemplate(holes)
  /** What the chunk that was learned says was used. */
  #used: JsonObject = {}
  /** A chunk matched whose usage was not taken. */
  #untold = false

  /** The text of a chunk as a JSON string literal; undefined when the chunk must be parsed. */
  match(data: string): string | undefined {
    const literal = this.#frames.match(data)
    this.#untold ||= literal !== undefined
    return literal
  }

  /** What `FrameTemplate` takes ahead. */
  takeAhead(text: string, start: number, take: (literal: string) => void): number {
    const end = this.#frames.takeAhead(text, start, take)
    this.#untold ||= end !== start
    return end
  }

  /** Takes a parsed chunk as the pattern for those that follow, if it carries nothing but text. */
  learn(chunk: JsonObject, data: string): void {
    if (isPlainText(chunk) && this.#frames.learn(data)) this.#used = objectAt(chunk, 'usageMetadata') ?? {}
  }

  /** What the last chunk that matched says was used, once, as a parsed chunk has it; undefined when none did since. */
  takeUsage(): JsonObject | undefined {
    if (!this.#untold) return undefined
    this.#untold = false
    return { usageMetadata: { ...this.#used, ...this.#frames.counts() } }
  }
}

const plainChunk: ReadonlySet<string> = new Set([
  'candidates',
  'usageMetadata',
  'modelVersion',
  'responseId',
  'createTime',
])
const plainCandidate: ReadonlySet<string> = new Set(['content', 'index'])

/** Whether a chunk carries one text of the first candidate and nothing else that changes from chunk to chunk. */
function isPlainText(chunk: JsonObject): boolean {
  const [candidate, ...others] = arrayAt(chunk, 'candidates')
  if (!isObject(candidate) || others.length > 0 || (numberAt(candidate, 'index') ?? 0) !== 0) return false
  const [part, ...more] = wireParts(candidate)
  return (
    part !== undefined &&
    more.length === 0 &&
    Object.keys(part).every((key) => key === 'text') &&
    Object.keys(chunk).every((key) => plainChunk.has(key)) &&
    Object.keys(candidate).every((key) => plainCandidate.has(key))
  )
}
