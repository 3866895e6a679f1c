import { describe, expect, it } from 'vitest'
import { imageSizeOf } from './image-size.ts'

function base64(...pieces: readonly (string | readonly number[])[]): string {
  return btoa(pieces.map((piece) => (typeof piece === 'string' ? piece : String.fromCharCode(...piece))).join(''))
}

const png = base64('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 7, 128, 0, 0, 4, 56], [8, 2, 0, 0, 0, 1, 2, 3, 4])
const gif = base64('GIF89a', [0x80, 0x02, 0xe0, 0x01, 0xf7, 0, 0])
const lossy = base64(
  'RIFF',
  [0, 0, 0, 0],
  'WEBPVP8 ',
  [0, 0, 0, 0, 0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x41, 0, 0],
)
const lossless = base64('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0, 0x2f, 0x7f, 0xc2, 0x77, 0x00, 0, 0])
const extended = base64('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 0x7f, 2, 0, 0xdf, 1, 0, 0, 0, 0])

/** A JPEG with a preview of some length before its frame. */
function jpeg(before: number, frame = 0xc2): string {
  const segment = [0xff, 0xe1, ((before + 2) >> 8) & 0xff, (before + 2) & 0xff]
  const tables = [0xff, 0xc4, 0, 4, 1, 2]
  const header = [0xff, frame, 0, 11, 8, 0x01, 0xe0, 0x02, 0x80, 3, 1, 0x22, 0]
  return base64([0xff, 0xd8], segment, 'x'.repeat(before), tables, [0xff], header)
}

describe('imageSizeOf', () => {
  it.each([
    ['PNG', png, 1920, 1080],
    ['GIF', gif, 640, 480],
    ['WebP, lossy', lossy, 640, 480],
    ['WebP, lossless', lossless, 640, 480],
    ['WebP, extended', extended, 640, 480],
    ['JPEG, progressive', jpeg(100), 640, 480],
    ['JPEG, baseline, behind a preview', jpeg(60_000, 0xc0), 640, 480],
  ])('%s', (_name, data, width, height) => {
    expect(imageSizeOf(data)).toEqual({ width, height })
  })

  it.each([
    ['nothing', ''],
    ['no base64', '%%%%'],
    ['no image', btoa('%PDF-1.7 and a bit more than the head')],
    ['a PNG that ends before its size', png.slice(0, 16)],
    ['a PNG without width', base64('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 0, 0, 0, 0, 4, 56])],
    ['a JPEG without a frame', base64([0xff, 0xd8, 0xff, 0xda], 'x'.repeat(40))],
    ['a JPEG of noise', base64([0xff, 0xd8], 'x'.repeat(40))],
    ['a JPEG whose segment claims no length', base64([0xff, 0xd8, 0xff, 0xe1, 0, 0], '\xff\xe1\x00\x00'.repeat(30))],
    ['a WebP of an unknown kind', base64('RIFF', [0, 0, 0, 0], 'WEBPXXXX', 'x'.repeat(30))],
  ])('%s has no size', (_name, data) => {
    expect(imageSizeOf(data)).toBeUndefined()
  })

  it('reads the head of a large image only', () => {
    const started = performance.now()
    expect(imageSizeOf(png + 'A'.repeat(40_000_000))).toEqual({ width: 1920, height: 1080 })
    expect(performance.now() - started).toBeLessThan(200)
  })
})
