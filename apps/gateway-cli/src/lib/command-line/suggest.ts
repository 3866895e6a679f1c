import { editDistance } from '@llm-gateway/config'

/** The candidate a mistyped word most likely stands for; undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  // Beyond a third of its letters a word is another word, and one of which no letter is left always is.
  const limit = Math.min(word.length - 1, Math.max(1, Math.ceil(word.length / 3)))
  return best && best.distance <= limit ? best.candidate : undefined
}
