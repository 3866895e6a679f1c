import type { Hold, RateLimiter } from '@llm-gateway/access'
import type { BodyFacts, Dialect, JsonObject, Loss, Stop, Usage } from '@llm-gateway/converter'
import type { Plan, Attempt as TrackedAttempt, Verdict } from '@llm-gateway/router'
import { Answer } from './client/answer.ts'
import type { Endpoint, Task } from './endpoint.ts'
import { GatewayError } from './error.ts'
import type { GatewayRequest, Sink } from './port.ts'
import type { Client, GatewayState } from './state.ts'

type Admission = Extract<ReturnType<RateLimiter['admit']>, { ok: true }>

/** One try at one upstream account. */
export interface AttemptRecord {
  readonly account: string
  readonly provider: string
  /** 1 for the first. */
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** What the account was spoken to in. */
  readonly dialect: string
  /** As it was asked for. */
  readonly model: string
  readonly status?: number | undefined
  readonly verdict: Verdict
  readonly durationMs: number
  /** To the first real content, in milliseconds since `startedAt`. */
  readonly firstContentMs?: number | undefined
  /** `http-529` for an answer with an error status, else what happened to the connection: `timeout`, `reset`, `truncated`, ... */
  readonly errorClass?: string | undefined
  /** Why it did not serve, for people. */
  readonly error?: string | undefined
  /** Nobody waited for its end: the client left, or the gateway stopped. */
  readonly gone?: true | undefined
  /** What it used, as the provider told. */
  readonly usage?: Usage | undefined
  /** The provider did not tell all of `usage`: what it left out is an estimate. */
  readonly estimated?: true | undefined
  readonly upstreamRequestId?: string | undefined
}

/** The conversation that a request goes on from by naming what is stored, as the gateway's own store has it. */
export interface History {
  /** Input items, before those of the request. */
  readonly items: readonly JsonObject[]
  /** The account that made the last response of it. */
  readonly account?: string
  /** That account has stored it too. */
  readonly native: boolean
  /** The item of an id. */
  item(id: string): JsonObject | undefined
}

/** Who made an answer. */
export interface Made {
  readonly account: string
  /** In the client's own dialect. */
  readonly native: boolean
}

/** Keeps what it takes to go on from an answer in the client's dialect. */
export interface Remember {
  reply(reply: JsonObject, made: Made): void
  /**
   * @param piece of a stream: whole events.
   * @param finished with it the stream has said its end.
   */
  events(piece: Uint8Array | string, made: Made, finished: boolean): void
}

/** What goes on for a call and can be ended before its time. */
export interface Running {
  cancel(reason: string): void
}

/**
 * One client request on its way through the column; each layer fills in what the next ones read.
 *
 * No function is written where it is assigned to a member or inside an object, here or anywhere on the way of a request: V8 takes
 * such a function for one that stays and makes it in the old generation, where it keeps the whole call until the next full
 * collection (measured: a quarter of all that was allocated survived, and each minor collection took ten times as long). Classes
 * with methods take their place.
 */
export class Call {
  readonly id: string
  readonly request: GatewayRequest
  readonly answer: Answer
  readonly state: GatewayState
  readonly startedAt: number
  /** The same moment by the clock that is never set, from which spans are measured. */
  readonly startedTick: number
  /** What the path is for. */
  readonly endpoint: Endpoint
  /** What errors are rendered in; known from the path at once and set again when the body tells better. */
  dialect: Dialect
  client: Client | undefined
  admission: Admission | undefined
  /** What is held of the key's budget. */
  hold: Hold | undefined
  facts: BodyFacts | undefined
  /** The parsed body, with `model` and `stream` where its dialect has them in the path; only there once a conversion needed it. */
  wire: JsonObject | undefined
  /** The client's own credential for the provider, when it brings one. */
  ownCredential: Readonly<Record<string, string>> | undefined
  plan: Extract<Plan, { ok: true }> | undefined
  readonly attempts: AttemptRecord[] = []
  history: History | undefined
  /** Where somebody may go on from the answer. */
  remember: Remember | undefined
  upstreamDialect: Dialect | undefined
  upstreamRequestId: string | undefined
  losses: readonly Loss[] = []
  /** Of the attempt under way, or the last: what its provider told; with what was estimated once it is over. */
  usage: Usage | undefined
  /** About how many tokens the attempt under way has said; undefined when it has said nothing. */
  spoken: number | undefined
  /** The attempt under way was sent. */
  sent = false
  stop: Stop | undefined
  /** When the first real content went to the client, in milliseconds since the start. */
  firstContentMs: number | undefined
  failure: { readonly code: string; readonly message: string } | undefined
  clientLeft = false
  /** Where it sits among the calls under way. */
  seat = -1
  /** What this call counts for in the budget of request bodies. */
  heldBytes = 0
  #body: Uint8Array | undefined
  /** The attempt under way: ended when the client leaves or the gateway stops. */
  running: Running | undefined
  /** Told of the first real content of the attempt under way. */
  tracked: Pick<TrackedAttempt, 'answered'> | undefined

  constructor(options: {
    id: string
    request: GatewayRequest
    sink: Sink
    state: GatewayState
    startedAt: number
    endpoint: Endpoint
    dialect: Dialect
    /** Milliseconds, from any origin. */
    tick: () => number
  }) {
    this.id = options.id
    this.request = options.request
    this.state = options.state
    this.startedAt = options.startedAt
    this.startedTick = options.tick()
    this.endpoint = options.endpoint
    this.dialect = options.dialect
    this.answer = new Answer(options.sink, options.id, options.tick)
  }

  get body(): Uint8Array {
    return this.#body ?? noBody
  }

  set body(bytes: Uint8Array) {
    this.#body = bytes
  }

  get model(): string {
    const model = this.facts?.model
    if (model === undefined) throw new GatewayError('internal', 'the model was asked for before the body was read')
    return model
  }

  get task(): Task {
    return this.endpoint.task
  }

  get stream(): boolean {
    return this.task === 'generate' && this.facts?.stream === true
  }
}

const noBody = new Uint8Array(0)
