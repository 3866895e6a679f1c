import { createHash } from 'node:crypto'
import { type Call, type Endpoint, type Facts, type Opened, partsText, promptTokens, withModel } from '../endpoint.ts'
import { eventFrame, type Frame } from '../frame.ts'
import { isObject, type JsonObject, number, show } from '../json.ts'
import { chatEndpoint } from '../openai-chat/endpoint.ts'
import { AZURE_NOT_FOUND } from '../openai-chat/error.ts'
import { promptUsage } from '../usage.ts'
import { errorEvent } from './error.ts'
import { itemsOf, typeOf } from './messages.ts'
import { encrypt } from './reasoning.ts'
import { type ReplyOptions, reply, usageOf } from './reply.ts'
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
    sourced: include.includes('web_search_call.action.sources'),
  }
  const keep = (response: JsonObject): void => store(body, request, response, responses)
  const background = body.background === true
  const streamOptions = isObject(body.stream_options) ? body.stream_options : {}
  return {
    turns: [request.turn],
    caching: 'implicit',
    reply: (generation) => {
      const response = reply(generation, options)
      keep(response)
      // What runs in the background is fetched later.
      return background ? { ...reply(generation, options, true), status: 'queued' } : response
    },
    stream: (generation) => {
      const frames = stream(generation, { ...options, obfuscate: streamOptions.include_obfuscation !== false }, keep)
      return background ? recorded(frames, generation.id, responses) : frames
    },
  }
}

/** What runs in the background runs to its end, whether its client hears it or not. */
function recorded(frames: Iterable<Frame>, id: string, responses: Facts['responses']): Frame[] {
  const all = [...frames]
  const kept = responses.find(id)
  if (kept) kept.events = all.map((frame) => frame.text)
  return all
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

/** `POST /v1/responses/compact`: what the user said, and the rest sealed into one item. */
export const compactEndpoint: Endpoint = {
  ...responsesEndpoint,
  streams: () => false,
  open: (body, _call, { seals, responses, now }) => {
    const { turn, context } = validate(body, { seals, responses, counting: false, compacting: true })
    const hash = createHash('sha256').update(JSON.stringify(context)).digest('hex').slice(0, 24)
    const said = context.filter((item) => item.role === 'user')
    const id = `cmp_${hash}`
    const sealed = { id, type: 'compaction', encrypted_content: encrypt(seals, id, 'compaction') }
    const usage = promptUsage(promptTokens(turn))
    const head = { id: `resp_${hash}`, object: 'response.compaction', created_at: Math.floor(now / 1000) }
    return { told: { ...head, output: [...said, sealed], usage: usageOf(usage) }, usage }
  },
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
