import type { MediaSource } from './part.ts'
import { invalid } from './read.ts'

/** Media types of files whose data came without a data URL, by the extension of their name. */
const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['json', 'application/json'],
])

/** Where a URL points: a data URL is taken apart, any other stays a URL. Throws `INVALID_REQUEST` for a data URL that is not base64. */
export function urlSource(url: string, path: string): MediaSource {
  if (!isDataUrl(url)) return { kind: 'url', url }
  return parseDataUrl(url) ?? invalid(path, 'must be a base64 data URL: data:<media type>;base64,<data>')
}

/** File data that may be a data URL or bare base64, whose media type only the file's name tells; without one it is a PDF. */
export function fileDataSource(data: string, name: string | undefined, path: string): MediaSource {
  if (isDataUrl(data)) return urlSource(data, path)
  const extension = name === undefined ? 'pdf' : name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return { kind: 'base64', mediaType: mediaTypes.get(extension) ?? 'application/octet-stream', data }
}

function isDataUrl(url: string): boolean {
  return url.slice(0, 5).toLowerCase() === 'data:'
}

/**
 * Takes a base64 data URL apart after RFC 2397: media type parameters are left out, letter case of the type does not matter.
 * The data is a slice of the URL, never copied.
 */
function parseDataUrl(url: string): MediaSource | undefined {
  const comma = url.indexOf(',')
  if (comma === -1) return undefined
  const [mediaType = '', ...parameters] = url.slice(5, comma).split(';')
  if (parameters.at(-1)?.trim().toLowerCase() !== 'base64') return undefined
  return { kind: 'base64', mediaType: mediaType.trim().toLowerCase() || 'text/plain', data: url.slice(comma + 1) }
}

/** The UTF-8 text that base64 data holds; undefined when it is no base64. */
export function textOfBase64(data: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)))
  } catch (cause) {
    // What `atob` throws for a character that is none of base64.
    if (cause instanceof DOMException) return undefined
    throw cause
  }
}

/** Base64 data as a data URL. */
export function dataUrl(source: { readonly mediaType: string; readonly data: string }): string {
  return `data:${source.mediaType};base64,${source.data}`
}
