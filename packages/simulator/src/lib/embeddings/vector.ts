import { createHash } from 'node:crypto'
import { tokenize } from '../tokens.ts'

/** The longest vector there is; shorter ones are its beginnings. */
export const MAX_DIMENSIONS = 3072
const HASH_BYTES = 32
/** The mean of a byte. */
const CENTRE = 127.5

/** What is embedded: a text, or tokens by their numbers. */
export type Embeddable = string | readonly number[]

/**
 * The vector of a text: a sum of directions, one for each of its words, so that texts which share words lie near each
 * other; of length 1, and the same for every model. A shorter one is the beginning of the longest, as with the models that
 * take `dimensions`. Components are 32-bit floats.
 */
export function vectorOf(input: Embeddable, dimensions: number): number[] {
  const sum = new Float64Array(dimensions)
  const words =
    typeof input === 'string' ? tokenize(input).map((token) => token.trim().toLowerCase()) : input.map(String)
  // The empty word keeps a text without any from having no direction.
  const counts = new Map([['', 1]])
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  for (const [word, count] of counts) add(sum, word, count)
  const length = Math.hypot(...sum)
  return Array.from(sum, (component) => Math.fround(component / length))
}

function add(sum: Float64Array, word: string, weight: number): void {
  for (let start = 0; start < sum.length; start += HASH_BYTES) {
    const digest = createHash('sha256').update(`${start}:${word}`).digest()
    const size = Math.min(HASH_BYTES, sum.length - start)
    for (let index = 0; index < size; index += 1) {
      sum[start + index] = (sum[start + index] ?? 0) + weight * ((digest[index] ?? 0) - CENTRE)
    }
  }
}

/** A vector as base64 of little-endian 32-bit floats, as OpenAI packs it. */
export function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  vector.forEach((component, index) => {
    bytes.writeFloatLE(component, index * 4)
  })
  return bytes.toString('base64')
}
