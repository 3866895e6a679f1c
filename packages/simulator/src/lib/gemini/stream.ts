import type { Frame } from '../frame.ts'
import { type Choice, type Generation, isHosted, type Part } from '../generation.ts'
import type { JsonObject } from '../json.ts'
import { countTokens } from '../tokens.ts'
import { partialParts } from './partial-args.ts'
import {
  argumentsOf,
  baseOf,
  blockedReply,
  endingOf,
  partsOf,
  type ReplyOptions,
  signatureOf,
  usageOf,
} from './reply.ts'

/** What of the request shows in the stream. */
export interface StreamOptions extends ReplyOptions {
  /** Events (`alt=sse`), or one JSON array that grows. */
  sse: boolean
  /** Arguments of calls come as they are generated (Vertex's `streamFunctionCallArguments`). */
  partialArgs: boolean
}

/** An SSE frame as Google ends its lines. */
export function eventOf(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\r\n\r\n`
}

/** An element of the array that a stream without `alt=sse` is; `sent` elements stand before it. */
export function elementOf(data: JsonObject, sent: number): string {
  return `${sent === 0 ? '[' : ',\r\n'}${JSON.stringify(data)}`
}

/** An answer as a stream of GenerateContentResponses. */
export function* stream(generation: Generation, options: StreamOptions): Generator<Frame> {
  let sent = 0
  for (const { data, tokens } of chunks(generation, options)) {
    yield { text: options.sse ? eventOf(data) : elementOf(data, sent), tokens }
    sent += 1
  }
  if (!options.sse) yield { text: ']', tokens: 0 }
}

interface Chunk {
  data: JsonObject
  tokens: number
}

function* chunks(generation: Generation, options: StreamOptions): Generator<Chunk> {
  const blocked = blockedReply(generation, options)
  if (blocked) {
    yield { data: blocked, tokens: 0 }
    return
  }
  const base = baseOf(generation, options)
  const { usage } = generation
  let output = 0
  let reasoning = 0
  for (const [index, choice] of generation.choices.entries()) {
    for (const { parts, tokens, thinking, ending } of steps(generation, choice, options)) {
      output += tokens
      if (thinking) reasoning += tokens
      const content = parts.length > 0 ? { content: { parts: [...parts], role: 'model' } } : {}
      const last = ending !== undefined && index === generation.choices.length - 1
      const counted = last ? usageOf(usage) : usageOf(usage, output, reasoning)
      yield { data: { candidates: [{ ...content, ...ending, index }], usageMetadata: counted, ...base }, tokens }
    }
  }
}

interface Step {
  parts: readonly JsonObject[]
  tokens: number
  thinking?: boolean
  ending?: JsonObject
}

/** One candidate, chunk by chunk; the last one says how it ended. */
function* steps(generation: Generation, choice: Choice, options: StreamOptions): Generator<Step> {
  let hidden = 0
  let held: Step | undefined
  for (const part of choice.parts) {
    for (const step of partSteps(choice, part, options)) {
      if (step.parts.length === 0) {
        hidden += step.tokens
        continue
      }
      if (held) yield held
      held = { ...step, tokens: step.tokens + hidden }
      hidden = 0
    }
  }
  const ending = endingOf(generation, choice, options)
  const spoken = choice.parts.at(-1)
  // The newer generation signs a text behind its end, in a chunk that says nothing else.
  if (held && options.rules.signatures && spoken?.kind === 'text') {
    yield held
    held = { parts: [{ text: '', thoughtSignature: signatureOf(choice, options) }], tokens: 0 }
  }
  yield { parts: held?.parts ?? [], tokens: (held?.tokens ?? 0) + hidden, ...thought(held), ending }
}

function thought(step: Step | undefined): { thinking?: boolean } {
  return step?.thinking ? { thinking: true } : {}
}

function* partSteps(choice: Choice, part: Part, options: StreamOptions): Generator<Step> {
  const [whole] = partsOf(choice, part, options)
  if (part.kind === 'tool' || whole === undefined) {
    // What runs at the provider comes part by part; a call of the client's tool whole.
    const all = partsOf(choice, part, options)
    const args = options.partialArgs && !isHosted(part) ? argumentsOf(part) : undefined
    if (args && all[0]) yield* partialSteps(all[0], args, part.tokens)
    else if (all.length === 0 || !isHosted(part)) yield { parts: all, tokens: part.tokens }
    else for (const [place, each] of all.entries()) yield { parts: [each], tokens: place === 0 ? part.tokens : 0 }
    return
  }
  for (const piece of part.pieces) {
    yield { parts: [{ ...whole, text: piece }], tokens: countTokens(piece), thinking: part.kind === 'reasoning' }
  }
}

function* partialSteps(head: JsonObject, args: JsonObject, tokens: number): Generator<Step> {
  const all = [...partialParts(head, args)]
  const each = Math.floor(tokens / all.length)
  for (const [place, part] of all.entries()) {
    yield { parts: [part], tokens: place === 0 ? tokens - each * (all.length - 1) : each }
  }
}
