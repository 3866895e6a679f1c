import type { Frame } from './frame.ts'
import type { Generation } from './generation.ts'
import type { JsonObject } from './json.ts'
import type { ErrorReply } from './refused.ts'
import type { Seals } from './seal.ts'
import type { Dialect, Turn } from './turn.ts'
import type { Variant } from './variant.ts'

/** A request to a model endpoint, as far as every dialect has it. */
export interface Call {
  path: string
  query: URLSearchParams
  /** Header names in lower case. */
  headers: Readonly<Record<string, string>>
  /** The deployment an Azure path names; it stands for the body's model. */
  deployment?: string
}

/** What an endpoint may use to examine a request. */
export interface Facts {
  seals: Seals
  /** The variant set up; `undefined`: the endpoint's own. */
  variant: Variant | undefined
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
  /** The provider's body for an HTTP status. */
  error(status: number, message?: string): JsonObject
  /** An error body as it is sent under a request id. */
  errorBody(body: JsonObject, requestId: string): JsonObject
  /** An error as an event in a stream. */
  errorFrame(body: JsonObject): string
  /** Headers of every answer: the request's id and what is left of the rate limit. */
  headers(requestId: string, limits: Limits): Record<string, string>
  /** Examines the body; throws `Refused`. A count is of tokens, without an answer. */
  open(body: JsonObject, call: Call, facts: Facts): Opened | { count: Turn }
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

/** The credential of an `Authorization: Bearer` header, or nothing. */
export function bearer(headers: Readonly<Record<string, string>>): string {
  return /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim() ?? ''
}

/** A shallow copy of an object in which `model` is what the path says. */
export function withModel(body: JsonObject, call: Call): JsonObject {
  return call.deployment === undefined ? body : { ...body, model: call.deployment }
}
