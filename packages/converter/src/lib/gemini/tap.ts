import type { ChatError } from '../chat/error.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { arrayAt, numberAt, objectAt, stringAt } from '../chat/read.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { StreamTap } from '../codec.ts'
import { mergeUsage } from '../stream/fold.ts'
import { ChunkTemplate } from './chunk-template.ts'
import { kindOf } from './content-decode.ts'
import { decodeError, isError } from './error.ts'
import { stopOf, wireParts } from './reply-decode.ts'
import { blockOf, readStop, readUsage } from './wire.ts'

interface CandidateState {
  calls: boolean
  finish: string | undefined
  message: string | undefined
}

/**
 * Reads usage, stop and errors from a stream that passes as bytes. A chunk that differs from an earlier one in nothing but its
 * text tells none of these and is not parsed.
 */
export class GeminiTap implements StreamTap {
  readonly #template = new ChunkTemplate()
  readonly #candidates = new Map<number, CandidateState>()
  #content = false
  #block: Stop | undefined
  #usage: Usage | undefined
  #error: ChatError | undefined

  frame(event: string, data: string): void {
    if (this.#error !== undefined) return
    if (this.#content && this.#template.match(data) !== undefined) return
    const chunk = parse(data)
    if (chunk === undefined) return
    if (isError(chunk) || event === 'error') this.#error = decodeError(0, chunk)
    else this.#chunk(chunk, data)
  }

  /** Completion is known from the finish reasons alone: the end adds nothing. */
  end(): void {}

  get content(): boolean {
    return this.#content
  }

  /** Every candidate that was begun has its finish reason, or the prompt was refused. */
  get finished(): boolean {
    if (this.#error !== undefined) return false
    if (this.#candidates.size === 0) return this.#block !== undefined
    for (const { finish } of this.#candidates.values()) if (finish === undefined) return false
    return true
  }

  get usage(): Usage | undefined {
    this.#settle()
    return this.#usage
  }

  get stop(): Stop | undefined {
    const first = this.#candidates.get(0)
    return first?.finish === undefined ? this.#block : readStop(first.finish, first.calls, first.message)
  }

  get error(): ChatError | undefined {
    return this.#error
  }

  #settle(): void {
    const used = this.#template.takeUsage()
    if (used) this.#usage = mergeUsage(this.#usage, readUsage(used))
  }

  #chunk(chunk: JsonObject, data: string): void {
    this.#settle()
    for (const [i, candidate] of arrayAt(chunk, 'candidates').entries()) {
      if (isObject(candidate)) this.#candidate(candidate, numberAt(candidate, 'index') ?? i)
    }
    this.#block = blockOf(chunk) ?? this.#block
    this.#usage = mergeUsage(this.#usage, readUsage(chunk))
    if (this.#content) this.#template.learn(chunk, data)
  }

  #candidate(candidate: JsonObject, index: number): void {
    const state = this.#candidates.get(index) ?? { calls: false, finish: undefined, message: undefined }
    this.#candidates.set(index, state)
    for (const part of wireParts(candidate)) {
      if (objectAt(part, 'functionCall')) state.calls = true
      if (saysSomething(part)) this.#content = true
    }
    const finish = stringAt(candidate, 'finishReason')
    if (!finish) return
    state.finish = finish
    state.message = stringAt(candidate, 'finishMessage')
  }
}

/** Whether a part carries anything a client would show or act on; a seal alone does not. */
function saysSomething(part: JsonObject): boolean {
  const kind = kindOf(part)
  return kind === 'text' ? member(part, 'text') !== '' : kind !== undefined
}

function parse(data: string): JsonObject | undefined {
  try {
    const value = JSON.parse(data) as JsonValue
    const chunk = Array.isArray(value) ? value[0] : value
    return isObject(chunk) ? chunk : undefined
  } catch {
    return undefined
  }
}

/** Usage and stop of a reply that passes as bytes. */
export function tapReply(wire: JsonObject): { usage?: Usage; stop?: Stop } {
  const usage = readUsage(wire)
  const candidate = arrayAt(wire, 'candidates').find(isObject)
  const stop = candidate ? stopOf(candidate) : blockOf(wire)
  return { ...(usage && { usage }), ...(stop && { stop }) }
}
