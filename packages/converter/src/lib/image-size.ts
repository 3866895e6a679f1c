/** The width and height of an image. Pixels. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** How much of an image is read for its size: a JPEG may carry a preview and a colour profile before it. Base64 characters. */
const longestHead = 512 * 1024
/** What the other formats need: the size stands in their first bytes. Base64 characters, a multiple of four. */
const shortHead = 64

/** The size of a PNG, GIF, WebP or JPEG image by its header; undefined for anything else, or for one that ends before its size. */
export function imageSizeOf(base64: string): ImageSize | undefined {
  const head = decode(base64.slice(0, shortHead))
  if (head === undefined) return undefined
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return sized(big(head, 16, 4), big(head, 20, 4))
  if (head.startsWith('GIF8')) return sized(little(head, 6, 2), little(head, 8, 2))
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return webpSize(head)
  if (!head.startsWith('\xff\xd8')) return undefined
  const whole = decode(base64.slice(0, longestHead))
  return whole === undefined ? undefined : jpegSize(whole)
}

/** The bytes as a string of one character each; undefined for what is no base64. */
function decode(base64: string): string | undefined {
  try {
    return atob(base64.slice(0, base64.length - (base64.length % 4)))
  } catch {
    return undefined
  }
}

function sized(width: number, height: number): ImageSize | undefined {
  return width > 0 && height > 0 ? { width, height } : undefined
}

function big(bytes: string, at: number, length: number): number {
  let value = 0
  for (let i = 0; i < length; i++) value = value * 256 + bytes.charCodeAt(at + i)
  return value
}

function little(bytes: string, at: number, length: number): number {
  let value = 0
  for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes.charCodeAt(at + i)
  return value
}

/** RFC 9649: lossy, lossless and extended files each say it in their own way. */
function webpSize(head: string): ImageSize | undefined {
  const kind = head.slice(12, 16)
  if (kind === 'VP8 ') return sized(little(head, 26, 2) % 0x40_00, little(head, 28, 2) % 0x40_00)
  if (kind === 'VP8X') return sized(little(head, 24, 3) + 1, little(head, 27, 3) + 1)
  if (kind !== 'VP8L') return undefined
  const bits = little(head, 21, 4)
  return sized((bits % 0x40_00) + 1, (Math.floor(bits / 0x40_00) % 0x40_00) + 1)
}

/** Markers that stand alone, without a length. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)
}

/** A frame header, of whichever coding: C0 to CF but for the tables that lie between. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

function jpegSize(bytes: string): ImageSize | undefined {
  let at = 2
  while (at + 9 < bytes.length) {
    if (bytes.charCodeAt(at) !== 0xff) return undefined
    const marker = bytes.charCodeAt(at + 1)
    if (marker === 0xff) at++
    else if (isFrame(marker)) return sized(big(bytes, at + 7, 2), big(bytes, at + 5, 2))
    else if (marker === 0xda || marker === 0xd9) return undefined
    else at += standsAlone(marker) ? 2 : 2 + Math.max(2, big(bytes, at + 2, 2))
  }
  return undefined
}
