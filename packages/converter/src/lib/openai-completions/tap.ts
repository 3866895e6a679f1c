import type { ChatError } from '../chat/error.ts'
import { isObject, type JsonObject, parseObject } from '../chat/json.ts'
import { arrayAt, numberAt, stringAt } from '../chat/read.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { StreamTap } from '../codec.ts'
import { usageOf } from '../openai-chat/wire.ts'
import { mergeUsage } from '../stream/fold.ts'
import { TextTemplate } from '../stream/text-template.ts'
import { choiceError, isError, streamError } from './error.ts'
import { choiceText, isPlainText, stopOf } from './wire.ts'

/** Reads usage, stop and errors from a completion stream that passes as bytes. */
export class CompletionsTap implements StreamTap {
  readonly #template = new TextTemplate('text', choiceText)
  /** Why each choice ended; undefined while it has not. */
  readonly #stops = new Map<number, Stop | undefined>()
  #content = false
  #usage: Usage | undefined
  #error: ChatError | undefined

  frame(event: string, data: string): void {
    if (this.#error !== undefined) return
    if (this.#content && this.#template.match(data) !== undefined) return
    const chunk = parseObject(data)
    if (chunk === undefined) return
    if (event === 'error' || isError(chunk)) {
      this.#error = streamError(chunk)
      return
    }
    for (const choice of arrayAt(chunk, 'choices')) if (isObject(choice)) this.#choice(choice)
    this.#usage = mergeUsage(this.#usage, usageOf(chunk))
    if (this.#content && isPlainText(chunk)) this.#template.learn(data)
  }

  /** Completion is known from the finish reasons alone: the end adds nothing. */
  end(): void {}

  get content(): boolean {
    return this.#content
  }

  get finished(): boolean {
    if (this.#stops.size === 0 || this.#error !== undefined) return false
    for (const stop of this.#stops.values()) if (stop === undefined) return false
    return true
  }

  get usage(): Usage | undefined {
    return this.#usage
  }

  get stop(): Stop | undefined {
    return this.#stops.values().next().value
  }

  get error(): ChatError | undefined {
    return this.#error
  }

  #choice(choice: JsonObject): void {
    const error = choiceError(choice)
    if (error !== undefined) {
      this.#error = error
      return
    }
    const index = numberAt(choice, 'index') ?? 0
    if (stringAt(choice, 'text')) this.#content = true
    this.#stops.set(index, stringAt(choice, 'finish_reason') ? stopOf(choice) : this.#stops.get(index))
  }
}

/** Usage and stop of a reply that passes as bytes. */
export function tapReply(wire: JsonObject): { usage?: Usage; stop?: Stop } {
  const usage = usageOf(wire)
  const choice = arrayAt(wire, 'choices').find(isObject)
  return { ...(usage && { usage }), ...(choice && { stop: stopOf(choice) }) }
}
