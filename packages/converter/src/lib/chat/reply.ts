import type { JsonValue } from './json.ts'
import type { AssistantPart } from './part.ts'
import type { Stop } from './stop.ts'
import type { Usage } from './usage.ts'

/** One alternative answer after the first. */
export interface Alternative {
  readonly parts: readonly AssistantPart[]
  readonly stop: Stop
}

/** A whole answer in the canon. */
export interface ChatReply {
  readonly id?: string
  readonly model?: string
  /** Seconds since the epoch. */
  readonly created?: number
  readonly parts: readonly AssistantPart[]
  readonly stop: Stop
  readonly usage?: Usage
  /** Choices 1… of a dialect that can give several; the first is `parts`. */
  readonly alternatives?: readonly Alternative[]
  /** OpenAI token log-probabilities of the first choice, verbatim. */
  readonly logprobs?: JsonValue
  readonly serviceTier?: string
}
