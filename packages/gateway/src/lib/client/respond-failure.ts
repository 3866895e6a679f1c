import type { AttemptFailure, UpstreamAnswer } from '../attempts/outcome.ts'
import type { Call } from '../call.ts'
import { GatewayError } from '../error.ts'
import type { Prepared } from '../jobs/job.ts'
import { headerOf } from '../port.ts'
import type { Services } from '../services.ts'
import type { Account } from '../state.ts'
import { addLimitHeaders } from './limit-headers.ts'
import { replyHead } from './reply-head.ts'

/** Tells the client of the last failure, when no account could serve. */
export function respondFailure(
  call: Call,
  services: Services,
  failure: AttemptFailure,
  account: Account,
  prepared: Pick<Prepared, 'sameDialect'>,
): void {
  const { answer } = failure
  const status = answer?.status ?? failure.error.status
  // Of its own credential a client gets the provider's words; where none of ours could be had, the reason for it.
  const ours = account.audience !== 'own-credential' && failure.unsent !== true
  if (ours && (status === 401 || status === 403 || failure.fault.status === 401)) {
    throw credentialRefused(account, status)
  }
  call.failure = { code: failure.error.code ?? `upstream_${status}`, message: services.redact(failure.error.message) }
  const head = answer ? replyHead(call, account.id, undefined, answer.headers) : headersOf(call, account)
  // Attempts are recorded by now, unlike while a reply is being delivered; what only fetches something has none.
  head['x-llm-gateway-attempts'] = String(Math.max(1, call.attempts.length))
  if (answer && prepared.sameDialect && !call.answer.begun) {
    passThrough(call, services, answer, head)
    return
  }
  const error = { ...failure.error, message: told(services, failure, account) }
  delete head['content-type']
  call.answer.error(error, call.dialect, failure.transport || failure.unsent ? 'gateway' : 'upstream', head)
}

function headersOf(call: Call, account: Account): Record<string, string | string[]> {
  return addLimitHeaders({ 'x-llm-gateway-upstream': account.id }, call.admission, call.dialect)
}

/** The provider's own words, because clients match on them; but for a credential it may have echoed. */
function passThrough(
  call: Call,
  services: Services,
  answer: UpstreamAnswer,
  head: Record<string, string | string[]>,
): void {
  const text = Buffer.from(answer.body).toString('utf8')
  const clean = services.redact(text)
  head['content-type'] = headerOf(answer.headers, 'content-type') ?? 'application/json'
  head['x-llm-gateway-error-source'] = 'upstream'
  call.answer.whole(answer.status, head, clean === text ? answer.body : clean)
}

function told(services: Services, failure: AttemptFailure, account: Account): string {
  if (failure.transport === undefined) return services.redact(failure.error.message)
  return `upstream account "${account.name}" could not be reached: ${services.redact(failure.error.message)}`
}

/** Not the client's key: telling it 401 would send its user to mend the wrong thing. */
function credentialRefused(account: Account, status: number): GatewayError {
  return new GatewayError(
    'upstream_credential',
    `the provider refused the credential of upstream account "${account.name}" (${status}): the gateway's operator must renew it`,
    { headers: { 'x-llm-gateway-upstream': account.id } },
  )
}
