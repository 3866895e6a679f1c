import { type Endpoint, type Told, withModel } from '../endpoint.ts'
import { type JsonObject, show } from '../json.ts'
import { chatEndpoint } from '../openai-chat/endpoint.ts'
import { embeddingUsage } from '../usage.ts'
import { validate } from './validate.ts'
import { base64Of, vectorOf } from './vector.ts'

function answer(body: JsonObject): Told {
  const model = show(body.model)
  const { inputs, dimensions, tokens } = validate(body, model)
  const data = inputs.map((input, index) => {
    const vector = vectorOf(input, dimensions)
    return { object: 'embedding', index, embedding: body.encoding_format === 'base64' ? base64Of(vector) : vector }
  })
  return {
    told: { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } },
    usage: embeddingUsage(tokens),
  }
}

/** `POST /v1/embeddings`, and Azure's paths for it. */
export const embeddingsEndpoint: Endpoint = {
  ...chatEndpoint,
  streams: () => false,
  lastWords: (body) => (typeof body.input === 'string' ? body.input : ''),
  open: (body, call) => answer(withModel(body, call)),
}
