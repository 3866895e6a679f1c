import { flatten } from '../chat/flat.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { fileDataSource, urlSource } from '../chat/media-source.ts'
import type {
  AudioPart,
  CacheHint,
  Citation,
  FilePart,
  ImagePart,
  MediaSource,
  OpaquePart,
  RefusalPart,
  TextPart,
} from '../chat/part.ts'
import {
  dropOthers,
  invalid,
  itemPath,
  mustString,
  numberAt,
  objectAt,
  pathOf,
  readString,
  requireObject,
  requireString,
  stringAt,
} from '../chat/read.ts'
import { isTtl } from '../openai-chat/content.ts'
import { objectsAt } from './wire.ts'

/** Any part an item's `content` or `output` array may hold. */
export type ContentPart = TextPart | RefusalPart | ImagePart | FilePart | AudioPart | OpaquePart

/** What is read of each part, by its type. */
const knownMembers = {
  text: new Set(['type', 'text', 'prompt_cache_breakpoint', 'annotations', 'logprobs']),
  refusal: new Set(['type', 'refusal']),
  cache: new Set(['mode', 'ttl']),
  image: new Set(['type', 'image_url', 'file_id', 'detail', 'prompt_cache_breakpoint']),
  file: new Set(['type', 'file_data', 'file_id', 'file_url', 'filename', 'prompt_cache_breakpoint']),
} as const

/** Reads a `content` or `output`: a string is one text part, an empty one none, because other dialects refuse empty texts. */
export function readContent(holder: JsonObject, key: 'content' | 'output', at: string, report: Report): ContentPart[] {
  const path = key === 'content' ? `${at}.content` : `${at}.output`
  const content = key === 'content' ? holder.content : holder.output
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content, at: path }]
  if (!Array.isArray(content)) return invalid(path, 'must be a string or an array of parts')
  return flatten(content, (value, i) => {
    const here = itemPath(path, i)
    if (!isObject(value)) return invalid(here, 'must be an object')
    const part = readPart(value, here, report)
    return (part.type === 'text' || part.type === 'refusal') && part.text === '' ? [] : [part]
  })
}

function readPart(wire: JsonObject, at: string, report: Report): ContentPart {
  const type = mustString(wire.type, 'type', at)
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return textPart(wire, at, report)
    case 'refusal':
      dropOthers(wire, at, knownMembers.refusal, report)
      return { type, text: requireString(wire, 'refusal', at), at }
    case 'input_image':
      return imagePart(wire, at, report)
    case 'input_file':
      return filePart(wire, at, report)
    case 'input_audio': {
      const audio = requireObject(wire, 'input_audio', at)
      const path = pathOf(at, 'input_audio')
      const format = requireString(audio, 'format', path)
      const data = requireString(audio, 'data', path)
      return { type: 'audio', source: { kind: 'base64', mediaType: `audio/${format}`, data }, format, at }
    }
    default:
      return { type: 'opaque', dialect: 'openai-responses', kind: type, value: wire, at }
  }
}

function textPart(wire: JsonObject, at: string, report: Report): TextPart {
  dropOthers(wire, at, knownMembers.text, report)
  const cache = cacheOf(wire, at, report)
  const citations = citationsOf(wire)
  const part: TextPart = { type: 'text', text: mustString(wire.text, 'text', at), at }
  // Most texts bear neither, and a spread of nothing costs more than the part.
  if (cache === undefined && citations.length === 0) return part
  return { ...part, ...(cache && { cache }), ...(citations.length > 0 && { citations }) }
}

function imagePart(wire: JsonObject, at: string, report: Report): ImagePart {
  dropOthers(wire, at, knownMembers.image, report)
  const detail = readString(wire, 'detail', at)
  const cache = cacheOf(wire, at, report)
  // The SDK's type wants a detail said; `auto` is what silence means elsewhere.
  const rest = { at, ...(detail !== undefined && detail !== 'auto' && { detail }), ...(cache && { cache }) }
  const id = readString(wire, 'file_id', at)
  if (id !== undefined) return { type: 'image', source: { kind: 'id', id }, ...rest }
  const url = readString(wire, 'image_url', at) ?? invalid(at, 'must have image_url or file_id')
  return { type: 'image', source: urlSource(url, pathOf(at, 'image_url')), ...rest }
}

function filePart(wire: JsonObject, at: string, report: Report): FilePart {
  dropOthers(wire, at, knownMembers.file, report)
  const name = readString(wire, 'filename', at)
  const cache = cacheOf(wire, at, report)
  return {
    type: 'file',
    source: fileSource(wire, name, at),
    at,
    ...(name !== undefined && { name }),
    ...(cache && { cache }),
  }
}

function fileSource(wire: JsonObject, name: string | undefined, at: string): MediaSource {
  const id = readString(wire, 'file_id', at)
  if (id !== undefined) return { kind: 'id', id }
  const url = readString(wire, 'file_url', at)
  if (url !== undefined) return urlSource(url, pathOf(at, 'file_url'))
  const data = readString(wire, 'file_data', at) ?? invalid(at, 'must have file_data, file_url or file_id')
  return fileDataSource(data, name, pathOf(at, 'file_data'))
}

function cacheOf(wire: JsonObject, at: string, report: Report): CacheHint | undefined {
  const hint = objectAt(wire, 'prompt_cache_breakpoint')
  if (hint === undefined) return undefined
  dropOthers(hint, pathOf(at, 'prompt_cache_breakpoint'), knownMembers.cache, report)
  const ttl = stringAt(hint, 'ttl')
  return isTtl(ttl) ? { ttl } : {}
}

/** The sources of an `output_text` part; its offsets count in the part's own text, as the canon's do. */
export function citationsOf(part: JsonObject): Citation[] {
  return objectsAt(part, 'annotations').map(readCitation)
}

/** Reads one annotation. Of sources without a URL (files of the provider) only the dialect's own object tells anything. */
export function readCitation(annotation: JsonObject): Citation {
  const url = stringAt(annotation, 'url')
  const title = stringAt(annotation, 'title') ?? stringAt(annotation, 'filename')
  const start = numberAt(annotation, 'start_index')
  const end = numberAt(annotation, 'end_index')
  return {
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    native: { dialect: 'openai-responses', value: annotation },
  }
}

/**
 * A citation as an annotation; undefined for what has no URL, which the dialect has no place for.
 *
 * @param length of the part's text, for a citation that stands for all of it.
 */
export function annotationOf(citation: Citation, length: number): JsonObject | undefined {
  const { url, title, start, end, native } = citation
  if (native?.dialect === 'openai-responses' && isObject(native.value)) return native.value
  if (url === undefined) return undefined
  return { type: 'url_citation', url, title: title ?? url, start_index: start ?? 0, end_index: end ?? length }
}

/** Token log-probabilities of a text part or delta as Chat Completions has them, which is how the canon carries them. */
export function logprobsOf(wire: JsonObject): JsonValue | undefined {
  const tokens = member(wire, 'logprobs')
  return Array.isArray(tokens) && tokens.length > 0 ? { content: tokens, refusal: null } : undefined
}
