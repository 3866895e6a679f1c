import { Call } from './lib/call.ts'
import { JsonArraySink } from './lib/client/json-array-sink.ts'
import { addLimitHeaders } from './lib/client/limit-headers.ts'
import { Pulse, type PulseOptions } from './lib/client/pulse.ts'
import { dialectOfClient, type Endpoint, endpointOf, geminiMethodHint, pathHint, type Task } from './lib/endpoint.ts'
import { GatewayError } from './lib/error.ts'
import { Catalogue } from './lib/jobs/catalogue.ts'
import { compact } from './lib/jobs/compact.ts'
import { countTokens } from './lib/jobs/count-tokens.ts'
import { checkEmbedding, embed } from './lib/jobs/embed.ts'
import { generate } from './lib/jobs/generate.ts'
import { listModels } from './lib/jobs/list-models.ts'
import { admit } from './lib/layers/admit.ts'
import { afford, checkBudget } from './lib/layers/afford.ts'
import { authenticate, permit } from './lib/layers/authenticate.ts'
import { deliver } from './lib/layers/deliver.ts'
import { detect } from './lib/layers/detect.ts'
import { plan } from './lib/layers/plan.ts'
import { BodyBudget, read, receive } from './lib/layers/receive.ts'
import { OpenCalls } from './lib/open-calls.ts'
import type { GatewayRequest, Sink } from './lib/port.ts'
import { type AccessRecord, recordOf } from './lib/record.ts'
import type { Services } from './lib/services.ts'
import type { GatewayState } from './lib/state.ts'
import { conversation } from './lib/stored/conversation.ts'
import { Makers } from './lib/stored/makers.ts'
import { recall } from './lib/stored/recall.ts'
import type { ResponseMemory } from './lib/stored/recall-response.ts'
import { ResponseStore } from './lib/stored/store.ts'
import { storedResponse } from './lib/stored/stored-response.ts'

/** One layer of the column. Throws a `GatewayError` to end the call there. */
type Layer = (call: Call) => void | Promise<void>

/** What a gateway is made of: the state in force, its services, and who is told of each request. */
export interface GatewayOptions extends Omit<Services, 'tick'> {
  /** Milliseconds, from any origin, of a clock that is never set, such as `performance.now`. Default: `now`. */
  readonly tick?: () => number
  readonly state: GatewayState
  /** Told of every request when it is over; must not throw and must not wait. */
  observe(record: AccessRecord): void
  /** Told of what should never happen: an error that is a bug of ours. */
  report(error: unknown, requestId: string): void
  /** Default: a sign of life after 15 s, a client given up after 60 s without reading. */
  readonly pulse?: Partial<PulseOptions>
}

/** The gateway: takes requests, answers them from upstream accounts. Opens no socket of its own for clients. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #tick: () => number
  readonly #columns: Readonly<Record<Task, readonly Layer[]>>
  readonly #calls = new OpenCalls<Call>()
  readonly #budget = new BodyBudget()
  readonly #memory: ResponseMemory
  readonly #pulse: Pulse
  #state: GatewayState
  #refusing = false

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#tick = options.tick ?? options.now
    this.#state = options.state
    this.#pulse = new Pulse(this.#calls, {
      keepAliveMs: 15_000,
      writeStallMs: 60_000,
      now: this.#tick,
      ...options.pulse,
    })
    this.#memory = { makers: new Makers(), store: new ResponseStore(this.#tick) }
    this.#memory.store.configure(options.state.responses)
    this.#columns = columns({ ...options, tick: this.#tick }, this.#budget, this.#memory)
  }

  /** Puts a new configuration in force for the requests that start from now on. */
  update(state: GatewayState): void {
    this.#state = state
    this.#memory.store.configure(state.responses)
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#calls.size
  }

  /** Refuses the requests that come from now on, with 503; those under way go on. */
  refuse(): void {
    this.#refusing = true
  }

  /** Ends what is still under way: streams with their dialect's terminal error, the rest with 503. */
  cut(): void {
    const error = draining()
    for (const call of this.#calls) {
      call.running?.cancel('the gateway is stopping')
      call.answer.error(error.toChatError(), call.dialect, 'gateway', { ...error.headers })
    }
  }

  close(): void {
    this.#pulse.stop()
  }

  /** Answers one request. Never rejects: whatever goes wrong is told to the client in its dialect. */
  async handle(request: GatewayRequest, sink: Sink): Promise<void> {
    const known = endpointOf(request.path)
    const endpoint = known ?? noEndpoint
    const { headers, path, query } = request
    const call = new Call({
      id: this.#options.newId(),
      request,
      sink: endpoint.stream && !wantsEvents(query) ? new JsonArraySink(sink) : sink,
      state: this.#state,
      startedAt: this.#options.now(),
      endpoint,
      dialect: endpoint.dialect ?? dialectOfClient(headers, path, query),
      tick: this.#tick,
    })
    sink.onClose(() => {
      call.clientLeft = true
      call.running?.cancel('the client left')
    })
    this.#calls.add(call)
    try {
      if (known === undefined) throw unknownEndpoint(request)
      if (!endpoint.methods.some((method) => method === request.method)) throw wrongMethod(request, endpoint.methods)
      if (this.#refusing) throw draining()
      if (this.#calls.size > call.state.limits.concurrency) throw busy()
      for (const layer of this.#columns[endpoint.task]) {
        const pending = layer(call)
        if (pending) await pending
        if (call.clientLeft) break
      }
    } catch (cause) {
      this.#fail(call, cause)
    } finally {
      this.#end(call)
    }
  }

  #fail(call: Call, cause: unknown): void {
    const known = cause instanceof GatewayError
    if (!known) this.#options.report(cause, call.id)
    const error = known ? cause : new GatewayError('internal', 'the gateway failed at this request; its log says why')
    call.failure = { code: error.code, message: error.message }
    if (call.clientLeft || error.code === 'client_left') {
      call.clientLeft = true
      call.answer.destroy()
      return
    }
    call.answer.error(error.toChatError(), call.dialect, 'gateway', {
      ...addLimitHeaders({}, call.admission, call.dialect),
      ...error.headers,
    })
  }

  #end(call: Call): void {
    this.#calls.delete(call)
    this.#budget.take(-call.heldBytes)
    if (call.admission) {
      call.admission.lease.settle(tokensOf(call))
      call.admission.lease.release()
    }
    this.#options.observe(recordOf(call, this.#tick()))
  }
}

