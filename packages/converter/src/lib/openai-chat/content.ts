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
  arrayAt,
  dropOthers,
  invalid,
  itemPath,
  numberAt,
  objectAt,
  pathOf,
  readString,
  requireObject,
  requireString,
  stringAt,
} from '../chat/read.ts'

/** Any part a chat message's `content` array may hold; refusals are the assistant's and read there. */
export type ContentPart = TextPart | ImagePart | AudioPart | FilePart | OpaquePart

const cacheTtls = new Set(['5m', '1h', '30m', '12h', '24h'])

/** What is read of each part and of the object in it, by its type. */
const knownMembers = {
  text: new Set(['type', 'text', 'prompt_cache_breakpoint', 'cache_control']),
  image_url: new Set(['type', 'image_url', 'prompt_cache_breakpoint', 'cache_control']),
  input_audio: new Set(['type', 'input_audio', 'prompt_cache_breakpoint', 'cache_control']),
  file: new Set(['type', 'file', 'prompt_cache_breakpoint', 'cache_control']),
  refusal: new Set(['type', 'refusal']),
  image: new Set(['url', 'detail']),
  audio: new Set(['data', 'format']),
  data: new Set(['file_data', 'file_id', 'filename']),
  cache: new Set(['mode', 'type', 'ttl']),
} as const

/** Reads one content part of a request. What the dialect does not know is kept as opaque. */
export function readPart(wire: JsonObject, at: string, report: Report): ContentPart {
  const type = requireString(wire, 'type', at)
  const cache = cacheOf(wire, at, report)
  switch (type) {
    case 'text':
      dropOthers(wire, at, knownMembers.text, report)
      return { type, text: requireString(wire, 'text', at), at, ...(cache && { cache }) }
    case 'image_url':
      return imagePart(wire, at, cache, report)
    case 'input_audio':
      return audioPart(wire, at, cache, report)
    case 'file':
      return filePart(wire, at, cache, report)
    default:
      return { type: 'opaque', dialect: 'openai-chat', kind: type, value: wire, at }
  }
}

/** Why a `content` of another type is refused. */
export const notContent = 'must be a string or an array of parts'

/**
 * Reads `content`: a string is one text part, an empty one none; `null` counts as none where the message may be without.
 * Empty texts say nothing, and other dialects refuse them.
 */
export function readContent(
  message: JsonObject,
  at: string,
  whenNull: 'none' | 'invalid',
  report: Report,
): ContentPart[] {
  const path = `${at}.content`
  const content = message.content ?? (whenNull === 'none' ? '' : undefined)
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content, at: path }]
  if (!Array.isArray(content)) return invalid(path, notContent)
  return content
    .map((part, i) => {
      const place = itemPath(path, i)
      return isObject(part) ? readPart(part, place, report) : invalid(place, 'must be an object')
    })
    .filter((part) => part.type !== 'text' || part.text !== '')
}

/** The assistant's own words of why it declined. */
export function readRefusal(wire: JsonObject, at: string, report: Report): RefusalPart {
  dropOthers(wire, at, knownMembers.refusal, report)
  return { type: 'refusal', text: requireString(wire, 'refusal', at), at }
}

function audioPart(wire: JsonObject, at: string, cache: CacheHint | undefined, report: Report): AudioPart {
  dropOthers(wire, at, knownMembers.input_audio, report)
  if (cache) report.dropped(cache.at ?? pathOf(at, 'prompt_cache_breakpoint'), 'sound carries no cache mark elsewhere')
  const audio = requireObject(wire, 'input_audio', at)
  const path = pathOf(at, 'input_audio')
  dropOthers(audio, path, knownMembers.audio, report)
  const format = requireString(audio, 'format', path)
  const data = requireString(audio, 'data', path)
  return { type: 'audio', source: { kind: 'base64', mediaType: `audio/${format}`, data }, format, at }
}

function imagePart(wire: JsonObject, at: string, cache: CacheHint | undefined, report: Report): ImagePart {
  dropOthers(wire, at, knownMembers.image_url, report)
  const path = pathOf(at, 'image_url')
  const image = member(wire, 'image_url')
  const holder: JsonObject = typeof image === 'string' ? { url: image } : requireObject(wire, 'image_url', at)
  dropOthers(holder, path, knownMembers.image, report)
  const url = requireString(holder, 'url', path)
  const detail = readString(holder, 'detail', path)
  const source = urlSource(url, pathOf(path, 'url'))
  return { type: 'image', source, at, ...(detail !== undefined && { detail }), ...(cache && { cache }) }
}

