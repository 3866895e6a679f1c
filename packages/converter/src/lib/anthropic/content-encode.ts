import type { Dialect } from '../chat/dialect.ts'
import { flatten } from '../chat/flat.ts'
import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { textOfBase64 } from '../chat/media-source.ts'
import type {
  AssistantPart,
  CacheHint,
  Citation,
  FilePart,
  ImagePart,
  OpaquePart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResult,
  UserPart,
} from '../chat/part.ts'
import { cachePlace, placeOf } from '../chat/places.ts'
import type { RequestContext } from '../codec.ts'
import { parseExact } from '../lossless.ts'

/** Image types Anthropic reads. */
const imageTypes: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])

/** What writing a block needs besides its part. */
export interface Writing {
  readonly report: Report
  readonly from: Dialect
  /** Whatever bears a cache mark, as it is written: a request must not have too many. */
  readonly marks?: JsonObject[]
}

/** Text that Anthropic accepts as a block: a block of nothing but white space is refused. */
export function hasWords(text: string): boolean {
  const first = text.charCodeAt(0)
  // Most texts begin with a letter, which takes a tenth of the time to see.
  return (first > 32 && first < 127) || /\S/.test(text)
}

/** The block of a text part, or nothing when it has no words. */
export function textBlocks(part: TextPart, writing: Writing): JsonObject[] {
  if (!hasWords(part.text)) {
    if (part.text !== '') writing.report.dropped(part.at, 'Anthropic refuses a text of white space')
    return []
  }
  const block: JsonObject = { type: 'text', text: part.text }
  const citations = part.citations && ownCitations(part.citations, part.at, writing)
  if (citations && citations.length > 0) block.citations = citations
  return [marked(block, part, writing)]
}

/** Citations that came from Anthropic; others cannot be told, because each of its kinds points into a source the request holds. */
function ownCitations(citations: readonly Citation[], at: string, { report, from }: Writing): JsonValue[] {
  const own = citations.flatMap(({ native }) => (native?.dialect === 'anthropic' ? [native.value] : []))
  if (own.length < citations.length)
    report.dropped(placeOf('citations', at, from), 'Anthropic has no citation of this kind')
  return own
}

export function userBlocks(part: UserPart, context: RequestContext): JsonObject[] {
  switch (part.type) {
    case 'text':
      return textBlocks(part, context)
    case 'image':
      return [imageBlock(part, context)]
    case 'file':
      return [documentBlock(part, context)]
    case 'audio':
      return context.report.refuse(part.at, 'Anthropic takes no audio')
    case 'opaque':
      return opaqueBlocks(part, context.report)
  }
}

export function assistantBlocks(part: AssistantPart, context: RequestContext): JsonObject[] {
  const { report } = context
  switch (part.type) {
    case 'text':
      return textBlocks(part, context)
    case 'refusal':
      return textBlocks({ type: 'text', text: part.text, at: part.at }, context)
    case 'reasoning':
      return reasoningBlocks(part, report)
    case 'tool-call':
      return [toolUseBlock(part, context)]
    case 'image':
      report.dropped(part.at, 'Anthropic takes no image from the assistant')
      return []
    case 'opaque':
      return opaqueBlocks(part, report)
  }
}

/** Reasoning goes back only with the seal Anthropic gave it; one without, or with another's, would be refused. */
export function reasoningBlocks(part: ReasoningPart, report: Report): JsonObject[] {
  const seal = part.seal?.issuer === 'anthropic' ? part.seal.value : undefined
  if (seal === undefined) {
    report.dropped(part.at, 'reasoning without a signature of Anthropic is not taken by it')
    return []
  }
  if (part.redacted) return [{ type: 'redacted_thinking', data: seal }]
  return [{ type: 'thinking', thinking: part.text, signature: seal }]
}

function toolUseBlock(part: ToolCallPart, context: RequestContext): JsonObject {
  const { report, from } = context
  if (part.seal) report.dropped(placeOf('seal', part.at, from), 'the seal belongs to another provider')
  const input = toolInput(part, () =>
    report.approximated(part.at, 'the arguments are no JSON object and are sent as {"_raw": …}'),
  )
  const block = { type: 'tool_use', id: context.callId(part.id), name: context.toolName(part.name), input }
  return marked(block, part, context)
}

/** The arguments of a call as the object Anthropic wants, digit for digit. Free text is what {@link wrapCustom} declares. */
export function toolInput(
  part: Pick<ToolCallPart, 'input' | 'inputKind' | 'object'>,
  onMalformed: () => void,
): JsonObject {
  if (part.object) return part.object
  if (part.inputKind === 'text') return { input: part.input }
  if (!hasWords(part.input)) return {}
  try {
    const value = parseExact(part.input)
    if (isObject(value)) return value
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
  }
  onMalformed()
  return { _raw: part.input }
}

