import type { Citation } from './part.ts'

/** A text of an answer, and where it starts in all its texts together. Characters. */
export interface TextPlace {
  readonly index: number
  readonly base: number
}

/**
 * Finds the text a citation belongs to whose bounds count in all the texts of an answer together, and lets them count in that one,
 * which is the one it begins in. One without bounds is about the whole answer and stands with its last text.
 *
 * @param texts in order; undefined comes of none.
 */
export function placed(
  citation: Citation,
  texts: readonly TextPlace[],
): { index: number; citation: Citation } | undefined {
  const { start, end } = citation
  const place = texts.findLast(({ base }) => start === undefined || base <= start) ?? texts[0]
  if (place === undefined) return undefined
  const { index, base } = place
  if (base === 0) return { index, citation }
  const bounds = { ...(start !== undefined && { start: start - base }), ...(end !== undefined && { end: end - base }) }
  return { index, citation: { ...citation, ...bounds } }
}
