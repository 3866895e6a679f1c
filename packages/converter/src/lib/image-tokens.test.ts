import { describe, expect, it } from 'vitest'
import { imageTokens } from './image-tokens.ts'

/** A PNG's header for a size. */
function png(width: number, height: number): string {
  const bytes = [width, height].flatMap((side) => [0, 0, side >> 8, side & 0xff])
  return btoa(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR${String.fromCharCode(...bytes)}\x08\x02\0\0\0\0\0\0\0`)
}

function tokens(model: string, width: number, height: number, detail?: string): number {
  return imageTokens({ data: png(width, height), ...(detail !== undefined && { detail }) }, model)
}

/**
 * Input tokens of one image as providers counted them (huggingface.co/datasets/JOHNISKING/image-token-cost), of Claude less the
 * words beside it, which the smallest images give away: 77 tokens for 5.5, 65 for 4.5.
 */
const measured = [
  ['claude-opus-5-5', 256, 256, 100, 'auto'],
  ['claude-opus-5-5', 1024, 1024, 1369, 'auto'],
  ['claude-sonnet-5-5', 1920, 1080, 2691, 'auto'],
  ['claude-sonnet-5-5', 3840, 2160, 2992, 'auto'],
  ['claude-sonnet-5-5', 4032, 3024, 3928, 'auto'],
  ['claude-haiku-4-5', 512, 512, 361, 'auto'],
  ['claude-haiku-4-5', 1280, 720, 1196, 'auto'],
  ['claude-haiku-4-5', 1920, 1080, 1560, 'auto'],
  ['claude-haiku-4-5', 4032, 3024, 1596, 'auto'],
  ['gemini-3.5-flash', 256, 256, 1090, 'auto'],
  ['gemini-3.5-flash', 3840, 2160, 1101, 'auto'],
  ['gpt-6-astra', 256, 256, 77, 'auto'],
  ['gpt-6-astra', 1920, 1080, 2448, 'auto'],
  ['gpt-6-astra', 4032, 3024, 14_364, 'auto'],
  ['gpt-6-astra', 3840, 2160, 2931, 'high'],
  ['gpt-5.5', 4032, 3024, 11_868, 'auto'],
  ['gpt-5.5', 2560, 1440, 4320, 'auto'],
] as const

describe('imageTokens', () => {
  it.each(measured)('%s counts %i x %i within 6 %% of what was measured', (model, width, height, counted, detail) => {
    expect(Math.abs(tokens(model, width, height, detail) / counted - 1)).toBeLessThan(0.06)
  })

  // The examples of OpenAI's guide.
  it.each([
    ['gpt-4o', 1024, 1024, 'high', 765],
    ['gpt-4o', 2048, 4096, 'high', 1105],
    ['gpt-4o', 4096, 8192, 'low', 85],
    ['gpt-4.1-mini', 1024, 1024, 'auto', Math.ceil(1024 * 1.62)],
    ['gpt-5', 512, 512, 'high', 210],
    ['o3', 512, 512, 'low', 75],
    ['gpt-5.5', 4000, 4000, 'low', Math.ceil(256 * 1.2)],
  ] as const)('%s, %i x %i, detail %s: %s tokens', (model, width, height, detail, counted) => {
    expect(tokens(model, width, height, detail)).toBe(counted)
  })

  it.each([
    ['gemini-2.5-pro', 384, 384, 258],
    ['gemini-2.5-pro', 960, 540, 6 * 258],
    ['models/gemini-2.0-flash', 300, 900, 258 * 2 * 4],
  ])('%s, %i x %i: %i tokens', (model, width, height, counted) => {
    expect(tokens(model, width, height)).toBe(counted)
  })

  it.each([
    ['low', 280],
    ['medium', 560],
    ['high', 1120],
    ['ultra_high', 2240],
  ])('Gemini 3 at resolution %s takes %i', (detail, counted) => {
    expect(imageTokens({ detail }, 'gemini-3-pro')).toBe(counted)
  })

  it('an image that cannot be seen counts as a large one, unless its size does not matter', () => {
    expect(imageTokens({}, 'claude-opus-5')).toBe(1600)
    expect(imageTokens({ data: 'AAAA' }, 'gpt-4o')).toBe(1600)
    expect(imageTokens({ detail: 'low' }, 'gpt-4o')).toBe(85)
    expect(imageTokens({}, 'gemini-3-pro')).toBe(1120)
    expect(imageTokens({}, 'some-model')).toBe(1600)
  })

  it('a picture of any size is counted at once', () => {
    const started = performance.now()
    for (const model of ['claude-opus-4-8', 'gpt-4o', 'gpt-5.5', 'gpt-5-mini', 'gemini-2.5-pro', 'x']) {
      for (const [width, height] of [
        [1, 1],
        [65_535, 1],
        [1, 65_535],
        [65_535, 65_535],
      ] as const) {
        const counted = tokens(model, width, height)
        expect(Number.isSafeInteger(counted) && counted > 0).toBe(true)
      }
    }
    expect(performance.now() - started).toBeLessThan(500)
  })
})
