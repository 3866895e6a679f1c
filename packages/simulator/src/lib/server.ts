import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messagesEndpoint } from './anthropic/endpoint.ts'
import { errorBody as anthropicError, modelNotFound as anthropicModelNotFound } from './anthropic/error.ts'
import { ThreadStore } from './anthropic/threads.ts'
import { type Clock, systemClock } from './clock.ts'
import { control, reset } from './control.ts'
import { Ids } from './dice.ts'
import { type Call, EVENT_STREAM } from './endpoint.ts'
import { Exchange } from './exchange.ts'
import { type FaultRule, Faults } from './faults.ts'
import { generateEndpoint } from './gemini/endpoint.ts'
import { errorBody as geminiError, modelNotFound as geminiModelNotFound } from './gemini/error.ts'
import { admits } from './identity/admission.ts'
import { type Identity, IdentityProvider } from './identity/identity-provider.ts'
import { type JsonObject, parseJson, show } from './json.ts'
import { findModel, listKey, listModels, listProvider } from './models-list.ts'
import { errorBody as openAiError, modelNotFound as openAiModelNotFound, unauthorized } from './openai-chat/error.ts'
import { conversations } from './openai-responses/conversations.ts'
import { responsesEndpoint } from './openai-responses/endpoint.ts'
import { ResponseStore } from './openai-responses/store.ts'
import { replayed, stored } from './openai-responses/stored-responses.ts'
import { Records, type RequestRecord, type Totals } from './record.ts'
import type { ErrorReply } from './refused.ts'
import { callOf, endpointOf } from './routes.ts'
import { type Answer, type Match, type ScriptOptions, Scripts } from './script.ts'
import { Seals } from './seal.ts'
import type { State, Timing } from './state.ts'
import { StaticAnswers, type StaticOptions } from './static.ts'
import type { Turn } from './turn.ts'
import { PromptCache } from './usage.ts'
import type { Variant } from './variant.ts'

/** Options of {@link startSimulator}. */
export interface SimulatorOptions {
  /** Default `127.0.0.1`. */
  host?: string
  /** Default 0: any free port. */
  port?: number
  timing?: Partial<Timing>
  /** Credentials that are let in. Default: any that is not empty. */
  keys?: readonly string[]
  /** Models that exist. Default: any, and a few are listed. */
  models?: readonly string[]
  /** Seed of ids and seals. Simulators of one seed accept each other's seals. Default 1. */
  seed?: number
  /** Milliseconds since the epoch. Default: the machine's clock. */
  now?: () => number
  /** Waits; for tests. Default: real time. */
  sleep?: Clock['sleep']
  /** How long an idle connection is kept, in milliseconds; short ones drill clients in stale sockets. Default 60 000. */
  keepAliveMs?: number
  /** Requests kept for reading. Default 1000. */
  maxRecords?: number
  /** Whose chat streams to imitate. Default: OpenAI's, and Azure's under Azure's paths. */
  variant?: Variant
  /** Answers with prebuilt bytes, for benchmarks: no checks, faults, scripts or records. */
  static?: boolean | StaticOptions
  /** Says nothing. Default true; false writes a line for each request to standard error. */
  quiet?: boolean
}

/** A running simulator. */
export interface Simulator {
  /** Where it listens, without a final slash or `/v1`. */
  readonly url: string
  readonly port: number
  /** The last requests, oldest first. */
  readonly requests: readonly RequestRecord[]
  readonly totals: Totals
  /** Where accounts of type oauth log in; its access tokens are let in as Bearer while they are good. */
  readonly identity: Identity
  /** Answers requests that match with `answer`; the youngest script wins. The function returned ends it. */
  script(match: Match, answer: Answer | ((turn: Turn) => Answer), options?: ScriptOptions): () => void
  /** Arms a fault. The function returned disarms it. */
  fault(rule: FaultRule): () => void
  /** Imitates another vendor's chat streams; `undefined` goes back to what the path says. */
  variant(variant: Variant | undefined): void
  /** Speaks faster or slower from the next request on. */
  timing(timing: Partial<Timing>): void
  /** Resolves when no request is open: then the records of all that were are complete. */
  idle(): Promise<void>
  /** Forgets scripts, faults, records, the prompt cache and the variant. */
  reset(): void
  /** Stops listening and drops every connection. */
  close(): Promise<void>
}

