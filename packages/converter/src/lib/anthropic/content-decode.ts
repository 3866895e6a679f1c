import { flatten } from '../chat/flat.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type {
  AssistantPart,
  AudioPart,
  Citation,
  FilePart,
  ImagePart,
  MediaSource,
  OpaquePart,
  TextPart,
  ToolCallPart,
  ToolResult,
  UserPart,
} from '../chat/part.ts'
import {
  arrayAt,
  checkObject,
  invalid,
  mustString,
  type Placed,
  pathOf,
  placedAll,
  present,
  readBoolean,
  readObject,
  readString,
  requireObject,
  requireString,
  stringAt,
} from '../chat/read.ts'
import { inputText, readCache } from './wire.ts'

/**
 * The blocks of a `content` that may be a string, which is shorthand for one text block. The path of that block is the path of
 * the string.
 */
export function readBlocks(holder: JsonObject, key: 'content' | 'system', at: string): readonly Placed[] {
  const path = key === 'content' ? `${at}.content` : pathOf(at, key)
  const content = key === 'content' ? holder.content : holder.system
  if (typeof content === 'string') return [{ value: { type: 'text', text: content }, at: path }]
  if (!Array.isArray(content)) return invalid(path, 'must be a string or an array of content blocks')
  return placedAll(content, path)
}

/** Reports the members of an object that nothing here reads, so that a field newer than this code is not lost in silence. */
export function dropOthers({ value, at }: Placed, known: ReadonlySet<string>, report: Report): void {
  for (const key in value) {
    const isKnown = known.has(key)
    if (isKnown && (key !== 'cache_control' || readCache(value) !== undefined)) continue
    const given = present(value, key) ?? false
    if (given !== false) report.dropped(pathOf(at, key), isKnown ? unknownCache : 'other dialects have no such setting')
  }
}

/** Why a cache mark of another type than `ephemeral` is left out. */
export const unknownCache = 'ephemeral is the only type of cache mark there is'

/** What is read of each block, by its type. */
const knownMembers = {
  text: new Set(['type', 'text', 'cache_control', 'citations']),
  thinking: new Set(['type', 'thinking', 'signature']),
  tool_use: new Set(['type', 'id', 'name', 'input', 'caller', 'cache_control']),
  tool_result: new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']),
  image: new Set(['type', 'source', 'cache_control']),
  document: new Set(['type', 'source', 'title', 'context', 'citations', 'cache_control']),
} as const

export function readTextPart(block: Placed, report: Report): TextPart {
  const { value, at } = block
  dropOthers(block, knownMembers.text, report)
  const cache = readCache(value)
  const citations = (value.citations ?? undefined) === undefined ? [] : readCitations(value)
  const part: TextPart = { type: 'text', text: mustString(value.text, 'text', at), at }
  // Most texts bear neither, and a spread of nothing costs more than the part.
  if (cache === undefined && citations.length === 0) return part
  return { ...part, ...(cache && { cache }), ...(citations.length > 0 && { citations }) }
}

/** A text without words says nothing, and other dialects refuse it. */
export function readTextParts(block: Placed, report: Report): TextPart[] {
  const part = readTextPart(block, report)
  return part.text === '' ? [] : [part]
}

/** The citations of a text block; each stands for the whole block, so the canon's offsets into the text stay absent. */
export function readCitations(block: JsonObject): Citation[] {
  return arrayAt(block, 'citations').filter(isObject).map(readCitation)
}

export function readCitation(wire: JsonObject): Citation {
  const source = stringAt(wire, 'url') ?? stringAt(wire, 'source')
  const url = source !== undefined && /^https?:/i.test(source) ? source : undefined
  const title = stringAt(wire, 'title') ?? stringAt(wire, 'document_title')
  const quote = stringAt(wire, 'cited_text')
  return {
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(quote !== undefined && { quote }),
    native: { dialect: 'anthropic', value: wire },
  }
}

/** The parts of a user turn; `tool_result` blocks are not among them. One document may become several parts. */
export function readUserParts(block: Placed, report: Report): Exclude<UserPart, AudioPart>[] {
  switch (mustString(block.value.type, 'type', block.at)) {
    case 'text':
      return readTextParts(block, report)
    case 'image':
      return [readImage(block, report)]
    case 'document':
      return readDocument(block, report)
    case 'tool_addition':
    case 'tool_removal':
      return []
    default:
      return [opaque(block)]
  }
}

/** Whether a block says nothing and changes the tools there are; `changedTools` reads it. */
export function isToolChange(type: JsonValue | undefined): boolean {
  return type === 'tool_addition' || type === 'tool_removal'
}

export function readAssistantPart(block: Placed, report: Report): AssistantPart {
  const { value, at } = block
  switch (mustString(value.type, 'type', at)) {
    case 'text':
      return readTextPart(block, report)
    case 'thinking': {
      dropOthers(block, knownMembers.thinking, report)
      const signature = readString(value, 'signature', at)
      return {
        type: 'reasoning',
        text: readString(value, 'thinking', at) ?? '',
        at,
        ...(signature && { seal: { issuer: 'anthropic', value: signature } }),
      }
    }
    case 'redacted_thinking':
      return {
        type: 'reasoning',
        text: '',
        redacted: true,
        at,
        seal: { issuer: 'anthropic', value: requireString(value, 'data', at) },
      }
    case 'tool_use':
      return readToolUse(block, report)
    case 'image':
      return readImage(block, report)
    default:
      return opaque(block)
  }
}

