import type { Dialect } from '@llm-gateway/converter'
import { type Candidate, type Attempt as RouterAttempt, verdictOf } from '@llm-gateway/router'
import { providers, type ResolvedCall, resolveCall, UpstreamError } from '@llm-gateway/upstream'
import { attempt } from '../attempts/attempt.ts'
import { attemptRecord, judge, retryAfterOf } from '../attempts/attempt-record.ts'
import { type AttemptFailure, type Outcome, withoutCredential } from '../attempts/outcome.ts'
import type { Call } from '../call.ts'
import { respondFailure } from '../client/respond-failure.ts'
import { GatewayError, NoCredentialError } from '../error.ts'
import type { Job, Prepared } from '../jobs/job.ts'
import type { Sent, Services } from '../services.ts'
import type { Account } from '../state.ts'

/** Accounts tried for one request at the most. */
const maxAccounts = 3

/** A candidate with everything made ready that one attempt at it needs. */
interface Ready {
  readonly account: Account
  readonly resolved: ResolvedCall
  readonly prepared: Prepared
}

/** Why no account gave an answer: the last failure that says something of an account, or that the request could not be put to any. */
export type Undelivered =
  | {
      readonly type: 'failed'
      readonly failure: AttemptFailure
      readonly account: Account
      readonly prepared: Prepared
    }
  | { readonly type: 'refused'; readonly error: GatewayError }

/** Tries the planned accounts, best first, until one has given real content, and tells the client when none does. */
export async function deliver(call: Call, services: Services, job: Job): Promise<void> {
  const undelivered = await tryAccounts(call, services, job)
  if (undelivered) respondUndelivered(call, services, undelivered)
}

/** @throws GatewayError when the request could not be put to any account. */
export function respondUndelivered(call: Call, services: Services, undelivered: Undelivered): void {
  if (undelivered.type === 'refused') throw undelivered.error
  respondFailure(call, services, undelivered.failure, undelivered.account, undelivered.prepared)
}

/** Tries the planned accounts, best first. Undefined: the client has its answer, or is gone. */
export async function tryAccounts(call: Call, services: Services, job: Job): Promise<Undelivered | undefined> {
  let last: Undelivered | undefined
  let refused: GatewayError | undefined
  let tried = 0
  /** Those that asked for what the conversation lacks. */
  const unfit = new Set<string>()
  for (const candidate of call.plan?.candidates ?? []) {
    const account = call.state.accounts.get(candidate.account.id)
    if (account === undefined) continue
    if (tried >= maxAccounts) break
    // A failover must not start a second probe of an account that another request already probes, nor multiply an outage.
    if (tried > 0 && !services.router.admits(candidate, call.plan?.model ?? call.model)) continue
    if (tried > 0 && !services.router.mayRetry(account.id)) continue
    const ready = makeReady(call, candidate, account, job)
    if (ready instanceof GatewayError) {
      // Another account may speak a dialect that can carry what this one's cannot.
      refused ??= ready
      continue
    }
    const endpoint = `${ready.resolved.origin} ${ready.resolved.model}`
    // Another account of the same model would ask for the same.
    if (unfit.has(endpoint)) continue
    tried++
    const outcome = await attemptAccount(call, services, ready)
    if (outcome.type !== 'failed') return undefined
    const { fault } = outcome.failure
    if (fault.unfit) unfit.add(endpoint)
    // Of an account that is down at present a client can ask again; that another cannot go on for it is no news to it then.
    if (last === undefined || !fault.unfit) {
      last = { type: 'failed', failure: outcome.failure, account, prepared: ready.prepared }
    }
    // Another account that takes the client's own credential would get the same one.
    if (account.audience === 'own-credential' && outcome.failure.answer) break
    if (!verdictOf(fault).retry) break
  }
  if (last) return last
  const error = refused ?? new GatewayError('no_account', 'no upstream account can serve this request at present')
  return { type: 'refused', error }
}

/** Address, headers and body for one candidate, or why there are none. */
function makeReady(call: Call, candidate: Candidate, account: Account, job: Job): Ready | GatewayError {
  const provider = providers.get(account.provider)
  if (provider === undefined) {
    return new GatewayError(
      'no_account',
      `account ${account.id} is of the provider "${account.provider}", which is not served`,
    )
  }
  const dialect = candidate.dialect as Dialect
  try {
    const resolved = resolveCall(account, provider, {
      dialect,
      operation: job.operation(call, dialect),
      model: call.plan?.model ?? call.model,
      stream: call.stream,
      clientHeaders: call.request.headers,
      clientQuery: call.request.query,
      sameDialect: dialect === call.dialect,
      verbatim: account.audience !== undefined,
    })
    return { account, resolved, prepared: job.prepare(call, { account, dialect, model: resolved.model }) }
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    if (cause instanceof UpstreamError) return new GatewayError('unsupported', cause.message, { cause })
    throw cause
  }
}