/**
 * Starts a server that behaves as the model providers do.
 *
 * @example
 * const simulator = await startSimulator()
 * const client = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'any' })
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0 } = options
  const state = newState(options)
  const prebuilt = options.static ? new StaticAnswers(options.static === true ? {} : options.static) : undefined
  const server = createServer(
    { keepAliveTimeout: options.keepAliveMs ?? 60_000, keepAliveTimeoutBuffer: 0 },
    (request, response) => {
      if (prebuilt?.answer(request, response)) {
        state.records.count()
        return
      }
      if (options.quiet === false) log(request, response)
      serve(state, request, response).catch((error: unknown) => fail(response, error))
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
  const address = server.address() as AddressInfo
  const close = (): Promise<void> => {
    return new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }
  return simulatorOf(state, `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`, address.port, close)
}

function newState(options: SimulatorOptions): State {
  const seed = options.seed ?? 1
  const clock = { now: options.now ?? systemClock.now, sleep: options.sleep ?? systemClock.sleep }
  return {
    clock,
    ids: new Ids(seed),
    // Logins must not move the ids of answers.
    identity: new IdentityProvider(new Ids(seed), clock),
    seals: new Seals(seed),
    cache: new PromptCache(),
    scripts: new Scripts(),
    faults: new Faults(),
    records: new Records(options.maxRecords ?? 1000),
    responses: new ResponseStore(),
    threads: new ThreadStore(),
    timing: { firstTokenMs: 0, tokenMs: 0, chunkTokens: 1, ...options.timing },
    keys: options.keys,
    models: options.models,
    variant: options.variant,
  }
}

function simulatorOf(state: State, url: string, port: number, close: () => Promise<void>): Simulator {
  return {
    url,
    port,
    get requests() {
      return state.records.list()
    },
    get totals() {
      return state.records.totals()
    },
    identity: state.identity.at(url),
    script: (match, answer, options) => state.scripts.add(match, answer, options),
    fault: (rule) => state.faults.add(rule),
    variant: (variant) => {
      state.variant = variant
    },
    timing: (timing) => {
      state.timing = { ...state.timing, ...timing }
    },
    idle: () => state.records.idle(),
    reset: () => reset(state),
    close,
  }
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const call = callOf(request)
  if (call.path.startsWith('/oauth/')) return state.identity.serve(request, response)
  if (call.path.startsWith('/_simulator/')) return control(state, call.path, request, response)
  const endpoint = endpointOf(call)
  if (endpoint && request.method === 'POST') return new Exchange(state, endpoint, call, request, response).run(request)
  if (/^(\/openai)?\/v1\/conversations(\/|$)/.test(call.path)) return converse(state, call, request, response)
  request.resume()
  const events = goneBackTo(state, call, request.method ?? '')
  if (events) {
    response.writeHead(200, { 'content-type': EVENT_STREAM })
    response.end(events.join(''))
    return
  }
  const { status, body } = answer(state, call, request.method ?? '', endpoint !== undefined)
  send(response, status, body)
}

/** What is answered without asking a model. */
function answer(state: State, call: Call, method: string, wrongMethod: boolean): ErrorReply {
  const reading = method === 'GET' || method === 'HEAD'
  if (reading && (call.path === '/' || call.path === '/api/hello')) return { status: 200, body: { ok: true } }
  if (reading && /^(\/openai)?\/v1(beta)?\/models(\/|$)/.test(call.path)) return models(state, call)
  if (!wrongMethod && /^(\/openai)?(\/v1)?\/responses\/./.test(call.path)) {
    const reply = responses(state, call, method)
    if (reply) return reply
  }
  return wrongMethod ? notAllowed(call, method) : notFound(call, method)
}

