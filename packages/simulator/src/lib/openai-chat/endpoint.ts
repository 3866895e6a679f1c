import {
  bearer,
  type Call,
  type Endpoint,
  EVENT_STREAM,
  type Facts,
  type Limits,
  lastMessage,
  type Opened,
  REQUEST_LIMIT,
  withModel,
} from '../endpoint.ts'
import { dataFrame } from '../frame.ts'
import { isObject, type JsonObject, show, text } from '../json.ts'
import type { Variant } from '../variant.ts'
import {
  AZURE_NO_DEPLOYMENT,
  AZURE_NOT_FOUND,
  AZURE_UNAUTHORIZED,
  modelNotFound,
  typicalError,
  unauthorized,
} from './error.ts'
import { KeptReasoning, keeps } from './kept-reasoning.ts'
import { type ReplyOptions, reply } from './reply.ts'
import { stream } from './stream.ts'
import { validate } from './validate.ts'

function isAzure(call: Call): boolean {
  return call.path.startsWith('/openai/')
}

function open(body: JsonObject, call: Call, facts: Facts): Opened {
  const variant: Variant = facts.variant ?? (isAzure(call) ? 'azure' : 'openai')
  const named = withModel(body, call)
  const turn = validate(named, show(named.model), variant, facts.seals)
  const options: ReplyOptions = {
    variant,
    kept: keeps(variant) ? new KeptReasoning(show(named.model), facts.seals) : undefined,
    legacyFunctions: body.functions !== undefined,
    logprobs: body.logprobs === true,
    serviceTier: body.service_tier === 'auto' ? undefined : text(body.service_tier),
  }
  const streamOptions = isObject(body.stream_options) ? body.stream_options : {}
  return {
    turns: [turn],
    caching: 'implicit',
    reply: (generation) => reply(generation, options),
    stream: (generation) => {
      return stream(generation, {
        ...options,
        includeUsage: streamOptions.include_usage === true,
        obfuscate: streamOptions.include_obfuscation !== false,
      })
    },
  }
}

/** Headers of OpenAI's answers. */
function headers(requestId: string, { remaining, resetAt, now }: Limits): Record<string, string> {
  return {
    'x-request-id': requestId,
    'openai-organization': 'simulator',
    'openai-processing-ms': '1',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': String(REQUEST_LIMIT),
    'x-ratelimit-remaining-requests': String(remaining),
    'x-ratelimit-reset-requests': `${Math.max(0, resetAt - now)}ms`,
  }
}

/** `POST /v1/chat/completions`, and Azure's paths for it. */
export const chatEndpoint: Endpoint = {
  dialect: 'openai-chat',
  idPrefix: 'chatcmpl-',
  callPrefix: 'call_',
  credential: (call) => (isAzure(call) ? call.headers['api-key'] || bearer(call.headers) : bearer(call.headers)),
  unauthorized: (call) => (isAzure(call) ? AZURE_UNAUTHORIZED : unauthorized(bearer(call.headers))),
  refuse: (call) => {
    return call.deployment !== undefined && !call.query.get('api-version') ? AZURE_NOT_FOUND : undefined
  },
  modelNotFound: (call, model) => (isAzure(call) ? AZURE_NO_DEPLOYMENT : modelNotFound(model)),
  error: typicalError,
  errorBody: (body) => body,
  errorFrame: (body) => dataFrame(JSON.stringify(body)),
  streams: (body) => body.stream === true,
  streamType: () => EVENT_STREAM,
  lastWords: lastMessage,
  headers,
  open,
}
