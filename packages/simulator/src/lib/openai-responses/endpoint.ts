import { type Call, type Endpoint, type Facts, type Opened, partsText, promptTokens, withModel } from '../endpoint.ts'
import { eventFrame } from '../frame.ts'
import { isObject, type JsonObject, number, show } from '../json.ts'
import { chatEndpoint } from '../openai-chat/endpoint.ts'
import { AZURE_NOT_FOUND } from '../openai-chat/error.ts'
import { errorEvent } from './error.ts'
import { itemsOf, typeOf } from './messages.ts'
import { type ReplyOptions, reply } from './reply.ts'
import { stream } from './stream.ts'
import { type ResponseRequest, validate } from './validate.ts'

function open(body: JsonObject, call: Call, { seals, responses }: Facts): Opened {
  const request = validate(withModel(body, call), { seals, responses, counting: false })
  const reasoning = isObject(body.reasoning) ? body.reasoning : {}
  const include: unknown[] = Array.isArray(body.include) ? body.include : []
  const options: ReplyOptions = {
    seals,
    request: body,
    summary: reasoning.summary != null || reasoning.generate_summary != null,
    logprobs: include.includes('message.output_text.logprobs') || Number(number(body.top_logprobs) ?? 0) > 0,
  }
  const keep = (response: JsonObject): void => store(body, request, response, responses)
  const streamOptions = isObject(body.stream_options) ? body.stream_options : {}
  return {
    turns: [request.turn],
    caching: 'implicit',
    reply: (generation) => {
      const response = reply(generation, options)
      keep(response)
      // What runs in the background is fetched later.
      return body.background === true ? { ...reply(generation, options, true), status: 'queued' } : response
    },
    stream: (generation) => {
      return stream(generation, { ...options, obfuscate: streamOptions.include_obfuscation !== false }, keep)
    },
  }
}

/** Keeps a response that was not to be forgotten, and adds it to its conversation. */
function store(body: JsonObject, request: ResponseRequest, response: JsonObject, responses: Facts['responses']): void {
  const id = show(response.id).replace(/^resp_/, '')
  const named = (item: JsonObject, index: number): JsonObject => ({ id: `msg_${id}i${index}`, ...item })
  const output = Array.isArray(response.output) ? response.output.filter(isObject) : []
  if (body.store !== false) responses.keep({ response, input: request.context.map(named) })
  const conversation = isObject(body.conversation) ? body.conversation.id : body.conversation
  if (typeof conversation === 'string') responses.append(conversation, [...request.input.map(named), ...output])
}

function lastWords(body: JsonObject): string {
  const items = itemsOf(body.input)
  const last = items.findLast((item) => item.role !== 'system' && item.role !== 'developer')
  return last && typeOf(last) === 'message' && last.role === 'user' ? partsText(last.content) : ''
}

/** `POST /v1/responses`, and Azure's paths for it. */
export const responsesEndpoint: Endpoint = {
  ...chatEndpoint,
  dialect: 'openai-responses',
  idPrefix: 'resp_',
  // Azure's path without `v1` needs a version.
  refuse: (call) =>
    call.path.startsWith('/openai/responses') && !call.query.get('api-version') ? AZURE_NOT_FOUND : undefined,
  errorFrame: (body, sent) => eventFrame('error', errorEvent(body, sent)),
  lastWords,
  open,
}

/** `POST /v1/responses/input_tokens`. */
export const inputTokensEndpoint: Endpoint = {
  ...responsesEndpoint,
  streams: () => false,
  open: (body, _call, { seals, responses }) => {
    const { turn } = validate(body, { seals, responses, counting: true })
    return { told: { object: 'response.input_tokens', input_tokens: promptTokens(turn) } }
  },
}
