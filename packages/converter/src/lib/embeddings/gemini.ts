import { isObject, type JsonObject, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import {
  arrayAt,
  invalid,
  numberAt,
  objectAt,
  pathOf,
  present,
  readCount,
  readObjects,
  readString,
  requireObject,
} from '../chat/read.ts'
import type { EmbeddingInput, EmbeddingReply, EmbeddingRequest } from './embedding.ts'

/** Reads a request of `:embedContent`, or of `:batchEmbedContents`, whose requests then have to agree on what OpenAI says once. */
export function decodeGeminiRequest(wire: JsonObject, report: Report): EmbeddingRequest {
  const batch = readObjects(wire, 'requests', '')
  if (batch?.length === 0) invalid('requests', 'must not be empty')
  const requests = batch ?? [{ value: wire, at: '' }]
  const inputs = requests.map(({ value, at }) => inputOf(value, at, report))
  const sizes = new Set(requests.map(({ value, at }) => dimensionsOf(value, at)))
  if (sizes.size > 1)
    report.refuse('requests', 'OpenAI embeds all inputs of a request in the same number of dimensions')
  const [dimensions] = sizes
  return {
    model: '',
    inputs,
    list: batch !== undefined,
    base64: false,
    ...(dimensions !== undefined && { dimensions }),
  }
}

/** Members that are read here, and those that say nothing: the model stands in the path. */
const known: ReadonlySet<string> = new Set([
  'model',
  'content',
  'outputDimensionality',
  'output_dimensionality',
  'embedContentConfig',
])

function inputOf(request: JsonObject, at: string, report: Report): EmbeddingInput {
  for (const [key, value] of [
    ...Object.entries(request),
    ...Object.entries(objectAt(request, 'embedContentConfig') ?? {}),
  ]) {
    if (!known.has(key) && value !== undefined && value !== null) {
      report.dropped(pathOf(at, key), 'OpenAI has no counterpart')
    }
  }
  const content = requireObject(request, 'content', at)
  const path = pathOf(at, 'content')
  const parts = readObjects(content, 'parts', path) ?? []
  if (parts.length === 0) invalid(`${path}.parts`, 'must not be empty')
  const texts = parts.map(({ value, at: where }) => {
    const text = readString(value, 'text', where)
    return text ?? report.refuse(where, 'OpenAI embeds text alone')
  })
  if (texts.length > 1) report.approximated(`${path}.parts`, 'joined to one text, as OpenAI has one for each input')
  return { path, content: texts.join('\n') }
}

function dimensionsOf(request: JsonObject, at: string): number | undefined {
  const config = objectAt(request, 'embedContentConfig') ?? {}
  return (
    readCount(request, 'outputDimensionality', at) ??
    readCount(request, 'output_dimensionality', at) ??
    readCount(config, 'outputDimensionality', pathOf(at, 'embedContentConfig'))
  )
}

/** Writes the request of one input, or of several as `:batchEmbedContents` takes them, each with its model. */
export function encodeGeminiRequest(request: EmbeddingRequest, report: Report): JsonObject {
  const one = ({ path, content }: EmbeddingInput): JsonObject => ({
    content: {
      parts: [{ text: typeof content === 'string' ? content : report.refuse(path, 'Gemini embeds text, not tokens') }],
    },
    ...(request.dimensions !== undefined && { outputDimensionality: request.dimensions }),
  })
  const [only] = request.inputs
  if (!isBatch(request) && only !== undefined) return one(only)
  return { requests: request.inputs.map((input) => ({ model: `models/${request.model}`, ...one(input) })) }
}

/** One input goes alone also where the client sent it as a list: `:embedContent` is what every Gemini endpoint has. */
export function isBatch({ inputs }: EmbeddingRequest): boolean {
  return inputs.length > 1
}

/** Reads a reply of either method; undefined when it is none. */
export function decodeGeminiReply(wire: JsonObject): EmbeddingReply | undefined {
  const single = objectAt(wire, 'embedding')
  const entries = single ? [single] : arrayAt(wire, 'embeddings').filter(isObject)
  const vectors = entries.map((entry) => arrayAt(entry, 'values').filter((value) => typeof value === 'number'))
  if (vectors.length === 0 || vectors.some((vector) => vector.length === 0)) return undefined
  const usage = objectAt(wire, 'usageMetadata')
  const inputTokens = usage && (numberAt(usage, 'promptTokenCount') ?? numberAt(usage, 'totalTokenCount'))
  return { vectors, ...(inputTokens !== undefined && { inputTokens }) }
}

/** Writes a reply as the client's method has it. */
export function encodeGeminiReply(reply: EmbeddingReply, list: boolean): JsonObject {
  const embeddings = reply.vectors.map((vector) => ({ values: [...vector] }))
  const [only] = embeddings
  const { inputTokens } = reply
  return {
    ...(list || only === undefined ? { embeddings } : { embedding: only }),
    ...(inputTokens !== undefined && {
      usageMetadata: { promptTokenCount: inputTokens, totalTokenCount: inputTokens },
    }),
  }
}

/** Names another model in the requests of a batch; what has none in its body stays as it is. */
export function renameGeminiRequests(wire: JsonObject, model: string): JsonObject {
  const named = (request: JsonObject): JsonObject =>
    present(request, 'model') === undefined ? request : { ...request, model: `models/${model}` }
  const requests = member(wire, 'requests')
  if (!Array.isArray(requests)) return named(wire)
  return { ...wire, requests: requests.map((request) => (isObject(request) ? named(request) : request)) }
}
