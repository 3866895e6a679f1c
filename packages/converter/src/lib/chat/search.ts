/** A page of the web that a search has found. */
export interface Page {
  readonly url: string
  readonly title?: string
}

/** A search of the web that the provider ran on its own. */
export interface Search {
  /** What was searched for; none where the provider does not say. */
  readonly queries: readonly string[]
  /** What was found. Absent: the sources of the answer are all that is told of it. */
  readonly pages?: readonly Page[]
  /** Nothing came of it. */
  readonly failed?: true
}

/**
 * Stands in the ids and seals of what is told of a search that another provider ran, and of its pages. It begins as an envelope of
 * another provider's seal does, so that a request that brings them back goes to the dialect's own provider without: it refuses what
 * it has not made.
 */
export const foreignMark = 'bGxtZ3cxc291cmNl'