function readToolUse(block: Placed, report: Report): ToolCallPart {
  const { value, at } = block
  dropOthers(block, knownMembers.tool_use, report)
  const cache = readCache(value)
  const caller = checkObject(value.caller, 'caller', at)
  if (caller !== undefined && member(caller, 'type') !== 'direct') {
    report.refuse(pathOf(at, 'caller'), 'a call made by a program of the provider cannot be told in another dialect')
  }
  const object = checkObject(value.input, 'input', at) ?? {}
  const part: ToolCallPart = {
    type: 'tool-call',
    id: mustString(value.id, 'id', at),
    name: mustString(value.name, 'name', at),
    input: inputText(object) ?? invalid(pathOf(at, 'input'), 'is nested too deeply'),
    inputKind: 'json',
    object,
    at,
  }
  return cache === undefined ? part : { ...part, cache }
}

/** What a tool gave back. `names` knows the tool of each call made so far. */
export function readToolResult(block: Placed, names: ReadonlyMap<string, string>, report: Report): ToolResult {
  const { value, at } = block
  dropOthers(block, knownMembers.tool_result, report)
  const callId = mustString(value.tool_use_id, 'tool_use_id', at)
  const name = names.get(callId)
  const isError = value.is_error === undefined ? undefined : readBoolean(value, 'is_error', at)
  const cache = readCache(value)
  const parts = readResultParts(value, at, report)
  const result = name === undefined ? { callId, at, parts } : { callId, at, parts, name }
  // Most results are no errors and bear no mark, and a spread of nothing costs more than the result.
  if (isError === undefined && cache === undefined) return result
  return { ...result, ...(isError !== undefined && { isError }), ...(cache && { cache }) }
}

function readResultParts(result: JsonObject, at: string, report: Report): ToolResult['parts'] {
  const { content } = result
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ type: 'text', text: content, at: `${at}.content` }]
  return flatten(readBlocks(result, 'content', at), (block) => readUserParts(block, report))
}

function readImage(block: Placed, report: Report): ImagePart {
  const { value, at } = block
  dropOthers(block, knownMembers.image, report)
  const source = requireObject(value, 'source', at)
  const cache = readCache(value)
  return { type: 'image', source: readSource(source, pathOf(at, 'source'), report), at, ...(cache && { cache }) }
}

function readDocument(block: Placed, report: Report): (FilePart | ImagePart)[] {
  const { value, at } = block
  dropOthers(block, knownMembers.document, report)
  const source = requireObject(value, 'source', at)
  const where = pathOf(at, 'source')
  const cache = readCache(value)
  const name = readString(value, 'title', at)
  const context = readString(value, 'context', at)
  const citations = readObject(value, 'citations', at)
  if (citations !== undefined && member(citations, 'enabled') !== false) {
    report.dropped(pathOf(at, 'citations'), 'other dialects do not cite documents')
  }
  const head = {
    type: 'file' as const,
    at,
    ...(name !== undefined && { name }),
    ...(context !== undefined && { context }),
    ...(cache && { cache }),
  }
  if (member(source, 'type') !== 'content') return [{ ...head, source: readSource(source, where, report) }]
  return readContentSource(source, where, head, report)
}

/** A document given as blocks: its texts become one plain text, its images stand beside it. */
function readContentSource(
  source: JsonObject,
  at: string,
  head: Omit<FilePart, 'source'>,
  report: Report,
): (FilePart | ImagePart)[] {
  const blocks = readBlocks(source, 'content', at)
  const texts: string[] = []
  const images: ImagePart[] = []
  for (const block of blocks) {
    const type = member(block.value, 'type')
    if (type === 'text') texts.push(requireString(block.value, 'text', block.at))
    else if (type === 'image') images.push(readImage(block, report))
    else report.dropped(block.at, 'other dialects have no such block inside a document')
  }
  if (blocks.length > 1)
    report.approximated(pathOf(at, 'content'), 'the blocks of the document are joined into one text')
  return [{ ...head, source: { kind: 'text', text: texts.join('\n\n') } }, ...images]
}

const sourceMembers: ReadonlySet<string> = new Set(['type', 'media_type', 'data', 'url', 'file_id'])

function readSource(source: JsonObject, at: string, report: Report): MediaSource {
  const type = requireString(source, 'type', at)
  dropOthers({ value: source, at }, sourceMembers, report)
  switch (type) {
    case 'base64':
      return {
        kind: 'base64',
        mediaType: requireString(source, 'media_type', at),
        data: requireString(source, 'data', at),
      }
    case 'text':
      return { kind: 'text', text: requireString(source, 'data', at) }
    case 'url':
      return { kind: 'url', url: requireString(source, 'url', at) }
    case 'file':
      return { kind: 'id', id: requireString(source, 'file_id', at) }
    default:
      return invalid(pathOf(at, 'type'), 'must be "base64", "text", "url", "file" or, for a document, "content"')
  }
}

/** A block only Anthropic understands. */
export function opaque({ value, at }: Placed): OpaquePart {
  const kind = stringAt(value, 'type') ?? 'unknown'
  const text = readable(kind, value)
  return { type: 'opaque', dialect: 'anthropic', kind, value, at, ...(text !== '' && { text }) }
}

/** What a block says to a reader, where leaving it out would take meaning away. */
function readable(kind: string, block: JsonObject): string {
  if (kind === 'compaction') return stringAt(block, 'content') ?? ''
  // What a search for tools of the client's own has found: without a word of it the model would search again.
  if (kind === 'tool_reference') return `The tool ${stringAt(block, 'tool_name') ?? ''} can be called now.`
  if (kind !== 'search_result') return ''
  const body = arrayAt(block, 'content').map(textOf)
  return [stringAt(block, 'title'), stringAt(block, 'source'), ...body].filter((line) => line).join('\n')
}

function textOf(block: JsonValue): string {
  return isObject(block) ? (stringAt(block, 'text') ?? '') : ''
}
