import { isObject, type JsonObject, openStream, type StreamConverter } from '@llm-gateway/converter'
import {
  type Exchange,
  providers,
  type ResolvedCall,
  resolveCall,
  UpstreamError,
  type UpstreamFailure,
  type UpstreamSink,
} from '@llm-gateway/upstream'
import { type AttemptFailure, transportFailure, withoutCredential } from '../attempts/outcome.ts'
import { ErrorReceiver, parsed } from '../attempts/receive-error.ts'
import { streamHead } from '../attempts/receive-stream.ts'
import type { Call, Running } from '../call.ts'
import { replyHead } from '../client/reply-head.ts'
import { respondFailure } from '../client/respond-failure.ts'
import { GatewayError, NoCredentialError } from '../error.ts'
import { type HeaderMap, headerOf } from '../port.ts'
import type { Services } from '../services.ts'
import type { Account, Client } from '../state.ts'

const dialect = 'openai-responses'

/** Accounts asked for one thing at the most. */
const maxAccounts = 3

/** What became of a request for something that is kept. */
export type Forwarding =
  /** The client has its answer; `wire` is what an account answered whole. */
  | { readonly type: 'answered'; readonly account: Account; readonly wire?: JsonObject }
  | { readonly type: 'failed'; readonly account: Account; readonly failure: AttemptFailure }
  | { readonly type: 'gone' }

/** The accounts that may keep responses and conversations for a client: they speak the dialect, serve any request, and its. */
export function keepersIn({ state, client }: Call): readonly Account[] {
  return [...state.accounts.values()].filter((account) => {
    const { audience, dialects, provider } = account
    const spoken = dialects ?? providers.get(provider)?.dialects ?? []
    return audience === undefined && spoken.includes(dialect) && leadsTo(client, account)
  })
}

/** Whether a key's own routes lead to an account with any model: they alone decide where they refuse all others. */
function leadsTo(client: Client | undefined, { id, provider }: Account): boolean {
  const { routes, defaultBehavior } = client?.modelRoutes ?? { routes: [] }
  if (defaultBehavior !== 'reject') return true
  return routes.some(({ enabled = true, account, provider: named }) => {
    return enabled && (account === undefined || account === id) && (named === undefined || named === provider)
  })
}

/**
 * Passes a request for something that is kept to the accounts that may have it, in turn, until one does. The client is told nothing
 * while none does: `answered` alone has told it.
 */
export async function forward(call: Call, services: Services, accounts: readonly Account[]): Promise<Forwarding> {
  let last: Extract<Forwarding, { type: 'failed' }> | undefined
  for (const account of accounts.slice(0, maxAccounts)) {
    const outcome = await ask(call, services, account)
    if (outcome.type !== 'failed') return outcome
    // That one could not say is worth more than that another has nothing.
    if (last === undefined || isMissing(last)) last = outcome
    const { status = 500 } = outcome.failure.fault
    if (status < 500 && ![401, 403, 404, 429].includes(status)) break
  }
  if (last === undefined) throw new GatewayError('no_account', 'no upstream account can be asked for this at present')
  return last
}

/** Whether an account says that it has no such thing. */
export function isMissing({ failure }: Extract<Forwarding, { type: 'failed' }>): boolean {
  return failure.answer?.status === 404
}

/** Tells the client why it did not get what it asked for. */
export function respondUnforwarded(
  call: Call,
  services: Services,
  { account, failure }: Extract<Forwarding, { type: 'failed' }>,
): void {
  respondFailure(call, services, failure, account, { sameDialect: true })
}

/** One account's turn; with a credential that was renewed, once more. */
async function ask(call: Call, services: Services, account: Account): Promise<Forwarding> {
  const resolved = addressAt(call, account)
  for (let renewable = true; ; renewable = false) {
    let credential: Record<string, string>
    try {
      credential = await services.authorize(account)
    } catch (cause) {
      if (!(cause instanceof NoCredentialError)) throw cause
      const outcome = withoutCredential(cause)
      return outcome.type === 'failed' ? { type: 'failed', account, failure: outcome.failure } : { type: 'gone' }
    }
    if (call.clientLeft) return { type: 'gone' }
    const outcome = await new Fetch(call, services, account).run(resolved, credential)
    const refused = outcome.type === 'failed' && outcome.failure.answer?.status === 401
    if (!refused || !renewable || !((await services.renew?.(account, credential)) ?? false)) return outcome
  }
}

