import { type Choice, type Generation, isHosted, type Part } from '../generation.ts'
import { isObject, type JsonObject, parseJson, text } from '../json.ts'
import type { GeminiModel } from '../models/gemini.ts'
import { joined } from '../openai-chat/reply.ts'
import type { Stop } from '../script.ts'
import type { Seals } from '../seal.ts'
import { tokenize } from '../tokens.ts'
import type { Usage } from '../usage.ts'
import { sign } from './thinking.ts'

/** Gemini's words for why an answer ended; calls have none of their own. */
export const FINISH: Readonly<Record<Stop, string>> = {
  end: 'STOP',
  tool: 'STOP',
  length: 'MAX_TOKENS',
  sequence: 'STOP',
  filter: 'SAFETY',
  pause: 'OTHER',
  context: 'MAX_TOKENS',
}

/** What of the request shows in the answer. */
export interface ReplyOptions {
  seals: Seals
  rules: GeminiModel
  /** Thoughts are shown. */
  thoughts: boolean
  logprobs: boolean
  vertex: boolean
}

const RATINGS = ['SEXUALLY_EXPLICIT', 'HATE_SPEECH', 'HARASSMENT', 'DANGEROUS_CONTENT'].map((name) => {
  return { category: `HARM_CATEGORY_${name}`, probability: 'NEGLIGIBLE' }
})

/** What every object of one answer holds. */
export function baseOf(generation: Generation, options: ReplyOptions): JsonObject {
  const time = options.vertex ? { createTime: new Date(generation.created).toISOString() } : {}
  return { modelVersion: generation.model, responseId: generation.id, ...time }
}

/** Usage as Gemini counts it: thoughts apart from the answer. */
export function usageOf(usage: Usage, output: number = usage.output, reasoning: number = usage.reasoning): JsonObject {
  return {
    promptTokenCount: usage.input,
    ...(output > reasoning && { candidatesTokenCount: output - reasoning }),
    totalTokenCount: usage.input + output,
    ...(usage.cached > 0 && { cachedContentTokenCount: usage.cached }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.input }],
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
  }
}

/** The parts of an answer that are sent, each as the wire's parts; a call whose arguments were cut off is not. */
export function partsOf(choice: Choice, part: Part, options: ReplyOptions): JsonObject[] {
  switch (part.kind) {
    case 'reasoning':
      return options.thoughts ? [{ text: part.text, thought: true }] : []
    case 'redacted':
    case 'refusal':
      return []
    case 'text':
      return [{ text: part.text }]
    default:
      return isHosted(part) ? hostedParts(part) : callParts(choice, part, options)
  }
}

function callParts(choice: Choice, part: Part, options: ReplyOptions): JsonObject[] {
  const args = argumentsOf(part)
  if (!args) return []
  const first = choice.parts.find((each) => each.kind === 'tool' && !isHosted(each)) === part
  return [
    {
      functionCall: {
        // Only the newer generation names its calls.
        ...(options.rules.signatures && { id: part.call?.id ?? '' }),
        name: part.call?.name ?? '',
        args,
      },
      ...(first && options.rules.thinking !== 'none' && { thoughtSignature: signatureOf(choice, options) }),
    },
  ]
}

/** A call's arguments, when they are an object. */
export function argumentsOf(part: Part): JsonObject | undefined {
  const args = part.text.trim() === '' ? {} : parseJson(part.text)
  return isObject(args) ? args : undefined
}

/** The signature of an answer: it stands for all of its reasoning, of which there is some though none be shown. */
export function signatureOf(choice: Choice, options: ReplyOptions): string {
  return sign(options.seals, joined(choice.parts, 'reasoning') ?? joined(choice.parts, 'tool') ?? '')
}

function hostedParts(part: Part): JsonObject[] {
  if (part.call?.name !== 'codeExecution') return []
  const input = parseJson(part.text)
  const code = (isObject(input) && text(input.code)) || part.text
  return [
    { executableCode: { language: 'PYTHON', code } },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: 'simulated\n' } },
  ]
}

