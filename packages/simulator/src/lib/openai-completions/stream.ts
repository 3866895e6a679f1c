import { dataFrame, type Frame } from '../frame.ts'
import type { Choice, Generation } from '../generation.ts'
import type { Json, JsonObject } from '../json.ts'
import { usageOf } from '../openai-chat/reply.ts'
import { countTokens } from '../tokens.ts'
import { baseOf, echoed, finishReason, logprobsOf, type ReplyOptions } from './reply.ts'

/** What of the request shows in the stream. */
export interface StreamOptions extends ReplyOptions {
  includeUsage: boolean
}

/** A completion as a stream of objects. */
export function* stream(generation: Generation, options: StreamOptions): Generator<Frame> {
  const base = baseOf(generation)
  const pending = options.includeUsage ? { usage: null } : {}
  for (const [index, choice] of generation.choices.entries()) {
    let offset = 0
    const chunk = (text: string, finish: Json, tokens: number): Frame => {
      const logprobs = options.logprobs && text !== '' ? logprobsOf(text, offset) : null
      offset += text.length
      return frame({ ...base, choices: [{ text, index, logprobs, finish_reason: finish }], ...pending }, tokens)
    }
    const echo = echoed(index, options)
    if (echo !== '') yield chunk(echo, null, 0)
    for (const piece of spoken(choice)) yield chunk(piece, null, countTokens(piece))
    yield chunk('', finishReason(choice), 0)
  }
  if (options.includeUsage) yield frame({ ...base, choices: [], usage: usageOf(generation.usage) }, 0)
  yield { text: dataFrame('[DONE]'), tokens: 0 }
}

function spoken(choice: Choice): readonly string[] {
  return choice.parts.filter((part) => part.kind === 'text' || part.kind === 'refusal').flatMap((part) => part.pieces)
}

function frame(value: JsonObject, tokens: number): Frame {
  return { text: dataFrame(JSON.stringify(value)), tokens }
}
