import type { ThreadStore } from './anthropic/threads.ts'
import type { Frame } from './frame.ts'
import type { Generation } from './generation.ts'
import { type JsonObject, objects, text } from './json.ts'
import type { ResponseStore } from './openai-responses/store.ts'
import type { ErrorReply } from './refused.ts'
import type { Seals } from './seal.ts'
import type { Dialect, Turn } from './turn.ts'
import type { Usage } from './usage.ts'
import type { Variant } from './variant.ts'

/** A request to a model endpoint, as far as every dialect has it. */
export interface Call {
  path: string
  query: URLSearchParams
  /** Header names in lower case. */
  headers: Readonly<Record<string, string>>
  /** The deployment an Azure path names; it stands for the body's model. */
  deployment?: string
  /** The model a path names, as Gemini's do. */
  model?: string
}

/** What an endpoint may use to examine a request. */
export interface Facts {
  seals: Seals
  /** The variant set up; `undefined`: the endpoint's own. */
  variant: Variant | undefined
  /** Responses that were stored. */
  responses: ResponseStore
  /** Message threads that were begun. */
  threads: ThreadStore
  /** Milliseconds since the epoch. */
  now: number
}

/** An answer that no model says: a count of tokens, embeddings. */
export interface Told {
  told: JsonObject
  /** What it costs; absent for what costs nothing. */
  usage?: Usage
}

/** A legal request, understood. */
export interface Opened {
  /** One for each prompt; only completions have more than one. */
  turns: readonly [Turn, ...Turn[]]
  /** Whether the client marks what to cache, or the provider caches of its own accord. */
  caching: 'explicit' | 'implicit'
  /** Writes the answer down whole. */
  reply(generation: Generation): JsonObject
  /** Writes the answer down as events. */
  stream(generation: Generation): Iterable<Frame>
}

/** One of a provider's endpoints that answer with a model's words. */
export interface Endpoint {
  dialect: Dialect
  /** Begins the ids of answers and of tool calls. */
  idPrefix: string
  callPrefix: string
  /** The credential, without its scheme; empty when there is none. */
  credential(call: Call): string
  unauthorized(call: Call): ErrorReply
  /** A reason to turn the request down before its body is looked at. */
  refuse(call: Call): ErrorReply | undefined
  modelNotFound(call: Call, model: string): ErrorReply
  /** The provider's body for an HTTP status. `retryAfter` in seconds: when to come back, where the body says so. */
  error(status: number, message?: string, retryAfter?: number): JsonObject
  /** An error body as it is sent under a request id. */
  errorBody(body: JsonObject, requestId: string): JsonObject
  /** An error as an event in a stream, behind `sent` other events. */
  errorFrame(body: JsonObject, sent: number, call: Call): string
  /** Whether a request asks for a stream. */
  streams(body: JsonObject, call: Call): boolean
  /** The content type of its streams. */
  streamType(call: Call): string
  /** The user's last words, from a body that was not checked; empty behind an answer or a tool's result. */
  lastWords(body: JsonObject): string
  /** Headers of every answer: the request's id and what is left of the rate limit. */
  headers(requestId: string, limits: Limits): Record<string, string>
  /** Examines the body; throws `Refused`. */
  open(body: JsonObject, call: Call, facts: Facts): Opened | Told
}

/** What is left of the rate limit. */
export interface Limits {
  remaining: number
  /** When it is full again, in milliseconds since the epoch. */
  resetAt: number
  now: number
}

/** Requests a minute that the headers promise. */
export const REQUEST_LIMIT = 10_000

/** The content type of server-sent events. */
export const EVENT_STREAM = 'text/event-stream; charset=utf-8'

/** The credential of an `Authorization: Bearer` header, or nothing. */
export function bearer(headers: Readonly<Record<string, string>>): string {
  return /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim() ?? ''
}

/** A shallow copy of an object in which `model` is what the path says. */
export function withModel(body: JsonObject, call: Call): JsonObject {
  return call.deployment === undefined ? body : { ...body, model: call.deployment }
}

/** Tokens of all a turn's prompt. */
export function promptTokens(turn: Turn): number {
  return turn.segments.reduce((sum, segment) => sum + segment.tokens, 0)
}

/** {@link Endpoint.lastWords} of dialects that put their turns under `messages`, or one text under `prompt`. */
export function lastMessage(body: JsonObject): string {
  if (typeof body.prompt === 'string') return body.prompt
  const messages = objects(body.messages)
  const message = messages.findLast((candidate) => candidate.role === 'user')
  const last = messages.findLast((candidate) => candidate.role !== 'system')
  // Behind an answer, or a tool's result, the order was carried out before.
  return message && message === last ? partsText(message.content) : ''
}

/** The text of content that is a string, or a list of parts. */
export function partsText(content: unknown): string {
  if (typeof content === 'string') return content
  return objects(content)
    .map((part) => text(part.text) ?? '')
    .join('')
}
