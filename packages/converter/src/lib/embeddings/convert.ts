import { ConversionError } from '../chat/error.ts'
import { isObject, type JsonObject } from '../chat/json.ts'
import type { Loss } from '../chat/loss.ts'
import { LossReport } from '../report.ts'
import { textTokens } from '../text-tokens.ts'
import type { ConvertedEmbeddingRequest, EmbeddingFormat, EmbeddingReply, EmbeddingRequest } from './embedding.ts'
import { decodeGeminiReply, decodeGeminiRequest, encodeGeminiReply, encodeGeminiRequest, isBatch } from './gemini.ts'
import { decodeOpenaiReply, decodeOpenaiRequest, encodeOpenaiReply, encodeOpenaiRequest } from './openai.ts'

type EmbeddingBody = JsonObject | string | Uint8Array

/**
 * Converts a request for embeddings.
 *
 * @param options.model the name to send; Gemini has it in the path, and in each request of a batch
 * @throws ConversionError `INVALID_REQUEST`, or `UNSUPPORTED` for what the other vendor does not embed (tokens, images); `LOSSY`
 *   under `strict`.
 */
export function convertEmbeddingRequest(
  body: EmbeddingBody,
  options: {
    readonly from: EmbeddingFormat
    readonly to: EmbeddingFormat
    readonly model: string
    readonly strict?: boolean
  },
): ConvertedEmbeddingRequest {
  const report = new LossReport()
  const wire = readJson(body, 'INVALID_REQUEST')
  const request: EmbeddingRequest = { ...decodeRequest(wire, options.from, report), model: options.model }
  const encoded = options.to === 'openai' ? encodeOpenaiRequest(request) : encodeGeminiRequest(request, report)
  if (options.strict && report.losses.length > 0) {
    const list = report.losses.map((loss) => `${loss.path} (${loss.kind}: ${loss.detail})`).join('; ')
    throw new ConversionError('LOSSY', `strict conversion would lose ${report.losses.length} thing(s): ${list}`, {
      losses: report.losses,
    })
  }
  return { body: encoded, losses: report.losses, batch: isBatch(request) }
}

/**
 * Converts the reply to a request for embeddings.
 *
 * @param options.request what the client sent: whether it wants base64 and whether it asked for a list
 * @param options.model the name to show
 * @throws ConversionError `INVALID_REPLY`, also when there are not as many vectors as inputs.
 */
export function convertEmbeddingReply(
  body: EmbeddingBody,
  options: {
    readonly from: EmbeddingFormat
    readonly to: EmbeddingFormat
    readonly request: EmbeddingBody
    readonly model: string
  },
): { readonly body: JsonObject; readonly losses: Loss[]; readonly inputTokens?: number } {
  const report = new LossReport()
  const request = decodeRequest(readJson(options.request, 'INVALID_REQUEST'), options.to, new LossReport())
  const read = readEmbeddingReply(readJson(body, 'INVALID_REPLY'), options.from)
  if (read?.vectors.length !== request.inputs.length) {
    const found = read === undefined ? 'no embeddings' : `${read.vectors.length} embeddings`
    throw new ConversionError('INVALID_REPLY', `the reply has ${found} for ${request.inputs.length} input(s)`)
  }
  const { inputTokens } = read
  const reply: EmbeddingReply = { ...read, model: options.model }
  const counted = inputTokens !== undefined && { inputTokens }
  if (options.to === 'gemini')
    return { body: encodeGeminiReply(reply, request.list), losses: report.losses, ...counted }
  if (inputTokens === undefined) report.invented('usage.prompt_tokens', 'estimated: the provider told no usage')
  const told = { ...reply, inputTokens: inputTokens ?? estimate(request) }
  return { body: encodeOpenaiReply(told, { ...request, model: options.model }), losses: report.losses, ...counted }
}

/** The vectors and the usage of a reply; undefined when it is none. */
export function readEmbeddingReply(wire: JsonObject, format: EmbeddingFormat): EmbeddingReply | undefined {
  return format === 'openai' ? decodeOpenaiReply(wire) : decodeGeminiReply(wire)
}

function decodeRequest(wire: JsonObject, format: EmbeddingFormat, report: LossReport): EmbeddingRequest {
  return format === 'openai' ? decodeOpenaiRequest(wire, report) : decodeGeminiRequest(wire, report)
}

function estimate({ inputs }: EmbeddingRequest): number {
  const tokens = inputs.map(({ content }) => (typeof content === 'string' ? textTokens(content) : content.length))
  return Math.ceil(tokens.reduce((sum, count) => sum + count, 0))
}

function readJson(body: EmbeddingBody, code: 'INVALID_REQUEST' | 'INVALID_REPLY'): JsonObject {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return body
  const what = code === 'INVALID_REQUEST' ? 'the request body' : 'the reply'
  try {
    const value: unknown = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body))
    if (isObject(value)) return value
  } catch {
    throw new ConversionError(code, `${what} is not valid JSON`)
  }
  throw new ConversionError(code, `${what} must be a JSON object`)
}
