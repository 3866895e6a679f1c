import { isObject, type JsonObject, text } from '../json.ts'
import { invalid } from './error.ts'

/** Checks the image or file of a user's content part that lies at `where`. */
export function checkMedia(part: JsonObject, where: string): void {
  if (isObject(part.image_url)) checkImage(text(part.image_url.url) ?? '', `${where}.image_url.url`)
  if (!isObject(part.file)) return
  const { file_data: data, file_id: id, filename } = part.file
  if (data === undefined && id === undefined) {
    throw invalid(
      `Missing required parameter: '${where}.file.file_id'.`,
      `${where}.file.file_id`,
      'missing_required_parameter',
    )
  }
  if (typeof data !== 'string') return
  if (filename === undefined) {
    throw invalid(
      `Missing required parameter: '${where}.file.filename'.`,
      `${where}.file.filename`,
      'missing_required_parameter',
    )
  }
  checkFileData(data, `${where}.file.file_data`)
}

/** Checks a file's data, which must be a data URL. */
export function checkFileData(data: string, where: string): void {
  if (dataUrl(data) !== undefined) return
  throw invalid(
    `Invalid '${where}': expected a base64-encoded data URL with a MIME type (e.g. 'data:application/pdf;base64,...').`,
    where,
    'invalid_value',
  )
}

/** Checks an image's address: an URL, or a data URL of a format there is. */
export function checkImage(url: string, where: string): void {
  if (/^https?:\/\/[^\s/]+/.test(url)) return
  const data = dataUrl(url)
  if (data === undefined) {
    throw invalid(
      `Invalid '${where}'. Expected a valid URL or a base64-encoded data URL with an image MIME type.`,
      where,
      'invalid_image_url',
    )
  }
  if (!['image/png', 'image/jpeg', 'image/gif', 'image/webp'].includes(data.type)) {
    throw invalid(
      "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].",
      where,
      'invalid_image_format',
    )
  }
  if (!isBase64(url, data.start)) throw invalid('Invalid base64 image_url.', where, 'invalid_base64')
}

function dataUrl(url: string): { type: string; start: number } | undefined {
  const comma = url.indexOf(',')
  const head = comma < 0 ? '' : url.slice(0, comma).toLowerCase()
  if (!head.startsWith('data:') || !head.endsWith(';base64')) return undefined
  const type = /^data:([^;]+)/.exec(head)?.[1]
  return type === undefined ? undefined : { type, start: comma + 1 }
}

function isBase64(source: string, start: number): boolean {
  return (
    source.length > start && (source.length - start) % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(source.slice(start))
  )
}
