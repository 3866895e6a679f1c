import type { ChatError } from '../chat/error.ts'
import type { Emit } from '../chat/event.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import type { Report } from '../chat/loss.ts'
import { numberAt, objectAt, secondsAt, stringAt } from '../chat/read.ts'
import type { StreamDecoder } from '../codec.ts'
import { parseExact } from '../lossless.ts'
import { brokenFrame, isError } from '../openai-chat/error.ts'
import { mintedCallId } from '../openai-chat/wire.ts'
import { FrameTemplate, type Hole } from '../stream/frame-template.ts'
import { truncated } from '../stream/phase.ts'
import { readCitation } from './content.ts'
import { failureOf, streamError } from './error.ts'
import type { ItemDecoder, Section } from './item-decoder.ts'
import { openItem } from './open-item.ts'
import { idOf, objectsAt, readStop, usageOf } from './wire.ts'

/** The deltas of what an item says, and where each kind of item has them. */
const deltaKinds: ReadonlyMap<string, Section['kind']> = new Map([
  ['response.output_text.delta', 'text'],
  ['response.refusal.delta', 'refusal'],
  ['response.reasoning_summary_text.delta', 'summary'],
  ['response.reasoning_text.delta', 'reasoning'],
  ['response.function_call_arguments.delta', 'input'],
  ['response.custom_tool_call_input.delta', 'input'],
])

/** The same once it is whole, and the member that holds it. */
const doneKinds: ReadonlyMap<string, readonly [kind: Section['kind'], member: string]> = new Map([
  ['response.output_text.done', ['text', 'text']],
  ['response.refusal.done', ['refusal', 'refusal']],
  ['response.reasoning_summary_text.done', ['summary', 'text']],
  ['response.reasoning_text.done', ['reasoning', 'text']],
  ['response.function_call_arguments.done', ['input', 'arguments']],
  ['response.custom_tool_call_input.done', ['input', 'input']],
])

/** What differs from one delta of a part to the next. */
export const deltaHoles: readonly Hole[] = [
  { key: 'delta', kind: 'text', read: (event) => member(event, 'delta') },
  { key: 'sequence_number', kind: 'count', read: (event) => member(event, 'sequence_number') },
  { key: 'obfuscation', kind: 'padding', read: (event) => member(event, 'obfuscation') },
]

/** Reads a Responses stream, OpenAI's and those of compatible servers. Items are known by their `output_index`. */
export class ResponsesDecoder implements StreamDecoder {
  readonly #emit: Emit
  readonly #report: Report
  readonly #items: ItemDecoder[] = []
  readonly #byIndex = new Map<number, ItemDecoder>()
  readonly #template = new FrameTemplate(deltaHoles)
  /** Takes the literal of a delta that the template knows. */
  #fast: ((literal: string) => void) | undefined
  #started = false
  #over = false
  #parts = 0
  #last = 0
  #replyId: string | undefined

  constructor(emit: Emit, report: Report) {
    this.#emit = emit
    this.#report = report
  }

  frame(event: string, data: string): void {
    if (this.#over) return
    if (this.#fast !== undefined) {
      const literal = this.#template.match(data)
      if (literal !== undefined) {
        this.#fast(literal)
        return
      }
    }
    const text = data.trim()
    if (text === '' || text === '[DONE]') return
    const wire = parsed(text)
    if (wire === undefined) this.#fail(brokenFrame)
    else this.#event(stringAt(wire, 'type') ?? event, wire, data)
  }

  takeAhead(text: string, at: number): number {
    return this.#fast === undefined ? at : this.#template.takeAhead(text, at, this.#fast)
  }

  end(): void {
    if (!this.#over) this.#fail(truncated())
  }

  #event(type: string, wire: JsonObject, data: string): void {
    const kind = deltaKinds.get(type)
    if (kind !== undefined) {
      this.#delta(kind, wire, data)
      return
    }
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        this.#start(objectAt(wire, 'response') ?? {})
        break
      case 'response.output_item.added':
        this.#itemOf(wire, objectAt(wire, 'item')).added()
        break
      case 'response.output_item.done':
        this.#itemDone(wire)
        break
      case 'response.output_text.annotation.added':
        this.#annotation(wire)
        break
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(objectAt(wire, 'response') ?? {}, type)
        break
      case 'response.failed':
      case 'response.cancelled':
        this.#failed(objectAt(wire, 'response') ?? {})
        break
      case 'error':
        this.#fail(streamError(wire))
        break
      default:
        this.#whole(type, wire)
        if (type.startsWith('response.audio.') && stringAt(wire, 'delta')) {
          this.#report.dropped('response.audio', 'other dialects hear no answer in a stream')
        }
        if (!type.startsWith('response.') && isError(wire)) this.#fail(streamError(wire))
    }
  }

