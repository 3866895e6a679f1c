/** Something a conversion dropped, approximated or invented. */
export interface Loss {
  /** Where it stood in the source, as a JSON path: `messages[2].content[0].image_url.detail`. */
  readonly path: string
  readonly kind: 'dropped' | 'approximated' | 'invented'
  /** One clause for people: what became of it and why. */
  readonly detail: string
}

/** Collects the losses of one conversion. */
export interface Report {
  dropped(path: string, detail: string): void
  approximated(path: string, detail: string): void
  invented(path: string, detail: string): void
  /** The target cannot do what this asks for and leaving it out would change the kind of answer: throws a {@link ConversionError} with status 400. */
  refuse(path: string, detail: string): never
}

/** Why a seal is lost. */
export const withheldSeal = 'a seal goes back to its own provider only'
