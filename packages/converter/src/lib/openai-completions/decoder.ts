import type { ChatError } from '../chat/error.ts'
import type { Emit } from '../chat/event.ts'
import { isObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { arrayAt, numberAt, objectAt, secondsAt, stringAt } from '../chat/read.ts'
import type { Usage } from '../chat/usage.ts'
import type { StreamDecoder } from '../codec.ts'
import { usageOf } from '../openai-chat/wire.ts'
import { mergeUsage } from '../stream/fold.ts'
import { truncated } from '../stream/phase.ts'
import { TextTemplate } from '../stream/text-template.ts'
import { brokenFrame, choiceError, isError, streamError } from './error.ts'
import { choiceText, isPlainText, readLogprobs, stopOf } from './wire.ts'

/** The one part such an answer has. */
const index = 0

/** Reads a stream of completion chunks; the finish reason is the sign of completion, and usage comes after it. */
export class CompletionsDecoder implements StreamDecoder {
  readonly #emit: Emit
  readonly #report: Report
  readonly #template = new TextTemplate('text', choiceText)
  #started = false
  #opened = false
  #over = false
  #choice: number | undefined
  /** The choice that told why it ended. */
  #last: JsonObject | undefined
  #usage: Usage | undefined

  constructor(emit: Emit, report: Report) {
    this.#emit = emit
    this.#report = report
  }

  frame(event: string, data: string): void {
    if (this.#over) return
    const literal = this.#opened ? this.#template.match(data) : undefined
    if (literal !== undefined) {
      if (literal !== '""') this.#emit({ type: 'text', index, literal })
      return
    }
    const trimmed = data.trim()
    if (trimmed === '[DONE]') this.end()
    else if (trimmed !== '') this.#parse(event, trimmed, data)
  }

  end(): void {
    if (this.#over) return
    if (this.#last === undefined) {
      this.#fail(truncated())
      return
    }
    this.#over = true
    if (this.#opened) this.#emit({ type: 'close', index })
    this.#emit({ type: 'finish', stop: stopOf(this.#last), ...(this.#usage && { usage: this.#usage }) })
  }

  #parse(event: string, json: string, data: string): void {
    let chunk: JsonValue
    try {
      chunk = JSON.parse(json) as JsonValue
    } catch {
      chunk = null
    }
    if (!isObject(chunk)) {
      this.#fail(brokenFrame)
    } else if (event === 'error' || isError(chunk)) this.#fail(streamError(chunk))
    else this.#chunk(chunk, data)
  }

  #fail(error: ChatError): void {
    this.#over = true
    this.#emit({ type: 'error', error })
  }

  #chunk(chunk: JsonObject, data: string): void {
    const choices = arrayAt(chunk, 'choices')
    if (choices.length > 0) this.#start(chunk)
    for (const choice of choices) {
      if (isObject(choice)) this.#readChoice(choice)
      if (this.#over) return
    }
    const usage = usageOf(chunk)
    if (usage !== undefined && this.#started) {
      this.#usage = mergeUsage(this.#usage, usage)
      this.#emit({ type: 'usage', usage })
    }
    if (this.#opened && isPlainText(chunk, this.#choice)) this.#template.learn(data)
  }

  #start(chunk: JsonObject): void {
    if (this.#started) return
    this.#started = true
    const id = stringAt(chunk, 'id')
    const model = stringAt(chunk, 'model')
    const created = secondsAt(chunk, 'created')
    this.#emit({
      type: 'start',
      ...(id !== undefined && id !== '' && { id }),
      ...(model !== undefined && model !== '' && { model }),
      ...(created !== undefined && { created }),
    })
  }

  #readChoice(choice: JsonObject): void {
    const number = numberAt(choice, 'index') ?? 0
    this.#choice ??= number
    if (number !== this.#choice) {
      this.#report.dropped(`choices[${number}]`, 'only the first choice of a stream is converted')
      return
    }
    const error = choiceError(choice)
    if (error !== undefined) {
      this.#fail(error)
      return
    }
    const text = stringAt(choice, 'text') ?? ''
    if (text !== '') {
      if (!this.#opened) this.#emit({ type: 'open', index, part: { type: 'text' } })
      this.#opened = true
      this.#emit({ type: 'text', index, literal: JSON.stringify(text) })
    }
    const logprobs = objectAt(choice, 'logprobs')
    if (logprobs !== undefined && this.#opened) {
      this.#emit({ type: 'logprobs', index, value: readLogprobs(logprobs) })
    }
    if (stringAt(choice, 'finish_reason')) this.#last = choice
  }
}
