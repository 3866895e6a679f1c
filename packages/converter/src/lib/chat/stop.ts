/** Why generation ended, in the canon. */
export type StopReason =
  | 'end'
  | 'length'
  | 'context-window'
  | 'stop-sequence'
  | 'tool-calls'
  | 'content-filter'
  | 'refusal'
  | 'pause'
  | 'other'

/** Why an answer ended. */
export interface Stop {
  readonly reason: StopReason
  /** The upstream's own word, when the canon has none for it (`reason` is then `other` or the nearest). */
  readonly said?: string
  /** The stop sequence that was met. */
  readonly sequence?: string
  /** A refusal's explanation. */
  readonly explanation?: string
}
