import { placed, type TextPlace } from '../chat/cited.ts'
import type { ChatError } from '../chat/error.ts'
import type { ChatEvent, Emit, OpenPart } from '../chat/event.ts'
import { isObject, type JsonObject, type JsonValue, member } from '../chat/json.ts'
import { type Report, withheldSeal } from '../chat/loss.ts'
import { arrayAt, numberAt, stringAt } from '../chat/read.ts'
import type { Stop } from '../chat/stop.ts'
import type { Usage } from '../chat/usage.ts'
import type { NewId, StreamDecoder } from '../codec.ts'
import { parseExact } from '../lossless.ts'
import { mergeUsage } from '../stream/fold.ts'
import { truncated } from '../stream/phase.ts'
import { CallDecoder } from './call-decoder.ts'
import { ChunkTemplate } from './chunk-template.ts'
import { citationIn, noText, type PlacedCitation, readSources, searchBehind, TextIndex } from './citations.ts'
import { kindOf } from './content-decode.ts'
import { badStream, decodeError, isError } from './error.ts'
import { decodeLogprobs } from './logprobs.ts'
import { readHead, wireParts } from './reply-decode.ts'
import { blockOf, isSeal, readStop, readUsage } from './wire.ts'

interface OpenText {
  readonly kind: 'text' | 'reasoning'
  readonly index: number
  /** What was said, to find the places sources name in it. */
  readonly literals: string[]
}

/**
 * Reads a stream of generateContent chunks. The finish reason is the sign of completion, but it is told only when the stream is
 * over, because usage may come after it.
 */
export class GeminiDecoder implements StreamDecoder {
  readonly #sink: Emit
  readonly #report: Report
  readonly #template = new ChunkTemplate()
  readonly #calls: CallDecoder
  #started = false
  #over = false
  #next = 0
  #text: OpenText | undefined
  #finish: { readonly reason: string; readonly message: string | undefined } | undefined
  #block: Stop | undefined
  #usage: Usage | undefined
  /** Sources of the answer; the last list is the whole one. */
  #sources: PlacedCitation[] = []
  /** The search behind the answer, as it was told last. */
  #search: OpenPart | undefined
  /** The texts that were opened, which sources belong to. */
  readonly #texts: OpenText[] = []

