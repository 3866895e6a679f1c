import { type ImageSize, imageSizeOf } from './image-size.ts'

/** An image of a request as far as it is known. */
export interface CountedImage {
  /** Its bytes in base64; absent for one by URL. */
  readonly data?: string
  /** OpenAI's `detail`, or Gemini's resolution as the word in it (`low`, `medium`, `high`, `ultra_high`). */
  readonly detail?: string
}

/** Tokens of an image whose size or model is not known: what Claude takes for all but the newest models' largest pictures. */
const unknownImage = 1600

type Formula = (size: ImageSize, detail: string) => number

/**
 * What an image counts for, by the model's published formula. An estimate: what the provider adds in words, and how it rounds when it
 * scales an image down, is its own.
 *
 * @param model as sent; a name of no known family counts as an older Claude model.
 */
export function imageTokens({ data, detail = 'auto' }: CountedImage, model: string): number {
  const size = data === undefined ? undefined : imageSizeOf(data)
  const name = model.toLowerCase()
  const formula = formulas.find(([pattern]) => pattern.test(name))?.[1] ?? claude(1568, 1568)
  if (size === undefined) return flatOf(formula, detail)
  return Math.max(1, Math.ceil(formula(size, detail)))
}

/** Where the size does not matter, it need not be known. */
function flatOf(formula: Formula, detail: string): number {
  const small = formula({ width: 512, height: 512 }, detail)
  const large = formula({ width: 4096, height: 4096 }, detail)
  return small === large ? Math.ceil(large) : unknownImage
}

/** How many squares of a side cover an image. */
function squares({ width, height }: ImageSize, side: number): number {
  return Math.ceil(width / side) * Math.ceil(height / side)
}

function scaled({ width, height }: ImageSize, factor: number): ImageSize {
  return { width: Math.max(1, width * factor), height: Math.max(1, height * factor) }
}

/** No edge longer than that. */
function within(size: ImageSize, longest: number): ImageSize {
  return scaled(size, Math.min(1, longest / Math.max(size.width, size.height)))
}

/** Scaled down until no more squares are needed than that. */
function covered(size: ImageSize, side: number, most: number): number {
  let fitting = size
  while (squares(fitting, side) > most) {
    fitting = scaled(fitting, Math.min(0.99, Math.sqrt(most / squares(fitting, side))))
  }
  return squares(fitting, side)
}

/** Anthropic, "Images and vision": a token for each 28 px square, after scaling to a longest edge and a most of tokens. */
function claude(edge: number, most: number): Formula {
  return (size) => covered(within(size, edge), 28, most)
}

/** OpenAI, "Images and vision", older models: tiles of 512 px after scaling into 2048 px and to a shorter side of 768 px. */
function tiles(base: number, each: number): Formula {
  return (size, detail) => {
    if (detail === 'low') return base
    const fitting = within(size, 2048)
    const shorter = Math.min(fitting.width, fitting.height)
    return base + each * squares(scaled(fitting, Math.min(1, 768 / shorter)), 512)
  }
}

/** OpenAI, newer models: squares of 32 px, each for so many tokens, up to a most of them that the detail gives. */
function patches(factor: number, most: { readonly auto: number; readonly high: number }): Formula {
  return (size, detail) => {
    if (detail === 'low') return factor * squares(within(size, 512), 32)
    return factor * covered(size, 32, detail === 'high' ? most.high : most.auto)
  }
}

/** Gemini before 3: 258 tokens for a small image, else for each tile of two thirds of its shorter side. */
const gemini2: Formula = ({ width, height }) => {
  if (width <= 384 && height <= 384) return 258
  const side = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)))
  return 258 * squares({ width, height }, side)
}

/** Gemini 3, "Media resolution": so many tokens whatever the size. */
const gemini3Tokens: ReadonlyMap<string, number> = new Map([
  ['low', 280],
  ['medium', 560],
  ['ultra_high', 2240],
])
const gemini3: Formula = (_, detail) => gemini3Tokens.get(detail) ?? 1120

const legacyPatches = { auto: 1536, high: 1536 }

/** By the model's name, the first that fits. Sources: the makers' guides to vision, as of November 2026. */
const formulas: readonly (readonly [RegExp, Formula])[] = [
  // The newest take an edge of 2016 px: measured, huggingface.co/datasets/JOHNISKING/image-token-cost.
  [/claude.*(?:opus|sonnet|haiku|fable|mythos)-5-/, claude(2016, 4784)],
  [/claude.*(?:opus-4-[78]|(?:opus|sonnet|haiku|fable|mythos)-5)/, claude(2576, 4784)],
  [/claude/, claude(1568, 1568)],
  [/gemini-(?:1|2)/, gemini2],
  [/gemini/, gemini3],
  [/gpt-4o-mini/, tiles(2833, 5667)],
  [/gpt-4\.1-mini|gpt-5-mini/, patches(1.62, legacyPatches)],
  [/gpt-4\.1-nano|gpt-5-nano/, patches(2.46, legacyPatches)],
  [/o4-mini/, patches(1.72, legacyPatches)],
  [/gpt-4|chatgpt-4/, tiles(85, 170)],
  [/gpt-5(?:\.1)?(?:-|$)/, tiles(70, 140)],
  [/gpt-5\.[23]/, patches(1.2, legacyPatches)],
  [/gpt-5\.4/, patches(1.2, { auto: 2500, high: 2500 })],
  [/gpt-5\.5/, patches(1.2, { auto: 10_000, high: 2500 })],
  [/gpt-(?:5\.|[6-9])/, patches(1.2, { auto: Number.POSITIVE_INFINITY, high: 2500 })],
  [/(?:^|\/)o[13](?:-|$)/, tiles(75, 150)],
]
