import { placed, type TextPlace } from '../chat/cited.ts'
import type { Emit, OpenPart } from '../chat/event.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { lengthOf } from '../chat/literal.ts'
import type { Report } from '../chat/loss.ts'
import type { Citation } from '../chat/part.ts'
import { arrayAt, numberAt, objectAt, stringAt } from '../chat/read.ts'
import type { Usage } from '../chat/usage.ts'
import type { NewId, StreamDecoder } from '../codec.ts'
import { parseExact } from '../lossless.ts'
import { mergeUsage } from '../stream/fold.ts'
import { truncated } from '../stream/phase.ts'
import { TextTemplate } from '../stream/text-template.ts'
import { CallDecoder } from './call-decoder.ts'
import { deltaContent, isPlainText } from './chunk-template.ts'
import { citationsOf, imagesOf } from './content.ts'
import { brokenFrame, choiceError, isError, streamError } from './error.ts'
import { isSealing, ReasoningPieces, thinkingText } from './reasoning-seal.ts'
import { noText, readHead } from './reply-decode.ts'
import { readStop, reasoningOf, reasoningPlace, usageOf } from './wire.ts'

type TextKind = 'text' | 'refusal' | 'reasoning'

interface OpenText {
  readonly kind: TextKind
  readonly index: number
}

/**
 * Reads a stream of chat chunks, OpenAI's and those of compatible vendors. The finish reason is the sign of completion, but it is
 * told only when the stream is over: usage comes after it.
 */
export class ChatDecoder implements StreamDecoder {
  readonly #emit: Emit
  readonly #report: Report
  readonly #template = new TextTemplate('content', deltaContent)
  readonly #calls: CallDecoder
  readonly #reasoning = new ReasoningPieces()
  #started = false
  #over = false
  /** The index of the choice that is read: the first that was seen. */
  #choice: number | undefined
  #next = 0
  #text: OpenText | undefined
  #sawRefusal = false
  #finish: string | undefined
  #usage: Usage | undefined
  /** The tier the call was served in; the last one told holds. */
  #serviceTier: string | undefined
  /** Sources of the whole answer (Perplexity): the last list wins. */
  #sources: JsonObject | undefined
  /** Where each text starts in the content, in which annotations count. */
  readonly #texts: TextPlace[] = []
  /** Characters of content so far. */
  #length = 0
  /** Sources that came before any text. */
  #early: Citation[] = []

  constructor(emit: Emit, report: Report, newId?: NewId) {
    this.#emit = emit
    this.#report = report
    this.#calls = new CallDecoder(emit, report, () => this.#next++, newId)
  }

  frame(event: string, data: string): void {
    if (this.#over) return
    if (this.#text?.kind === 'text') {
      const literal = this.#template.match(data)
      if (literal !== undefined) {
        this.#say(this.#text, literal)
        return
      }
    }
    const trimmed = data.trim()
    if (trimmed === '') return
    if (trimmed === '[DONE]') this.end()
    else this.#parse(event, trimmed, data)
  }

  end(): void {
    if (this.#over) return
    if (this.#finish === undefined) {
      this.#fail(truncated())
      return
    }
    this.#start({})
    this.#cite()
    this.#beforeCalls()
    this.#calls.finish()
    this.#over = true
    const stop = readStop(this.#finish, { calls: this.#calls.any, refusal: this.#sawRefusal })
    this.#emit({
      type: 'finish',
      stop,
      ...(this.#usage && { usage: this.#usage }),
      ...(this.#serviceTier !== undefined && { serviceTier: this.#serviceTier }),
    })
  }

  #parse(event: string, json: string, data: string): void {
    let chunk: JsonValue
    try {
      chunk = parseChunk(json)
    } catch {
      chunk = null
    }
    if (!isObject(chunk)) {
      this.#fail(brokenFrame)
    } else if (event === 'error' || isError(chunk)) this.#fail(streamError(chunk))
    else this.#chunk(chunk, data)
  }

  #fail(error: ReturnType<typeof streamError>): void {
    this.#over = true
    this.#emit({ type: 'error', error })
  }

  #chunk(chunk: JsonObject, data: string): void {
    const choices = arrayAt(chunk, 'choices')
    const id = stringAt(chunk, 'id') ?? ''
    // Azure opens with a chunk of prompt filter results that has neither id nor choices.
    if (id !== '' || choices.length > 0) this.#start(chunk)
    this.#serviceTier = stringAt(chunk, 'service_tier') ?? this.#serviceTier
    const usage = usageOf(chunk)
    // Before the choices: one that failed may tell what it cost, and is the end.
    if (usage !== undefined && this.#started) {
      this.#usage = mergeUsage(this.#usage, usage)
      this.#emit({ type: 'usage', usage })
    }
    for (const choice of choices) {
      if (this.#over) return
      if (isObject(choice)) this.#readChoice(choice)
    }
    if (arrayAt(chunk, 'search_results').length > 0 || arrayAt(chunk, 'citations').length > 0) this.#sources = chunk
    if (this.#text?.kind === 'text' && isPlainText(chunk, this.#choice)) this.#template.learn(data)
  }

  #start(chunk: JsonObject): void {
    if (this.#started) return
    this.#started = true
    const head = readHead(chunk)
    this.#calls.replyId = head.id
    this.#emit({ type: 'start', ...head })
  }

  #readChoice(choice: JsonObject): void {
    const index = numberAt(choice, 'index') ?? 0
    this.#choice ??= index
    if (index !== this.#choice) {
      this.#report.dropped(`choices[${index}]`, 'only the first choice of a stream is converted')
      return
    }
    const error = choiceError(choice)
    if (error !== undefined) {
      this.#fail(error)
      return
    }
    // A server that cannot stream sends its whole message in one chunk; Perplexity repeats it beside every delta.
    const whole = this.#next === 0 ? objectAt(choice, 'message') : undefined
    this.#readDelta(objectAt(choice, 'delta') ?? whole ?? {})
    const logprobs = member(choice, 'logprobs')
    if (isObject(logprobs) && this.#text) {
      this.#emit({ type: 'logprobs', index: this.#text.index, value: logprobs })
    }
    const finish = stringAt(choice, 'finish_reason')
    if (finish !== undefined && finish !== '') this.#finish = finish
  }

  #readDelta(delta: JsonObject): void {
    const reasoning = reasoningOf(delta)
    if (reasoning) this.#write('reasoning', reasoning, reasoningPlace(delta))
    this.#reasoning.add(arrayAt(delta, 'reasoning_details'))
    // Details may come behind the text they belong to, and behind other content: then they wait for its end.
    if (this.#text === undefined && this.#reasoning.pending) this.#openText('reasoning', {})
    this.#readContent(member(delta, 'content'))
    for (const _ of imagesOf(delta)) this.#drop('image')
    this.#write('refusal', stringAt(delta, 'refusal'))
    const audio = objectAt(delta, 'audio')
    if (audio !== undefined) this.#readAudio(audio)
    for (const citation of citationsOf(delta)) this.#citation(citation)
    const legacy = objectAt(delta, 'function_call')
    const calls = arrayAt(delta, 'tool_calls')
    if (calls.length > 0 || legacy !== undefined) this.#beforeCalls()
    for (const call of calls) if (isObject(call)) this.#calls.delta(call)
    if (legacy !== undefined) this.#calls.legacy(legacy)
  }

  /** Text, or Mistral's list of chunks: text and thinking. */
  #readContent(content: JsonValue | undefined): void {
    if (typeof content === 'string') this.#write('text', content)
    if (!Array.isArray(content)) return
    for (const piece of content) {
      if (!isObject(piece)) continue
      const text = stringAt(piece, 'text')
      const kind = stringAt(piece, 'type') ?? 'text'
      if (kind === 'thinking') this.#think(piece)
      else if (text !== undefined) this.#write('text', text)
      else if (kind !== 'text') this.#drop(kind)
    }
  }

