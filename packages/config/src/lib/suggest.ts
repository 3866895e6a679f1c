import { editDistance } from './edit-distance.ts'

/** The word of `known` that `word` was most likely meant to be, if any is close enough. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  // A third of the letters may be wrong; beyond that the guess is noise.
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > limit) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}
