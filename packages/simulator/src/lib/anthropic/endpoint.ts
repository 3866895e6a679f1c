import {
  bearer,
  type Call,
  type Endpoint,
  EVENT_STREAM,
  type Facts,
  type Limits,
  lastMessage,
  type Opened,
  promptTokens,
  REQUEST_LIMIT,
} from '../endpoint.ts'
import { eventFrame } from '../frame.ts'
import { isObject, type JsonObject, text } from '../json.ts'
import type { ErrorReply } from '../refused.ts'
import type { Turn } from '../turn.ts'
import { errorBody, modelNotFound, typicalError, unauthorized } from './error.ts'
import { type ReplyOptions, reply } from './reply.ts'
import { stream } from './stream.ts'
import { VERSIONS, validate } from './validate.ts'

function betasOf(call: Call): string[] {
  return (call.headers['anthropic-beta'] ?? '').split(',').map((beta) => beta.trim())
}

function examine(body: JsonObject, call: Call, facts: Facts, counting: boolean): Turn {
  const version = call.headers['anthropic-version'] ?? ''
  return validate(body, { version, betas: betasOf(call), seals: facts.seals, counting })
}

function open(body: JsonObject, call: Call, facts: Facts): Opened {
  const options: ReplyOptions = {
    seals: facts.seals,
    omitThinking: isObject(body.thinking) && body.thinking.display === 'omitted',
    speed: text(body.speed) ?? null,
    serviceTier: 'standard',
  }
  const whole = facts.threads.whole(body)
  return {
    turns: [examine(whole, call, facts, false)],
    caching: 'explicit',
    reply: (generation) => {
      const message = reply(generation, options)
      facts.threads.keep(body, whole, message)
      return message
    },
    stream: function* (generation) {
      yield* stream(generation, options)
      if (body.thread != null) facts.threads.keep(body, whole, reply(generation, options))
    },
  }
}

function refuse(call: Call): ErrorReply | undefined {
  const version = call.headers['anthropic-version']
  if (version === undefined) return badRequest('anthropic-version: header is required')
  return VERSIONS.includes(version) ? undefined : badRequest(`anthropic-version: "${version}" is not a valid version`)
}

function badRequest(message: string): ErrorReply {
  return { status: 400, body: errorBody('invalid_request_error', message) }
}

/** Headers of Anthropic's answers. */
function headers(requestId: string, { remaining, resetAt }: Limits): Record<string, string> {
  return {
    'request-id': requestId,
    'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
    'anthropic-ratelimit-requests-limit': String(REQUEST_LIMIT),
    'anthropic-ratelimit-requests-remaining': String(remaining),
    'anthropic-ratelimit-requests-reset': new Date(resetAt).toISOString().replace(/\.\d+Z$/, 'Z'),
  }
}

/** `POST /v1/messages`. */
export const messagesEndpoint: Endpoint = {
  dialect: 'anthropic',
  idPrefix: 'msg_',
  callPrefix: 'toolu_',
  credential: (call) => call.headers['x-api-key'] || bearer(call.headers),
  unauthorized: (call) => {
    return unauthorized(call.headers['x-api-key'] || bearer(call.headers), call.headers['x-api-key'] === undefined)
  },
  refuse,
  modelNotFound: (_, model) => modelNotFound(model),
  error: typicalError,
  errorBody: (body, requestId) => ({ ...body, request_id: requestId }),
  errorFrame: (body) => eventFrame('error', body),
  streams: (body) => body.stream === true,
  streamType: () => EVENT_STREAM,
  lastWords: lastMessage,
  headers,
  open,
}

/** `POST /v1/messages/count_tokens`. */
export const countEndpoint: Endpoint = {
  ...messagesEndpoint,
  open: (body, call, facts) => ({ told: { input_tokens: promptTokens(examine(body, call, facts, true)) } }),
}
