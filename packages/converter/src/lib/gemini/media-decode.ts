import { isObject } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import type { AudioPart, FilePart, ImagePart } from '../chat/part.ts'
import { dropOthers, type Placed, pathOf, present, readString, requireObject, requireString } from '../chat/read.ts'
import { bothSpellings, keyOf } from './wire.ts'

/** What reading the parts of a request needs besides the part. */
export interface PartContext {
  readonly report: Report
  /** What `generationConfig.mediaResolution` asks for where a part has none of its own. */
  readonly detail?: Pick<ImagePart, 'detail' | 'detailAt'>
}

const blobMembers = bothSpellings(['mimeType', 'data', 'displayName'])
const fileMembers = bothSpellings(['mimeType', 'fileUri', 'displayName'])

/** Why a video is refused. */
export const noVideo = 'other dialects take no video'

/** An image, a sound or a file whose data is in the part. */
export function readInline(part: Placed, context: PartContext): ImagePart | FilePart | AudioPart {
  const { value, at } = part
  const { report } = context
  const key = keyOf(value, 'inlineData')
  const blob = requireObject(value, key, at)
  const path = pathOf(at, key)
  dropOthers(blob, path, blobMembers, report)
  const mediaType = requireString(blob, keyOf(blob, 'mimeType'), path).toLowerCase()
  // google-genai for Python writes the URL's alphabet; of all providers only Google reads it.
  const data = requireString(blob, 'data', path).replaceAll('-', '+').replaceAll('_', '/')
  const source = { kind: 'base64' as const, mediaType, data }
  const name = readString(blob, keyOf(blob, 'displayName'), path)
  if (mediaType.startsWith('image/')) return { type: 'image', source, at, ...detailOf(part, context) }
  if (mediaType.startsWith('video/')) return report.refuse(at, noVideo)
  if (mediaType.startsWith('audio/')) return { type: 'audio', source, at, format: audioFormat(mediaType, at, report) }
  return { type: 'file', source, at, ...(name !== undefined && { name }) }
}

function audioFormat(mediaType: string, at: string, report: Report): string {
  const bare = mediaType.split(';', 1)[0] ?? mediaType
  if (/^audio\/(x-wav|wave?)$/.test(bare)) return 'wav'
  return /^audio\/mp(3|eg)$/.test(bare)
    ? 'mp3'
    : report.refuse(at, `other dialects take WAV and MP3 sound, not ${bare}`)
}

/** What lies behind a URL anyone can fetch; storage of the provider's own means nothing to another. */
export function readFile(part: Placed, context: PartContext): ImagePart | FilePart {
  const { value, at } = part
  const { report } = context
  const key = keyOf(value, 'fileData')
  const file = requireObject(value, key, at)
  const path = pathOf(at, key)
  dropOthers(file, path, fileMembers, report)
  const url = requireString(file, keyOf(file, 'fileUri'), path)
  const mediaType = (readString(file, keyOf(file, 'mimeType'), path) ?? '').toLowerCase()
  const name = readString(file, keyOf(file, 'displayName'), path)
  if (mediaType.startsWith('video/') || mediaType.startsWith('audio/')) report.refuse(at, `${noVideo} or sound by URL`)
  if (!web.test(url)) report.refuse(at, 'the file is stored at another provider: send its data or its URL')
  const source = { kind: 'url' as const, url }
  if (mediaType.startsWith('image/')) return { type: 'image', source, at, ...detailOf(part, context) }
  if (mediaType === '') report.refuse(at, 'other dialects need its mimeType')
  return { type: 'file', source, at, ...(name !== undefined && { name }) }
}

/** A URL of the Files API is one only the key that stored the file may fetch. */
const web = /^https?:\/\/(?!generativelanguage\.googleapis\.com\/)/i

/** Resolutions as the canon's words for the detail of an image. */
const details: ReadonlyMap<string, string> = new Map([
  ['MEDIA_RESOLUTION_LOW', 'low'],
  ['MEDIA_RESOLUTION_HIGH', 'high'],
  ['MEDIA_RESOLUTION_ULTRA_HIGH', 'high'],
])

/** The detail a resolution asks for; reported where only a vaguer word or none is. */
export function detailOfResolution(resolution: string | undefined, path: string, report: Report): string | undefined {
  if (resolution === undefined || resolution === 'MEDIA_RESOLUTION_UNSPECIFIED') return undefined
  const detail = details.get(resolution)
  if (detail === undefined) report.dropped(path, `other dialects have no resolution ${resolution}`)
  else if (resolution === 'MEDIA_RESOLUTION_ULTRA_HIGH') report.approximated(path, 'told as high')
  return detail
}

function detailOf({ value, at }: Placed, context: PartContext): Pick<ImagePart, 'detail' | 'detailAt'> {
  const key = keyOf(value, 'mediaResolution')
  const path = pathOf(at, key)
  // The API reference has an object, older SDKs send the word alone.
  const wire = present(value, key)
  const level = isObject(wire) ? readString(wire, 'level', path) : readString(value, key, at)
  const detail = detailOfResolution(level, path, context.report)
  return detail === undefined ? (context.detail ?? {}) : { detail, detailAt: path }
}