async function converse(state: State, call: Call, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.setEncoding('utf8')
  let source = ''
  for await (const chunk of request) source += show(chunk)
  const method = request.method ?? ''
  const key = responsesEndpoint.credential(call)
  const context = {
    responses: state.responses,
    newId: (prefix: string) => state.ids.next(prefix),
    now: state.clock.now(),
  }
  const { status, body } = admits(key, state.identity, state.keys)
    ? (conversations(context, call, method, parseJson(source)) ?? notFound(call, method))
    : responsesEndpoint.unauthorized(call)
  send(response, status, body)
}

/** The events of a stored response that is asked for as the stream it was. */
function goneBackTo(state: State, call: Call, method: string): readonly string[] | undefined {
  if (!admits(responsesEndpoint.credential(call), state.identity, state.keys)) return undefined
  const found = replayed(state.responses, call, method)
  return Array.isArray(found) ? found : undefined
}

function responses(state: State, call: Call, method: string): ErrorReply | undefined {
  const key = responsesEndpoint.credential(call)
  if (!admits(key, state.identity, state.keys)) return responsesEndpoint.unauthorized(call)
  const found = replayed(state.responses, call, method)
  if (found !== undefined && 'status' in found) return found
  return responsesEndpoint.refuse(call) ?? stored(state.responses, call, method)
}

function models(state: State, call: Call): ErrorReply {
  const provider = listProvider(call)
  const key = listKey(call)
  const id = decodeURIComponent(call.path.split('/models/')[1] ?? '')
  if (!admits(key, state.identity, state.keys)) {
    if (provider === 'gemini') return generateEndpoint.unauthorized(call)
    return provider === 'anthropic' ? messagesEndpoint.unauthorized(call) : unauthorized(key)
  }
  const body = id === '' ? listModels(call, state.models) : findModel(call, id, state.models)
  if (body) return { status: 200, body }
  if (provider === 'gemini') return geminiModelNotFound(id, 'generateContent')
  return provider === 'anthropic' ? anthropicModelNotFound(id) : openAiModelNotFound(id)
}

function notFound(call: Call, method: string): ErrorReply {
  const provider = listProvider(call)
  if (provider === 'gemini') return { status: 404, body: geminiError(404, 'Requested entity was not found.') }
  if (provider === 'anthropic') return { status: 404, body: anthropicError('not_found_error', 'Not Found') }
  const message = `Invalid URL (${method} ${call.path})`
  return { status: 404, body: openAiError(message, 'invalid_request_error', null, null) }
}

function notAllowed(call: Call, method: string): ErrorReply {
  const provider = listProvider(call)
  // Google knows no path under another method than its own.
  if (provider === 'gemini') return { status: 404, body: geminiError(404, 'Requested entity was not found.') }
  if (provider === 'anthropic') {
    return { status: 405, body: anthropicError('invalid_request_error', 'Method Not Allowed') }
  }
  const message = `Not allowed to ${method} on ${call.path} (HINT: Perhaps you meant to use a different HTTP method?)`
  return { status: 405, body: openAiError(message, 'invalid_request_error', null, 'method_not_supported') }
}

function send(response: ServerResponse, status: number, body: JsonObject): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** A mistake of the simulator itself, which must not look like a provider's fault. */
function fail(response: ServerResponse, error: unknown): void {
  const message = `the simulator itself failed: ${error instanceof Error ? error.message : String(error)}`
  if (response.headersSent) response.destroy()
  else send(response, 500, { simulator_error: message })
}

function log(request: IncomingMessage, response: ServerResponse): void {
  response.on('close', () => {
    const path = (request.url ?? '').replace(/\?.*$/, '')
    const outcome = response.writableFinished ? response.statusCode : 'broken off'
    process.stderr.write(`${request.method} ${path} ${outcome}\n`)
  })
}
