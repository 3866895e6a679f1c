import type { ChatError } from '../chat/error.ts'
import { isObject, type JsonObject, member, parseObject } from '../chat/json.ts'
import { arrayAt, numberAt, objectAt, stringAt } from '../chat/read.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { StreamTap } from '../codec.ts'
import { mergeUsage } from '../stream/fold.ts'
import { TextTemplate } from '../stream/text-template.ts'
import { holdsCall } from './call-decoder.ts'
import { deltaContent, isPlainText } from './chunk-template.ts'
import { choiceError, isError, streamError } from './error.ts'
import { stopOf } from './reply-decode.ts'
import { readStop, reasoningOf, usageOf } from './wire.ts'

interface ChoiceState {
  calls: boolean
  refusal: boolean
  finish: string | undefined
}

/**
 * Reads usage, stop and errors from a chat stream that passes as bytes. A chunk that differs from an earlier one in nothing but
 * its text tells none of these and is not parsed.
 */
export class ChatTap implements StreamTap {
  readonly #template = new TextTemplate('content', deltaContent)
  readonly #choices = new Map<number, ChoiceState>()
  #content = false
  #usage: Usage | undefined
  #error: ChatError | undefined

  frame(event: string, data: string): void {
    if (this.#error !== undefined) return
    if (this.#content && this.#template.match(data) !== undefined) return
    const chunk = parseObject(data)
    if (chunk === undefined) return
    if (event === 'error' || isError(chunk)) this.#error = streamError(chunk)
    else this.#chunk(chunk, data)
  }

  /** Completion is known from the finish reasons alone: the end adds nothing. */
  end(): void {}

  get content(): boolean {
    return this.#content
  }

  /** Every choice that was begun has its finish reason. */
  get finished(): boolean {
    if (this.#choices.size === 0 || this.#error !== undefined) return false
    for (const choice of this.#choices.values()) if (choice.finish === undefined) return false
    return true
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  get stop(): Stop | undefined {
    const first = this.#choices.values().next().value
    return first?.finish === undefined ? undefined : readStop(first.finish, first)
  }

  get error(): ChatError | undefined {
    return this.#error
  }

  #chunk(chunk: JsonObject, data: string): void {
    for (const choice of arrayAt(chunk, 'choices')) if (isObject(choice)) this.#choice(choice)
    this.#usage = mergeUsage(this.#usage, usageOf(chunk))
    if (this.#content && isPlainText(chunk)) this.#template.learn(data)
  }

  #choice(choice: JsonObject): void {
    const error = choiceError(choice)
    if (error !== undefined) {
      this.#error = error
      return
    }
    const index = numberAt(choice, 'index') ?? 0
    const state = this.#choices.get(index) ?? { calls: false, refusal: false, finish: undefined }
    this.#choices.set(index, state)
    const delta = objectAt(choice, 'delta') ?? objectAt(choice, 'message') ?? {}
    if (holdsCall(delta)) state.calls = true
    if (stringAt(delta, 'refusal')) state.refusal = true
    if (saysSomething(delta)) this.#content = true
    const finish = stringAt(choice, 'finish_reason')
    if (finish) state.finish = finish
  }
}

/** Whether a delta carries anything a client would show or act on. */
function saysSomething(delta: JsonObject): boolean {
  const content = member(delta, 'content')
  return (
    (typeof content === 'string' ? content !== '' : Array.isArray(content) && content.length > 0) ||
    Boolean(reasoningOf(delta)) ||
    Boolean(stringAt(delta, 'refusal')) ||
    holdsCall(delta) ||
    objectAt(delta, 'audio') !== undefined
  )
}

/** Usage and stop of a reply that passes as bytes. */
export function tapReply(wire: JsonObject): { usage?: Usage; stop?: Stop } {
  const usage = usageOf(wire)
  const choice = arrayAt(wire, 'choices').find(isObject)
  return { ...(usage && { usage }), ...(choice && { stop: stopOf(choice) }) }
}
