import {
  convertEmbeddingReply,
  convertEmbeddingRequest,
  type Dialect,
  type EmbeddingFormat,
  type JsonObject,
  readEmbeddingReply,
  renameGeminiRequests,
  spliceMember,
} from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { modelForClient, renameReply } from '../client/client-model.ts'
import { GatewayError } from '../error.ts'
import { wireOf } from '../wire.ts'
import { refusalOf } from './generate.ts'
import type { Job } from './job.ts'

/** OpenAI's ways of chatting share one way of embedding. */
function formatOf(dialect: Dialect): EmbeddingFormat {
  return dialect === 'gemini' ? 'gemini' : 'openai'
}

/** Refuses what holds nothing to embed, before it costs an upstream call. */
export function checkEmbedding(call: Call): void {
  const key = call.dialect === 'openai-chat' ? 'input' : call.endpoint.batch ? 'requests' : 'content'
  if (!call.facts?.scan.members.has(key)) {
    throw new GatewayError('invalid_body', `${key} is required`, { param: key })
  }
}

/** Asks a model for the vectors of texts. */
export const embed: Job = {
  operation(call, dialect) {
    if (formatOf(dialect) === 'openai') return 'embed'
    if (call.dialect === 'gemini') return call.endpoint.batch ? 'embed-batch' : 'embed'
    return isList(wireOf(call).input) ? 'embed-batch' : 'embed'
  },
  prepare(call, { account, dialect, model }) {
    if (formatOf(dialect) === formatOf(call.dialect)) {
      return { job: embed, account, body: ownBytes(call, model), dialect, sameDialect: true, losses: [] }
    }
    try {
      const { body, losses } = convertEmbeddingRequest(wireOf(call), {
        from: formatOf(call.dialect),
        to: formatOf(dialect),
        model,
        strict: call.state.strict,
      })
      return { job: embed, account, body: JSON.stringify(body), dialect, sameDialect: false, losses }
    } catch (cause) {
      throw refusalOf(cause)
    }
  },
  recognises: (wire, dialect) => readEmbeddingReply(wire, formatOf(dialect)) !== undefined,
  reply(call, { dialect, sameDialect }, { bytes, wire }) {
    if (sameDialect) {
      const tokens = readEmbeddingReply(wire, formatOf(dialect))?.inputTokens
      if (tokens !== undefined) call.usage = { input: tokens }
      const model = modelForClient(call)
      return model === undefined ? bytes : renameReply(bytes, dialect, model)
    }
    const { body, losses, inputTokens } = convertEmbeddingReply(wire, {
      from: formatOf(dialect),
      to: formatOf(call.dialect),
      request: wireOf(call),
      model: call.model,
    })
    if (inputTokens !== undefined) call.usage = { input: inputTokens }
    call.losses = [...call.losses, ...losses]
    return JSON.stringify(body)
  },
}

/** Several texts; a list of numbers is one text as tokens. */
function isList(input: JsonObject[string]): boolean {
  return Array.isArray(input) && input.length > 1 && typeof input[0] !== 'number'
}

/** The client's own bytes, but for the model's name where a route gave it another. */
function ownBytes(call: Call, model: string): Uint8Array | string {
  if (model === call.model) return call.body
  if (call.dialect === 'gemini') return JSON.stringify(renameGeminiRequests(wireOf(call), model))
  const member = call.facts?.scan.members.get('model')
  return member === undefined ? call.body : spliceMember(call.body, member, JSON.stringify(model))
}
