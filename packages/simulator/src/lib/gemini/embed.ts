import { type Embeddable, vectorOf } from '../embeddings/vector.ts'
import type { Call, Endpoint, Told } from '../endpoint.ts'
import { isObject, type JsonObject, number, objects, text } from '../json.ts'
import { embeddingModel } from '../models/embedding.ts'
import { countTokens } from '../tokens.ts'
import { embeddingUsage } from '../usage.ts'
import { generateEndpoint } from './endpoint.ts'
import { invalid, violation } from './error.ts'
import { contentText } from './messages.ts'
import { readBatch, readEmbed } from './shape.ts'

/** Contents that one batch may have (API reference). */
const MAX_BATCH = 100

interface Embedded {
  values: number[]
  tokens: number
}

function embed(request: JsonObject, model: string): Embedded {
  const rules = embeddingModel(model)
  if (!isObject(request.content)) throw violation('content', 'content is not specified')
  if (objects(request.content.parts).length === 0) throw invalid('content is empty')
  const words: Embeddable = contentText(request.content)
  if (words === '') throw invalid('content contains an empty Part.')
  if (text(request.title) !== undefined && request.taskType !== 'RETRIEVAL_DOCUMENT') {
    throw invalid('title is only supported when task_type is RETRIEVAL_DOCUMENT')
  }
  const dimensions = number(request.outputDimensionality) ?? rules.dimensions
  if (dimensions < 1 || dimensions > rules.dimensions) {
    throw invalid(`output_dimensionality must be between 1 and ${rules.dimensions}.`)
  }
  const tokens = countTokens(words)
  if (tokens > rules.maxInput && request.autoTruncate === false) {
    throw invalid(`The input token count is ${tokens} but the model supports up to ${rules.maxInput}.`)
  }
  return { values: vectorOf(words, dimensions), tokens }
}

function usageOf(tokens: number): JsonObject {
  return { promptTokenCount: tokens, promptTokenDetails: [{ modality: 'TEXT', tokenCount: tokens }] }
}

function single(body: JsonObject, call: Call): Told {
  const { values, tokens } = embed(readEmbed(body), call.model ?? '')
  return { told: { embedding: { values }, usageMetadata: usageOf(tokens) }, usage: embeddingUsage(tokens) }
}

function batch(body: JsonObject, call: Call): Told {
  const requests = objects(readBatch(body).requests)
  if (requests.length === 0) throw invalid('* BatchEmbedContentsRequest.requests: requests is not specified\n')
  if (requests.length > MAX_BATCH) {
    throw invalid(`* BatchEmbedContentsRequest.requests: at most ${MAX_BATCH} requests can be in one batch\n`)
  }
  for (const { model } of requests) {
    if (model === undefined || model === `models/${call.model}` || model === call.model) continue
    throw invalid('* BatchEmbedContentsRequest.model: model must match the model of every request\n')
  }
  const embedded = requests.map((request) => embed(request, call.model ?? ''))
  const tokens = embedded.reduce((sum, each) => sum + each.tokens, 0)
  const embeddings = embedded.map(({ values }) => ({ values }))
  return { told: { embeddings, usageMetadata: usageOf(tokens) }, usage: embeddingUsage(tokens) }
}

function lastWords(body: JsonObject): string {
  return isObject(body.content) ? contentText(body.content) : ''
}

/** `POST …/models/{model}:embedContent`. */
export const embedEndpoint: Endpoint = { ...generateEndpoint, lastWords, open: single }

/** `POST …/models/{model}:batchEmbedContents`. */
export const batchEmbedEndpoint: Endpoint = { ...generateEndpoint, lastWords, open: batch }