  constructor(emit: Emit, report: Report, newId?: NewId) {
    this.#sink = emit
    this.#report = report
    this.#calls = new CallDecoder(
      (event) => this.#emit(event),
      () => this.#next++,
      newId,
    )
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
    const json = data.trim()
    if (json === '' || json === '[DONE]') return
    const chunk = parseChunk(json)
    if (chunk === undefined)
      this.#fail(event === 'error' ? decodeError(0, json) : badStream('a frame of it is not JSON'))
    else if (isError(chunk) || event === 'error') this.#fail(decodeError(0, chunk))
    else this.#chunk(chunk, data)
  }

  takeAhead(text: string, at: number): number {
    const open = this.#text
    return open?.kind === 'text' ? this.#template.takeAhead(text, at, (literal) => this.#say(open, literal)) : at
  }

  settle(): void {
    const used = this.#template.takeUsage()
    if (used) this.#count(used)
  }

  end(): void {
    if (this.#over) return
    this.settle()
    const finish = this.#finish
    if (finish === undefined && this.#block === undefined) {
      this.#fail(truncated())
      return
    }
    this.#start({})
    this.#closeAll()
    const stop = finish ? readStop(finish.reason, this.#calls.any, finish.message) : this.#block
    this.#emit({ type: 'finish', stop: stop ?? { reason: 'other' }, ...(this.#usage && { usage: this.#usage }) })
    this.#over = true
  }

  #chunk(chunk: JsonObject, data: string): void {
    this.settle()
    this.#start(chunk)
    for (const [i, candidate] of arrayAt(chunk, 'candidates').entries()) {
      if (isObject(candidate)) this.#candidate(candidate, numberAt(candidate, 'index') ?? i)
    }
    this.#block = blockOf(chunk) ?? this.#block
    this.#count(chunk)
    if (this.#text?.kind === 'text') this.#template.learn(chunk, data)
  }

  #count(chunk: JsonObject): void {
    const usage = readUsage(chunk)
    if (usage === undefined) return
    this.#usage = mergeUsage(this.#usage, usage)
    this.#emit({ type: 'usage', usage })
  }

  #start(chunk: JsonObject): void {
    if (this.#started) return
    this.#started = true
    const head = readHead(chunk)
    this.#calls.replyId = head.id
    this.#emit({ type: 'start', ...head })
  }

  #candidate(candidate: JsonObject, index: number): void {
    if (index !== 0) {
      this.#report.dropped(`candidates[${index}]`, 'only the first candidate of a stream is converted')
      return
    }
    for (const part of wireParts(candidate)) this.#part(part)
    const logprobs = decodeLogprobs(member(candidate, 'logprobsResult'))
    if (logprobs && this.#text) this.#emit({ type: 'logprobs', index: this.#text.index, value: logprobs })
    const sources = readSources(candidate)
    if (sources.length > 0) this.#sources = sources
    this.#search = searchBehind(candidate) ?? this.#search
    const reason = stringAt(candidate, 'finishReason')
    if (reason) this.#finish = { reason, message: stringAt(candidate, 'finishMessage') }
  }

  #part(part: JsonObject): void {
    const kind = kindOf(part)
    if (kind === 'functionCall') {
      if (!this.#calls.part(part, () => this.#closeText())) this.#fail(badCall)
      return
    }
    const signature = stringAt(part, 'thoughtSignature')
    if (kind === 'text' || kind === undefined) {
      const text = stringAt(part, 'text') ?? ''
      const reasons = member(part, 'thought') === true
      if (text !== '' || (reasons && isSeal(signature))) this.#write(reasons ? 'reasoning' : 'text', text)
    } else {
      this.#closeCall()
      this.#closeText()
      this.#opaque({ type: 'opaque', kind })
    }
    if (isSeal(signature)) this.#seal(signature)
  }

  #write(kind: OpenText['kind'], text: string): void {
    this.#closeCall()
    if (this.#text?.kind !== kind) {
      this.#closeText()
      this.#text = { kind, index: this.#next++, literals: [] }
      if (kind === 'text') this.#texts.push(this.#text)
      this.#emit({ type: 'open', index: this.#text.index, part: { type: kind } })
    }
    if (text !== '') this.#say(this.#text, JSON.stringify(text))
  }

  #say(open: OpenText, literal: string): void {
    if (literal === '""') return
    if (open.kind === 'text') open.literals.push(literal)
    this.#emit({ type: 'text', index: open.index, literal })
  }

  #opaque(part: OpenPart): void {
    const index = this.#next++
    this.#emit({ type: 'open', index, part })
    this.#emit({ type: 'close', index })
  }

  /** A seal on an empty text, as it comes with the finish, belongs to what was said before. */
  #seal(value: string): void {
    if (this.#text) this.#emit({ type: 'seal', index: this.#text.index, seal: { issuer: 'gemini', value } })
    else this.#report.dropped('candidates[0].content.parts.thoughtSignature', withheldSeal)
  }

  #closeAll(): void {
    this.#closeCall()
    this.#cite()
    // The text stays open meanwhile: whether it was cut is known of the last part alone.
    if (this.#search) this.#opaque(this.#search)
    this.#closeText()
  }

  #closeCall(): void {
    if (!this.#calls.close()) this.#fail(badCall)
  }

  #closeText(): void {
    if (this.#text === undefined) return
    this.#emit({ type: 'close', index: this.#text.index })
    this.#text = undefined
  }

  /** The chunks of a stream are no parts of one content: places in it count in all its text together. */
  #cite(): void {
    if (this.#sources.length === 0) return
    let text = ''
    const places: TextPlace[] = []
    for (const { index, literals } of this.#texts) {
      places.push({ index, base: text.length })
      text += literals.map((literal) => JSON.parse(literal) as string).join('')
    }
    if (places.length === 0) this.#report.dropped('candidates[0].groundingMetadata', noText)
    const index = new TextIndex(text)
    for (const source of this.#sources) {
      const place = placed(citationIn(index, source), places)
      if (place) this.#emit({ type: 'citation', ...place })
    }
  }

  #fail(error: ChatError): void {
    this.settle()
    this.#emit({ type: 'error', error })
    this.#over = true
  }

  /** Nothing is told after the end, whatever stands behind it in the same frame. */
  #emit(event: ChatEvent): void {
    if (!this.#over) this.#sink(event)
  }
}

const badCall = badStream('the arguments of a call cannot be put together')

/** Keeps the digits of the arguments of calls. */
function parseChunk(json: string): JsonObject | undefined {
  try {
    const value = json.includes('"functionCall"') ? parseExact(json) : (JSON.parse(json) as JsonValue)
    // A stream of JSON rather than of events is one array.
    const chunk = Array.isArray(value) ? value[0] : value
    return isObject(chunk) ? chunk : undefined
  } catch {
    return undefined
  }
}
