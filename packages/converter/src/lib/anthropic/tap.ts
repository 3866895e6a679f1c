import type { ChatError } from '../chat/error.ts'
import { isObject, type JsonObject, member, parseObject } from '../chat/json.ts'
import { arrayAt, objectAt, stringAt } from '../chat/read.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { StreamTap } from '../codec.ts'
import { decodeError } from './error.ts'
import { readStop, UsageTally } from './wire.ts'

/** Reads the few frames of a passing stream that tell usage, stop and errors. Deltas after the first content are not looked into. */
export class AnthropicTap implements StreamTap {
  readonly #usage = new UsageTally()
  #content = false
  #calls = false
  #stop: Stop | undefined
  #error: ChatError | undefined

  get content(): boolean {
    return this.#content
  }

  /** A stop reason came: that, not `message_stop`, is what says the answer is complete. */
  get finished(): boolean {
    return this.#stop !== undefined
  }

  get usage(): Usage | undefined {
    return this.#usage.usage
  }

  get stop(): Stop | undefined {
    return this.#stop
  }

  get error(): ChatError | undefined {
    return this.#error
  }

  frame(event: string, data: string): void {
    switch (event === '' ? nameIn(data) : event) {
      case 'content_block_delta':
        if (!this.#content) this.#content = saysSomething(objectAt(parse(data), 'delta') ?? {})
        break
      case 'content_block_start':
        this.#blockStart(data)
        break
      case 'message_start':
        this.#messageStart(objectAt(parse(data), 'message') ?? {})
        break
      case 'message_delta': {
        const wire = parse(data)
        this.#usage.add(member(wire, 'usage'))
        this.#stop = readStop(objectAt(wire, 'delta') ?? {}, this.#calls) ?? this.#stop
        break
      }
      case 'error':
        this.#error = decodeError(0, data)
    }
  }

  end(): void {
    // All there is to know came in frames.
  }

  #blockStart(data: string): void {
    if (this.#content && this.#calls) return
    const block = objectAt(parse(data), 'content_block') ?? {}
    this.#block(block)
  }

  #messageStart(message: JsonObject): void {
    this.#usage.add(member(message, 'usage'))
    for (const block of arrayAt(message, 'content')) if (isObject(block)) this.#block(block)
    this.#stop = readStop(message, this.#calls)
  }

  #block(block: JsonObject): void {
    const type = stringAt(block, 'type')
    this.#calls ||= type === 'tool_use'
    this.#content ||= type === 'text' || type === 'thinking' ? saysSomething(block) : true
  }
}

/** Usage and stop of a whole message. */
export function tapReply(wire: JsonObject): { usage?: Usage; stop?: Stop } {
  const tally = new UsageTally()
  tally.add(member(wire, 'usage'))
  const calls = arrayAt(wire, 'content').some((block) => isObject(block) && member(block, 'type') === 'tool_use')
  const stop = readStop(wire, calls)
  const { usage } = tally
  return { ...(usage && { usage }), ...(stop && { stop }) }
}

/** A block or delta with something in it for the client. */
function saysSomething(wire: JsonObject): boolean {
  return (
    ['text', 'thinking', 'partial_json', 'signature'].some((key) => stringAt(wire, key)) ||
    objectAt(wire, 'citation') !== undefined
  )
}

const typeHead = '{"type":"'

/** The type of an event that came without a name. */
function nameIn(data: string): string {
  if (data.startsWith(typeHead)) return data.slice(typeHead.length, data.indexOf('"', typeHead.length))
  return stringAt(parse(data), 'type') ?? ''
}

function parse(data: string): JsonObject {
  return parseObject(data) ?? {}
}
