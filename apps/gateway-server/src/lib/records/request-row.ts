import type { AccessRecord, AttemptRecord } from '@llm-gateway/gateway'
import type { AttemptOutcome, AttemptRow, Cost, RequestOutcome, RequestRow } from '@llm-gateway/ledger'

/** A request as the ledger keeps it. */
export function requestRow(
  record: AccessRecord,
  keyId: string,
  price: (attempt: AttemptRecord) => Cost | undefined,
): RequestRow {
  return {
    id: record.requestId,
    at: record.startedAt,
    keyId,
    operation: record.operation,
    dialect: record.dialect,
    stream: record.stream,
    model: record.model,
    status: record.status,
    outcome: outcomeOf(record),
    errorCode: record.error?.code,
    error: record.error?.message,
    durationMs: record.durationMs,
    firstTokenMs: record.firstContentMs,
    bytesIn: record.bytesIn,
    bytesOut: record.bytesOut,
    losses: record.losses?.length,
    session: record.session,
    attempts: record.attempts.map((attempt) => attemptRow(attempt, record, price(attempt))),
  }
}

/** A status line of 200 says nothing of a stream that failed later. */
function outcomeOf({ clientLeft, error, status, attempts }: AccessRecord): RequestOutcome {
  if (clientLeft) return 'client-left'
  return error !== undefined || status >= 400 || attempts.at(-1)?.gone ? 'error' : 'success'
}

function attemptRow(attempt: AttemptRecord, { clientLeft }: AccessRecord, cost: Cost | undefined): AttemptRow {
  const outcome: AttemptOutcome = attempt.gone ? (clientLeft ? 'client-left' : 'interrupted') : attempt.verdict
  return {
    number: attempt.number,
    at: attempt.startedAt,
    account: attempt.account,
    provider: attempt.provider,
    upstreamModel: attempt.model,
    dialect: attempt.dialect,
    outcome,
    status: attempt.status,
    durationMs: attempt.durationMs,
    firstTokenMs: attempt.firstContentMs,
    errorClass: attempt.errorClass,
    error: attempt.error,
    usage: attempt.usage,
    estimated: attempt.estimated,
    costNanoUsd: cost?.nanoUsd,
    priceVersion: cost?.version,
    upstreamRequestId: attempt.upstreamRequestId,
  }
}
