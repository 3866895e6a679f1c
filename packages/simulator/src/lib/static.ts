import type { IncomingMessage, ServerResponse } from 'node:http'
import { messagesEndpoint } from './anthropic/endpoint.ts'
import { ThreadStore } from './anthropic/threads.ts'
import { Ids } from './dice.ts'
import type { Endpoint } from './endpoint.ts'
import { streamEndpoint } from './gemini/endpoint.ts'
import { generate } from './generation.ts'
import { isObject, type JsonObject } from './json.ts'
import { chatEndpoint } from './openai-chat/endpoint.ts'
import { completionsEndpoint } from './openai-completions/endpoint.ts'
import { responsesEndpoint } from './openai-responses/endpoint.ts'
import { ResponseStore } from './openai-responses/store.ts'
import { Seals } from './seal.ts'

/** How big a prebuilt answer is. */
export interface StaticOptions {
  /** Text events in a stream. Default 100. */
  events?: number
  /** Bytes of text in each of them. Default 20. */
  eventBytes?: number
  /** Bytes of text in an answer that does not stream. Default 400. */
  replyBytes?: number
}

/** The answers of one dialect, ready to send. */
interface Prebuilt {
  reply: Buffer
  stream: Buffer
}

const JSON_HEADERS = { 'content-type': 'application/json' }
const STREAM_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }
const STREAM_FLAG = /"stream"\s*:\s*true/

/**
 * Answers with the same bytes at once, without looking at the request beyond its `stream` flag: an upstream
 * that costs nothing, for benchmarks.
 */
export class StaticAnswers {
  readonly #prebuilt = new Map<string, Prebuilt>()
  /** Gemini's paths name the model, any model. */
  readonly #gemini: Prebuilt

  constructor(options: StaticOptions) {
    this.#prebuilt.set('/v1/chat/completions', prebuild(chatEndpoint, options, CHAT))
    this.#prebuilt.set('/v1/completions', prebuild(completionsEndpoint, options, COMPLETION))
    this.#prebuilt.set('/v1/responses', prebuild(responsesEndpoint, options, RESPONSE))
    this.#prebuilt.set('/v1/messages', prebuild(messagesEndpoint, options, MESSAGE))
    this.#gemini = prebuild(streamEndpoint, options, CONTENTS)
  }

  /** Answers, or says that it has no answer for this path. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? ''
    const query = url.indexOf('?')
    const path = query < 0 ? url : url.slice(0, query)
    const gemini = /:(stream)?generateContent$/i.exec(path)
    const prebuilt = gemini ? this.#gemini : this.#prebuilt.get(path)
    if (!prebuilt || request.method !== 'POST') return false
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const streams = gemini ? gemini[1] !== undefined : STREAM_FLAG.test(Buffer.concat(chunks).toString('latin1'))
      const body = streams ? prebuilt.stream : prebuilt.reply
      response.writeHead(200, { ...(streams ? STREAM_HEADERS : JSON_HEADERS), 'content-length': body.length })
      response.end(body)
    })
    return true
  }
}

const CHAT: JsonObject = {
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'hello' }],
  stream_options: { include_usage: true },
}
const COMPLETION: JsonObject = {
  model: 'gpt-3.5-turbo-instruct',
  prompt: 'hello',
  max_tokens: 100_000,
  stream_options: { include_usage: true },
}
const MESSAGE: JsonObject = {
  model: 'claude-sonnet-5-5',
  max_tokens: 100_000,
  messages: [{ role: 'user', content: 'hello' }],
}

const RESPONSE: JsonObject = { model: 'gpt-4o', input: 'hello' }
const CONTENTS: JsonObject = { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] }

function prebuild(endpoint: Endpoint, options: StaticOptions, request: JsonObject): Prebuilt {
  const { events = 100, eventBytes = 20, replyBytes = 400 } = options
  const gemini = endpoint.dialect === 'gemini'
  const call = {
    path: '',
    query: new URLSearchParams(gemini ? 'alt=sse' : ''),
    headers: { 'anthropic-version': '2023-06-01' },
    ...(gemini && { model: 'gemini-2.5-flash' }),
  }
  const opened = endpoint.open(gemini ? request : { ...request, stream: true }, call, {
    seals: new Seals(0),
    responses: new ResponseStore(),
    threads: new ThreadStore(),
    now: 0,
    variant: 'openai',
  })
  if ('told' in opened) throw new TypeError('an answer that no model says has nothing to prebuild')
  const generation = (chunks: readonly string[]) => {
    return generate([{ turn: { ...opened.turns[0], stops: [] }, answer: { chunks } }], {
      ids: new Ids(0),
      now: 0,
      prompt: { input: 10, cached: 0, written5m: 0, written1h: 0 },
      chunkTokens: 1,
      idPrefix: endpoint.idPrefix,
      callPrefix: endpoint.callPrefix,
    })
  }
  const pieces = Array.from({ length: events }, () => 'x'.repeat(eventBytes))
  const frames = [...opened.stream(generation(pieces))].map((frame) => frame.text)
  const reply = opened.reply(generation(['x'.repeat(replyBytes)]))
  return { reply: Buffer.from(JSON.stringify(isObject(reply) ? reply : {})), stream: Buffer.from(frames.join('')) }
}
