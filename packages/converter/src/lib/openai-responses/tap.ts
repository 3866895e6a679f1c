import type { ChatError } from '../chat/error.ts'
import { type JsonObject, parseObject } from '../chat/json.ts'
import { objectAt, stringAt } from '../chat/read.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { StreamTap } from '../codec.ts'
import { isError } from '../openai-chat/error.ts'
import { mergeUsage } from '../stream/fold.ts'
import { failureOf, streamError } from './error.ts'
import { contentsOf, isCall, objectsAt, readStop, sectionsOf, usageOf } from './wire.ts'

const typeHead = '{"type":"'

/**
 * Reads usage, stop and errors from a Responses stream that passes as bytes. Once content has come, events that can tell none of
 * these are known by their type and not parsed.
 */
export class ResponsesTap implements StreamTap {
  /** The event that tells the end is the last of the stream. */
  readonly signEnds = true
  #content = false
  #calls = false
  #refusal = false
  #usage: Usage | undefined
  #stop: Stop | undefined
  #error: ChatError | undefined

  frame(event: string, data: string): void {
    if (this.finished || this.#error !== undefined) return
    const type = event || typeOf(data)
    if (this.#content && type.endsWith('.delta') && type !== 'response.refusal.delta') return
    const wire = parseObject(data)
    if (wire) this.#event(stringAt(wire, 'type') ?? event, wire)
  }

  /** Completion is known from the terminal event alone: the end adds nothing. */
  end(): void {}

  get content(): boolean {
    return this.#content
  }

  get finished(): boolean {
    return this.#stop !== undefined
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  get stop(): Stop | undefined {
    return this.#stop
  }

  get error(): ChatError | undefined {
    return this.#error
  }

  #event(type: string, wire: JsonObject): void {
    const response = objectAt(wire, 'response')
    switch (type) {
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(response ?? {}, type === 'response.incomplete' ? 'incomplete' : 'completed')
        break
      case 'response.failed':
      case 'response.cancelled':
        this.#usage = mergeUsage(this.#usage, usageOf(response ?? {}))
        this.#error = failureOf({ status: 'failed', ...response })
        break
      case 'error':
        this.#error = streamError(wire)
        break
      case 'response.output_item.added':
      case 'response.output_item.done':
        this.#item(objectAt(wire, 'item') ?? {})
        break
      default:
        if (type.endsWith('.delta') && stringAt(wire, 'delta')) this.#content = true
        if (type === 'response.refusal.delta') this.#refusal = true
        if (!type.startsWith('response.') && isError(wire)) this.#error = streamError(wire)
    }
  }

  #item(item: JsonObject): void {
    const type = stringAt(item, 'type') ?? ''
    if (isCall(item)) this.#calls = true
    const says = type === 'message' ? objectsAt(item, 'content').some(saysSomething) : type !== 'reasoning'
    if (says || sectionsOf(item).length > 0) this.#content = true
  }

  #finish(response: JsonObject, status: string): void {
    this.#usage = mergeUsage(this.#usage, usageOf(response))
    this.#error = failureOf(response)
    if (this.#error) return
    const held = contentsOf(response)
    const has = { calls: this.#calls || held.calls, refusal: this.#refusal || held.refusal }
    this.#stop = readStop({ ...response, status }, has)
    for (const item of objectsAt(response, 'output')) this.#item(item)
  }
}

function saysSomething(part: JsonObject): boolean {
  return Boolean(stringAt(part, 'text') ?? stringAt(part, 'refusal'))
}

/** The type of an event without a name, where it stands first in its data, as OpenAI writes it. */
function typeOf(data: string): string {
  return data.startsWith(typeHead) ? data.slice(typeHead.length, data.indexOf('"', typeHead.length)) : ''
}

/** Usage and stop of a reply that passes as bytes. */
export function tapReply(wire: JsonObject): { usage?: Usage; stop?: Stop } {
  const usage = usageOf(wire)
  const stop = failureOf(wire) ? undefined : readStop(wire, contentsOf(wire))
  return { ...(usage && { usage }), ...(stop && { stop }) }
}
