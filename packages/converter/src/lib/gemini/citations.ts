import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AssistantPart, Citation } from '../chat/part.ts'
import { arrayAt, numberAt, objectAt, stringAt } from '../chat/read.ts'
import type { Search } from '../chat/search.ts'

/** Why sources are lost. */
export const noText = 'there is no text for the sources to belong to'

/** A citation and the part it belongs to, where the wire says so. */
export interface PlacedCitation {
  readonly citation: Citation
  readonly part: number | undefined
  /** Bounds in the UTF-8 bytes of the part's text. */
  readonly bytes: readonly [start: number, end: number] | undefined
}

/** The sources of a candidate: `groundingMetadata`, and `citationMetadata` for what was quoted at length. */
export function readSources(candidate: JsonObject): PlacedCitation[] {
  const grounding = objectAt(candidate, 'groundingMetadata')
  const quoted = objectAt(candidate, 'citationMetadata')
  return [...(grounding ? readGrounding(grounding) : []), ...(quoted ? readQuoted(quoted) : [])]
}

/** The search behind an answer, which its sources are the pages of; undefined where nothing was searched for. */
export function searchBehind(candidate: JsonObject): { type: 'opaque'; kind: string; search: Search } | undefined {
  const grounding = objectAt(candidate, 'groundingMetadata') ?? {}
  const queries = arrayAt(grounding, 'webSearchQueries').filter((query) => typeof query === 'string')
  return queries.length === 0 ? undefined : { type: 'opaque', kind: 'googleSearch', search: { queries } }
}

function readGrounding(grounding: JsonObject): PlacedCitation[] {
  const chunks = arrayAt(grounding, 'groundingChunks').map(sourceOf)
  const used = new Set<number>()
  const placed = arrayAt(grounding, 'groundingSupports')
    .filter(isObject)
    .flatMap((support) => {
      const segment = objectAt(support, 'segment') ?? {}
      return arrayAt(support, 'groundingChunkIndices').flatMap((index) => {
        const source = typeof index === 'number' ? chunks[index] : undefined
        if (source === undefined || typeof index !== 'number') return []
        used.add(index)
        return [placedIn(segment, source)]
      })
    })
  // A source no sentence points to still belongs to the answer.
  const rest = chunks.flatMap((source, i) =>
    source === undefined || used.has(i) ? [] : [{ citation: source, part: undefined, bytes: undefined }],
  )
  return [...placed, ...rest]
}

function readQuoted(quoted: JsonObject): PlacedCitation[] {
  // The Gemini API names the list otherwise than Vertex does.
  return [...arrayAt(quoted, 'citations'), ...arrayAt(quoted, 'citationSources')].filter(isObject).flatMap((wire) => {
    const source = sourceOf({ web: wire })
    return source === undefined ? [] : [placedIn(wire, source)]
  })
}

/** Where a source lies: on the web, in a retrieval corpus, on a map. */
function sourceOf(chunk: JsonValue): Citation | undefined {
  if (!isObject(chunk)) return undefined
  const source = objectAt(chunk, 'web') ?? objectAt(chunk, 'retrievedContext') ?? objectAt(chunk, 'maps')
  const url = source && stringAt(source, 'uri')
  const title = source && stringAt(source, 'title')
  if (url === undefined && title === undefined) return undefined
  return { ...(url !== undefined && { url }), ...(title !== undefined && { title }) }
}

function placedIn(segment: JsonObject, source: Citation): PlacedCitation {
  const quote = stringAt(segment, 'text')
  const end = numberAt(segment, 'endIndex')
  return {
    citation: { ...source, ...(quote !== undefined && { quote }) },
    part: numberAt(segment, 'partIndex'),
    bytes: end === undefined ? undefined : [numberAt(segment, 'startIndex') ?? 0, end],
  }
}

/**
 * A citation with its bounds in characters of the text it belongs to. Bounds that do not fit the text, or the words the source
 * says they hold, are left out.
 */
export function citationIn(text: TextIndex, { citation, bytes }: PlacedCitation): Citation {
  if (bytes === undefined) return citation
  const start = text.charOf(bytes[0])
  const end = text.charOf(bytes[1])
  if (start === undefined || end === undefined || start > end) return citation
  if (citation.quote !== undefined && text.text.slice(start, end) !== citation.quote) return citation
  return { ...citation, start, end }
}

/** A part of an answer and its place among the wire's. */
export interface PlacedPart {
  readonly part: AssistantPart
  /** Its index on the wire, which sources refer to. */
  readonly i: number
}

