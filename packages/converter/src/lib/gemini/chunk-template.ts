import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { arrayAt, numberAt, objectAt } from '../chat/read.ts'
import { FrameTemplate, type Hole } from '../stream/frame-template.ts'
import { wireParts } from './reply.ts'

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
export function chunkTemplate(): FrameTemplate {
  return new FrameTemplate(holes)
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
export function isPlainText(chunk: JsonObject): boolean {
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
