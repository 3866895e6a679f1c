import { type Candidate, verdictOf } from '@llm-gateway/router'
import { providers, readQuota, resolveCall, type UpstreamCall } from '@llm-gateway/upstream'
import { attempt } from './attempt.ts'
import type { Call } from './call.ts'
import { GatewayError } from './error.ts'
import type { AttemptFailure, Outcome } from './outcome.ts'
import { headerOf } from './port.ts'
import { type Prepared, prepare } from './prepare.ts'
import { respondFailure } from './respond-failure.ts'
import type { Services } from './services.ts'
import type { Account } from './state.ts'

/** Accounts tried for one request at the most. */
const maxAccounts = 3

/** Tries the planned accounts, best first, until one has given real content. */
export async function deliver(call: Call, services: Services): Promise<void> {
  let last: { failure: AttemptFailure; account: Account; prepared: Prepared } | undefined
  let refused: GatewayError | undefined
  let tried = 0
  for (const candidate of call.plan?.candidates ?? []) {
    const account = call.state.accounts.get(candidate.account.id)
    if (account === undefined) continue
    if (tried >= maxAccounts || (tried > 0 && !services.router.mayRetry(account.id))) break
    let prepared: Prepared
    try {
      prepared = prepare(call, candidate, account)
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause
      // Another account may speak a dialect that can carry what this one's cannot.
      refused ??= cause
      continue
    }
    tried++
    const outcome = await attemptAccount(call, services, candidate, account, prepared)
    if (outcome.type !== 'failed') return
    last = { failure: outcome.failure, account, prepared }
    if (!verdictOf(outcome.failure.fault).retry) break
  }
  if (last) respondFailure(call, services, last.failure, last.account, last.prepared)
  else throw refused ?? new GatewayError('no_account', 'no upstream account can serve this request at present')
}

/** One account's turn; a socket that the upstream closed as we wrote to it is no fault of the account's and is tried once more. */
async function attemptAccount(
  call: Call,
  services: Services,
  candidate: Candidate,
  account: Account,
  prepared: Prepared,
): Promise<Outcome> {
  call.upstreamDialect = prepared.dialect
  call.losses = prepared.losses
  const first = await attemptOnce(call, services, candidate, account, prepared)
  const stale = first.type === 'failed' && first.failure.transport?.reusedSocket === true
  return stale ? attemptOnce(call, services, candidate, account, prepared) : first
}

async function attemptOnce(
  call: Call,
  services: Services,
  _candidate: Candidate,
  account: Account,
  prepared: Prepared,
): Promise<Outcome> {
  const model = call.plan?.model ?? call.model
  const startedAt = services.now()
  const tracked = services.router.begin(account.id, model)
  let outcome: Outcome
  try {
    const request = await upstreamCall(call, services, account, prepared, model)
    outcome = call.clientLeft ? { type: 'gone' } : await attempt(call, services, prepared, request)
  } catch (cause) {
    tracked.end({ verdict: 'neutral' })
    throw cause
  }
  const durationMs = services.now() - startedAt
  const verdict = judge(outcome)
  const error = errorOf(outcome)
  const retryAfterMs = retryAfterOf(outcome, services.now())
  tracked.end({
    verdict: verdict.verdict,
    credential: verdict.credential,
    latencyMs: durationMs,
    ...(call.firstContentMs !== undefined && { firstContentMs: call.firstContentMs }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(verdict.status !== undefined && { status: verdict.status }),
    ...(error !== undefined && { error: services.redact(error) }),
  })
  call.attempts.push({
    account: account.id,
    verdict: verdict.verdict,
    durationMs,
    ...(verdict.status !== undefined && { status: verdict.status }),
    ...(error !== undefined && { error: services.redact(error) }),
  })
  return outcome
}

async function upstreamCall(
  call: Call,
  services: Services,
  account: Account,
  prepared: Prepared,
  model: string,
): Promise<UpstreamCall> {
  const provider = providers.get(account.provider)
  if (provider === undefined) {
    throw new GatewayError(
      'no_account',
      `account ${account.id} is of the provider "${account.provider}", which is not served`,
    )
  }
  const resolved = resolveCall(account, provider, {
    dialect: prepared.dialect,
    operation: call.operation,
    model,
    stream: call.stream,
    clientHeaders: call.request.headers,
    clientQuery: call.request.query,
    sameDialect: prepared.sameDialect,
  })
  const pending = services.authorize(account)
  const credential = pending instanceof Promise ? await pending : pending
  return {
    accountId: account.id,
    origin: resolved.origin,
    path: resolved.path,
    headers: { ...resolved.headers, ...credential },
    body: prepared.body,
    stream: call.stream,
    timeouts: call.state.timeouts,
  }
}

interface Judgement {
  readonly verdict: ReturnType<typeof verdictOf>['verdict']
  readonly credential: boolean
  readonly status?: number
}

function judge(outcome: Outcome): Judgement {
  if (outcome.type === 'gone') return { verdict: 'neutral', credential: false }
  const fault = outcome.type === 'failed' ? outcome.failure.fault : outcome.fault
  const { verdict, credential } = verdictOf(fault)
  return { verdict, credential, ...(fault.status !== undefined && { status: fault.status }) }
}

function errorOf(outcome: Outcome): string | undefined {
  if (outcome.type === 'gone') return undefined
  return outcome.type === 'failed' ? outcome.failure.error.message : outcome.error?.message
}

function retryAfterOf(outcome: Outcome, now: number): number | undefined {
  const answer = outcome.type === 'failed' ? outcome.failure.answer : undefined
  if (answer === undefined || headerOf(answer.headers, 'content-length') === '') return undefined
  return readQuota(answer.headers, now).retryAfterMs
}
