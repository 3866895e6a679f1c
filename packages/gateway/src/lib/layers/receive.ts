import { isUtf8 } from 'node:buffer'
import { insertMember, readBody, spliceMember } from '@llm-gateway/converter'
import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import { BodyError, headerOf } from '../port.ts'

/** Bytes of request bodies held by all calls together. */
export class BodyBudget {
  #held = 0

  get held(): number {
    return this.#held
  }

  /** Negative gives back. */
  take(bytes: number): void {
    this.#held += bytes
  }
}

/** Reads the whole body: an attempt that fails must be able to send it again. */
export async function receive(call: Call, budget: BodyBudget): Promise<void> {
  const { bodyBytes, bufferedBytes } = call.state.limits
  const encoding = headerOf(call.request.headers, 'content-encoding')
  if (encoding !== undefined && encoding !== 'identity') {
    throw new GatewayError(
      'unsupported_encoding',
      `request bodies must not be compressed (content-encoding: ${encoding})`,
    )
  }
  const declared = Number(headerOf(call.request.headers, 'content-length') ?? 0)
  if (declared > bodyBytes) throw tooLarge(bodyBytes)
  if (budget.held + declared > bufferedBytes) {
    throw new GatewayError('gateway_busy', 'the gateway holds too many large requests: try again shortly', {
      headers: { 'retry-after': '2' },
    })
  }
  hold(call, budget, declared)
  try {
    call.body = await call.request.body(bodyBytes)
    hold(call, budget, call.body.length)
  } catch (cause) {
    throw bodyFailure(cause, bodyBytes)
  }
}

/** A body counts from when it is announced: many large ones at once are refused before they are read. */
function hold(call: Call, budget: BodyBudget, bytes: number): void {
  budget.take(bytes - call.heldBytes)
  call.heldBytes = bytes
}

function bodyFailure(cause: unknown, limit: number): unknown {
  if (!(cause instanceof BodyError)) return cause
  if (cause.reason === 'too-large') return tooLarge(limit)
  return new GatewayError('client_left', cause.message)
}

function tooLarge(limit: number): GatewayError {
  const size = limit >= 1_048_576 ? `${Math.round(limit / 1_048_576)} MiB` : `${limit} bytes`
  return new GatewayError('body_too_large', `the request body is larger than ${size}`)
}

/** Scans the body for what routing needs; it is parsed only when it has to be converted. */
export function read(call: Call): void {
  checkEncoding(call.body)
  const result = readBody(call.body)
  if (!result.ok) {
    throw new GatewayError('invalid_body', result.message, result.path === undefined ? {} : { param: result.path })
  }
  const { dialect, name, stream } = call.endpoint
  call.facts = result.facts
  if (name !== undefined) {
    // What the body says of a model that its path names, if anything, means nothing to the vendors either.
    if (dialect === 'gemini') call.facts = { ...result.facts, model: name, stream: stream === true }
    else nameModel(call, name)
  }
  if (call.facts.model === undefined || call.facts.model.trim() === '') {
    throw new GatewayError('invalid_body', 'model is required', { param: 'model' })
  }
}

/** JSON is UTF-8 without a mark (RFC 8259 §8.1): providers differ in what they make of anything else. */
function checkEncoding(body: Uint8Array): void {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) {
    throw new GatewayError('invalid_body', 'the body starts with a byte order mark: send its JSON without one')
  }
  if (!isUtf8(body)) throw new GatewayError('invalid_body', 'the body is not UTF-8')
}

/** Puts the model and the wish for a stream, where the path told them, into a body whose dialect has them there. */
export function nameModel(call: Call, model: string, stream?: boolean): void {
  setMember(call, 'model', model)
  if (stream !== undefined) setMember(call, 'stream', stream)
}

function setMember(call: Call, key: string, value: string | boolean): void {
  const named = call.facts?.scan.members.get(key)
  const json = JSON.stringify(value)
  call.body = named ? spliceMember(call.body, named, json) : insertMember(call.body, key, json)
  const result = readBody(call.body)
  if (!result.ok) throw new GatewayError('invalid_body', result.message)
  call.facts = result.facts
}
