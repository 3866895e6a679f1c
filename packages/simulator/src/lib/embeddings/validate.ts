import { type JsonObject, number } from '../json.ts'
import { embeddingModel } from '../models/embedding.ts'
import { countTokens } from '../tokens.ts'
import { invalid, wording } from './error.ts'
import { requestShape } from './shape.ts'
import type { Embeddable } from './vector.ts'

/** Inputs and tokens that one request may have (API reference). */
const MAX_INPUTS = 2048
const MAX_TOKENS = 300_000

/** What a checked request asks for. */
export interface EmbeddingRequest {
  inputs: readonly Embeddable[]
  dimensions: number
  /** Tokens of all inputs. */
  tokens: number
}

/** Checks an embeddings request as OpenAI does; throws its 400, or says what the request means. */
export function validate(body: JsonObject, model: string): EmbeddingRequest {
  if (body.model === undefined) throw invalid('you must provide a model parameter')
  requestShape(body, [], wording)
  const rules = embeddingModel(model)
  const wanted = number(body.dimensions)
  if (wanted !== undefined && !rules.shortens) throw invalid('This model does not support specifying dimensions.')
  if (wanted !== undefined && wanted > rules.dimensions) {
    throw invalid(`Invalid value for 'dimensions' = ${wanted}. Must be less than or equal to ${rules.dimensions}.`)
  }
  const inputs = inputsOf(body.input)
  const counts = inputs.map(tokensOf)
  const longest = Math.max(...counts)
  if (longest > rules.maxInput) {
    throw invalid(
      `This model's maximum context length is ${rules.maxInput} tokens, however you requested ${longest} tokens (${longest} in your prompt; 0 for the completion). Please reduce your prompt; or completion length.`,
    )
  }
  const tokens = counts.reduce((sum, count) => sum + count, 0)
  if (tokens > MAX_TOKENS) {
    throw invalid(
      `Invalid 'input': maximum request size is ${MAX_TOKENS} tokens per request. Your request contained ${tokens} tokens.`,
      'input',
      'max_tokens_per_request',
    )
  }
  return { inputs, dimensions: wanted ?? rules.dimensions, tokens }
}

/** Tokens of one input. */
export function tokensOf(input: Embeddable): number {
  return typeof input === 'string' ? countTokens(input) : input.length
}

function inputsOf(input: unknown): Embeddable[] {
  if (typeof input === 'string') return [checked(input)]
  if (!Array.isArray(input) || input.length === 0) throw wrong()
  if (input.every(isToken)) return [input]
  if (input.length > MAX_INPUTS) {
    throw invalid(
      `Invalid 'input': array too long. Expected an array with maximum length ${MAX_INPUTS}, but got an array with length ${input.length} instead.`,
      'input',
      'array_above_max_length',
    )
  }
  const texts = input.every((entry) => typeof entry === 'string')
  const lists = input.every((entry) => Array.isArray(entry) && entry.length > 0 && entry.every(isToken))
  if (!texts && !lists) throw wrong()
  return (input as Embeddable[]).map(checked)
}

function checked(input: Embeddable): Embeddable {
  if (input === '') throw wrong()
  return input
}

function isToken(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function wrong(): Error {
  return invalid(
    "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.",
  )
}