export function toolResultBlock(result: ToolResult, context: RequestContext): JsonObject {
  const content = flatten(result.parts, (part) => userBlocks(part, context))
  const id = context.callId(result.callId)
  // What nearly all have is no member added later, for which V8 would make room elsewhere.
  const block: JsonObject =
    content.length > 0 ? { type: 'tool_result', tool_use_id: id, content } : { type: 'tool_result', tool_use_id: id }
  if (result.isError) block.is_error = true
  return marked(block, result, context)
}

function imageBlock(part: ImagePart, context: RequestContext): JsonObject {
  const { report, from } = context
  if (part.detail !== undefined && part.detail !== 'auto') {
    report.dropped(part.detailAt ?? placeOf('detail', part.at, from), 'Anthropic has one resolution for images')
  }
  return marked({ type: 'image', source: imageSource(part, context) }, part, context)
}

function imageSource({ source, at }: ImagePart, context: RequestContext): JsonObject {
  switch (source.kind) {
    case 'base64': {
      const mediaType = source.mediaType.toLowerCase()
      if (imageTypes.has(mediaType)) return { type: 'base64', media_type: mediaType, data: source.data }
      return context.report.refuse(
        at,
        `Anthropic takes JPEG, PNG, GIF and WebP images, not ${mediaType || 'an unnamed type'}`,
      )
    }
    case 'url':
      return { type: 'url', url: source.url }
    case 'id':
      return fileSource(source.id, at, context)
    case 'text':
      return context.report.refuse(at, 'an image cannot be a text')
  }
}

function documentBlock(part: FilePart, context: RequestContext): JsonObject {
  const block: JsonObject = { type: 'document', source: documentSource(part, context) }
  if (part.name !== undefined) block.title = part.name
  if (part.context !== undefined) block.context = part.context
  return marked(block, part, context)
}

function documentSource({ source, at }: FilePart, context: RequestContext): JsonObject {
  switch (source.kind) {
    case 'base64': {
      const mediaType = source.mediaType.toLowerCase()
      if (mediaType === 'application/pdf') return { type: 'base64', media_type: mediaType, data: source.data }
      if (mediaType.startsWith('text/')) return plainText(decodeText(source.data, at, context.report))
      return context.report.refuse(at, `Anthropic takes PDF and text documents, not ${mediaType || 'an unnamed type'}`)
    }
    case 'text':
      return plainText(source.text)
    case 'url':
      return { type: 'url', url: source.url }
    case 'id':
      return fileSource(source.id, at, context)
  }
}

function plainText(data: string): JsonObject {
  return { type: 'text', media_type: 'text/plain', data }
}

function decodeText(base64: string, at: string, report: Report): string {
  return textOfBase64(base64) ?? report.refuse(at, 'the data is not valid base64')
}

function fileSource(id: string, at: string, context: RequestContext): JsonObject {
  if (context.from === 'anthropic') return { type: 'file', file_id: id }
  return context.report.refuse(at, 'the file is stored at another provider; send its content instead')
}

function opaqueBlocks(part: OpaquePart, report: Report): JsonObject[] {
  if (part.dialect === 'anthropic' && isObject(part.value)) return [{ ...part.value }]
  if (part.text === undefined || !hasWords(part.text)) {
    report.dropped(part.at, `Anthropic has no counterpart of ${part.kind}`)
    return []
  }
  report.approximated(part.at, `${part.kind} is told as text`)
  return [{ type: 'text', text: part.text }]
}

/** A block or tool with the cache mark its part asks for; changed in place, because most ask for none. */
export function marked(
  block: JsonObject,
  part: { readonly at: string; readonly cache?: CacheHint },
  { report, from, marks }: Writing,
): JsonObject {
  if (part.cache === undefined) return block
  block.cache_control = cacheControl(part.cache, cachePlace(part, from), report)
  marks?.push(block)
  return block
}

/** The `cache_control` of a hint: the shortest time Anthropic has that is no shorter than the one asked for. */
export function cacheControl({ ttl }: CacheHint, path: string, report: Report): JsonObject {
  if (ttl === undefined || ttl === '5m') return { type: 'ephemeral', ...(ttl && { ttl }) }
  if (ttl !== '1h') report.approximated(path, `Anthropic caches for 5 minutes or 1 hour, not ${ttl}`)
  return { type: 'ephemeral', ttl: '1h' }
}
