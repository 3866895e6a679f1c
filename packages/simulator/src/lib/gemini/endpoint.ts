import { bearer, type Call, type Endpoint, type Facts, type Opened, partsText, promptTokens } from '../endpoint.ts'
import { isObject, type JsonObject, objects } from '../json.ts'
import { geminiModel } from '../models/gemini.ts'
import { modelNotFound, typicalError, unauthorized } from './error.ts'
import { type ReplyOptions, reply } from './reply.ts'
import { elementOf, eventOf, stream } from './stream.ts'
import { showsThoughts } from './thinking.ts'
import { streamsArguments } from './tools.ts'
import { type ValidateOptions, validate, validateCount } from './validate.ts'

/** Whether a path is Vertex's: it names a project. */
function isVertex(call: Call): boolean {
  return call.path.includes('/publishers/google/')
}

function isEvents(call: Call): boolean {
  return call.query.get('alt') === 'sse'
}

function optionsOf(call: Call, facts: Facts, streams: boolean): ValidateOptions {
  return { model: call.model ?? '', stream: streams, vertex: isVertex(call), seals: facts.seals }
}

function open(body: JsonObject, call: Call, facts: Facts, streams: boolean): Opened {
  const { request, turn } = validate(body, optionsOf(call, facts, streams))
  const config = isObject(request.generationConfig) ? request.generationConfig : {}
  const options: ReplyOptions = {
    seals: facts.seals,
    rules: geminiModel(turn.model),
    thoughts: showsThoughts(request),
    logprobs: config.responseLogprobs === true,
    vertex: isVertex(call),
  }
  return {
    turns: [turn],
    caching: 'implicit',
    reply: (generation) => reply(generation, options),
    stream: (generation) => {
      return stream(generation, { ...options, sse: isEvents(call), partialArgs: streamsArguments(request) })
    },
  }
}

/** The credential: a key in a header or in the query, or a token. */
export function credential(call: Call): string {
  return call.headers['x-goog-api-key'] || call.query.get('key') || bearer(call.headers)
}

function lastWords(body: JsonObject): string {
  const contents = Array.isArray(body.contents) ? objects(body.contents) : [body.contents].filter(isObject)
  const last = contents.at(-1)
  return last && last.role !== 'model' ? partsText(last.parts) : ''
}

/** `POST …/models/{model}:generateContent`. */
export const generateEndpoint: Endpoint = {
  dialect: 'gemini',
  idPrefix: '',
  callPrefix: 'call_',
  credential,
  unauthorized: (call) => unauthorized(credential(call), bearer(call.headers) !== ''),
  refuse: () => undefined,
  modelNotFound: (call, model) => modelNotFound(model, call.path.split(':').at(-1) ?? ''),
  error: typicalError,
  errorBody: (body) => body,
  errorFrame: (body, sent, call) => (isEvents(call) ? eventOf(body) : `${elementOf(body, sent)}]`),
  streams: () => false,
  streamType: (call) => (isEvents(call) ? 'text/event-stream' : 'application/json; charset=UTF-8'),
  lastWords,
  headers: () => ({ vary: 'Origin, X-Origin, Referer', server: 'scaffolding on HTTPServer2', 'x-xss-protection': '0' }),
  open: (body, call, facts) => open(body, call, facts, false),
}

/** `POST …/models/{model}:streamGenerateContent`. */
export const streamEndpoint: Endpoint = {
  ...generateEndpoint,
  streams: () => true,
  open: (body, call, facts) => open(body, call, facts, true),
}

/** `POST …/models/{model}:countTokens`. */
export const countTokensEndpoint: Endpoint = {
  ...generateEndpoint,
  open: (body, call, facts) => {
    const { turn } = validateCount(body, optionsOf(call, facts, false))
    const tokens = promptTokens(turn)
    const characters = isVertex(call) ? { totalBillableCharacters: turn.userText.replace(/\s/g, '').length } : {}
    return {
      told: { totalTokens: tokens, ...characters, promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }] },
    }
  },
}