/** What stands beside the content of a candidate when it is complete. */
export function endingOf(generation: Generation, choice: Choice, options: ReplyOptions): JsonObject {
  const calls = choice.parts.filter((part) => part.kind === 'tool' && !isHosted(part))
  const malformed = choice.stop !== 'length' && calls.find((call) => argumentsOf(call) === undefined)
  const finish = generation.ending.finish ?? (malformed ? 'MALFORMED_FUNCTION_CALL' : FINISH[choice.stop])
  const words = joined(choice.parts, 'text') ?? ''
  const refusal = joined(choice.parts, 'refusal') ?? undefined
  const said = malformed ? `Malformed function call: ${malformed.call?.name}(${malformed.text})` : refusal
  return {
    finishReason: finish,
    ...(said !== undefined && { finishMessage: said }),
    ...((finish === 'SAFETY' || options.vertex) && { safetyRatings: RATINGS }),
    ...(options.logprobs && logprobsOf(words)),
    ...groundingOf(choice, words),
  }
}

function logprobsOf(words: string): JsonObject {
  const chosen = tokenize(words).map((token, index) => ({ token, tokenId: index, logProbability: 0 }))
  const top = chosen.map((candidate) => ({ candidates: [candidate] }))
  return { avgLogprobs: 0, logprobsResult: { chosenCandidates: chosen, topCandidates: top, logProbabilitySum: 0 } }
}

function groundingOf(choice: Choice, words: string): JsonObject {
  const used = (name: string): Part | undefined =>
    choice.parts.find((part) => part.call?.name === name && isHosted(part))
  const search = used('googleSearch')
  const url = 'https://example.com/simulated'
  const input = search && parseJson(search.text)
  const query = (isObject(input) && text(input.query)) || 'simulated'
  // Google counts bytes.
  const segment = { startIndex: 0, endIndex: Buffer.byteLength(words), text: words }
  return {
    ...(search && {
      groundingMetadata: {
        webSearchQueries: [query],
        searchEntryPoint: { renderedContent: '<div>simulated</div>' },
        groundingChunks: [{ web: { uri: url, title: 'example.com' } }],
        groundingSupports: [{ segment, groundingChunkIndices: [0], confidenceScores: [1] }],
      },
    }),
    ...(used('urlContext') && {
      urlContextMetadata: { urlMetadata: [{ retrievedUrl: url, urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS' }] },
    }),
  }
}

/** The answer to a prompt that was turned down; `undefined` when it was not. */
export function blockedReply(generation: Generation, options: ReplyOptions): JsonObject | undefined {
  const { block } = generation.ending
  if (block === undefined) return undefined
  return {
    promptFeedback: { blockReason: block, safetyRatings: RATINGS },
    usageMetadata: usageOf(generation.usage, 0, 0),
    ...baseOf(generation, options),
  }
}

function contentOf(generation: Generation, choice: Choice, options: ReplyOptions): JsonObject {
  const parts = choice.parts.flatMap((part) => partsOf(choice, part, options))
  const last = parts.at(-1)
  // A text is signed at its end; a call carries its own.
  if (last && options.rules.signatures && last.text !== undefined) last.thoughtSignature = signatureOf(choice, options)
  if (parts.length > 0) return { content: { parts, role: 'model' } }
  return generation.ending.finish === undefined && choice.stop !== 'filter' ? { content: { role: 'model' } } : {}
}

/** A GenerateContentResponse. */
export function reply(generation: Generation, options: ReplyOptions): JsonObject {
  const blocked = blockedReply(generation, options)
  if (blocked) return blocked
  return {
    candidates: generation.choices.map((choice, index) => ({
      ...contentOf(generation, choice, options),
      ...endingOf(generation, choice, options),
      index,
    })),
    usageMetadata: usageOf(generation.usage),
    ...baseOf(generation, options),
  }
}