/** One account's turn; a socket that the upstream closed as we wrote to it is no fault of the account's and is tried once more. */
async function attemptAccount(call: Call, services: Services, ready: Ready): Promise<Outcome> {
  call.upstreamDialect = ready.prepared.dialect
  call.losses = ready.prepared.losses
  const first = await attemptOnce(call, services, ready, true)
  const { outcome } = first
  const stale = outcome.type === 'failed' && outcome.failure.transport?.reusedSocket === true
  if (!stale && !first.renewed) return outcome
  return (await attemptOnce(call, services, ready, false)).outcome
}

interface Attempted {
  readonly outcome: Outcome
  /** The credential was refused, and there is another by now. */
  readonly renewed: boolean
}

/** @param renewable whether a refused credential that could be renewed is nothing to hold against the account. */
async function attemptOnce(call: Call, services: Services, ready: Ready, renewable: boolean): Promise<Attempted> {
  const { account } = ready
  const sent: Sent = {
    account: account.id,
    provider: account.provider,
    number: call.attempts.length + 1,
    startedAt: services.now(),
    startedTick: services.tick(),
    dialect: ready.prepared.dialect,
    model: ready.resolved.model,
  }
  begin(call)
  const tracked = services.router.begin(account.id, call.plan?.model ?? call.model)
  call.tracked = tracked
  let sending: Attempted
  try {
    sending = await sendOnce(call, services, ready, sent)
  } catch (cause) {
    tracked.end({ verdict: 'neutral' })
    const durationMs = services.tick() - sent.startedTick
    call.attempts.push({ ...sent, verdict: 'neutral', durationMs, errorClass: 'internal' })
    throw cause
  }
  const { outcome } = sending
  const renewed = sending.renewed && renewable && !call.clientLeft
  settle(call, services, sent, { outcome, tracked, notOurs: renewed || account.audience === 'own-credential' })
  return { outcome, renewed }
}

/** Sends with the account's credential; one that is refused is renewed where it can be. */
async function sendOnce(call: Call, services: Services, ready: Ready, sent: Sent): Promise<Attempted> {
  const { account } = ready
  const pending = credentialFor(call, services, account)
  const credential = pending instanceof Promise ? await pending : pending
  if ('outcome' in credential) return { outcome: credential.outcome, renewed: false }
  const { headers } = credential
  const outcome = await send(call, services, ready, { sent, credential: headers })
  const renewed = isRefused(outcome, account) && ((await services.renew?.(account, headers)) ?? false)
  return { outcome, renewed }
}

/** Tells the router and the call's record how an attempt went. */
function settle(
  call: Call,
  services: Services,
  sent: Sent,
  { outcome, tracked, notOurs }: { outcome: Outcome; tracked: RouterAttempt; notOurs: boolean },
): void {
  const judged = judge(outcome, notOurs)
  const record = attemptRecord(call, services, sent, { outcome, judged })
  const { error, durationMs, firstContentMs } = record
  const retryAfterMs = retryAfterOf(outcome, services.now())
  tracked.end({
    ...judged,
    latencyMs: durationMs,
    ...(error !== undefined && { error }),
    ...(firstContentMs !== undefined && { firstContentMs }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
  call.attempts.push(record)
  call.usage = record.usage
  // The client was told in the stream; its status line was 200.
  if (outcome.type === 'delivered' && outcome.error) {
    const code = outcome.error.code ?? 'upstream_stream_failed'
    call.failure = { code, message: record.error ?? outcome.error.message }
  }
}

/** Nothing of an attempt before is taken for this one's. */
function begin(call: Call): void {
  call.usage = undefined
  call.spoken = undefined
  call.upstreamRequestId = undefined
  call.sent = false
}

type Headers = Readonly<Record<string, string>>

/** The headers to send, or what their absence comes to. */
type Credential = { readonly headers: Headers } | { readonly outcome: Outcome }

/** A promise only where there is something to wait for. */
function credentialFor(call: Call, services: Services, account: Account): Credential | Promise<Credential> {
  if (account.audience === 'own-credential') return { headers: call.ownCredential ?? {} }
  const without = (cause: unknown): Credential => {
    if (cause instanceof NoCredentialError) return { outcome: withoutCredential(cause) }
    throw cause
  }
  try {
    const pending = services.authorize(account)
    return pending instanceof Promise ? pending.then((headers) => ({ headers }), without) : { headers: pending }
  } catch (cause) {
    return without(cause)
  }
}

/** Whether a credential of ours was refused that may be renewed. */
function isRefused(outcome: Outcome, account: Account): boolean {
  return outcome.type === 'failed' && outcome.failure.answer?.status === 401 && account.audience !== 'own-credential'
}

async function send(
  call: Call,
  services: Services,
  { account, resolved, prepared }: Ready,
  { sent, credential }: { readonly sent: Sent; readonly credential: Headers },
): Promise<Outcome> {
  if (call.clientLeft) return { type: 'gone' }
  call.sent = true
  const outcome = attempt(call, services, prepared, {
    accountId: account.id,
    origin: resolved.origin,
    path: resolved.path,
    headers: { ...resolved.headers, ...credential },
    body: prepared.body,
    stream: call.stream,
    timeouts: call.state.timeouts,
  })
  // After it: while the provider works there is time.
  services.dispatched?.(call, sent)
  return outcome
}