/** @throws GatewayError when the name makes no address. */
function addressAt(call: Call, account: Account): ResolvedCall {
  const provider = providers.get(account.provider)
  if (provider === undefined) throw new GatewayError('no_account', `account ${account.id} is of no known provider`)
  const { request, endpoint } = call
  try {
    return resolveCall(account, provider, {
      dialect,
      operation: 'stored',
      resource: endpoint.resource ?? [],
      model: '',
      stream: wantsStream(call),
      clientHeaders: request.headers,
      clientQuery: request.query,
      sameDialect: true,
    })
  } catch (cause) {
    if (cause instanceof UpstreamError)
      throw new GatewayError('not_found', 'the path names nothing that is kept', { cause })
    throw cause
  }
}

/** Whether a stored response is asked for as the stream it was. */
export function wantsStream({ request }: Call): boolean {
  return request.method === 'GET' && new URLSearchParams(request.query).get('stream') === 'true'
}

/** One request to one account, its answer passed on as it is. */
class Fetch implements UpstreamSink, Running {
  readonly #call: Call
  readonly #services: Services
  readonly #account: Account
  readonly #pieces: Uint8Array[] = []
  #exchange: Exchange | undefined
  #headers: HeaderMap = {}
  #failed: ErrorReceiver | undefined
  #stream: StreamConverter | undefined
  #settle: ((outcome: Forwarding) => void) | undefined

  constructor(call: Call, services: Services, account: Account) {
    this.#call = call
    this.#services = services
    this.#account = account
  }

  run({ origin, path, headers }: ResolvedCall, credential: Record<string, string>): Promise<Forwarding> {
    const call = this.#call
    const { method } = call.request
    const ended = new Promise<Forwarding>((resolve) => {
      this.#settle = resolve
    })
    call.running = this
    this.#exchange = this.#services.upstream.send(
      {
        accountId: this.#account.id,
        origin,
        path,
        headers: { ...headers, ...credential },
        body: call.body,
        method: method === 'GET' || method === 'DELETE' ? method : 'POST',
        stream: wantsStream(call),
        timeouts: call.state.timeouts,
      },
      this,
    )
    call.answer.onDrain(() => this.#exchange?.resume())
    return ended
  }

  cancel(reason: string): void {
    this.#exchange?.abort(reason)
    this.#end({ type: 'gone' })
  }

  onHead(status: number, headers: HeaderMap): void {
    this.#headers = headers
    const requestId = headerOf(headers, 'x-request-id')
    this.#call.upstreamRequestId = requestId && this.#services.redact(requestId)
    if (status >= 300) this.#failed = new ErrorReceiver(status, headers, { dialect })
    else if ((headerOf(headers, 'content-type') ?? '').includes('event-stream')) this.#begin()
  }

  onData(chunk: Buffer): boolean {
    if (this.#failed) return this.#failed.data(chunk)
    if (this.#stream) return this.#tell(this.#stream.push(chunk))
    this.#pieces.push(chunk)
    return true
  }

  onEnd(): void {
    const account = this.#account
    if (this.#failed) {
      const outcome = this.#failed.end()
      this.#end(outcome.type === 'failed' ? { type: 'failed', account, failure: outcome.failure } : { type: 'gone' })
    } else if (this.#stream) {
      this.#call.answer.end(this.#stream.end())
      this.#end({ type: 'answered', account })
    } else this.#deliver(Buffer.concat(this.#pieces))
  }

  onFailure(upstream: UpstreamFailure): void {
    const failure = transportFailure(upstream)
    if (this.#stream && this.#call.answer.begun) {
      this.#call.answer.end(this.#stream.fail(failure.error))
      this.#end({ type: 'answered', account: this.#account })
    } else this.#end({ type: 'failed', account: this.#account, failure })
  }

  #begin(): void {
    this.#stream = openStream({ from: dialect, to: dialect })
    this.#call.answer.head(200, { ...this.#head(), ...streamHead })
  }

  #tell(text: string): boolean {
    return text === '' ? true : this.#call.answer.write(text)
  }

  #deliver(body: Uint8Array): void {
    const wire = parsed(body)
    const account = this.#account
    if (!isObject(wire)) {
      const message = 'the upstream answered with something that is not JSON'
      const error = { status: 502, kind: 'server', message, code: 'upstream_bad_reply' } as const
      this.#end({ type: 'failed', account, failure: { fault: { failure: 'bad-stream' }, error } })
      return
    }
    this.#call.answer.whole(200, { ...this.#head(), 'content-type': 'application/json' }, body)
    this.#end({ type: 'answered', account, wire })
  }

  #head(): Record<string, string | string[]> {
    return replyHead(this.#call, this.#account.id, undefined, this.#headers)
  }

  #end(outcome: Forwarding): void {
    this.#call.running = undefined
    this.#settle?.(outcome)
    this.#settle = undefined
  }
}