/** The columns, top to bottom as a request passes them. */
function columns(
  services: Services,
  budget: BodyBudget,
  memory: ResponseMemory,
): Readonly<Record<Task, readonly Layer[]>> {
  const known: readonly Layer[] = [
    // Before anything is read or held for them: who asks, and may they.
    (call) => authenticate(call, services),
    permit,
    // Before the limits: a key without money uses up none of them.
    (call) => checkBudget(call, services),
    // Refused requests must cost a limited key nothing more than this.
    (call) => admit(call, services),
  ]
  const received: readonly Layer[] = [
    ...known,
    // The whole body, because an attempt that fails is followed by another with the same bytes.
    (call) => receive(call, budget),
    // Scanned, not parsed: most bodies go on as they are.
    read,
  ]
  const planned: readonly Layer[] = [
    ...received,
    // After reading, because a body may be of another dialect than its path; before planning, because it decides who needs no conversion.
    detect,
    // The client's model name becomes accounts to try, best first.
    (call) => plan(call, services),
    // What is stored somewhere decides which of them can serve who goes on from it.
    (call) => recall(call, memory),
  ]
  const kept: readonly Layer[] = [
    ...known,
    // A body, where there is one, is the provider's to read.
    (call) => (call.request.method === 'POST' ? receive(call, budget) : undefined),
  ]
  const paid: readonly Layer[] = [
    ...planned,
    // Only now is it known what the model costs; counting tokens costs nothing.
    (call) => afford(call, services),
  ]
  return {
    // Conversion belongs to the attempt: each account may speak another dialect.
    generate: [...paid, (call) => deliver(call, services, generate)],
    'count-tokens': [...planned, (call) => countTokens(call, services)],
    embed: [
      ...received,
      checkEmbedding,
      (call) => plan(call, services),
      (call) => afford(call, services),
      (call) => deliver(call, services, embed),
    ],
    'list-models': [...known, listing(services)],
    compact: [...paid, (call) => compact(call, services)],
    'stored-response': [...kept, (call) => storedResponse(call, services, memory)],
    conversation: [...kept, (call) => conversation(call, services, memory.makers)],
  }
}

/** What a path that is none's is handled as, up to its refusal. */
const noEndpoint: Endpoint = { task: 'generate', methods: [] }

/** Gemini's clients say in the query how they want a stream; without it they get one JSON array. */
function wantsEvents(query: string): boolean {
  const search = new URLSearchParams(query)
  return (search.get('alt') ?? search.get('$alt')) === 'sse'
}

/** All that the call's attempts used. */
function tokensOf({ attempts }: Call): number {
  return attempts.reduce((sum, { usage }) => sum + (usage?.input ?? 0) + (usage?.output ?? 0), 0)
}

function listing(services: Services): Layer {
  const catalogue = new Catalogue()
  return (call) => listModels(call, services, catalogue)
}

function unknownEndpoint({ method, path }: GatewayRequest): GatewayError {
  const hint = pathHint(path)
  return new GatewayError(
    'unknown_endpoint',
    `${method} ${path} is not served here${hint === undefined ? '' : `: ${hint}`}`,
  )
}

function wrongMethod({ path, method }: GatewayRequest, methods: readonly string[]): GatewayError {
  const hint = method === 'POST' ? geminiMethodHint(path) : undefined
  const told = `${path} takes ${methods.join(' or ')}, not ${method}${hint === undefined ? '' : `: ${hint}`}`
  return new GatewayError('method_not_allowed', told, {
    headers: { allow: methods.join(', ') },
  })
}

function draining(): GatewayError {
  return new GatewayError('draining', 'the gateway is stopping: send the request again', {
    headers: { 'retry-after': '1' },
  })
}

function busy(): GatewayError {
  return new GatewayError('gateway_busy', 'the gateway has as many requests under way as it may: try again shortly', {
    headers: { 'retry-after': '1' },
  })
}
