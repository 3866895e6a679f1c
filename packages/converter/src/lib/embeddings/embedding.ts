import type { JsonObject } from '../chat/json.ts'
import type { Loss } from '../chat/loss.ts'

/** How a vendor writes embeddings: OpenAI's `/embeddings`, or Gemini's `:embedContent` and `:batchEmbedContents`. */
export type EmbeddingFormat = 'openai' | 'gemini'

/** One text to embed, and where it stood in the source. */
export interface EmbeddingInput {
  readonly path: string
  /** Text, or the tokens of one, which only OpenAI takes. */
  readonly content: string | readonly number[]
}

/** A request for embeddings, in the canon. */
export interface EmbeddingRequest {
  readonly model: string
  readonly inputs: readonly EmbeddingInput[]
  /** The client sent a list, and reads one, also where it has one element. */
  readonly list: boolean
  readonly dimensions?: number
  /** The client wants base64 in place of numbers. */
  readonly base64: boolean
}

/** A reply, in the canon: one vector for each input, in their order. */
export interface EmbeddingReply {
  readonly model?: string
  readonly vectors: readonly (readonly number[])[]
  readonly inputTokens?: number
}

/** A converted request. */
export interface ConvertedEmbeddingRequest {
  readonly body: JsonObject
  readonly losses: readonly Loss[]
  /** Whether it goes to `:batchEmbedContents` rather than `:embedContent`; says nothing for OpenAI. */
  readonly batch: boolean
}