  #think(piece: JsonObject): void {
    const text = thinkingText(piece)
    if (this.#text?.kind !== 'reasoning') {
      if (text === '' && !isSealing(piece)) return
      this.#openText('reasoning', { member: 'thinking' })
    }
    this.#reasoning.add([piece])
    this.#write('reasoning', text)
  }

  /** What reasoning left stands before the call it led to. */
  #beforeCalls(): void {
    this.#closeText()
    if (!this.#reasoning.pending) return
    this.#openText('reasoning', {})
    this.#closeText()
  }

  /** Content without a place in any stream of another dialect. */
  #drop(kind: string): void {
    this.#closeText()
    const index = this.#next++
    this.#emit({ type: 'open', index, part: { type: 'opaque', kind } })
    this.#emit({ type: 'close', index })
  }

  #readAudio(audio: JsonObject): void {
    this.#write('text', stringAt(audio, 'transcript'))
    if (stringAt(audio, 'data')) this.#report.approximated('choices[0].delta.audio', 'audio is told by its transcript')
  }

  #write(kind: TextKind, text: string | undefined, where: ReturnType<typeof reasoningPlace> = {}): void {
    if (text === undefined || text === '') return
    if (this.#text?.kind !== kind) this.#openText(kind, where)
    if (this.#text) this.#say(this.#text, JSON.stringify(text))
  }

  #say({ kind, index }: OpenText, literal: string): void {
    if (literal === '""') return
    if (kind === 'text') this.#length += lengthOf(literal)
    this.#emit({ type: 'text', index, literal })
  }

  #openText(kind: TextKind, where: ReturnType<typeof reasoningPlace>): void {
    this.#closeText()
    if (kind === 'refusal') this.#sawRefusal = true
    const part: OpenPart = { type: kind, ...where }
    this.#text = { kind, index: this.#next++ }
    if (kind === 'text') this.#texts.push({ index: this.#text.index, base: this.#length })
    this.#emit({ type: 'open', index: this.#text.index, part })
  }

  #closeText(): void {
    if (this.#text === undefined) return
    const { kind, index } = this.#text
    const seal = kind === 'reasoning' ? this.#reasoning.seal() : undefined
    if (seal !== undefined) this.#emit({ type: 'seal', index, seal })
    this.#emit({ type: 'close', index })
    this.#text = undefined
  }

  #cite(): void {
    const sources = [...this.#early.splice(0), ...citationsOf(this.#sources ?? {})]
    for (const citation of sources) this.#citation(citation)
    if (this.#early.length > 0) this.#report.dropped('choices[0].delta.annotations', noText)
  }

  /** A source belongs to a text before it, though calls may have come in between. */
  #citation(citation: Citation): void {
    const place = placed(citation, this.#texts)
    if (place === undefined) this.#early.push(citation)
    else this.#emit({ type: 'citation', ...place })
  }
}

/** Arguments sent as an object are written on as text, so their digits count; every other number is read. */
function parseChunk(json: string): JsonValue {
  const exact = json.includes('"arguments":{') || json.includes('"arguments": {')
  return exact ? parseExact(json) : (JSON.parse(json) as JsonValue)
}
