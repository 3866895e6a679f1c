/**
 * Tokens of one call. `input` INCLUDES what was read from and written to the prompt cache, `output` INCLUDES reasoning:
 * each decoder converts to this from its dialect's own convention. Absent means unknown, which is not zero.
 */
export interface Usage {
  readonly input?: number
  /** Of `input`: read from the prompt cache. */
  readonly cacheRead?: number
  /** Of `input`: written to the prompt cache. */
  readonly cacheWrite?: number
  /** Of `cacheWrite`: kept for one hour rather than five minutes. */
  readonly cacheWrite1h?: number
  readonly output?: number
  /** Of `output`: spent on reasoning. */
  readonly reasoning?: number
}