/** Sources belong to the text they name by its index; where they name none, to the last text. */
export function withSources(placed: readonly PlacedPart[], candidate: JsonObject, report: Report): AssistantPart[] {
  const sources = readSources(candidate)
  if (sources.length === 0) return placed.map(({ part }) => part)
  const texts = placed.filter(({ part }) => part.type === 'text')
  const last = texts.at(-1)?.i
  if (last === undefined) report.dropped('groundingMetadata', noText)
  const cited = new Map<number, Citation[]>()
  const indexes = new Map(texts.map(({ part, i }) => [i, new TextIndex(part.type === 'text' ? part.text : '')]))
  for (const source of sources) {
    const i = source.part !== undefined && indexes.has(source.part) ? source.part : last
    const index = i === undefined ? undefined : indexes.get(i)
    if (i === undefined || index === undefined) continue
    const citations = cited.get(i) ?? []
    citations.push(citationIn(index, source))
    cited.set(i, citations)
  }
  return placed.map(({ part, i }) => {
    const citations = cited.get(i)
    return part.type === 'text' && citations ? { ...part, citations } : part
  })
}

/** Turns places counted in UTF-8 bytes into places counted in characters of a string, and back. */
export class TextIndex {
  readonly text: string
  /** The byte at which each character starts, and behind the last one the length. */
  readonly #bytes: Uint32Array

  constructor(text: string) {
    this.text = text
    this.#bytes = startsOf(text)
  }

  /** The character that starts at a byte; undefined when none does. */
  charOf(byte: number): number | undefined {
    let low = 0
    let high = this.text.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#bytes[middle] ?? 0) < byte) low = middle + 1
      else high = middle
    }
    return this.#bytes[low] === byte ? low : undefined
  }

  /** The byte at which a character starts; places outside the text are moved to its ends. */
  byteOf(character: number): number {
    return this.#bytes[Math.min(Math.max(0, Math.trunc(character)), this.text.length)] ?? 0
  }
}

function startsOf(text: string): Uint32Array {
  const starts = new Uint32Array(text.length + 1)
  let byte = 0
  for (let i = 0; i < text.length; i++) {
    starts[i] = byte
    const c = text.codePointAt(i) ?? 0
    if (c > 0xffff) {
      // The second half of a pair has no place of its own.
      starts[++i] = byte
      byte += 4
    } else byte += c < 0x80 ? 1 : c < 0x800 ? 2 : 3
  }
  starts[text.length] = byte
  return starts
}

/** A piece of a text, and what it rests on; bounds count in the piece. */
export interface CitedPiece {
  /** Where it starts in the text. */
  readonly base: number
  readonly length: number
  readonly citations: readonly Citation[]
}

/** A text of the answer with what its pieces rest on. */
export interface CitedText {
  readonly text: string
  readonly pieces: readonly CitedPiece[]
  /** The place of its part in the content; absent where the texts of a stream count as one. */
  readonly part?: number
}

/** Whether a search has something that {@link writeSources} writes. */
export function tells(search: Search | undefined): search is Search {
  return search !== undefined && !search.failed && search.queries.length + (search.pages ?? []).length > 0
}

/** Writes searches, and the sources with a URL, as `groundingMetadata`; undefined when there are none. */
export function writeSources(
  texts: readonly CitedText[],
  searches: readonly Search[],
  report: Report,
): JsonObject | undefined {
  const places = new Map<string, number>()
  const groundingChunks: JsonObject[] = []
  const placeOf = (url: string, title: string | undefined): number => {
    const place =
      places.get(url) ?? groundingChunks.push({ web: { uri: url, ...(title !== undefined && { title }) } }) - 1
    places.set(url, place)
    return place
  }
  const groundingSupports = texts.flatMap(({ text, pieces, part }) => {
    const index = new TextIndex(text)
    return pieces.flatMap((piece) =>
      piece.citations.flatMap((citation): JsonObject[] => {
        const { url, title } = citation
        if (url === undefined) {
          report.dropped('citations', 'a source without a URL has no place here')
          return []
        }
        return [{ segment: segmentOf(citation, piece, part, index), groundingChunkIndices: [placeOf(url, title)] }]
      }),
    )
  })
  for (const { pages = [] } of searches) for (const { url, title } of pages) placeOf(url, title)
  const webSearchQueries = searches.flatMap(({ queries }) => queries)
  if (groundingChunks.length + webSearchQueries.length === 0) return undefined
  return { ...(webSearchQueries.length > 0 && { webSearchQueries }), groundingChunks, groundingSupports }
}

/** A source without bounds stands for its whole piece; the words of that are not repeated. */
function segmentOf(citation: Citation, piece: CitedPiece, part: number | undefined, index: TextIndex): JsonObject {
  const { start, end } = citation
  const bounded = start !== undefined && end !== undefined && start <= end
  const from = piece.base + (bounded ? start : 0)
  const to = piece.base + (bounded ? end : piece.length)
  const startIndex = index.byteOf(from)
  return {
    ...(part !== undefined && part > 0 && { partIndex: part }),
    ...(startIndex > 0 && { startIndex }),
    endIndex: index.byteOf(to),
    ...(bounded && { text: index.text.slice(Math.max(0, from), Math.max(0, to)) }),
  }
}
