import type { Choice, Generation } from '../generation.ts'
import type { JsonObject } from '../json.ts'
import { FINISH, joined, usageOf } from '../openai-chat/reply.ts'
import { tokenize } from '../tokens.ts'
import type { Prompt } from './validate.ts'

/** What of the request shows in the answer. */
export interface ReplyOptions {
  prompts: readonly Prompt[]
  /** Answers for each prompt. */
  count: number
  echo: boolean
  logprobs: boolean
}

/** The prompt that the choice at `index` answers, when the client wants it echoed; else nothing. */
export function echoed(index: number, options: ReplyOptions): string {
  return options.echo ? (options.prompts[Math.floor(index / options.count)]?.text ?? '') : ''
}

/** The text of a choice; completions know neither calls nor reasoning. */
export function textOf(choice: Choice): string {
  return joined(choice.parts, 'text') ?? joined(choice.parts, 'refusal') ?? ''
}

/** `finish_reason`: this endpoint has no word for calls. */
export function finishReason(choice: Choice): string {
  return choice.stop === 'tool' ? 'stop' : FINISH[choice.stop]
}

/** Log probabilities for a text that begins at `offset`: every token was certain. */
export function logprobsOf(text: string, offset: number): JsonObject {
  const tokens = tokenize(text)
  let at = offset
  const offsets = tokens.map((token) => {
    at += token.length
    return at - token.length
  })
  return {
    tokens,
    token_logprobs: tokens.map(() => 0),
    top_logprobs: tokens.map((token) => ({ [token]: 0 })),
    text_offset: offsets,
  }
}

/** What all objects of one answer share. */
export function baseOf(generation: Generation): JsonObject {
  return {
    id: generation.id,
    object: 'text_completion',
    created: Math.floor(generation.created / 1000),
    model: generation.model,
    system_fingerprint: 'fp_simulator',
  }
}

/** A completion. */
export function reply(generation: Generation, options: ReplyOptions): JsonObject {
  return {
    ...baseOf(generation),
    choices: generation.choices.map((choice, index) => {
      const text = echoed(index, options) + textOf(choice)
      return {
        text,
        index,
        logprobs: options.logprobs ? logprobsOf(text, 0) : null,
        finish_reason: finishReason(choice),
      }
    }),
    usage: usageOf(generation.usage),
  }
}
