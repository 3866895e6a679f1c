import { eventFrame, type Frame } from '../frame.ts'
import type { Generation, Part } from '../generation.ts'
import type { JsonObject } from '../json.ts'
import { countTokens } from '../tokens.ts'
import { blockOf, detailsOf, type ReplyOptions, signatureOf, stopOf, uncached, usageOf } from './reply.ts'

/** A message as Anthropic's sequence of events. */
export function* stream(generation: Generation, options: ReplyOptions): Generator<Frame> {
  const [choice] = generation.choices
  const { usage } = generation
  const started = { ...usage, output: Math.min(1, usage.output), reasoning: 0 }
  yield frame('message_start', {
    message: {
      id: generation.id,
      type: 'message',
      role: 'assistant',
      model: generation.model,
      content: [],
      container: null,
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      diagnostics: null,
      usage: usageOf(started, options),
    },
  })
  for (const [index, part] of choice.parts.entries()) {
    yield frame('content_block_start', { index, content_block: blockOf(part, options, true) })
    if (index === 0) yield frame('ping', {})
    yield* deltas(index, part, options)
    yield frame('content_block_stop', { index })
  }
  if (choice.parts.length === 0) yield frame('ping', {})
  yield frame('message_delta', {
    delta: stopOf(choice),
    usage: {
      input_tokens: uncached(usage),
      cache_creation_input_tokens: usage.written5m + usage.written1h,
      cache_read_input_tokens: usage.cached,
      output_tokens: usage.output,
      output_tokens_details: detailsOf(usage),
      server_tool_use: null,
    },
  })
  yield frame('message_stop', {})
}

function* deltas(index: number, part: Part, options: ReplyOptions): Generator<Frame> {
  const delta = (value: JsonObject, piece = ''): Frame => {
    return frame('content_block_delta', { index, delta: value }, countTokens(piece))
  }
  switch (part.kind) {
    case 'reasoning':
      if (!options.omitThinking) {
        for (const piece of part.pieces) yield delta({ type: 'thinking_delta', thinking: piece }, piece)
      }
      yield delta(
        { type: 'signature_delta', signature: signatureOf(part, options) },
        options.omitThinking ? part.text : '',
      )
      return
    case 'redacted':
      return
    case 'tool':
      yield delta({ type: 'input_json_delta', partial_json: '' })
      // A call without arguments ends with the empty delta alone.
      if (part.text === '{}') return
      for (const piece of part.pieces) yield delta({ type: 'input_json_delta', partial_json: piece }, piece)
      return
    default:
      for (const piece of part.pieces) yield delta({ type: 'text_delta', text: piece }, piece)
  }
}

function frame(event: string, data: JsonObject, tokens = 0): Frame {
  return { text: eventFrame(event, { type: event, ...data }), tokens }
}