  #fail(error: ChatError): void {
    this.#over = true
    this.#emit({ type: 'error', error })
  }

  /** What a failed response has used is counted all the same. */
  #failed(response: JsonObject): void {
    const usage = usageOf(response)
    if (usage) {
      this.#start(response)
      this.#emit({ type: 'usage', usage })
    }
    this.#fail(failureOf({ status: 'failed', ...response }) ?? truncated())
  }

  /** Some proxies change the id in every event: the first one stands. */
  #start(response: JsonObject): void {
    if (this.#started) return
    this.#started = true
    const id = idOf(response)
    const model = stringAt(response, 'model')
    const created = secondsAt(response, 'created_at')
    this.#replyId = id
    this.#emit({
      type: 'start',
      ...(id !== undefined && { id }),
      ...(model && { model }),
      ...(created !== undefined && { created }),
    })
  }

  /** The item an event is about; one that was never announced is known from what the event says of it. */
  #itemOf(wire: JsonObject, item: JsonObject | undefined): ItemDecoder {
    this.#start({})
    const index = numberAt(wire, 'output_index') ?? this.#last
    this.#last = index
    const known = this.#byIndex.get(index)
    if (known !== undefined && !known.isReplacedBy(item)) return known
    known?.finish()
    const opened = openItem(item ?? implied(wire), {
      emit: this.#emit,
      report: this.#report,
      at: `output[${index}]`,
      minted: mintedCallId(this.#replyId, this.#items.length),
      takeIndex: () => this.#parts++,
    })
    this.#items.push(opened)
    this.#byIndex.set(index, opened)
    this.#forget()
    return opened
  }

  #delta(kind: Section['kind'], wire: JsonObject, data: string): void {
    const section = sectionOf(kind, wire)
    const item = this.#itemOf(wire, undefined)
    const delta = stringAt(wire, 'delta')
    if (delta) item.delta(section, JSON.stringify(delta))
    const logprobs = objectsAt(wire, 'logprobs')
    if (logprobs.length > 0) item.logprobs(section, logprobs)
    else this.#learn(item, section, data)
  }

  #learn(item: ItemDecoder, section: Section, data: string): void {
    const known = this.#template.learn(data)
    const tell = (literal: string): void => {
      if (literal !== '""') item.delta(section, literal)
    }
    this.#fast = known ? tell : undefined
  }

  #forget(): void {
    this.#fast = undefined
    this.#template.forget()
  }

  /** An event that tells whole what its deltas told in pieces, if they did. */
  #whole(type: string, wire: JsonObject): void {
    const done = doneKinds.get(type)
    if (done !== undefined) {
      const text = stringAt(wire, done[1])
      if (text) this.#itemOf(wire, undefined).whole(sectionOf(done[0], wire), text)
      return
    }
    const summary = type.startsWith('response.reasoning_summary_part.') ? objectAt(wire, 'part') : undefined
    const told = summary && stringAt(summary, 'text')
    if (told) this.#itemOf(wire, undefined).whole(sectionOf('summary', wire), told)
    const part = type.startsWith('response.content_part.') ? objectAt(wire, 'part') : undefined
    if (part) this.#itemOf(wire, undefined).content(part, numberAt(wire, 'content_index') ?? 0)
  }

  #annotation(wire: JsonObject): void {
    const annotation = objectAt(wire, 'annotation')
    if (annotation) this.#itemOf(wire, undefined).cite(sectionOf('text', wire), readCitation(annotation))
  }

  #itemDone(wire: JsonObject): void {
    const item = objectAt(wire, 'item') ?? {}
    const known = this.#itemOf(wire, item)
    known.done(item)
    this.#forget()
  }

  /** What a server did not tell on the way, an item or the rest of one, it may tell at the end. */
  #reconcile(output: readonly JsonObject[]): void {
    for (const [i, item] of output.entries()) {
      const known = this.#byIndex.get(i)
      const another = known === undefined ? i < this.#items.length : known.isReplacedBy(item)
      // Not every server counts its items as they stand here: one that was told is not told again.
      if (!another) this.#itemDone({ output_index: i, item })
    }
  }

  #finish(response: JsonObject, type: string): void {
    if (failureOf(response)) {
      this.#failed(response)
      return
    }
    this.#start(response)
    this.#reconcile(objectsAt(response, 'output'))
    for (const item of this.#items) item.finish()
    this.#over = true
    const has = { calls: this.#items.some((item) => item.called), refusal: this.#items.some((item) => item.refused) }
    const status = type === 'response.incomplete' ? 'incomplete' : 'completed'
    const stop = readStop({ ...response, status }, has) ?? { reason: 'other' }
    const usage = usageOf(response)
    if (usage) this.#emit({ type: 'usage', usage })
    const serviceTier = stringAt(response, 'service_tier')
    this.#emit({
      type: 'finish',
      stop,
      ...(usage && { usage }),
      ...(serviceTier !== undefined && { serviceTier }),
    })
  }
}

function sectionOf(kind: Section['kind'], wire: JsonObject): Section {
  const ordinal = kind === 'input' ? 0 : numberAt(wire, kind === 'summary' ? 'summary_index' : 'content_index')
  return { kind, ordinal: ordinal ?? 0 }
}

/** What an item must be that was never announced, by the first event about it. */
function implied(wire: JsonObject): JsonObject {
  const event = stringAt(wire, 'type') ?? ''
  if (event.startsWith('response.reasoning')) return { type: 'reasoning' }
  if (event.startsWith('response.function_call')) return { type: 'function_call' }
  return { type: event.startsWith('response.custom_tool_call') ? 'custom_tool_call' : 'message' }
}

/** Arguments sent as an object are written on as text, so their digits count; every other number is read. */
function parsed(text: string): JsonObject | undefined {
  let value: JsonValue
  try {
    value =
      text.includes('"arguments":{') || text.includes('"arguments": {')
        ? parseExact(text)
        : (JSON.parse(text) as JsonValue)
  } catch {
    return undefined
  }
  return isObject(value) ? value : undefined
}
