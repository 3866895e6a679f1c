import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from './body.ts'
import { readDirectives } from './directive.ts'
import { type Call, type Endpoint, type Limits, type Opened, REQUEST_LIMIT, type Told } from './endpoint.ts'
import { type Fault, type FaultTarget, readFaultWords } from './faults.ts'
import type { Frame } from './frame.ts'
import { type Generation, generate, type Spoken } from './generation.ts'
import { admits } from './identity/admission.ts'
import { inject } from './inject.ts'
import { isObject, type JsonObject, parseJson, text } from './json.ts'
import type { RequestRecord } from './record.ts'
import { type ErrorReply, Refused } from './refused.ts'
import { improvise } from './scenario.ts'
import { Sink } from './sink.ts'
import type { State } from './state.ts'
import type { Turn } from './turn.ts'
import type { Usage } from './usage.ts'
import { isVariant, type Variant } from './variant.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }
const HTML =
  '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n'

/** A model call from its first byte to its record. */
export class Exchange {
  readonly #state: State
  readonly #endpoint: Endpoint
  readonly #call: Call
  readonly #record: RequestRecord
  readonly #sink: Sink
  /** What the answer costs when all of it is sent. */
  #usage: Usage | undefined
  #startedAt = 0

  constructor(state: State, endpoint: Endpoint, call: Call, request: IncomingMessage, response: ServerResponse) {
    this.#state = state
    this.#endpoint = endpoint
    this.#call = call
    const id = state.ids.next('req_')
    this.#record = {
      id,
      at: state.clock.now(),
      method: request.method ?? '',
      path: call.path,
      query: call.query.toString(),
      headers: call.headers,
      bodyBytes: 0,
      dialect: endpoint.dialect,
      bytesSent: 0,
      eventsSent: 0,
    }
    this.#sink = new Sink(response, this.#record)
    state.records.open(this.#record)
    response.on('close', () => this.#close(response.writableFinished))
  }

  /** Reads the request and answers it. */
  async run(request: IncomingMessage): Promise<void> {
    const source = await readBody(request, this.#record)
    if (source === 'left') return
    const early = this.#admission(source)
    if (early) {
      this.#refuse(early)
      return
    }
    const body = parseJson(String(source))
    this.#record.body = body ?? String(source)
    if (!isObject(body)) {
      this.#refuse({ status: 400, body: this.#endpoint.error(400) })
      return
    }
    const model = this.#call.deployment ?? this.#call.model ?? text(body.model) ?? ''
    this.#record.model = model
    this.#record.stream = this.#endpoint.streams(body, this.#call)
    const orders = directed(this.#endpoint.lastWords(body))
    if (typeof orders.fault === 'string') {
      this.#refuse({ status: 400, body: this.#endpoint.error(400, orders.fault) })
      return
    }
    const fault = orders.fault ?? this.#state.faults.strike(this.#target(model))
    if (fault) this.#record.fault = fault.kind
    if (fault && (await this.#fail(fault))) return
    await this.#answer(body, model, orders.variant, fault)
  }

  #target(model: string): FaultTarget {
    return { dialect: this.#endpoint.dialect, model, key: this.#record.key ?? '', stream: this.#record.stream === true }
  }

  /** What keeps a request out before its body is looked at. */
  #admission(source: Buffer | 'too large'): ErrorReply | undefined {
    const key = this.#endpoint.credential(this.#call)
    this.#record.key = key
    const { identity, keys } = this.#state
    if (!admits(key, identity, keys)) return this.#endpoint.unauthorized(this.#call)
    if (source === 'too large')
      return { status: 413, headers: { connection: 'close' }, body: this.#endpoint.error(413) }
    return this.#endpoint.refuse(this.#call)
  }

  #headers(remaining = REQUEST_LIMIT - 1, resetSeconds = 0): Record<string, string> {
    const now = this.#state.clock.now()
    const limits: Limits = { remaining, resetAt: now + resetSeconds * 1000, now }
    return this.#endpoint.headers(this.#record.id, limits)
  }

  #refuse({ status, headers, body }: ErrorReply): void {
    const source = JSON.stringify(this.#endpoint.errorBody(body, this.#record.id))
    this.#sink.send(status, { ...this.#headers(), ...JSON_HEADERS, ...headers }, source)
  }

  /** Commits a fault that leaves no room for an answer. False: the fault lies in the answer's body. */
  async #fail(fault: Fault): Promise<boolean> {
    switch (this.#record.stream ? fault.kind : (WITHOUT_STREAM[fault.kind] ?? fault.kind)) {
      case 'hang':
        await this.#sink.hang()
        return true
      case 'reset':
        this.#sink.reset()
        return true
      case 'status':
        this.#failWithStatus(fault)
        return true
      case 'html':
        this.#sink.send(fault.status ?? 502, { 'content-type': 'text/html' }, HTML)
        return true
      case 'empty-body':
        this.#sink.send(200, { ...this.#headers(), ...JSON_HEADERS }, '')
        return true
      case 'empty-stream':
        this.#sink.send(200, { ...this.#headers(), ...this.#streamHeaders() }, '')
        return true
      case 'error-first':
        this.#sink.send(
          200,
          { ...this.#headers(), ...this.#streamHeaders() },
          this.#errorFrame(fault.status ?? 500, fault.message, 0),
        )
        return true
      case 'json-error':
        this.#sink.send(200, { ...this.#headers(), ...JSON_HEADERS }, this.#errorText(fault))
        return true
      default:
        return false
    }
  }

  #failWithStatus(fault: Fault): void {
    const status = fault.status ?? 500
    const retryAfter = fault.retryAfter
    const headers = status === 429 ? this.#headers(0, retryAfter ?? 1) : this.#headers()
    const retry =
      retryAfter === undefined
        ? {}
        : { 'retry-after': String(Math.ceil(retryAfter)), 'retry-after-ms': String(retryAfter * 1000) }
    const text = fault.body === undefined ? this.#errorText({ ...fault, status }) : bodyText(fault.body)
    this.#sink.send(status, { ...headers, ...JSON_HEADERS, ...retry, ...fault.headers }, text)
  }

  #errorText(fault: Fault): string {
    const body = this.#endpoint.error(fault.status ?? 500, fault.message, fault.retryAfter)
    return JSON.stringify(this.#endpoint.errorBody(body, this.#record.id))
  }

  #errorFrame(status: number, message: string | undefined, sent: number): string {
    return this.#endpoint.errorFrame(this.#endpoint.error(status, message), sent, this.#call)
  }

  #streamHeaders(): Record<string, string> {
    return { 'content-type': this.#endpoint.streamType(this.#call), 'cache-control': 'no-cache' }
  }

  async #answer(
    body: JsonObject,
    model: string,
    variant: Variant | undefined,
    fault: Fault | undefined,
  ): Promise<void> {
    const { models, seals, responses, threads } = this.#state
    try {
      const opened = this.#endpoint.open(body, this.#call, {
        seals,
        responses,
        threads,
        now: this.#state.clock.now(),
        variant: variant ?? this.#state.variant,
      })
      if (models && !models.includes(model)) {
        this.#refuse(this.#endpoint.modelNotFound(this.#call, model))
        return
      }
      if ('told' in opened) await this.#tell(opened, fault)
      else await this.#generate(opened, fault)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.#refuse(error.reply)
    }
  }

  async #tell({ told, usage }: Told, fault: Fault | undefined): Promise<void> {
    this.#usage = usage
    const { clock, timing } = this.#state
    if (usage && timing.firstTokenMs > 0) await clock.sleep(timing.firstTokenMs, this.#sink.gone)
    if (!this.#sink.gone.aborted)
      await this.#deliver({ fault, stream: false, frames: () => [whole(told, 0)], tokenMs: 0 })
  }

  async #generate(opened: Opened, fault: Fault | undefined): Promise<void> {
    const { clock, timing } = this.#state
    const generation = this.#speak(opened)
    const [turn] = opened.turns
    this.#usage = generation.usage
    this.#startedAt = clock.now()
    const wait = timing.firstTokenMs + (turn.stream ? 0 : timing.tokenMs * generation.usage.output)
    if (wait > 0) await clock.sleep(wait, this.#sink.gone)
    if (this.#sink.gone.aborted) return
    const frames = (): Iterable<Frame> => {
      return turn.stream ? opened.stream(generation) : [whole(opened.reply(generation), generation.usage.output)]
    }
    await this.#deliver({ fault, stream: turn.stream, frames, tokenMs: turn.stream ? timing.tokenMs : 0 })
  }

  /** Sends an answer, with the fault's mischief in its body. */
  async #deliver({ fault, stream, frames, tokenMs }: Delivery): Promise<void> {
    const headers: Record<string, string> = { ...this.#headers(), ...(stream ? this.#streamHeaders() : JSON_HEADERS) }
    if (fault?.kind === 'content-type') headers['content-type'] = fault.value ?? 'text/plain'
    if (!stream && fault === undefined) {
      this.#sink.send(200, headers, Array.from(frames(), (frame) => frame.text).join(''))
      return
    }
    const errorFrame = (status: number, message: string | undefined, sent: number): string => {
      return this.#errorFrame(status, message, sent)
    }
    this.#sink.head(200, headers)
    await this.#sink.run(inject(frames(), { fault, stream, errorFrame }), this.#state.clock, tokenMs)
  }

  #speak({ turns, caching }: Opened): Generation {
    const { ids, clock, cache, timing, scripts } = this.#state
    const [turn, ...others] = turns
    const speak = (each: Turn): Spoken => ({ turn: each, answer: scripts.answer(each) ?? improvise(each) })
    const scope = `${this.#record.key}\0${turn.model}`
    return generate([speak(turn), ...others.map(speak)], {
      ids,
      now: clock.now(),
      prompt: cache[caching](scope, turn.segments, clock.now()),
      chunkTokens: timing.chunkTokens,
      idPrefix: this.#endpoint.idPrefix,
      callPrefix: this.#endpoint.callPrefix,
    })
  }

  #close(finished: boolean): void {
    const outcome = this.#sink.broken ? 'broken' : finished ? 'completed' : 'aborted'
    if (this.#usage) this.#record.usage = outcome === 'completed' ? this.#usage : this.#spent(this.#usage)
    this.#state.records.close(this.#record, outcome, this.#state.clock.now())
  }

  /** What an answer cost that did not reach its end: what was generated until then. */
  #spent(usage: Usage): Usage {
    const { clock, timing } = this.#state
    const thinking = clock.now() - this.#startedAt - timing.firstTokenMs
    const waited = this.#record.stream || timing.tokenMs === 0 ? 0 : Math.floor(thinking / timing.tokenMs)
    const output = Math.min(usage.output, Math.max(this.#sink.tokens, waited))
    return { ...usage, output, reasoning: Math.min(usage.reasoning, output) }
  }
}

/** An answer ready to be sent. */
interface Delivery {
  fault: Fault | undefined
  stream: boolean
  frames: () => Iterable<Frame>
  /** Time each token takes, in milliseconds. */
  tokenMs: number
}

function whole(body: JsonObject, tokens: number): Frame {
  return { text: JSON.stringify(body), tokens }
}

/** What faults of a stream come to when there is none. */
const WITHOUT_STREAM: Partial<Record<Fault['kind'], Fault['kind']>> = {
  'empty-stream': 'empty-body',
  'error-first': 'json-error',
  'error-event': 'json-error',
}

function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

/** Orders in the user's last words. Read before the request is checked: a provider that is down checks nothing. */
function directed(words: string): { fault?: Fault | string; variant?: Variant } {
  const { directives } = readDirectives(words)
  const fault = directives.find((directive) => directive.name === 'fault')
  const variant = directives.find((directive) => directive.name === 'variant')?.rest
  return { ...(fault && { fault: readFaultWords(fault.rest) }), ...(isVariant(variant) && { variant }) }
}
