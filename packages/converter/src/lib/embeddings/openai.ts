import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { arrayAt, invalid, numberAt, objectAt, present, readCount, readString, stringAt } from '../chat/read.ts'
import type { EmbeddingInput, EmbeddingReply, EmbeddingRequest } from './embedding.ts'
import { decodeFloats, encodeFloats } from './floats.ts'

/** Reads a request of OpenAI's `/embeddings`. */
export function decodeOpenaiRequest(wire: JsonObject, report: Report): EmbeddingRequest {
  const format = readString(wire, 'encoding_format', '') ?? 'float'
  if (format !== 'float' && format !== 'base64') invalid('encoding_format', 'must be "float" or "base64"')
  const dimensions = readCount(wire, 'dimensions', '')
  for (const key of Object.keys(wire)) {
    if (!known.has(key) && present(wire, key) !== undefined) report.dropped(key, 'Gemini has no counterpart')
  }
  const input = present(wire, 'input')
  return {
    model: readString(wire, 'model', '') ?? '',
    ...inputsOf(input),
    base64: format === 'base64',
    ...(dimensions !== undefined && { dimensions }),
  }
}

const known: ReadonlySet<string> = new Set(['model', 'input', 'encoding_format', 'dimensions'])

function inputsOf(input: JsonValue | undefined): Pick<EmbeddingRequest, 'inputs' | 'list'> {
  if (typeof input === 'string') return { inputs: [{ path: 'input', content: input }], list: false }
  if (!Array.isArray(input) || input.length === 0) return invalid('input', 'must be a text or a list of texts')
  if (input.every((item) => typeof item === 'number'))
    return { inputs: [{ path: 'input', content: input }], list: false }
  const inputs = input.map((item, i): EmbeddingInput => {
    const path = `input[${i}]`
    if (typeof item === 'string') return { path, content: item }
    const tokens = Array.isArray(item) ? item.filter((token) => typeof token === 'number') : []
    if (!Array.isArray(item) || tokens.length !== item.length)
      return invalid(path, 'must be a text or a list of tokens')
    return { path, content: tokens }
  })
  return { inputs, list: true }
}

/** Writes a request of OpenAI's `/embeddings`. Numbers are asked for as base64, a third of their size as text. */
export function encodeOpenaiRequest({ model, inputs, list, dimensions }: EmbeddingRequest): JsonObject {
  const contents = inputs.map(({ content }) => (typeof content === 'string' ? content : [...content]))
  const [only] = contents
  return {
    model,
    input: list || only === undefined ? contents : only,
    ...(dimensions !== undefined && { dimensions }),
    encoding_format: 'base64',
  }
}

/** Reads a reply of `/embeddings`, its vectors as numbers or base64; undefined when it is none. */
export function decodeOpenaiReply(wire: JsonObject): EmbeddingReply | undefined {
  const entries = arrayAt(wire, 'data').filter(isObject)
  if (entries.length === 0) return undefined
  // Their order is said by the index; servers that leave it out send them in order.
  const ordered = entries
    .map((entry, i) => ({ entry, index: numberAt(entry, 'index') ?? i }))
    .sort((a, b) => a.index - b.index)
  const vectors = ordered.map(({ entry }) => vectorOf(entry.embedding))
  const usage = objectAt(wire, 'usage')
  const inputTokens = usage && (numberAt(usage, 'prompt_tokens') ?? numberAt(usage, 'total_tokens'))
  const model = stringAt(wire, 'model')
  if (!vectors.every((vector) => vector !== undefined)) return undefined
  return { vectors, ...(model !== undefined && { model }), ...(inputTokens !== undefined && { inputTokens }) }
}

function vectorOf(embedding: JsonValue | undefined): number[] | undefined {
  if (typeof embedding === 'string') return decodeFloats(embedding)
  if (!Array.isArray(embedding)) return undefined
  const values = embedding.filter((value) => typeof value === 'number')
  return values.length === embedding.length ? values : undefined
}

/** Writes a reply of `/embeddings`. */
export function encodeOpenaiReply(
  reply: EmbeddingReply,
  request: Pick<EmbeddingRequest, 'base64' | 'model'>,
): JsonObject {
  const tokens = reply.inputTokens ?? 0
  return {
    object: 'list',
    data: reply.vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: request.base64 ? encodeFloats(vector) : [...vector],
    })),
    model: reply.model ?? request.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}