function filePart(wire: JsonObject, at: string, cache: CacheHint | undefined, report: Report): FilePart {
  dropOthers(wire, at, knownMembers.file, report)
  const path = pathOf(at, 'file')
  const file = requireObject(wire, 'file', at)
  dropOthers(file, path, knownMembers.data, report)
  const name = readString(file, 'filename', path)
  const rest = { at, ...(name !== undefined && { name }), ...(cache && { cache }) }
  const id = readString(file, 'file_id', path)
  if (id !== undefined) return { type: 'file', source: { kind: 'id', id }, ...rest }
  const data = readString(file, 'file_data', path) ?? invalid(path, 'must have file_data or file_id')
  return { type: 'file', source: fileSource(data, name, pathOf(path, 'file_data')), ...rest }
}

/** Some clients put the URL of a file where its data goes. */
function fileSource(data: string, name: string | undefined, path: string): MediaSource {
  const isUrl = data.startsWith('http://') || data.startsWith('https://')
  return isUrl ? { kind: 'url', url: data } : fileDataSource(data, name, path)
}

/**
 * OpenAI's `prompt_cache_breakpoint`, or the `cache_control` that clients of OpenRouter and LiteLLM put on chat parts.
 */
export function cacheOf(wire: JsonObject, at: string, report: Report): CacheHint | undefined {
  const { prompt_cache_breakpoint, cache_control } = wire
  const breakpoint = isObject(prompt_cache_breakpoint) ? prompt_cache_breakpoint : undefined
  const hint = breakpoint ?? (isObject(cache_control) ? cache_control : undefined)
  if (hint === undefined) return undefined
  const key = breakpoint === undefined ? 'cache_control' : 'prompt_cache_breakpoint'
  dropOthers(hint, pathOf(at, key), knownMembers.cache, report)
  const ttl = stringAt(hint, 'ttl')
  return { ...(isTtl(ttl) && { ttl }), ...(breakpoint === undefined && { at: pathOf(at, 'cache_control') }) }
}

/** Whether a word is a cache lifetime the canon knows. */
export function isTtl(ttl: string | undefined): ttl is NonNullable<CacheHint['ttl']> {
  return ttl !== undefined && cacheTtls.has(ttl)
}

/** The images of an answer, where vendors that make some put them: `images[].image_url.url` of a message or delta (OpenRouter). */
export function imagesOf(message: JsonObject): readonly string[] {
  const images = member(message, 'images')
  if (!Array.isArray(images)) return []
  return images.flatMap((image) => {
    const url = isObject(image) ? stringAt(objectAt(image, 'image_url') ?? {}, 'url') : undefined
    return url ? [url] : []
  })
}

/**
 * The sources an answer names: `annotations` of a message or delta, whose offsets count in the whole content, and the lists
 * Perplexity puts beside the choices.
 */
export function citationsOf(wire: JsonObject): Citation[] {
  const annotations = arrayAt(wire, 'annotations').flatMap((annotation) => {
    const citation = isObject(annotation) ? urlCitation(annotation) : undefined
    return citation ? [citation] : []
  })
  const results = arrayAt(wire, 'search_results')
  const sources = results.length > 0 ? results : arrayAt(wire, 'citations')
  return [...annotations, ...sources.flatMap((source) => sourceCitation(source))]
}

function urlCitation(annotation: JsonObject): Citation | undefined {
  const wire = objectAt(annotation, 'url_citation')
  const url = wire && stringAt(wire, 'url')
  if (wire === undefined || url === undefined) return undefined
  const title = stringAt(wire, 'title')
  const start = numberAt(wire, 'start_index')
  const end = numberAt(wire, 'end_index')
  return {
    url,
    ...(title !== undefined && { title }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  }
}

function sourceCitation(source: JsonValue): Citation[] {
  if (typeof source === 'string') return [{ url: source }]
  const url = isObject(source) ? stringAt(source, 'url') : undefined
  const title = isObject(source) ? stringAt(source, 'title') : undefined
  return url === undefined ? [] : [{ url, ...(title !== undefined && { title }) }]
}

/** A citation as an annotation; undefined for what has no URL, which the dialect has no place for. */
export function annotationOf(citation: Citation, base: number, length: number): JsonObject | undefined {
  const { url, title, start, end } = citation
  if (url === undefined) return undefined
  return {
    type: 'url_citation',
    url_citation: {
      url,
      title: title ?? url,
      start_index: base + (start ?? 0),
      end_index: base + (end ?? length),
    },
  }
}
